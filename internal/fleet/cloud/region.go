package cloud

import (
	"context"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector"
)

// Region is one region of one account. It is a collector.Cloud.
type Region struct {
	cloud *Cloud
	place collector.Place

	mu        sync.Mutex
	buckets   map[string]*bucket
	denied    map[string]string // by API: error code
	groups    ordered[logGroup]
	functions ordered[function]
	apis      ordered[api]
	metric    ordered[alarm[collector.MetricAlarm]]
	composite ordered[alarm[collector.CompositeAlarm]]
}

type logGroup struct {
	collector.LogGroup
	tags    tagged
	filters []collector.Filter
}

type function struct {
	collector.Function
	tags tagged
}

type api struct {
	collector.API
	stages []collector.Stage
	routes []collector.Route
}

type alarm[T any] struct {
	T    T
	tags tagged
}

func newRegion(c *Cloud, p collector.Place) *Region {
	return &Region{cloud: c, place: p, buckets: map[string]*bucket{}, denied: map[string]string{}}
}

// Deny makes an API fail with an error code; an empty code allows it again.
func (r *Region) Deny(api, code string) {
	r.mu.Lock()
	r.denied[api] = code
	r.mu.Unlock()
}

// tagged are the tags of a resource, with those that the tagging API still shows.
type tagged struct {
	now, before collector.Tags
	changed     time.Time
}

func (t *tagged) set(tags collector.Tags) {
	t.before, t.now, t.changed = t.now, tags, time.Now()
}

// seen is what the tagging API shows.
func (t *tagged) seen(delay time.Duration) collector.Tags {
	if time.Since(t.changed) < delay {
		return t.before
	}
	return t.now
}

// call is one API call: it takes its time, and may be throttled, denied or fail. A fault
// may come before or after the call took effect.
func (r *Region) call(ctx context.Context, api string, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := r.cloud
	throttle, fault, late := c.chance(api)
	r.mu.Lock()
	if r.buckets[quotaOf(api).name] == nil {
		r.buckets[quotaOf(api).name] = newBucket(quotaOf(api))
	}
	allowed := r.buckets[quotaOf(api).name].take(time.Now()) && !throttle
	code := r.denied[api]
	r.mu.Unlock()
	if err := wait(ctx, c.opt.Latency); err != nil {
		return err
	}
	switch {
	case !allowed:
		return &Error{"ThrottlingException", "Rate exceeded"}
	case code != "":
		return &Error{code, api}
	case fault && !late:
		return &Error{"InternalFailure", "before " + api}
	}
	r.mu.Lock()
	err := fn()
	r.mu.Unlock()
	if fault {
		return &Error{"InternalFailure", "after " + api}
	}
	return err
}

func (c *Cloud) chance(api string) (throttle, fault, late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[api]++
	return c.random.Float64() < c.opt.Throttle, c.random.Float64() < c.opt.Fault, c.random.IntN(2) == 0
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
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
