package rules_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rules"
)

// TestMissedWindows: what stood still for an hour and goes on tells of the outage that lies
// inside, late and marked so, and of its end; no window is looked at twice, and none is left out.
func TestMissedWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) {
			if s >= 1800 && s < 1830 { // in the middle of the hour
				return 10, 5, 0
			}
			return 10, 0, 0
		}}
		sink := &told{start: start}
		complete := func(context.Context) (time.Time, error) {
			if now := time.Now(); now.Sub(start) >= time.Minute && now.Sub(start) < time.Hour {
				return start.Add(time.Minute), nil
			}
			return time.Now(), nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour+time.Minute)
		defer cancel()
		var late []string
		observed := sinkFunc(func(ctx context.Context, alarms ...seamark.Alarm) error {
			for _, a := range alarms {
				late = append(late, a.Reason)
			}
			return sink.Observe(ctx, alarms...)
		})
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: observed, Complete: complete})
		e.Run(ctx)
		if len(sink.list) == 0 || sink.list[0] != "1h0m0s firing 4xx since 30m15s" {
			t.Fatalf("told %v", sink.list)
		}
		if last := sink.list[len(sink.list)-1]; last != "1h0m0s ok 4xx since 31m45s" {
			t.Errorf("last told: %s", last)
		}
		if !strings.Contains(late[0], "evaluated 29m45s late") {
			t.Errorf("not marked as late: %s", late[0])
		}
		if n := e.Skipped(); n != 0 {
			t.Errorf("%v were skipped", n)
		}
		for i := 1; i < len(store.spans); i++ {
			if a, b := store.spans[i-1], store.spans[i]; b.To.Before(a.To) || b.From.After(a.To) {
				t.Fatalf("after %v came %v", a, b)
			}
		}
	})
}

type sinkFunc func(context.Context, ...seamark.Alarm) error

func (f sinkFunc) Observe(ctx context.Context, alarms ...seamark.Alarm) error {
	return f(ctx, alarms...)
}

// TestLongStall: after days only the last hours are made up for, and what is left out is told.
func TestLongStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		store := &traffic{start: start, at: func(int) (int64, int64, int64) { return 0, 0, 0 }}
		var log strings.Builder
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: &told{start: start}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		for _, pause := range []time.Duration{time.Minute, 48 * time.Hour} {
			time.Sleep(pause)
			if err := e.Evaluate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(store.spans) / 3; n > 1001 {
			t.Errorf("%d windows were evaluated", n)
		}
		if got, want := e.Skipped(), 44*time.Hour; got != want {
			t.Errorf("skipped %v, want %v", got, want)
		}
		if strings.Count(log.String(), "windows of the rules were skipped") != 1 {
			t.Errorf("log: %s", log.String())
		}
	})
}

// TestWindowThatCannotBeEvaluated: one bad window of the past does not hold up the alarms.
func TestWindowThatCannotBeEvaluated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var ends []time.Duration
		bad := start.Add(5*time.Minute + 15*time.Second)
		counter := counterFunc(func(span seamark.Span) error {
			if span.To.Equal(bad) {
				return errors.New("out of memory")
			}
			ends = append(ends, span.To.Sub(start))
			return nil
		})
		e := rules.New(rules.Options{Config: config(), Counter: counter, Sink: &told{start: start}})
		time.Sleep(5 * time.Minute)
		if err := e.Evaluate(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		failed := 0
		for range 5 {
			if err := e.Evaluate(t.Context()); err != nil {
				failed++
			}
		}
		_, until, fault := e.Status()
		if failed != 2 || !until.Equal(start.Add(10*time.Minute)) || fault != "" {
			t.Errorf("failed %d times, evaluated until %v, fault %q", failed, until.Sub(start), fault)
		}
		if got, want := e.Skipped(), 15*time.Second; got != want {
			t.Errorf("skipped %v, want %v", got, want)
		}
	})
}

type counterFunc func(seamark.Span) error

func (f counterFunc) Ratios(_ context.Context, _ rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	return nil, f(span)
}

// TestClockSetBack: rules go on at once, from the new time, and say so once.
func TestClockSetBack(t *testing.T) {
	for _, by := range []time.Duration{30 * time.Second, 10 * time.Minute, 26 * time.Hour, 400 * 24 * time.Hour} {
		t.Run(fmt.Sprint(by), func(t *testing.T) {
			now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
			var log strings.Builder
			n := 0
			e := rules.New(rules.Options{Config: config(), Sink: &told{start: now}, Now: func() time.Time { return now },
				Counter: counterFunc(func(seamark.Span) error { n++; return nil }), Log: slog.New(slog.NewTextHandler(&log, nil))})
			for i := range 10 {
				if i == 5 {
					now = now.Add(-by)
				}
				now = now.Add(15 * time.Second)
				if err := e.Evaluate(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, until, _ := e.Status(); !until.Equal(now) {
					t.Fatalf("evaluation %d: until %v, want %v", i, until, now)
				}
			}
			if n != 30 || strings.Count(log.String(), "the clock was set back") != 1 {
				t.Errorf("%d counts; log: %s", n, log.String())
			}
		})
	}
}

// TestStatusWaitsForNothing: a store that does not answer does not hang the page, and is a fault.
func TestStatusWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rules.New(rules.Options{Config: config(), Sink: &told{}, Counter: hanging{}})
		ended := make(chan error)
		go func() { ended <- e.Evaluate(t.Context()) }()
		synctest.Wait()
		e.Status()
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, _, fault := e.Status(); fault == "" {
			t.Error("no fault")
		}
	})
}

type hanging struct{}

func (hanging) Ratios(ctx context.Context, _ rules.Kind, _ seamark.Span) ([]seamark.Ratio, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestStopIsNoFault: an evaluation that the end of the process cut off is not told as rules that
// are not evaluated.
func TestStopIsNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rules.New(rules.Options{Config: config(), Sink: &told{}, Counter: hanging{}})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Evaluate(ctx) }()
		synctest.Wait()
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if _, _, fault := e.Status(); fault != "" {
			t.Errorf("a fault: %s", fault)
		}
	})
}
