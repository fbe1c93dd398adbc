// Package demo is the appliance beside a simulated company that logs to it: a release breaks one
// of its products, and a card says so.
package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet"
	receivers "github.com/seamark-hq/seamark/internal/parts/cards"
)

// The script of the demo.
const (
	breakAfter = 20 * time.Second
	breakFor   = 30 * time.Second
	timeLimit  = 3 * time.Minute // of a run with Once
)

// Options are what a demo is started with. Its appliance writes to the
// configuration's data folder.
type Options struct {
	app.Options
	Seed uint64
	Once bool      // stop when the incident has resolved
	Rate float64   // events per second, on average; 0: 300
	Tell io.Writer // what happens, for people; nil: nobody
}

// Result is what `seamark demo --once --json` prints; its keys are part of the command line.
type Result struct {
	EventsIn        int64      `json:"events_in"`
	Rows            int64      `json:"rows"`
	ControlMessages int64      `json:"control_messages"`
	Quarantined     int64      `json:"quarantined"`
	Incidents       []Incident `json:"incidents"`
	SecondsToCard   float64    `json:"seconds_to_card"`
}

// Incident is one incident of the demo, with the files of its cards.
type Incident struct {
	Product     string    `json:"product"`
	Environment string    `json:"environment"`
	OpenedAt    time.Time `json:"opened_at"`
	ResolvedAt  time.Time `json:"resolved_at,omitzero"`
	CardSlack   string    `json:"card_slack"`
	CardTeams   string    `json:"card_teams"`
}

// Hasten makes c quick enough to watch.
func Hasten(c *config.Config) {
	c.FrontDoor.SealAfter = seamark.Duration(time.Second)
	c.Rules.Every = seamark.Duration(2 * time.Second)
	c.Rules.Lag = seamark.Duration(3 * time.Second)
	c.Alerts.UpdateEvery = seamark.Duration(5 * time.Second)
	for _, a := range fleet.Accounts() {
		c.Accounts = append(c.Accounts, config.Account{ID: a.ID, Alias: a.Alias})
	}
}

// Run runs the appliance and a simulated company that logs to its front door. After
// twenty seconds a release breaks one of its products for half a minute.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Tell == nil {
		o.Tell = io.Discard
	}
	cards := filepath.Join(o.Config.Data, "cards")
	files, err := receivers.Folder("demo", cards)
	if err != nil {
		return Result{}, err
	}
	watch := &watcher{Receiver: files, tell: o.Tell, resolved: make(chan struct{})}
	o.Receivers = append(o.Receivers, watch)
	a, err := app.New(ctx, o.Options)
	if err != nil {
		return Result{}, err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan error, 1)
	go func() { stopped <- a.Run(running) }()

	company := fleet.New(fleet.Options{Seed: o.Seed, EventsPerSecond: o.Rate, BreakAfter: breakAfter, BreakFor: breakFor})
	watch.broken, watch.fixed = company.Incident()
	logging, quit := context.WithCancel(ctx)
	defer quit()
	lost := make(chan error, 1)
	go func() { lost <- company.Run(logging, poster(a, o)) }()
	go watch.narrate(logging, a)

	err = watch.wait(ctx, o.Once, stopped)
	quit()
	fleetErr := <-lost
	stop()
	if runErr := <-stopped; err == nil {
		err = runErr
	}
	if err == nil {
		err = fleetErr
	}
	result := resultOf(a, cards, watch)
	if err == nil {
		err = compare(a, company, result)
	}
	return result, err
}

// poster delivers as Firehose does.
func poster(a *app.App, o Options) fleet.Poster {
	return &fleet.Firehose{
		URL: "http://" + a.Addr().String() + "/ingest/firehose", AccessKey: a.AccessKey(), Gzip: true, Seed: o.Seed,
		Log: o.Logger, FirstBackoff: 200 * time.Millisecond, RetryFor: 30 * time.Second,
	}
}

