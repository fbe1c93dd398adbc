package alerter

import (
	"context"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
)

// silence has the silences keep the group of an incident quiet. They tell of it by Changed, as they
// do of silences that others make.
func (m *Manager) silence(ctx context.Context, a incident.Act) error {
	refuse := func(what, remedy string) error {
		return &seamark.Fault{Class: seamark.Rejected, What: what, Where: "incident " + words.Clip(a.Incident, 100), Remedy: remedy}
	}
	if err := a.Check(m.opt.Now()); err != nil {
		return err
	}
	m.mu.Lock()
	e := m.book.Entry(a.Incident)
	var of seamark.Alarm
	open := e != nil && e.Incident.Status != seamark.IncidentResolved
	if open {
		of = e.Incident.Alarms[0]
	}
	m.mu.Unlock()
	switch {
	case e == nil:
		return refuse("there is no such incident", "`seamark incident list --all` has them")
	case !open:
		return refuse("it is over already", "nothing is left to do")
	case m.opt.Silences == nil:
		return refuse("no silences are kept here", "silence it in CloudWatch, or by a mute_time_intervals of its route")
	}
	by := words.Line(a.By, 100)
	if err := m.opt.Silences.Silence(ctx, of, a.Until, by, "incident "+a.Incident); err != nil {
		return err
	}
	m.opt.Log.Info("incident_act", "incident", a.Incident, "do", a.Do, "by", by)
	m.Changed()
	m.settle(ctx)
	return nil
}

// Changed makes every worker look again at what is due, and every open incident say who keeps it
// quiet: a silence came or went.
func (m *Manager) Changed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.opt.Now()
	for _, e := range m.book.Entries() {
		if m.resilence(e, now) {
			m.note(e)
		}
	}
	m.touchAll()
	m.signal()
}

// resilence has an open incident say who keeps all of it quiet, by the silence that ends first, and
// reports whether that is new. The caller holds the lock.
func (m *Manager) resilence(e *incident.Entry, now time.Time) bool {
	in := &e.Incident
	if m.opt.Silences == nil || in.Status == seamark.IncidentResolved {
		return false
	}
	var first *seamark.Word
	for _, a := range in.Unsettled() {
		w := m.opt.Silences.Silenced(a)
		if w == nil {
			first = nil
			break
		}
		if first == nil || w.Until.Before(first.Until) {
			first = w
		}
	}
	if first == nil && in.Silenced == nil || first != nil && in.Silenced != nil && *first == *in.Silenced {
		return false
	}
	m.book.Silence(e, first, now)
	return true
}

// hush is resilence for one alarm that was taken in: of an incident of thousands the others are as they
// were. The caller holds the lock.
func (m *Manager) hush(e *incident.Entry, a seamark.Alarm, now time.Time) {
	if m.opt.Silences == nil || a.State != seamark.AlarmFiring || e.Incident.Silenced == nil && len(e.Incident.Unsettled()) > 1 {
		return
	}
	if (m.opt.Silences.Silenced(a) != nil) != (e.Incident.Silenced != nil) {
		m.resilence(e, now)
	}
}

// silencesOfBefore hands the silences what incidents said of themselves before there was one store.
func (m *Manager) silencesOfBefore(ctx context.Context) {
	if m.opt.Silences == nil {
		return
	}
	for id, e := range m.book.Entries() {
		w := e.Incident.Silenced
		if w == nil || w.ID != "" || !w.Holds(m.opt.Now()) || w.Until.IsZero() || len(e.Incident.Alarms) == 0 || m.opt.Silences.Silenced(e.Incident.Alarms[0]) != nil {
			continue
		}
		if err := m.opt.Silences.Silence(ctx, e.Incident.Alarms[0], w.Until, w.By, "incident "+id); err != nil {
			m.opt.Log.Error("silence_lost", "incident", id, "by", words.Line(w.By, 100), "until", w.Until, "error", err)
		}
	}
}
