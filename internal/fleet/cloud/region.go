package cloud

import (
	"context"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Region is one region of one account. It is a collector.Cloud.
type Region struct {
	cloud *Cloud
	place inventory.Place

	mu            sync.Mutex
	buckets       map[string]*bucket
	denied        map[string]string // by API: error code
	noGatewayRole bool
	groups        ordered[logGroup]
	functions     ordered[function]
	apis          ordered[api]
	metric        ordered[alarm[inventory.MetricAlarm]]
	composite     ordered[alarm[inventory.CompositeAlarm]]
	alarmNames    []string            // of both; nil: to be listed anew
	recorded      map[string]Recorder // by metric: what it got
}

type logGroup struct {
	inventory.LogGroup
	made      time.Time
	retention int // days; 0: for ever
	tags      tagged
	filters   []inventory.Filter
	log       eventLog
}

type function struct {
	inventory.Function
	tags tagged
}

type api struct {
	inventory.API
	stages []inventory.Stage
	routes []inventory.Route
}

func newRegion(c *Cloud, p inventory.Place) *Region {
	return &Region{cloud: c, place: p, buckets: map[string]*bucket{}, denied: map[string]string{}}
}

// Deny makes an API fail with an error code; an empty code allows it again.
func (r *Region) Deny(api, code string) {
	r.mu.Lock()
	r.denied[api] = code
	r.mu.Unlock()
}

// WithoutGatewayRole takes away the account's role with which API Gateway writes logs.
func (r *Region) WithoutGatewayRole() {
	r.mu.Lock()
	r.noGatewayRole = true
	r.mu.Unlock()
}

// listed reports whether listings show by now what was made then.
func (r *Region) listed(made time.Time) bool {
	return r.cloud.opt.ListDelay == 0 || time.Since(made) >= r.cloud.opt.ListDelay
}

func (r *Region) pageSize(ofAWS int) int {
	if n := r.cloud.opt.PageSize; n > 0 {
		return min(n, ofAWS)
	}
	return ofAWS
}

// call is one API call: it takes its time, and may be throttled, denied or fail. A fault
// may come before or after the call took effect, and the caller may be gone by then.
func (r *Region) call(ctx context.Context, api string, fn func() error) error {
	c := r.cloud
	throttle, fault, late := c.chance(api)
	c.tell(Call{r.place, api, false})
	if err := ctx.Err(); err != nil {
		return err
	}
	allowed, code := r.admit(api)
	if err := wait(ctx, c.opt.Latency); err != nil {
		return err
	}
	switch {
	case !allowed || throttle:
		return &Error{throttleCode(api), "Rate exceeded"}
	case code != "":
		return &Error{code, api}
	case fault && !late:
		return &Error{"InternalFailure", "before " + api}
	}
	r.mu.Lock()
	err := fn()
	r.mu.Unlock()
	c.tell(Call{r.place, api, true})
	if gone := ctx.Err(); gone != nil {
		return gone
	}
	if fault {
		return &Error{"InternalFailure", "after " + api}
	}
	return err
}

// admit takes a token of the API's bucket, and says with which code the API is denied.
func (r *Region) admit(api string) (allowed bool, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := quotaOf(api)
	b := r.buckets[q.name]
	if b == nil {
		b = newBucket(q)
		r.buckets[q.name] = b
	}
	return b.take(time.Now()), r.denied[api]
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
