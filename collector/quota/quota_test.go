package quota_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

var place = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

// coded is an error as the SDKs have them.
type coded string

func (c coded) Error() string     { return "refused: " + string(c) }
func (c coded) ErrorCode() string { return string(c) }

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		err  error
		want quota.Verdict
	}{
		{coded("ThrottlingException"), quota.Throttled},
		{fmt.Errorf("PutMetricAlarm: %w", coded("Throttling")), quota.Throttled},
		{coded("ServiceUnavailable"), quota.Passing},
		{os.ErrDeadlineExceeded, quota.Passing},
		{coded("ResourceNotFoundException"), quota.Gone},
		{coded("LimitExceededException"), quota.Full},
		{coded("AccessDenied"), quota.Refused},
		{coded("NoSuchCodeYet"), quota.Refused},
		{errors.New("something"), quota.Refused},
	} {
		if got := quota.Judge(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
	if quota.Code(fmt.Errorf("x: %w", coded("AccessDenied"))) != "AccessDenied" || quota.Code(errors.New("x")) != "" {
		t.Error("another code")
	}
}

// TestCallPaces: a second's tokens at once, then as many a second as the quota says; buckets
// are of an operation, and outlive the meter.
func TestCallPaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits, began := &quota.Limits{}, time.Now()
		call := func(o quota.Operation, n int) *quota.Meter {
			m := quota.NewMeter(place, limits, time.Time{}, 0, 0)
			for range n {
				if err := m.Call(t.Context(), o, func() error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			return m
		}
		m := call(quota.DescribeSubscriptionFilters, 15)
		if took := time.Since(began); took != 2*time.Second || m.Reads() != 15 || m.Writes() != 0 {
			t.Errorf("15 calls at 5 a second took %v; %d reads, %d writes", took, m.Reads(), m.Writes())
		}
		call(quota.PutSubscriptionFilter, 5)
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("another operation waited: %v", took)
		}
		if m := call(quota.DescribeSubscriptionFilters, 5); time.Since(began) != 3*time.Second || m.Reads() != 5 {
			t.Errorf("the next pass began with a full bucket: %v", time.Since(began))
		}
	})
}

// TestCallTriesAgain: what passes is tried again, what does not is the caller's, and nothing
// is tried for ever.
func TestCallTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			err   error
			fails int // times
			want  error
			calls int64
		}{
			{coded("Throttling"), 3, nil, 4},
			{coded("Throttling"), 1000, coded("Throttling"), 31},
			{coded("InternalFailure"), 7, nil, 8},
			{coded("InternalFailure"), 1000, coded("InternalFailure"), 8},
			{coded("AccessDenied"), 1, coded("AccessDenied"), 1},
			{coded("ResourceNotFoundException"), 1, coded("ResourceNotFoundException"), 1},
		} {
			m, n := quota.NewMeter(place, nil, time.Time{}, 0, 0), 0
			err := m.Call(t.Context(), quota.DeleteAlarms, func() error {
				if n++; n <= c.fails {
					return c.err
				}
				return nil
			})
			if !errors.Is(err, c.want) || m.Writes() != c.calls || m.Reads() != 0 {
				t.Errorf("%v, %d times: %v after %d calls", c.err, c.fails, err, m.Writes())
			}
		}
	})
}

// TestHandOn: no call after the deadline, none above the budget, none when it is over.
func TestHandOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		spend := func(m *quota.Meter) (calls int) {
			for {
				err := m.Call(t.Context(), quota.TagAlarm, func() error { calls++; return nil })
				if errors.Is(err, quota.ErrHandOn) {
					return calls
				}
				if err != nil || calls > 1000 {
					t.Fatal(err, calls)
				}
			}
		}
		if n := spend(quota.NewMeter(place, nil, began.Add(5*time.Second), 2*time.Second, 0)); n != 20 || time.Since(began) != 3*time.Second {
			t.Errorf("%d calls in %v", n, time.Since(began))
		}
		if n := spend(quota.NewMeter(place, nil, time.Time{}, 0, 7)); n != 7 {
			t.Errorf("%d calls of 7", n)
		}
		m := quota.NewMeter(place, nil, time.Now().Add(time.Second), 0, 0)
		if err := m.Call(t.Context(), quota.TagAlarm, func() error { return coded("InternalFailure") }); !errors.Is(err, quota.ErrHandOn) {
			t.Errorf("%v, where the next pause would end after the deadline", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := quota.NewMeter(place, nil, time.Time{}, 0, 0).Call(ctx, quota.TagAlarm, func() error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// TestPages: each page once, to the end; a listing that names one token twice ends too.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := quota.NewMeter(place, nil, time.Time{}, 0, 0)
		var got []int
		next := func(token string) ([]int, string, error) {
			switch token {
			case "":
				return []int{1, 2}, "a", nil
			case "a":
				return nil, "b", nil
			case "b":
				return []int{3}, "b", nil
			}
			return nil, "", errors.New("no such token")
		}
		if err := quota.Pages(t.Context(), m, quota.DescribeAlarms, next, func(i int) { got = append(got, i) }); err != nil || !slices.Equal(got, []int{1, 2, 3}) || m.Reads() != 3 {
			t.Errorf("%v, %v, %d calls", got, err, m.Reads())
		}
		refused := func(string) ([]int, string, error) { return []int{9}, "x", coded("AccessDenied") }
		if err := quota.Pages(t.Context(), m, quota.DescribeAlarms, refused, func(i int) { t.Errorf("took %d of a page that failed", i) }); !errors.Is(err, coded("AccessDenied")) {
			t.Error(err)
		}
	})
}

// TestDispatch: all are called, so many at a time, and the first call of each takes no second
// token.
func TestDispatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		m := quota.NewMeter(place, nil, time.Time{}, 0, 0)
		var now, most, done atomic.Int64
		err := m.Dispatch(t.Context(), quota.DescribeSubscriptionFilters, 3, 15, func(ctx context.Context, i int) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			if err := m.Call(ctx, quota.DescribeSubscriptionFilters, func() error { return nil }); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
			now.Add(-1)
			done.Add(1)
		})
		if err != nil || done.Load() != 15 || most.Load() > 3 || time.Since(began).Round(100*time.Millisecond) != 2*time.Second {
			t.Errorf("%v: %d done, %d at a time, in %v", err, done.Load(), most.Load(), time.Since(began))
		}
	})
}

// TestEach: every index once.
func TestEach(t *testing.T) {
	var seen [100]atomic.Int64
	quota.Each(t.Context(), 7, len(seen), func(i int) { seen[i].Add(1) })
	for i := range seen {
		if seen[i].Load() != 1 {
			t.Errorf("%d was called %d times", i, seen[i].Load())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	quota.Each(ctx, 2, 5, func(i int) { t.Errorf("%d was called when it was over", i) })
}
