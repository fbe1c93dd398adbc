package state

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Memory is a state as it was loaded or saved last, and what it has become since.
type Memory struct {
	State *State // what it has become
	Known bool   // there was one

	deployment string
	place      inventory.Place
	saving     sync.Mutex // of what follows
	saved      packed     // as base of a merge; nothing: there was none that could be used
	number     int
}

// NewMemory remembers nothing yet.
func NewMemory(deployment string, p inventory.Place) *Memory {
	return &Memory{deployment: deployment, place: p, State: New(deployment, p)}
}

// Recall loads the state. When there is none, or none that can be used, it is a new one; err
// then says why, unless there was none.
func Recall(ctx context.Context, store Store, deployment string, p inventory.Place) (*Memory, error) {
	m := NewMemory(deployment, p)
	b, number, err := store.LoadState(ctx, p)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	m.number = number
	if err == nil {
		var s *State
		if s, err = decodeOf(b, deployment, p); err == nil {
			m.State, m.Known, m.saved = s, true, pack(b)
			return m, nil
		}
	}
	return m, unusable(p, err)
}

// base is the state as it was loaded or saved last.
func (m *Memory) base() *State {
	if s, err := Decode(m.saved.text()); err == nil {
		return s
	}
	return New(m.deployment, m.place)
}

// Doze lets go of the state until wake: while the listings of a place are read nobody needs
// it, and of thousands of places it is the largest part.
func (m *Memory) Doze() {
	if m.Known {
		m.State = nil
	}
}

// Wake takes the state up again as it was loaded.
func (m *Memory) Wake() {
	if m.State == nil {
		m.State = m.base()
	}
}

// join takes in what others saved meanwhile.
func (m *Memory) join(theirs *Memory) {
	if theirs.Known {
		m.State, m.saved = Merge(m.base(), m.State, theirs.State), theirs.saved
	}
	m.number = theirs.number
}

// Save writes the state down, together with what others wrote meanwhile. mu guards the state
// against who changes it at the same time; it is not held while the store works.
func (m *Memory) Save(ctx context.Context, store Store, mu sync.Locker) error {
	ctx = context.WithoutCancel(ctx)
	m.saving.Lock()
	defer m.saving.Unlock()
	save := func() error {
		mu.Lock()
		b := m.State.Encode()
		mu.Unlock()
		if m.saved.is(b) {
			return nil
		}
		err := store.SaveState(ctx, m.place, m.number+1, b)
		if err == nil {
			m.saved, m.number = pack(b), m.number+1
		}
		return err
	}
	return contend(ctx, save, func() error {
		theirs, err := Recall(ctx, store, m.deployment, m.place)
		if err == nil {
			mu.Lock()
			m.join(theirs)
			mu.Unlock()
		}
		return err
	})
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

// Update changes the saved state of a place. change is called again when someone else
// was faster, each time with what is saved by then; without a change nothing is saved.
func Update(ctx context.Context, store Store, deployment string, p inventory.Place, change func(*State)) error {
	m, err := Recall(ctx, store, deployment, p)
	if err != nil {
		return err
	}
	save := func() error {
		change(m.State)
		b := m.State.Encode()
		if m.saved.is(b) {
			return nil
		}
		return store.SaveState(ctx, p, m.number+1, b)
	}
	return contend(ctx, save, func() error {
		m, err = Recall(ctx, store, deployment, p)
		return err
	})
}
