package quota

import (
	"context"
	"sync"
	"sync/atomic"
)

// ticket is a token of an operation's bucket that was taken before the call.
type ticket struct {
	operation Operation
	used      atomic.Bool
}

type ticketKey struct{}

// redeem reports whether ctx carries an unused ticket for o, and uses it.
func redeem(ctx context.Context, o Operation) bool {
	t, found := ctx.Value(ticketKey{}).(*ticket)
	return found && t.operation == o && t.used.CompareAndSwap(false, true)
}

// Dispatch calls fn for 0 to n-1, each when the bucket of its first operation has a token
// for it, and width at a time at most. So hardly more goroutines live than calls are
// under way: thousands of places would otherwise hold hundreds of megabytes of stacks
// that wait. It stops early when the sweep must.
func (m *Meter) Dispatch(ctx context.Context, first Operation, width, n int, fn func(ctx context.Context, i int)) error {
	b := m.limits.bucket(m.place, first)
	slots := make(chan struct{}, width)
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range n {
		slots <- struct{}{}
		if err := m.admit(ctx, b); err != nil {
			return err
		}
		wg.Go(func() {
			t := &ticket{operation: first}
			fn(context.WithValue(ctx, ticketKey{}, t), i)
			if !t.used.Load() {
				b.putBack()
			}
			<-slots
		})
	}
	return nil
}

// Each calls fn for 0 to n-1, width at a time; it begins no more when ctx is done.
func Each(ctx context.Context, width, n int, fn func(i int)) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := 0
	for range min(width, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n || ctx.Err() != nil {
					return
				}
				fn(i)
			}
		})
	}
	wg.Wait()
}
