package quota

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Limits holds the token buckets of all places, so that what was learned outlives a
// sweep. The zero value is ready; it is safe for concurrent use.
type Limits struct {
	mu      sync.Mutex
	buckets map[inventory.Place]map[Operation]*bucket
}

func (l *Limits) bucket(p inventory.Place, o Operation) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[inventory.Place]map[Operation]*bucket{}
	}
	if l.buckets[p] == nil {
		l.buckets[p] = map[Operation]*bucket{}
	}
	b := l.buckets[p][o]
	if b == nil {
		rate, _ := o.Quota()
		b = newBucket(rate, time.Now())
		l.buckets[p][o] = b
	}
	return b
}

// ErrHandOn says that the sweep must end here and the rest is for the next one: its
// deadline is near, or its budget of calls is spent.
var ErrHandOn = errors.New("handed on to the next sweep")

// Meter paces and counts the calls of one pass over a place: a sweep, a fetch of history, a
// rehearsal.
type Meter struct {
	place    inventory.Place
	limits   *Limits
	deadline time.Time // zero: none
	budget   int64     // calls; 0: any number
	reads    atomic.Int64
	writes   atomic.Int64
}

// NewMeter is one that makes no call later than margin before the deadline (zero: none), and at
// most budget of them (0: any number). With limits nil it has buckets of its own.
func NewMeter(p inventory.Place, limits *Limits, deadline time.Time, margin time.Duration, budget int64) *Meter {
	if limits == nil {
		limits = &Limits{}
	}
	if !deadline.IsZero() {
		deadline = deadline.Add(-margin)
	}
	return &Meter{place: p, limits: limits, deadline: deadline, budget: budget}
}

// Reads is how many calls were made that only read, those tried again included.
func (m *Meter) Reads() int64 { return m.reads.Load() }

// Writes is how many calls were made that write, likewise.
func (m *Meter) Writes() int64 { return m.writes.Load() }

// The patience with faults that pass.
const (
	maxThrottles = 30
	maxFaults    = 7
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// Call makes one API call within its bucket. Throttling and faults that pass are tried
// again; the error is the last one.
func (m *Meter) Call(ctx context.Context, o Operation, fn func() error) error {
	b := m.limits.bucket(m.place, o)
	throttles, faults := 0, 0
	for {
		if !redeem(ctx, o) {
			if err := m.admit(ctx, b); err != nil {
				return err
			}
		}
		m.count(o)
		err := fn()
		if err == nil {
			b.succeeded()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch Judge(err) {
		case Throttled:
			b.throttled(time.Now())
			if throttles++; throttles > maxThrottles {
				return err
			}
		case Passing:
			if faults++; faults > maxFaults {
				return err
			}
			if e := m.pause(ctx, faults); e != nil {
				return e
			}
		default:
			return err
		}
	}
}

// admit waits for the bucket.
func (m *Meter) admit(ctx context.Context, b *bucket) error {
	wait := b.take(time.Now())
	if !m.deadline.IsZero() && time.Now().Add(wait).After(m.deadline) {
		b.putBack()
		return ErrHandOn
	}
	if err := sleep(ctx, wait); err != nil {
		b.putBack()
		return err
	}
	if m.budget > 0 && m.reads.Load()+m.writes.Load() >= m.budget {
		b.putBack()
		return ErrHandOn
	}
	return nil
}

func (m *Meter) count(o Operation) {
	if _, write := o.Quota(); write {
		m.writes.Add(1)
	} else {
		m.reads.Add(1)
	}
}

// pause doubles with each fault, with full jitter.
func (m *Meter) pause(ctx context.Context, n int) error {
	d := min(firstPause<<(n-1), longestPause)
	d = d/2 + rand.N(d/2)
	if !m.deadline.IsZero() && time.Now().Add(d).After(m.deadline) {
		return ErrHandOn
	}
	return sleep(ctx, d)
}

// Pages reads a listing to its end.
func Pages[T any](ctx context.Context, m *Meter, o Operation, next func(token string) ([]T, string, error), each func(T)) error {
	token := ""
	for {
		var page []T
		var after string
		err := m.Call(ctx, o, func() (err error) {
			page, after, err = next(token)
			return err
		})
		if err != nil {
			return err
		}
		for _, t := range page {
			each(t)
		}
		if after == "" || after == token {
			return nil
		}
		token = after
	}
}
