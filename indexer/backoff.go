package indexer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// maxRetryAfter bounds what a server may ask us to wait.
const maxRetryAfter = 5 * time.Minute

// backoff is the waiting of one batch: exponential with jitter, begun anew whenever
// something went through.
type backoff struct {
	first, most, elapsed time.Duration // elapsed 0: for ever
	tries                int
	since                time.Time // of the first try without progress
}

// progress forgets all failures.
func (b *backoff) progress() { b.tries, b.since = 0, time.Time{} }

// wait sleeps before the next try after err. When that would pass the time allowed it
// returns err, and ctx's error when ctx ends.
func (b *backoff) wait(ctx context.Context, err error) error {
	now := time.Now()
	if b.since.IsZero() {
		b.since = now
	}
	d := b.most
	if b.tries < 30 {
		d = min(b.most, b.first<<b.tries)
	}
	b.tries++
	d = d/2 + rand.N(d/2+1)
	if asked, ok := errors.AsType[*WaitError](err); ok {
		d = max(d, min(asked.After, maxRetryAfter))
	}
	if b.elapsed > 0 && now.Add(d).Sub(b.since) > b.elapsed {
		return &seamark.Fault{Class: seamark.Temporary, What: "gave up after " + now.Sub(b.since).Round(time.Second).String() + " without progress", Err: err,
			Remedy: "run it again later: it goes on where it was"}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
