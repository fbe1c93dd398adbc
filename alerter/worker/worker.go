// Package worker is the alerter's work in pieces, as a function does it: alarms that a
// message tells of, and on a schedule what no message told.
//
// Incidents lie in the bucket, one group each (incident.Group). Whoever hears of an alarm
// leaves it with its group and takes the group's turn, if it is free: so any number of
// invocations at once post one card; see docs/adr/0035-functions.md.
package worker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// Folder holds the groups' incidents, in the lake's store.
const Folder = "incidents"

// DeadFolder holds the cards that were given up.
const DeadFolder = Folder + "/dead"

// Worker does the work. Objects, Options.Receivers and Log must be set.
type Worker struct {
	// Objects is where incidents lie; its requests end with ctx where it is a bucket.
	Objects func(ctx context.Context) incident.Objects
	// Options are those of the alerter but for its store.
	Options alerter.Options
	// States hands over all alarms of one place after the other; one that cannot be read is left
	// out and named by the error. nil: nobody is asked.
	States func(ctx context.Context, place func(all []seamark.Alarm)) error
	// Ours leaves out the alarms of others that were never told here; known holds the bases of
	// those that were.
	Ours  func(all []seamark.Alarm, known map[string]bool) []seamark.Alarm
	Count func(values map[string]float64) // takes metrics; nil: nobody does
	Log   *slog.Logger
}

// ends is when work must have ended for the turn's sake where the context has no end.
const ends = 2 * time.Minute

// slack is what clocks of two machines may differ by.
const slack = 2 * time.Second

func (w *Worker) now() time.Time {
	if w.Options.Now != nil {
		return w.Options.Now()
	}
	return time.Now()
}

// Message takes in the alarms of one event, in whatever wrapping. When it returns nil they
// are durable, and shown by this process or by the one that has the turn.
func (w *Worker) Message(ctx context.Context, body []byte) error {
	alarms, err := cloudwatch.Parse(body)
	return errors.Join(w.Observe(ctx, alarms...), err)
}

// Observe takes alarms in and shows what came of them.
func (w *Worker) Observe(ctx context.Context, alarms ...seamark.Alarm) error {
	groups := map[string][]seamark.Alarm{}
	for _, a := range alarms {
		name := incident.GroupOf(a, w.now())
		groups[name] = append(groups[name], a)
	}
	return w.each(slices.Sorted(maps.Keys(groups)), func(name string) error {
		g := w.open(ctx, name)
		if err := g.Hear(groups[name], w.now()); err != nil {
			return err
		}
		return w.turns(ctx, g)
	})
}

// each does groups side by side.
func (w *Worker) each(names []string, do func(name string) error) error {
	var mu sync.Mutex
	var faults []error
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(name); err != nil {
				mu.Lock()
				faults = append(faults, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

func (w *Worker) open(ctx context.Context, name string) *incident.Group {
	var by [8]byte
	rand.Read(by[:])
	return incident.OpenGroup(w.Objects(ctx), Folder, name, hex.EncodeToString(by[:]))
}

// turns works off what was heard of a group until nothing is left, or somebody else does.
func (w *Worker) turns(ctx context.Context, g *incident.Group) error {
	for {
		heard, err := g.Read()
		if err != nil || len(heard) == 0 {
			return err // whoever took it in shows it
		}
		taken, until, err := w.take(ctx, g)
		if err != nil {
			return err
		}
		if !taken {
			if until.After(w.now()) {
				w.Log.InfoContext(ctx, "left for who has the turn", "until", until)
				return nil
			}
			continue // lost a race for the number: look again
		}
		if err := w.turn(ctx, g, heard, nil); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// take takes a group's turn for as long as this invocation may last.
func (w *Worker) take(ctx context.Context, g *incident.Group) (bool, time.Time, error) {
	last := w.now().Add(ends)
	if deadline, ok := ctx.Deadline(); ok {
		last = w.now().Add(time.Until(deadline))
	}
	return g.Take(w.now(), last.Add(slack))
}

// turn takes in what was heard and what gone names, shows what changed, and gives the turn back.
func (w *Worker) turn(ctx context.Context, g *incident.Group, heard []string, more func(m *alerter.Manager) []seamark.Alarm) (err error) {
	defer func() {
		if released := g.Release(); err == nil {
			err = released
		}
	}()
	m, done, err := w.manager(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	alarms, unread := g.Heard(heard)
	if unread != nil { // we wrote them: nobody will ever read them
		w.Log.ErrorContext(ctx, "alarms that were left cannot be read", "error", unread)
	}
	if more != nil {
		alarms = append(alarms, more(m)...)
	}
	if err := m.Observe(ctx, alarms...); err != nil {
		return err
	}
	if err := g.Taken(heard); err != nil {
		return err
	}
	return m.Flush(ctx)
}

// Act does what a person said of an incident of a group, and shows what came of it. While another
// process has the turn it waits, as long as ctx lasts.
func (w *Worker) Act(ctx context.Context, group string, a incident.Act) error {
	g := w.open(ctx, group)
	for {
		heard, err := g.Read()
		if err != nil {
			return err
		}
		taken, until, err := w.take(ctx, g)
		if err != nil {
			return err
		}
		if !taken {
			select {
			case <-ctx.Done():
				return &seamark.Fault{Class: seamark.Temporary, What: "another process has the turn until " + until.UTC().Format(time.RFC3339), Where: "incident " + a.Incident, Err: ctx.Err(), Remedy: "ask again then"}
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		var acted error
		err = w.turn(ctx, g, heard, func(m *alerter.Manager) []seamark.Alarm {
			acted = m.Act(ctx, a)
			return nil
		})
		return errors.Join(acted, err)
	}
}

// manager makes the alerter of a group. What done counts is what it has shown.
func (w *Worker) manager(ctx context.Context, store incident.Store) (m *alerter.Manager, done func(), err error) {
	o := w.Options
	o.Store, o.Log, o.MarkFirst, o.Letters = store, w.Log, true, incident.NewDeadLetters(w.Objects(ctx), DeadFolder)
	var shown, failed atomic.Int64
	o.Receivers = nil
	for _, r := range w.Options.Receivers {
		o.Receivers = append(o.Receivers, counting{r, &shown, &failed})
	}
	m, err = alerter.New(ctx, o)
	return m, func() {
		if n, bad := shown.Load(), failed.Load(); w.Count != nil && n+bad > 0 {
			w.Count(map[string]float64{"Cards": float64(n), "Undelivered": float64(bad)})
		}
	}, err
}

// counting is a receiver that counts.
type counting struct {
	alerter.Receiver
	shown, failed *atomic.Int64
}

// ForPrograms is that of the receiver.
func (c counting) ForPrograms() bool {
	p, ok := c.Receiver.(interface{ ForPrograms() bool })
	return ok && p.ForPrograms()
}

// Deliver implements alerter.Receiver.
func (c counting) Deliver(ctx context.Context, made card.Card, ref card.Ref) (card.Ref, error) {
	got, err := c.Receiver.Deliver(ctx, made, ref)
	if err != nil {
		c.failed.Add(1)
	} else {
		c.shown.Add(1)
	}
	return got, err
}
