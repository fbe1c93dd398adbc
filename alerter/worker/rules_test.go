package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rules"
)

// counts are what a store counts now.
type counts struct {
	errors int64
	fail   error
	spans  []seamark.Span
}

func (c *counts) Ratios(_ context.Context, kind rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	if kind != rules.KindErrors || c.fail != nil {
		return nil, c.fail
	}
	c.spans = append(c.spans, span)
	return []seamark.Ratio{{Scope: seamark.Scope{Product: "booking", Environment: "prod", Component: "fn", AccountID: "222222222222", Region: "eu-central-1"}, Matching: c.errors, Total: 100}}, nil
}

// Each evaluation is another process: what fires, how often it was clean, and up to when
// all was looked at, lies in the bucket.
func TestRules(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began}
	store := &counts{}
	o := rules.Options{Config: rules.DefaultConfig(), Counter: store}
	o.Config.Lag, o.Config.Every = seamark.Duration(10*time.Minute), seamark.Duration(time.Minute)
	evaluate := func(errs int64) int {
		t.Helper()
		store.errors = errs
		c.pass(time.Minute)
		r, err := invocation(d, to, c.now).Rules(t.Context(), o)
		if err != nil || !r.Until.Equal(c.now().Add(-10*time.Minute)) {
			t.Fatalf("%+v, %v", r, err)
		}
		return r.Firing
	}
	for i, step := range []struct {
		errors int64
		firing int
	}{{0, 0}, {50, 1}, {50, 1}, {0, 1}, {0, 0}, {0, 0}} {
		if got := evaluate(step.errors); got != step.firing {
			t.Errorf("evaluation %d: %d firing, want %d", i, got, step.firing)
		}
	}
	if to.all() != 1 {
		t.Errorf("%d cards", to.all())
	}
	for _, last := range to.last {
		if last.Status != seamark.IncidentResolved {
			t.Errorf("it is %s", last.Status)
		}
	}
	// After a stall the missed windows are made up for.
	store.spans = nil
	c.pass(4 * time.Minute)
	evaluate(0)
	if len(store.spans) != 5 {
		t.Errorf("%d windows after five minutes", len(store.spans))
	}
	store.fail = errors.New("no answer")
	c.pass(time.Minute)
	if _, err := invocation(d, to, c.now).Rules(t.Context(), o); err == nil {
		t.Error("a store that does not answer is no error")
	}
}
