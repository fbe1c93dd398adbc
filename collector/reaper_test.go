package collector_test

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// reaper kills a process at a moment that is drawn beforehand: before or after an API call
// takes effect, or before or after its state is saved.
type reaper struct {
	mu   sync.Mutex
	left int // moments
	dead bool
	kill context.CancelFunc
}

// newReaper draws a moment: most lives are short.
func newReaper(random *rand.Rand, kill context.CancelFunc) *reaper {
	longest := []int{10, 60, 300, 1500}[random.IntN(4)]
	return &reaper{left: 1 + random.IntN(longest), kill: kill}
}

// moment passes; it reports whether the process is dead by then.
func (r *reaper) moment() (dead bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left--; r.left == 0 {
		r.dead = true
		r.kill()
	}
	return r.dead
}

// reaped is the state store of a process that the reaper waits for.
type reaped struct {
	*rig.States
	reaper *reaper
}

func (s reaped) SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error {
	if s.reaper.moment() {
		return context.Canceled
	}
	err := s.States.SaveState(ctx, p, number, b)
	if s.reaper.moment() {
		return context.Canceled
	}
	return err
}
