package history_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// mortal ends a process at its n-th call of the cloud, of landing or of the state store:
// before the call takes effect, or after it and before its answer comes.
type mortal struct {
	*past
	mu    sync.Mutex
	calls int
	at    int
	after bool
	dead  bool
	die   context.CancelFunc
	names []string
}

var errDead = errors.New("the process is dead")

// call runs fn, unless the process is dead.
func (m *mortal) call(name string, fn func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	m.names = append(m.names, name)
	if m.calls++; m.calls != m.at {
		return fn()
	}
	if m.after {
		fn()
	}
	m.dead = true
	m.die()
	return errDead
}

func (m *mortal) LogEvents(ctx context.Context, group, pattern string, from, to int64, token string) (page []inventory.LogEvent, next string, err error) {
	err = m.call("FilterLogEvents", func() error {
		page, next, err = m.past.LogEvents(ctx, group, pattern, from, to, token)
		return err
	})
	return page, next, err
}

func (m *mortal) Create(key string, write func(io.Writer) error) error {
	return m.call("Create", func() error { return m.shelf.Create(key, write) })
}

func (m *mortal) LoadState(ctx context.Context, p inventory.Place) (b []byte, number int, err error) {
	err = m.call("LoadState", func() error {
		b, number, err = m.states.LoadState(ctx, p)
		return err
	})
	return b, number, err
}

func (m *mortal) SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error {
	return m.call("SaveState", func() error { return m.states.SaveState(ctx, p, number, b) })
}

// long is a history of several objects, in several groups.
func long() *past {
	x := newPast(cloud.Options{PageSize: 20})
	x.h.Small(1500, 4000)
	for g := range 3 {
		name := fmt.Sprint("/app/", g)
		x.AddLogGroup(inventory.LogGroup{Name: name, Created: time.Now().UnixMilli()}, rig.Booking()...)
	}
	for i := range 60 {
		for g := range 3 {
			x.Log(fmt.Sprint("/app/", g), fmt.Sprint("s", i%4), fmt.Sprintf("line %d", i*7919))
		}
		time.Sleep(time.Second)
	}
	time.Sleep(time.Hour)
	return x
}

// TestHistoryKilled: killed at any call, before or after it took effect, the next fetch
// goes on; in the end each event lies in landing once.
func TestHistoryKilled(t *testing.T) {
	calls := 0
	for at := 1; at == 1 || at <= calls; at++ {
		for _, after := range []bool{false, true} {
			rig.InBubble(t, func(t *testing.T) {
				x := long()
				collector.Sweep(t.Context(), rig.Place, x, x.o)
				time.Sleep(time.Hour)
				ctx, die := context.WithCancel(t.Context())
				defer die()
				m := &mortal{past: x, at: at, after: after, die: die}
				if at == 1 && !after {
					m.at = 0 // count
				}
				h := x.h
				h.States, h.Landing, h.Width = m, m, 1
				r := history.FetchPending(ctx, rig.Place, m, h)
				if m.at == 0 {
					calls = m.calls
					if !r.Done || calls < 20 {
						t.Fatalf("%+v after %v", r, m.names)
					}
				} else if r.Done || !m.dead {
					t.Fatalf("call %d: not killed", at)
				}
				time.Sleep(time.Minute)
				x.fetchAll(t)
				got := ids(x.shelf.events(t))
				if len(got) != 180 {
					t.Errorf("killed at call %d (%s, after %v): %d events, want 180", at, m.names[len(m.names)-1], after, len(got))
				}
				for id, n := range got {
					if n != 1 {
						t.Fatalf("killed at call %d (%s, after %v): %s lies in landing %d times", at, m.names[len(m.names)-1], after, id, n)
					}
				}
			})
		}
	}
	t.Logf("killed at %d calls", calls)
}
