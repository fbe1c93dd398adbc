package worker

import (
	"context"
	"errors"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// Reconciled is what Reconcile found.
type Reconciled struct {
	Alarms int `json:"alarms"` // that AWS was asked for
	Groups int `json:"groups"` // that have incidents, or need one
	Turns  int `json:"turns"`  // of them, looked after
}

// Reconcile makes up for what no message told: states of alarms as AWS has them now, cards
// that could not be shown, what has ended by itself, and reminders.
func (w *Worker) Reconcile(ctx context.Context) (r Reconciled, err error) {
	var all []seamark.Alarm
	var asked error
	if w.States != nil {
		asked = w.States(ctx, func(some []seamark.Alarm) { all = append(all, some...) })
	}
	r.Alarms = len(all)
	names, err := incident.Groups(w.Objects(ctx), Folder)
	if err != nil {
		return r, errors.Join(err, asked)
	}
	of := map[string][]seamark.Alarm{}
	for _, a := range all {
		name := incident.GroupOf(a, w.now())
		if of[name] == nil && !slices.Contains(names, name) && len(w.ours([]seamark.Alarm{a}, nil)) > 0 && a.State == seamark.AlarmFiring {
			names = append(names, name)
		}
		of[name] = append(of[name], a)
	}
	r.Groups = len(names)
	turns := make(chan bool, len(names))
	err = w.each(names, func(name string) error {
		did, err := w.lookAfter(ctx, name, of[name], all)
		turns <- did
		return err
	})
	close(turns)
	for did := range turns {
		if did {
			r.Turns++
		}
	}
	return r, errors.Join(asked, err)
}

func (w *Worker) ours(all []seamark.Alarm, known map[string]bool) []seamark.Alarm {
	if w.Ours == nil {
		return all
	}
	return w.Ours(all, known)
}

// peek is a group that is only looked at.
type peek struct{ *incident.Group }

// Save implements incident.Store.
func (peek) Save(context.Context, incident.Entry) error { return nil }

// SaveEarly implements incident.Store.
func (peek) SaveEarly(context.Context, map[string]time.Time) error { return nil }

// lookAfter does what is due in one group: nothing is written where nothing is.
func (w *Worker) lookAfter(ctx context.Context, name string, now, all []seamark.Alarm) (did bool, err error) {
	g := w.open(ctx, name)
	heard, err := g.Read()
	if err != nil {
		return false, err
	}
	m, _, err := w.manager(ctx, peek{g})
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, in := range m.Incidents() {
		for _, a := range in.Unsettled() {
			known[a.Base()] = true
		}
	}
	now = w.ours(now, known)
	fires := slices.ContainsFunc(now, func(a seamark.Alarm) bool { return a.State == seamark.AlarmFiring })
	if len(heard) == 0 && !fires && !m.Due() {
		return false, nil
	}
	taken, _, err := w.take(ctx, g)
	if err != nil || !taken {
		return false, err // somebody is at it
	}
	err = w.turn(ctx, g, heard, func(m *alerter.Manager) []seamark.Alarm { return append(slices.Clone(now), m.Gone(all)...) })
	if err != nil {
		return true, err
	}
	return true, w.turns(ctx, g)
}
