package alerter

import (
	"time"

	"github.com/seamark-hq/seamark/alerter/incident"
)

// agenda is what a receiver's worker has to look at, and when: it looks at nothing else,
// so that an alarm costs the same however many incidents there are. Its fields are guarded
// by the manager's lock.
type agenda struct {
	at   map[string]time.Time // by incident; the zero time: at once
	held map[string]bool      // of these, those that nobody may be told of now
	wake chan struct{}        // holds one when there is something new
}

func newAgenda() *agenda {
	return &agenda{at: map[string]time.Time{}, held: map[string]bool{}, wake: make(chan struct{}, 1)}
}

func (a *agenda) add(id string) {
	a.at[id] = time.Time{}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *agenda) drop(id string) {
	delete(a.at, id)
	delete(a.held, id)
}

// maxHeld bounds the withheld incidents of a receiver that are asked again after each
// change; more of them wait for their time, a minute at most.
const maxHeld = 200

// touch makes everybody look at e who is told of it. The caller holds the lock.
func (m *Manager) touch(e *incident.Entry) {
	for name := range e.Deliveries {
		if a := m.agendas[name]; a != nil {
			a.add(e.Incident.ID)
		}
	}
}

// touchAll makes everybody look at everything: who is told when has changed.
func (m *Manager) touchAll() {
	for _, e := range m.book.Entries() {
		m.touch(e)
	}
}

// touchHeld makes those look again who withhold something: what fires now may keep it
// quiet no more.
func (m *Manager) touchHeld() {
	for _, a := range m.agendas {
		if len(a.held) > maxHeld {
			continue
		}
		for id := range a.held {
			a.add(id)
		}
	}
}

// next is the incident that is due first for a receiver, or how long to wait for one.
// Never shown comes before turned, turned before merely changed.
func (m *Manager) next(receiver string) (id string, wait time.Duration, wake <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, now := m.agendas[receiver], m.opt.Now()
	wait = time.Minute
	best := 0
	for key, at := range a.at {
		if at.After(now) {
			wait = min(wait, at.Sub(now))
			continue
		}
		e := m.book.Entry(key)
		if e == nil || e.Deliveries[receiver] == nil {
			a.drop(key)
			continue
		}
		due, rank := m.due(e, e.Deliveries[receiver], now)
		delete(a.held, key)
		switch {
		case rank == 0:
			a.drop(key) // until it changes
		case rank == withheld:
			due = later(due, now.Add(time.Second))
			a.at[key], a.held[key] = due, true
			wait = min(wait, due.Sub(now))
		case due.After(now):
			a.at[key] = due
			wait = min(wait, due.Sub(now))
		case rank > best || rank == best && key < id:
			id, best = key, rank
		}
	}
	return id, wait, a.wake
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
