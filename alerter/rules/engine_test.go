package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/rules"
)

// traffic is a store: per second of the test, how many requests and how many of them
// were 4xx, and how many errors were logged.
type traffic struct {
	start time.Time
	at    func(second int) (requests, bad, errors int64)
	fail  error

	mu    sync.Mutex
	spans []seamark.Span
}

func (s *traffic) Ratios(_ context.Context, kind rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans = append(s.spans, span)
	if s.fail != nil {
		return nil, s.fail
	}
	scope := seamark.Scope{Product: "booking", Environment: "prod", Component: "booking-api/prod", Team: "web", AccountID: "222222222222", Region: "eu-west-1"}
	r := seamark.Ratio{Scope: scope}
	for t := span.From; t.Before(span.To); t = t.Add(time.Second) {
		requests, bad, errs := s.at(int(t.Sub(s.start) / time.Second))
		switch kind {
		case rules.Kind4xx:
			r.Matching, r.Total = r.Matching+bad, r.Total+requests
		case rules.KindErrors:
			r.Matching, r.Total = r.Matching+errs, r.Total+10*errs
		}
	}
	if r.Total == 0 {
		return nil, nil
	}
	half := r // two teams share the API: their figures are one alarm's
	half.Team, half.Matching, half.Total = "other", r.Matching/2, r.Total/2
	r.Matching, r.Total = r.Matching-half.Matching, r.Total-half.Total
	return []seamark.Ratio{r, half}, nil
}

// told is what a sink was told: "12s firing 4xx 0.5".
type told struct {
	start time.Time
	fail  error
	list  []string
	last  []seamark.Alarm
}

func (s *told) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	if s.fail != nil {
		return s.fail
	}
	s.last = alarms
	for _, a := range alarms {
		s.list = append(s.list, fmt.Sprintf("%v %s %s since %v", time.Since(s.start), a.State, a.Rule, a.Since.Sub(s.start)))
	}
	return nil
}

func config() rules.Config {
	c := rules.DefaultConfig()
	c.Lag = 0
	return c
}

func TestFiresAndResolves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) {
			if s >= 60 && s < 90 {
				return 10, 5, 0
			}
			return 10, 0, 0
		}}
		sink := &told{start: start}
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: sink})
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		e.Run(ctx)
		want := []string{}
		for s := 75; s <= 135; s += 15 { // fault in the window from 60 to 150 s; 150 s holds none
			want = append(want, fmt.Sprintf("%v firing 4xx since 1m15s", time.Duration(s)*time.Second))
		}
		want = append(want, "2m30s firing 4xx since 1m15s", "2m45s ok 4xx since 2m45s") // two clean evaluations
		if diff := cmp.Diff(sink.list, want); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
		a := sink.last[0]
		if a.Name != "seamark/booking/prod/booking-api/prod/4xx" || a.StatusCode != "4xx" || a.Scope.Team != "web" || a.Samples != 600 {
			t.Errorf("alarm %+v", a)
		}
	})
}

func TestMinimumRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &told{start: start}
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) { // 19 requests a minute, all bad
			if s >= 0 && s%60 < 19 {
				return 1, 1, 0
			}
			return 0, 0, 0
		}}
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: sink})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		e.Run(ctx)
		if len(sink.list) > 0 {
			t.Errorf("fired: %v", sink.list)
		}
	})
}

func TestErrorCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &told{start: start}
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) {
			if s == 5 || s == 6 {
				return 0, 0, 5
			}
			return 0, 0, 0
		}}
		c := config()
		c.Every = seamark.Duration(5 * time.Second)
		e := rules.New(rules.Options{Config: c, Counter: store, Sink: sink})
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Second)
		defer cancel()
		e.Run(ctx)
		if diff := cmp.Diff(sink.list, []string{"10s firing errors since 10s"}); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
		if got, want := sink.last[0].Value, 10.0; got != want {
			t.Errorf("value %v, want %v", got, want)
		}
	})
}

// A pipeline that stands still neither resolves nor fires anything: no window is looked
// at twice. Data that comes late is looked at when it is complete.
func TestLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &told{start: start}
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) {
			if s >= 30 && s < 60 {
				return 10, 10, 0
			}
			return 10, 0, 0
		}}
		complete := func(context.Context) (time.Time, error) {
			if now := time.Now(); now.Sub(start) >= 50*time.Second && now.Sub(start) < 10*time.Minute {
				return start.Add(50 * time.Second), nil // stuck
			}
			return time.Now(), nil
		}
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: sink, Complete: complete})
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
		defer cancel()
		e.Run(ctx)
		for _, line := range sink.list {
			if !strings.Contains(line, "firing") {
				t.Errorf("resolved without data: %s", line)
			}
		}
		for _, span := range store.spans {
			if span.To.After(start.Add(50 * time.Second)) {
				t.Errorf("looked at incomplete data: %v", span)
			}
		}
	})
}

// A failing counter changes nothing and is reported; a failing sink is told again.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		bad := int64(10)
		store := &traffic{start: start, at: func(int) (int64, int64, int64) { return 10, bad, 0 }}
		sink := &told{start: start}
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: sink})
		step := func() error {
			time.Sleep(time.Minute + time.Second)
			return e.Evaluate(t.Context())
		}
		if err := step(); err != nil {
			t.Fatal(err)
		}
		store.fail = errors.New("lake unreadable")
		for range 5 {
			if err := step(); err == nil || !strings.Contains(err.Error(), "lake unreadable") {
				t.Fatalf("got %v", err)
			}
		}
		if _, _, fault := e.Status(); !strings.Contains(fault, "lake unreadable") {
			t.Errorf("status %q", fault)
		}
		store.fail, bad = nil, 0
		sink.fail = errors.New("full")
		for range 3 {
			if err := step(); err == nil {
				t.Fatal("a failing sink went unreported")
			}
		}
		sink.fail = nil
		if err := e.Evaluate(t.Context()); err != nil { // no new data, yet the end is told
			t.Fatal(err)
		}
		if got := sink.last; len(got) != 1 || got[0].State != seamark.AlarmOK {
			t.Errorf("got %+v", got)
		}
		n := len(sink.list)
		if err := step(); err != nil || len(sink.list) != n {
			t.Errorf("told more: %v, %v", sink.list, err)
		}
	})
}

// A process that starts again resolves what the one before it fired.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		store := &traffic{start: start, at: func(s int) (int64, int64, int64) {
			if s < 60 {
				return 10, 10, 0
			}
			return 0, 0, 0
		}}
		m, err := alerter.New(t.Context(), alerter.Options{Store: nowhere{}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := rules.New(rules.Options{Config: config(), Counter: store, Sink: m}).Evaluate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(m.Firing()); n != 1 {
			t.Fatalf("%d alarms fire", n)
		}
		e := rules.New(rules.Options{Config: config(), Counter: store, Sink: m, Firing: m.Firing()})
		for range 2 {
			time.Sleep(2 * time.Minute)
			if err := e.Evaluate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got := m.Incidents()
		if len(got) != 1 || got[0].Status != seamark.IncidentResolved {
			t.Errorf("got %+v", got)
		}
	})
}

// nowhere stores nothing.
type nowhere struct{}

func (nowhere) Save(context.Context, incident.Entry) error     { return nil }
func (nowhere) Load(context.Context) ([]incident.Entry, error) { return nil, nil }

func (nowhere) SaveEarly(context.Context, map[string]time.Time) error { return nil }

func (nowhere) LoadEarly(context.Context) (map[string]time.Time, error) { return nil, nil }
