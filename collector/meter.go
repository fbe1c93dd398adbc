package collector

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
	buckets map[inventory.Place]map[operation]*bucket
}

func (l *Limits) bucket(p inventory.Place, o operation) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[inventory.Place]map[operation]*bucket{}
	}
	if l.buckets[p] == nil {
		l.buckets[p] = map[operation]*bucket{}
	}
	b := l.buckets[p][o]
	if b == nil {
		rate, _ := o.quota()
		b = newBucket(rate, time.Now())
		l.buckets[p][o] = b
	}
	return b
}

// errHandOn says that the sweep must end here and the rest is for the next one: its
// deadline is near, or its budget of calls is spent.
var errHandOn = errors.New("handed on to the next sweep")

// meter paces and counts the calls of one sweep.
type meter struct {
	place    inventory.Place
	limits   *Limits
	deadline time.Time // zero: none
	budget   int64     // calls; 0: any number
	reads    atomic.Int64
	writes   atomic.Int64
}

// The patience with faults that pass.
const (
	maxThrottles = 30
	maxFaults    = 7
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// call makes one API call within its bucket. Throttling and faults that pass are tried
// again; the error is the last one.
func (m *meter) call(ctx context.Context, o operation, fn func() error) error {
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
		switch judge(err) {
		case throttled:
			b.throttled(time.Now())
			if throttles++; throttles > maxThrottles {
				return err
			}
		case passing:
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
func (m *meter) admit(ctx context.Context, b *bucket) error {
	wait := b.take(time.Now())
	if !m.deadline.IsZero() && time.Now().Add(wait).After(m.deadline) {
		b.putBack()
		return errHandOn
	}
	if err := sleep(ctx, wait); err != nil {
		b.putBack()
		return err
	}
	if m.budget > 0 && m.reads.Load()+m.writes.Load() >= m.budget {
		b.putBack()
		return errHandOn
	}
	return nil
}

func (m *meter) count(o operation) {
	if _, write := o.quota(); write {
		m.writes.Add(1)
	} else {
		m.reads.Add(1)
	}
}

// pause doubles with each fault, with full jitter.
func (m *meter) pause(ctx context.Context, n int) error {
	d := min(firstPause<<(n-1), longestPause)
	d = d/2 + rand.N(d/2)
	if !m.deadline.IsZero() && time.Now().Add(d).After(m.deadline) {
		return errHandOn
	}
	return sleep(ctx, d)
}

// pages reads a listing to its end.
func pages[T any](ctx context.Context, m *meter, o operation, next func(token string) ([]T, string, error), each func(T)) error {
	token := ""
	for {
		var page []T
		var after string
		err := m.call(ctx, o, func() (err error) {
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
