package rulebook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/query"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// disk is a Store that survives, some of whose writes fail.
type disk struct {
	memory, known []byte
	saved         []time.Time // each instant that came to be, in order
	failing       func() bool
}

func (d *disk) Load() (m rulebook.Memory, k rulebook.Known, err error) {
	if d.memory != nil {
		err = json.Unmarshal(d.memory, &m)
	}
	if d.known != nil {
		err = errors.Join(err, json.Unmarshal(d.known, &k))
	}
	return m, k, err
}

func (d *disk) Save(m rulebook.Memory) (err error) {
	if d.failing() {
		return errors.New("the disk is full")
	}
	if d.memory, err = json.Marshal(m); err == nil {
		d.saved = append(d.saved, m.Until)
	}
	return err
}

func (d *disk) SaveKnown(k rulebook.Known) (err error) {
	if d.failing() {
		return errors.New("the disk is full")
	}
	d.known, err = json.Marshal(k)
	return err
}

// heard is a Sink that keeps the turns of each alarm, some of whose calls fail.
type heard struct {
	turns   map[string][]string
	failing func() bool
}

func (h *heard) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	if h.failing() {
		return errors.New("the alerter is away")
	}
	for _, a := range alarms {
		turn := fmt.Sprintf("%s %s", a.State, a.Since.Format(time.TimeOnly))
		list := h.turns[a.Key()]
		if len(list) == 0 || list[len(list)-1] != turn {
			h.turns[a.Key()] = append(list, turn)
		}
	}
	return nil
}

// An instant is evaluated once, none is left out, and what fires and ends is told, whenever a
// process is killed, its disk full, or nobody listens.
func TestOnceOverRestarts(t *testing.T) {
	book, faults := rulebook.Read(nil, []string{"testdata/rules.yml"}, rulebook.Limits{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	rapid.Check(t, func(t *rapid.T) {
		var rows rulebook.Samples
		for range rapid.IntRange(0, 50).Draw(t, "rows") {
			l := &seamark.Log{
				Timestamp: start.Add(time.Duration(rapid.IntRange(0, 150).Draw(t, "second")) * time.Second).UnixMilli(), Component: rapid.SampledFrom([]string{"api", "worker"}).Draw(t, "component"),
				Level: rapid.SampledFrom([]string{"INFO", "ERROR"}).Draw(t, "level"), Fingerprint: rapid.SampledFrom([]string{"", "3:1", "3:2"}).Draw(t, "fingerprint"), EventName: "BOOKING_COMPLETED",
			}
			rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: l})
		}
		never := func() bool { return false }
		live := func(kill, fail func() bool) (*disk, *heard) {
			d, h := &disk{failing: fail}, &heard{map[string][]string{}, fail}
			var e *rulebook.Engine
			now := start
			for end := start.Add(9 * time.Minute); now.Before(end); now = now.Add(15 * time.Second) {
				if e == nil || kill() {
					e = rulebook.New(rulebook.Options{Book: book, Every: 15 * time.Second, Counter: rows, Sink: h, Store: d, Now: func() time.Time { return now }})
				}
				_ = e.Evaluate(t.Context())
			}
			d.failing, h.failing = never, never
			if err := e.Evaluate(t.Context()); err != nil {
				t.Fatal(err)
			}
			return d, h
		}
		want, told := live(never, never)
		chance := func(label string) func() bool {
			often := rapid.IntRange(2, 10).Draw(t, label)
			return func() bool { return rapid.IntRange(0, often).Draw(t, label) == 0 }
		}
		got, toldToo := live(chance("kill"), chance("fail"))
		for i, at := range got.saved {
			if i > 0 && !at.Equal(got.saved[i-1].Add(15*time.Second)) {
				t.Fatalf("after %v came %v", got.saved[i-1], at)
			}
		}
		if last := got.saved[len(got.saved)-1]; !last.Equal(want.saved[len(want.saved)-1]) {
			t.Fatalf("evaluated until %v", last)
		}
		// Where the first instants were lost, what they would have begun is told later: compare what is settled.
		if got.saved[0].Equal(want.saved[0]) {
			if d := cmp.Diff(string(got.memory), string(want.memory)); d != "" {
				t.Fatalf("remembers (-killed +not):\n%s", d)
			}
			for key, turns := range told.turns { // what ends in one instant and begins in the next may be told as one
				if len(toldToo.turns[key]) == 0 || toldToo.turns[key][len(toldToo.turns[key])-1] != turns[len(turns)-1] {
					t.Fatalf("%s told %v, without kills %v", key, toldToo.turns[key], turns)
				}
			}
		}
	})
}

// faulty is a Counter that cannot count one filter.
type faulty struct {
	rulebook.Counter
	word string
	err  error
}

func (f faulty) Measure(ctx context.Context, a query.Ask) ([]query.Group, error) {
	if slices.ContainsFunc(a.Measures, func(m query.Measure) bool { return strings.Contains(query.Format(m.Filter), f.word) }) {
		return nil, f.err
	}
	return f.Counter.Measure(ctx, a)
}

