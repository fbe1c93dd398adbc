package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// How long a stop may take: container platforms kill after ten seconds. Requests that are half
// sent get requestTime, so that they do not eat the time of what is here already; of the rest
// everything has a part that nothing else can take.
const (
	stopTime    = 9 * time.Second
	requestTime = 3 * time.Second
	dataTime    = 7 * time.Second // from the beginning, until when data is brought to its end
	indexTime   = 8 * time.Second // and the index
)

// stages lists what runs, in the order in which data flows.
func (a *App) stages() []func(context.Context) {
	return []func(context.Context){
		a.onboard.Run,   // tags -> filters and alarms; history -> landing
		a.upload.Run,    // landing objects of the front door -> bucket
		a.transform.Run, // landing objects -> lake
		a.index.Run,     // lake -> OpenSearch
		a.compact.Run,   // many small files of the lake -> a few large ones
		a.expire.Run,    // what is too old -> gone
		a.flow.run,      // what the page shows of them
		a.rules.Run,     // lake -> alarms
		a.own.Run,       // likewise, by rules of people's own
		a.alerts.Run,    // alarms -> cards
		a.watch,         // what goes wrong -> log
		a.reconcile.Run, // states of alarms in the accounts -> alarms that no message told
		a.silences.Keep, // what could not be saved
		a.pinger.Run,    // that all of this runs -> whoever notices when it does not
		a.dogs.Run,      // alerts that come no more -> alarms
	}
}

// Run serves until ctx ends, then drains: what has arrived is sealed, transformed,
// indexed and told, as far as stopTime allows. What remains, the next start finds.
func (a *App) Run(ctx context.Context) error {
	defer a.close()
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	for _, stage := range a.stages() {
		wg.Go(func() { stage(running) })
	}
	failed := make(chan error, 1)
	go func() { failed <- a.serve() }()
	if a.o.Listening != nil {
		a.o.Listening(a.URL())
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	begun := time.Now()
	stop()
	late := time.AfterFunc(stopTime, a.cut) // a bucket that does not answer holds up no stop
	defer late.Stop()
	shut := make(chan error, 1)
	go func() { shut <- a.shutdown() }()
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	requests := <-shut
	select {
	case <-ended:
	case <-time.After(time.Until(begun.Add(requestTime + time.Second))): // a stage that hangs
	}
	return errors.Join(err, a.drain(context.WithoutCancel(ctx), begun, requests))
}

// shutdown takes no more requests: the listener closes at once, those under way get requestTime.
func (a *App) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTime)
	defer cancel()
	err := a.server.Shutdown(ctx)
	if err != nil {
		a.server.Close()
		a.log.Warn("requests that were half sent were cut off; they were not acknowledged and come again")
	}
	return nil
}

func (a *App) serve() error {
	c := a.o.Config.FrontDoor
	var err error
	if c.TLSCert != "" {
		err = a.server.ServeTLS(a.listener, c.TLSCert, c.TLSKey)
	} else {
		err = a.server.Serve(a.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// drain brings what has arrived to its end, in the order in which data flows.
func (a *App) drain(ctx context.Context, begun time.Time, requests error) error {
	until := func(d time.Duration) (context.Context, context.CancelFunc) {
		return context.WithDeadline(ctx, begun.Add(d))
	}
	data, cancel := until(dataTime)
	defer cancel()
	index, cancel := until(indexTime)
	defer cancel()
	cards, cancel := until(stopTime)
	defer cancel()
	a.log.Info("draining", "at most", stopTime)
	faults := []error{requests, a.spool.Close(), a.upload.Drain(data), a.transform.Drain(data), a.index.Drain(index), a.alerts.Flush(cards)}
	if err := errors.Join(faults...); err != nil {
		a.log.Warn("not all is drained; the next start goes on", "error", err)
	} else {
		a.log.Info("drained")
	}
	return nil
}
