package alerter

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/seamark-hq/seamark/alerter/incident"
)

// saves writes entries to the store in rounds: what is noted while a round is written goes
// into the next one, once, however often it was noted. So an incident of thousands of
// alarms costs few writes, and many incidents are written side by side.
type saves struct {
	writing sync.Mutex // held by who writes a round
	mu      sync.Mutex
	round   *round // collects; nil: nothing to do
}

// round is a set of entries that are written together.
type round struct {
	ids    map[string]bool
	done   chan struct{}
	faults map[string]error // once done
}

// atOnce bounds the entries that are written side by side.
const atOnce = 8

// note puts an entry into the round that collects, which it returns. The caller holds the
// manager's lock, so that the entry stands there as it is now, or newer.
func (m *Manager) note(e *incident.Entry) *round {
	s := &m.saves
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.round == nil {
		s.round = &round{ids: map[string]bool{}, done: make(chan struct{})}
	}
	s.round.ids[e.Incident.ID] = true
	return s.round
}

// commit returns when r is written, by this caller or another one; the caller does not
// hold the manager's lock. A nil round is written.
func (m *Manager) commit(ctx context.Context, r *round) {
	if r == nil {
		return
	}
	s := &m.saves
	s.writing.Lock()
	defer s.writing.Unlock()
	select {
	case <-r.done:
		return
	default:
	}
	s.mu.Lock()
	if s.round == r {
		s.round = nil
	}
	s.mu.Unlock()
	m.write(context.WithoutCancel(ctx), r)
	close(r.done)
}

// settle writes what was noted and nobody waits for.
func (m *Manager) settle(ctx context.Context) {
	m.saves.mu.Lock()
	r := m.saves.round
	m.saves.mu.Unlock()
	m.commit(ctx, r)
}

// write stores the entries of a round as they are now. A failure is remembered and tried
// again with the next change.
func (m *Manager) write(ctx context.Context, r *round) {
	m.mu.Lock()
	copies := make([]incident.Entry, 0, len(r.ids))
	for id := range r.ids {
		if e := m.book.Entry(id); e != nil {
			copies = append(copies, e.Copy())
		}
	}
	m.mu.Unlock()
	faults := make([]error, len(copies))
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range copies {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			faults[i] = m.opt.Store.Save(ctx, copies[i])
		})
	}
	wg.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	r.faults = map[string]error{}
	for i, err := range faults {
		id := copies[i].Incident.ID
		if err == nil {
			delete(m.unsaved, id)
			continue
		}
		m.unsaved[id] = true
		m.opt.Log.Error("incident_not_saved", "incident", id, "error", err)
		r.faults[id] = fmt.Errorf("save incident %s: %w", id, err)
	}
}

// fault is what went wrong with those entries of a round that is written.
func (r *round) fault(ids map[string]*incident.Entry) error {
	if r == nil {
		return nil
	}
	var faults []error
	for id := range ids {
		faults = append(faults, r.faults[id])
	}
	return errors.Join(faults...)
}