// A rule that cannot be counted, and one about a product that there is not, stop no other.
func TestFaultsStopNoOther(t *testing.T) {
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range 20 {
		fmt.Fprintf(&text, "  - {name: r%d, kind: count, window: 1m, threshold: 1, filter: 'component:c%d'}\n", i, i)
	}
	text.WriteString("  - {name: lost, kind: absence, window: 1m, product: boking, environment: prod}\n")
	rules, faults := rulebook.Parse("rules.yml", []byte(text.String()), rulebook.Limits{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var rows rulebook.Samples
	for i := range 20 {
		rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{Timestamp: start.Add(-10 * time.Second).UnixMilli(), Component: fmt.Sprintf("c%d", i)}})
	}
	h := &heard{map[string][]string{}, func() bool { return false }}
	o := rulebook.Options{
		Book: rulebook.Book{Rules: rules}, Every: 15 * time.Second, Counter: faulty{rows, "c7", errors.New("cannot cast")}, Sink: h, Store: &disk{failing: func() bool { return false }},
		Now: func() time.Time { return start }, Products: func(seamark.Table) []string { return []string{"booking"} },
	}
	e := rulebook.New(o)
	if err := e.Evaluate(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, fault, wrong := e.Status()
	if names := slices.Sorted(maps.Keys(wrong)); fault != "" || !slices.Equal(names, []string{"lost", "r7"}) || !strings.Contains(wrong["lost"], `product "boking"`) || wrong["r7"] != "cannot cast" {
		t.Errorf("%q %v", fault, wrong)
	}
	if len(h.turns) != 19 {
		t.Errorf("%d alarms", len(h.turns))
	}
	// When nothing can be counted the instant waits.
	o.Counter, o.Store = faulty{rows, "", &seamark.Fault{Class: seamark.Permanent, What: "the lake is away"}}, &disk{failing: func() bool { return false }}
	e = rulebook.New(o)
	if err := e.Evaluate(t.Context()); err == nil || len(o.Store.(*disk).saved) != 0 {
		t.Errorf("%v, saved %v", err, o.Store.(*disk).saved)
	}
	if until, fault, _ := e.Status(); !until.IsZero() || !strings.Contains(fault, "the lake is away") {
		t.Errorf("%v %q", until, fault)
	}
}

// What counts hours ahead says the same as what counts each window by itself.
func TestBacktestSaysTheSame(t *testing.T) {
	book, _ := rulebook.Read(nil, []string{"testdata/rules.yml"}, rulebook.Limits{})
	rapid.Check(t, func(t *rapid.T) {
		var rows rulebook.Samples
		second := rapid.IntRange(0, 6*3600+1800)
		for range rapid.IntRange(0, 15).Draw(t, "bursts") {
			at, gap := second.Draw(t, "at"), rapid.IntRange(1, 20).Draw(t, "gap")
			level, route := rapid.SampledFrom([]string{"INFO", "ERROR"}).Draw(t, "level"), rapid.SampledFrom([]string{"/a", "/b"}).Draw(t, "route")
			for i := range rapid.IntRange(1, 30).Draw(t, "rows") {
				ms := start.Add(time.Duration(at+i*gap) * time.Second).UnixMilli()
				status, latency := int32(200+100*rapid.IntRange(0, 3).Draw(t, "class")), rapid.Float64Range(1, 2000).Draw(t, "latency")
				rows = append(rows,
					seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{Timestamp: ms, Component: "api", Level: level, Fingerprint: "3:" + route, EventName: "BOOKING_COMPLETED"}},
					seamark.Hit{Table: seamark.TableAccessLogs, Product: "booking", Environment: "prod", Access: &seamark.AccessLog{Timestamp: ms, Route: route, Status: &status, LatencyMs: &latency}})
			}
		}
		o := rulebook.BacktestOptions{Book: book, Counter: rows, Span: seamark.Span{From: start, To: start.Add(7 * time.Hour)}, Step: time.Minute}
		got, wrong, err := rulebook.Backtest(t.Context(), o)
		if err != nil || len(wrong) > 0 {
			t.Fatal(err, wrong)
		}
		now := start
		fires := map[string]bool{}
		var want []string
		e := rulebook.New(rulebook.Options{Book: book, Every: time.Minute, Counter: rows, Store: &disk{failing: func() bool { return false }}, Now: func() time.Time { return now }, Sink: sink(func(a seamark.Alarm) {
			if on := a.State == seamark.AlarmFiring; on != fires[a.Key()] {
				if fires[a.Key()] = on; on {
					want = append(want, a.Rule+" "+a.Since.Format(time.TimeOnly)+" "+a.Scope.Component)
				}
			}
		})})
		for now = start.Add(time.Minute); !now.After(start.Add(7 * time.Hour)); now = now.Add(time.Minute) {
			if err := e.Evaluate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var found []string
		for _, x := range got {
			found = append(found, x.Rule+" "+x.From.Format(time.TimeOnly)+" "+x.Component)
		}
		if d := cmp.Diff(found, want); d != "" {
			t.Fatalf("(-ahead +live):\n%s", d)
		}
	})
}

type sink func(seamark.Alarm)

func (s sink) Observe(_ context.Context, alarms ...seamark.Alarm) error {
	for _, a := range alarms {
		s(a)
	}
	return nil
}
