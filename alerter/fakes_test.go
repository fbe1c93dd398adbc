package alerter_test

import (
	"context"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// memory is a Store whose Save can be made to fail.
type memory struct {
	mu      sync.Mutex
	entries map[string]incident.Entry
	early   map[string]time.Time
	fail    error
}

func (s *memory) SaveEarly(_ context.Context, oks map[string]time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.early = oks
	}
	return s.fail
}

func (s *memory) LoadEarly(context.Context) (map[string]time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.early, nil
}

func (s *memory) Save(_ context.Context, e incident.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	if s.entries == nil {
		s.entries = map[string]incident.Entry{}
	}
	s.entries[e.Incident.ID] = e
	return nil
}

func (s *memory) Load(context.Context) ([]incident.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []incident.Entry
	for _, e := range s.entries {
		list = append(list, e)
	}
	return list, nil
}

// shown is one delivery as a receiver saw it.
type shown struct {
	At    time.Duration // since the test began
	Title string
	Ref   card.Ref
	Rich  bool // has patterns
}

// recorder is a receiver that remembers what it was shown.
type recorder struct {
	name   string
	begun  time.Time
	edits  bool              // whether its messages can be edited
	answer func(n int) error // of the n-th delivery, from 0
	delay  time.Duration

	mu   sync.Mutex
	seen []shown
}

func (r *recorder) Name() string { return r.name }

func (r *recorder) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	if r.delay > 0 {
		select {
		case <-time.After(r.delay):
		case <-ctx.Done():
			return ref, &seamark.Fault{Class: seamark.Temporary, What: "timed out", Err: ctx.Err()}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.seen)
	r.seen = append(r.seen, shown{time.Since(r.begun), c.Headline(), ref, len(c.Patterns) > 0})
	if r.answer != nil {
		if err := r.answer(n); err != nil {
			return "", err
		}
	}
	if !r.edits {
		return "", nil
	}
	return card.Ref("ref-" + c.ID), nil
}

// say changes the answer to every delivery from now on.
func (r *recorder) say(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(int) error { return err }
}

func (r *recorder) list() []shown {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// slow is an Enricher.
type slow struct {
	delay time.Duration
	err   error
}

func (s slow) Patterns(ctx context.Context, scope seamark.Scope, _ seamark.Span, top int) ([]seamark.Pattern, error) {
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.err != nil {
		return nil, s.err
	}
	return []seamark.Pattern{{Fingerprint: "1:00", Count: 3, Sample: seamark.Hit{Log: &seamark.Log{Message: "boom " + scope.Product}}}}, nil
}

func (s slow) Series(_ context.Context, _ seamark.Scope, span seamark.Span, step time.Duration) ([]seamark.Bucket, error) {
	return []seamark.Bucket{{Start: span.From, Counts: map[string]int64{"ERROR": 1}}}, s.err
}

func firing(rule, component string, since time.Time, value float64) seamark.Alarm {
	return seamark.Alarm{
		Name: "seamark/booking/prod/" + component + "/" + rule, Rule: rule, State: seamark.AlarmFiring, Severity: "warning",
		Scope: seamark.Scope{Product: "booking", Environment: "prod", Component: component, Team: "web"},
		Value: value, Threshold: 0.05, Unit: "ratio", Samples: 100, Since: since, Evaluated: since, Origin: "seamark",
	}
}

func fine(a seamark.Alarm, since time.Time) seamark.Alarm {
	a.State, a.Since, a.Evaluated, a.Value = seamark.AlarmOK, since, since, 0
	return a
}

func manager(t *testing.T, o alerter.Options) *alerter.Manager {
	t.Helper()
	if o.Store == nil {
		o.Store = &memory{}
	}
	var silences *alertmanager.Silences
	if o.Silences == nil {
		var err error
		if silences, err = alertmanager.OpenSilences(inMemory{}, "silences", nil, nil); err != nil {
			t.Fatal(err)
		}
		o.Silences = silences
	}
	m, err := alerter.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if silences != nil {
		silences.OnChange(m.Changed)
	}
	return m
}

// inMemory keeps files in memory.
type inMemory map[string][]byte

func (f inMemory) PutBytes(key string, b []byte) error { f[key] = slices.Clone(b); return nil }
func (f inMemory) ReadFile(key string) ([]byte, error) {
	if b, ok := f[key]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

func observe(t *testing.T, m *alerter.Manager, alarms ...seamark.Alarm) {
	t.Helper()
	if err := m.Observe(t.Context(), alarms...); err != nil {
		t.Fatal(err)
	}
}

// fiveMinutes is the default with a longer quiet time.
func fiveMinutes() alerter.Config {
	c := alerter.DefaultConfig()
	c.Quiet = seamark.Duration(5 * time.Minute)
	return c
}

// perMinute is an Enricher that counts as many 4xx each minute as it is told.
type perMinute struct{ count func(time.Time) int64 }

func (perMinute) Patterns(context.Context, seamark.Scope, seamark.Span, int) ([]seamark.Pattern, error) {
	return nil, nil
}

func (p perMinute) Series(_ context.Context, _ seamark.Scope, span seamark.Span, step time.Duration) ([]seamark.Bucket, error) {
	var list []seamark.Bucket
	for at := span.From; at.Before(span.To); at = at.Add(step) {
		var n int64
		for t := at; t.Before(at.Add(step)); t = t.Add(time.Second) {
			n += p.count(t)
		}
		list = append(list, seamark.Bucket{Start: at, Counts: map[string]int64{"4xx": n / 60}})
	}
	return list, nil
}
