package quota

import (
	"context"
	"sync"
	"time"
)

// bucket is a token bucket that adapts to throttling: others call the same API in the
// same account, and quotas differ from their documentation. A throttled call cuts the
// rate, each success raises it a little (additive increase, multiplicative decrease).
type bucket struct {
	mu      sync.Mutex
	ceiling float64 // tokens per second, as documented
	rate    float64 // as learned
	tokens  float64 // negative: so many calls wait
	last    time.Time
	cut     time.Time
}

func newBucket(perSecond float64, now time.Time) *bucket {
	return &bucket{ceiling: perSecond, rate: perSecond, tokens: perSecond, last: now}
}

// take reserves a token and says how long to wait for it.
func (b *bucket) take(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill(now)
	b.tokens--
	if b.tokens >= 0 {
		return 0
	}
	return time.Duration(-b.tokens / b.rate * float64(time.Second))
}

// refill never holds more than a second's tokens.
func (b *bucket) refill(now time.Time) {
	if passed := now.Sub(b.last).Seconds(); passed > 0 {
		b.tokens = min(b.tokens+passed*b.rate, b.ceiling)
	}
	b.last = now
}

// putBack returns a token that was not used.
func (b *bucket) putBack() {
	b.mu.Lock()
	b.tokens++
	b.mu.Unlock()
}

func (b *bucket) succeeded() {
	b.mu.Lock()
	b.rate = min(b.rate+b.ceiling/50, b.ceiling)
	b.mu.Unlock()
}

// throttled cuts the rate, once a second at most: the calls of one burst are one sign.
func (b *bucket) throttled(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.cut) < time.Second {
		return
	}
	b.refill(now)
	b.cut = now
	b.rate = max(b.rate*0.8, b.ceiling/20)
	b.tokens = min(b.tokens, 0)
}

// sleep waits d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
