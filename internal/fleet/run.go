package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Poster delivers records, each one what CloudWatch Logs handed to Firehose.
type Poster interface {
	// Post returns nil when all records are known to be stored. After an error it is not
	// known whether they are.
	Post(ctx context.Context, records [][]byte) error
}

// A Firehose request holds 500 records and 1 MiB at most here; the real one's buffer can be set.
const (
	maxRecords = 500
	maxBytes   = 1 << 20
)

// grace is how long a delivery that has begun may go on after Run was told to stop.
const grace = 10 * time.Second

// Run delivers what the company logs, second by second as the clock goes on, until ctx is
// done; what lies between the fleet's start and now is delivered first. A delivery that
// fails for good is counted as lost (see Lost) and reported at the end, joined; Run goes on.
func (f *Fleet) Run(ctx context.Context, p Poster) error {
	var failed []error
	post, cancel := f.outlive(ctx)
	defer cancel()
	for next := f.start; ; next = next.Add(time.Second) {
		if wait := next.Add(time.Second).Sub(f.clock.Now()); wait > 0 {
			if f.clock.Sleep(ctx, wait) != nil {
				return errors.Join(failed...)
			}
		}
		if err := f.deliver(post, p, next); err != nil && len(failed) < 10 {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			return errors.Join(failed...)
		}
	}
}

// outlive is a context that ends a while after ctx.
func (f *Fleet) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	post, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		_ = f.clock.Sleep(post, grace)
		cancel()
	})
	return post, func() { stop(); cancel() }
}

func (f *Fleet) deliver(ctx context.Context, p Poster, second time.Time) error {
	var (
		records [][]byte
		size    int
		truth   Truth
		failed  []error
	)
	send := func() {
		if len(records) == 0 {
			return
		}
		err := p.Post(ctx, records)
		f.mu.Lock()
		if err != nil {
			f.lost.Add(truth)
			failed = append(failed, fmt.Errorf("deliver %s: %w", second.UTC().Format(time.RFC3339), err))
		} else {
			f.delivered.Add(truth)
		}
		f.mu.Unlock()
		records, size, truth = nil, 0, Truth{}
	}
	for payload := range f.Payloads(second, second.Add(time.Second)) {
		if len(records) == maxRecords || size+len(payload.Data) > maxBytes {
			send()
		}
		records = append(records, payload.Data)
		size += len(payload.Data)
		truth.Add(payload.Truth)
	}
	send()
	return errors.Join(failed...)
}

// Delivered is the truth about what was acknowledged so far.
func (f *Fleet) Delivered() Truth {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.delivered.clone()
}

// Lost is the truth about what was given up: it may be stored or not.
func (f *Fleet) Lost() Truth {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost.clone()
}
