package rulebook_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
)

// fires is a sink that knows what fires.
type fires map[string]seamark.Alarm

func (f fires) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	for _, a := range alarms {
		if delete(f, a.Key()); a.State == seamark.AlarmFiring {
			f[a.Key()] = a
		}
	}
	return nil
}

func (f fires) list() []string {
	out := []string{}
	for _, a := range f {
		out = append(out, fmt.Sprintf("%s %s %v/%v", a.Rule, a.Scope.Component, a.Threshold, time.Duration(a.Window)))
	}
	slices.Sort(out)
	return out
}

// TestAsked: a rule holds where tags ask for it, with the threshold and window of each; what a tag
// says no more ends, and what cannot be taken is named and stops nothing.
func TestAsked(t *testing.T) {
	own := []rulebook.Rule{
		{Name: "many", Kind: rulebook.Count, Window: seamark.Duration(time.Minute), Threshold: 10, KeepFiring: seamark.Duration(time.Second), Tags: true},
		{Name: "quiet", Kind: rulebook.Absence, Window: seamark.Duration(time.Minute), Tags: true},
		{Name: "failing", Kind: rulebook.Ratio, Window: seamark.Duration(time.Minute), Threshold: 0.9, Match: "level:ERROR", Minimum: 1, Tags: true},
	}
	rulebook.Check(own, func(key, what, _ string) { t.Errorf("%s: %s", key, what) })
	book, faults := rulebook.Read(own, nil, rulebook.Limits{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var rows rulebook.Samples
	for i := range 120 { // a row each 10 s for twenty minutes of each of two components
		for _, component := range []string{"create", "cancel"} {
			level := []string{"INFO", "ERROR"}[i%2]
			rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod",
				Log: &seamark.Log{Timestamp: start.Add(time.Duration(i) * 10 * time.Second).UnixMilli(), Component: component, AccountID: "1", Region: "r", Level: level}})
		}
	}
	asked := func(rule, component string, threshold float64, window time.Duration) seamark.AskedRule {
		return seamark.AskedRule{Rule: rule, Product: "booking", Environment: "prod", Component: component, AccountID: "1", Region: "r", Threshold: threshold, Window: seamark.Duration(window)}
	}
	now, to := start.Add(5*time.Minute), fires{}
	e := rulebook.New(rulebook.Options{Every: time.Minute, Counter: rows, Sink: to, Store: rulebook.NewFileStore(memoryFiles{}, "rules"), Now: func() time.Time { return now }})
	step := func(list ...seamark.AskedRule) []string {
		t.Helper()
		b, faults := book.Asked(list, rulebook.Limits{Retention: 2 * time.Hour})
		for _, f := range faults {
			if !strings.Contains(f.Error(), "what a tag says of the rule") {
				t.Error(f)
			}
		}
		e.Replace(b)
		now = now.Add(time.Minute)
		if err := e.Evaluate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return append(to.list(), fmt.Sprint(len(faults)))
	}
	for i, x := range []struct{ got, want []string }{
		{step(), []string{"0"}},
		{step(asked("many", "create", 0, 0), asked("many", "cancel", 6, 0)), []string{"many cancel 6/1m0s", "0"}},
		{step(asked("many", "cancel", 6, 0)), []string{"many cancel 6/1m0s", "0"}},
		{step(asked("many", "create", 20, 5*time.Minute), asked("many", "cancel", 7, 0)), []string{"many create 20/5m0s", "0"}},
		{step(asked("quiet", "create", 0, 0), asked("quiet", "gone", 0, 0)), []string{"quiet gone 1/1m0s", "0"}},
		{step(asked("failing", "create", 50, 0), asked("failing", "cancel", 60, 0), asked("failing", "cancel", 101, 0), asked("many", "create", 0, 3*time.Hour)), []string{"failing create 0.5/1m0s", "2"}},
	} {
		if d := cmp.Diff(x.got, x.want); d != "" {
			t.Errorf("step %d (-got +want):\n%s", i, d)
		}
	}
	if _, faults := rulebook.Parse("x.yml", []byte("rules: [{name: x, kind: count, window: 1m, threshold: 1, tags: true}]"), rulebook.Limits{}); len(faults) != 1 || !strings.Contains(faults[0].Error(), "rules.own") {
		t.Errorf("in a file: %v", faults)
	}
	for _, r := range []rulebook.Rule{{By: []string{"component"}}, {Product: "booking"}} {
		r.Name, r.Kind, r.Window, r.Threshold, r.Tags = "x", rulebook.Count, seamark.Duration(time.Minute), 1, true
		var said []string
		rulebook.Check([]rulebook.Rule{r}, func(key, _, remedy string) { said = append(said, key+": "+remedy) })
		if d := cmp.Diff(said, []string{"own[0].tags: leave product, environment and by out"}); d != "" {
			t.Error(d)
		}
	}
}

// memoryFiles keeps files in memory.
type memoryFiles map[string][]byte

func (m memoryFiles) PutBytes(key string, b []byte) error { m[key] = slices.Clone(b); return nil }
func (m memoryFiles) ReadFile(key string) ([]byte, error) {
	b, ok := m[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}