// watcher sees the cards as they are delivered.
type watcher struct {
	alerter.Receiver
	tell          io.Writer
	broken, fixed time.Time

	mu       sync.Mutex
	first    time.Time // when the first card was there
	done     bool
	resolved chan struct{}
}

// Deliver implements alerter.Receiver.
func (w *watcher) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	out, err := w.Receiver.Deliver(ctx, c, ref)
	if err != nil {
		return out, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.first.IsZero():
		w.first = time.Now()
		fmt.Fprintf(w.tell, "\n%s  A card, %.1f s after the release:\n\n%s\n", stamp(), w.first.Sub(w.broken).Seconds(), card.Text(c))
	case c.Status == seamark.IncidentResolved && !w.done:
		w.done = true
		fmt.Fprintf(w.tell, "\n%s  The card resolves: %s\n", stamp(), c.Headline())
		close(w.resolved)
	}
	return out, nil
}

func stamp() string { return time.Now().Format("15:04:05") }

// narrate says what the company does, and now and then how the pipeline is.
func (w *watcher) narrate(ctx context.Context, a *app.App) {
	fmt.Fprintf(w.tell, "%s  A shipping company with %d accounts logs to %s\n", stamp(), len(fleet.Accounts()), a.URL())
	say := func(at time.Time, what string) bool {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Until(at)):
			fmt.Fprintf(w.tell, "%s  %s\n", stamp(), what)
			return true
		}
	}
	if say(w.broken, "A release breaks booking in prod: callers get 401, and DynamoDB denies access.") {
		say(w.fixed, "The release is rolled back; the last minute's requests must clear before the alarm does.")
	}
}

// wait returns when the demo is over.
func (w *watcher) wait(ctx context.Context, once bool, stopped chan error) error {
	limit := make(<-chan time.Time)
	resolved := make(<-chan struct{})
	if once {
		limit, resolved = time.After(timeLimit-15*time.Second), w.resolved
	}
	select {
	case <-ctx.Done():
		return nil
	case <-resolved:
		return nil
	case err := <-stopped:
		stopped <- nil
		return err
	case <-limit:
		return &seamark.Fault{What: "the incident has not resolved in time", Remedy: "is the machine overloaded? Try again, and read the log"}
	}
}

func resultOf(a *app.App, cards string, w *watcher) Result {
	sum := a.Accounts()
	r := Result{
		EventsIn: sum.Events + sum.Undecodable, Rows: sum.Rows, ControlMessages: sum.ControlMessages, Quarantined: sum.Quarantined,
		Incidents: []Incident{},
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.first.IsZero() {
		r.SecondsToCard = w.first.Sub(w.broken).Seconds()
	}
	for _, in := range a.Incidents() {
		card := func(kind string) string {
			p := filepath.Join(cards, in.ID+"."+kind+".json")
			if _, err := os.Stat(p); err != nil {
				return ""
			}
			return p
		}
		r.Incidents = append(r.Incidents, Incident{Product: in.Product, Environment: in.Environment, OpenedAt: in.OpenedAt, ResolvedAt: in.ResolvedAt,
			CardSlack: card("slack"), CardTeams: card("teams")})
	}
	return r
}

// compare compares what the company sent with what came of it.
func compare(a *app.App, company *fleet.Fleet, r Result) error {
	sent := company.Delivered()
	if lost := company.Lost(); lost.Events > 0 {
		return fmt.Errorf("%d events could not be delivered", lost.Events)
	}
	if before := a.AccountsBefore(); r.EventsIn-before.Events-before.Undecodable != sent.Events || r.Rows+r.Quarantined != r.EventsIn {
		return &seamark.Fault{What: fmt.Sprintf("the company sent %d events; %d came in and are %d rows and %d quarantined", sent.Events, r.EventsIn, r.Rows, r.Quarantined),
			Remedy: "run `seamark verify`, and please report this"}
	}
	return nil
}
