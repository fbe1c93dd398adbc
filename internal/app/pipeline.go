package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// drainTime is how long a stop may take to finish what has arrived.
const drainTime = 30 * time.Second

// stages lists what runs, in the order in which data flows.
func (a *App) stages() []func(context.Context) {
	return []func(context.Context){
		a.onboard.run,   // tags -> filters and alarms; history -> landing
		a.upload.run,    // landing objects of the front door -> bucket
		a.transform.run, // landing objects -> lake
		a.index.run,     // lake -> OpenSearch
		a.compact.run,   // many small files of the lake -> a few large ones
		a.expire.run,    // what is too old -> gone
		a.flow.run,      // what the page shows of them
		a.rules.Run,     // lake -> alarms
		a.alerts.Run,    // alarms -> cards
		a.watch,         // what goes wrong -> log
		a.silences.Keep, // what could not be saved
	}
}

// Run serves until ctx ends, then drains: what has arrived is sealed, transformed,
// indexed and told, as far as drainTime allows. What remains, the next start finds.
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
	stop()
	late := time.AfterFunc(drainTime, a.cut) // a bucket that does not answer holds up no stop
	defer late.Stop()
	wg.Wait()
	late.Reset(drainTime)
	return errors.Join(err, a.drain(context.WithoutCancel(ctx)))
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
func (a *App) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	a.log.Info("draining", "at most", drainTime)
	var faults []error
	faults = append(faults, a.server.Shutdown(ctx), a.spool.Close(), a.upload.drain(ctx), a.transform.drain(ctx), a.index.drain(ctx), a.alerts.Flush(ctx))
	if err := errors.Join(faults...); err != nil {
		a.log.Warn("not all is drained; the next start goes on", "error", err)
	} else {
		a.log.Info("drained")
	}
	return nil
}
