package collector

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// memory is a state as it was loaded or saved last, and what it has become since.
type memory struct {
	deployment string
	place      inventory.Place
	state      *State
	known      bool   // there was one
	saved      packed // as base of a merge; nothing: there was none that could be used
	number     int
}

func newMemory(deployment string, p inventory.Place) *memory {
	return &memory{deployment: deployment, place: p, state: newState(deployment, p)}
}

// recall loads the state. When there is none, or none that can be used, it is a new one; err
// then says why, unless there was none.
func recall(ctx context.Context, store StateStore, deployment string, p inventory.Place) (*memory, error) {
	m := newMemory(deployment, p)
	b, number, err := store.LoadState(ctx, p)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	m.number = number
	if err == nil {
		var s *State
		if s, err = decodeStateOf(b, deployment, p); err == nil {
			m.state, m.known, m.saved = s, true, pack(b)
			return m, nil
		}
	}
	return m, unusableState(p, err)
}

// base is the state as it was loaded or saved last.
func (m *memory) base() *State {
	if s, err := DecodeState(m.saved.text()); err == nil {
		return s
	}
	return newState(m.deployment, m.place)
}

// doze lets go of the state, and wake takes it up again as it was loaded: while the listings of
// a place are read nobody needs it, and of thousands of places it is the largest part.
func (m *memory) doze() {
	if m.known {
		m.state = nil
	}
}

func (m *memory) wake() {
	if m.state == nil {
		m.state = m.base()
	}
}

// join takes in what others saved meanwhile.
func (m *memory) join(theirs *memory) {
	if theirs.known {
		m.state, m.saved = MergeStates(m.base(), m.state, theirs.state), theirs.saved
	}
	m.number = theirs.number
}

// mostConflicts bounds how often a state is merged anew. Each time one of the others was
// served, so that it is reached by as many only who save all the time.
const mostConflicts = 100

// contend calls save until nobody was faster; before each further time it calls behind.
func contend(ctx context.Context, save, behind func() error) error {
	for n := 1; ; n++ {
		err := save()
		if !errors.Is(err, fs.ErrExist) || n == mostConflicts {
			return err
		}
		most := min(10*time.Millisecond<<min(n, 6), 500*time.Millisecond)
		select {
		case <-time.After(rand.N(most)):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := behind(); err != nil {
			return err
		}
	}
}

// updateState changes the saved state of a place. change is called again when someone else
// was faster, each time with what is saved by then; without a change nothing is saved.
func updateState(ctx context.Context, store StateStore, deployment string, p inventory.Place, change func(*State)) error {
	m, err := recall(ctx, store, deployment, p)
	if err != nil {
		return err
	}
	save := func() error {
		change(m.state)
		b := m.state.encode()
		if m.saved.is(b) {
			return nil
		}
		return store.SaveState(ctx, p, m.number+1, b)
	}
	return contend(ctx, save, func() error {
		m, err = recall(ctx, store, deployment, p)
		return err
	})
}

// load recalls what earlier sweeps noted.
func (s *sweep) load(ctx context.Context) {
	m, err := recall(ctx, s.opt.States, s.cfg.Deployment, s.place)
	if err != nil {
		s.journal.fail(s.place.String(), "read the state", err)
	}
	s.memory = m
}

// save writes the state down, together with what others wrote meanwhile.
func (s *sweep) save(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	s.saving.Lock()
	defer s.saving.Unlock()
	save := func() error {
		s.mu.Lock()
		b := s.state.encode()
		s.mu.Unlock()
		if s.saved.is(b) {
			return nil
		}
		err := s.opt.States.SaveState(ctx, s.place, s.number+1, b)
		if err == nil {
			s.saved, s.number = pack(b), s.number+1
		}
		return err
	}
	err := contend(ctx, save, func() error {
		theirs, err := recall(ctx, s.opt.States, s.cfg.Deployment, s.place)
		if err == nil {
			s.mu.Lock()
			s.join(theirs)
			s.mu.Unlock()
		}
		return err
	})
	if err != nil {
		s.journal.fail(s.place.String(), "save the state", err)
	}
}
