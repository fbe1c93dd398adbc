package collector_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// event is something that teams do, and the hint that tells of it.
type event struct {
	what string
	do   func(r *cloud.Region)
	hint hint.Hint
}

// drawTags are tags that ask for something more often than not.
func drawTags(t *rapid.T) []inventory.Tag {
	var tags []inventory.Tag
	one := func(key string, values ...string) {
		if v := rapid.SampledFrom(values).Draw(t, key); v != "" {
			tags = append(tags, rig.Tag(key, v))
		}
	}
	one("product", "booking", "booking", "cargo", "")
	one("environment", "prod", "prod", "test", "")
	one("team", "web", "web", "ops", "")
	one("severity", "", "", "critical")
	one("runbook", "", "", "https://wiki/a")
	one("logs", "", "", "", "off")
	one("alarms", "", "", "", "off")
	one("alarm-errors", "", "", "", "2/10", "off")
	one("alarm-4xx", "", "", "", "nonsense")
	return tags
}

func drawEvent(t *rapid.T, i int) event {
	groups := []string{"/shared", "/own", "/aws/lambda/a", "/aws/lambda/b", "API-Gateway-Execution-Logs_id0/prod"}
	functions, apis := []string{"a", "b", "c"}, []string{"id0", "id1", "id2"}
	ofGroup := func(name string) hint.Hint { return hint.Hint{Place: rig.Place, Groups: []string{name}} }
	ofFunction := func(name string) hint.Hint { return hint.Hint{Place: rig.Place, Functions: []string{name}} }
	ofAPI := func(id string) hint.Hint {
		return hint.Hint{Place: rig.Place, APIs: []hint.APIRef{{ID: id, Protocol: inventory.HTTP}}}
	}
	kind := rapid.SampledFrom([]string{"make", "make", "tag", "tag", "remove", "strip"}).Draw(t, "what")
	tags := drawTags(t)
	switch of := rapid.SampledFrom([]string{"group", "function", "api", "api"}).Draw(t, "of"); {
	case of == "group" || kind == "strip":
		name := rapid.SampledFrom(groups).Draw(t, "group")
		return event{kind + " " + name, func(r *cloud.Region) {
			_, there := r.Retention(name)
			switch {
			case kind == "make" && !there:
				r.AddLogGroup(inventory.LogGroup{Name: name, Created: int64(i + 1)}, tags...)
			case kind == "remove":
				r.Remove(name)
			case kind == "strip" && there:
				r.RemoveFilters(name)
			case kind == "tag":
				r.Tag(name, tags...)
			}
		}, ofGroup(name)}
	case of == "function":
		f := inventory.Function{Name: rapid.SampledFrom(functions).Draw(t, "function"), Timeout: rapid.IntRange(0, 2).Draw(t, "timeout"),
			LogGroup: rapid.SampledFrom([]string{"", "", "/shared", "/own"}).Draw(t, "log group")}
		return event{kind + " function " + f.Name + " " + f.LogGroup, func(r *cloud.Region) { do(r, kind, f.Name, tags, func() { r.AddFunction(f, tags...) }) }, ofFunction(f.Name)}
	}
	a := inventory.API{ID: rapid.SampledFrom(apis).Draw(t, "api"), Name: rapid.SampledFrom([]string{"shop", "shop", "desk"}).Draw(t, "name"), Tags: inventory.NewTags(tags...),
		Protocol: rapid.SampledFrom([]inventory.Protocol{inventory.REST, inventory.HTTP, inventory.WebSocket}).Draw(t, "protocol")}
	var stages []inventory.Stage
	for _, name := range rapid.SampledFrom([][]string{{"prod"}, {"prod"}, {"prod", "$default"}, {}}).Draw(t, "stages") {
		s := inventory.Stage{Name: name, DetailedMetrics: rapid.Bool().Draw(t, "detailed")}
		if to := rapid.SampledFrom([]string{"", "", "/shared", "/own"}).Draw(t, "access log"); to != "" {
			s.AccessLog = inventory.AccessLog{Destination: rig.Place.LogGroupARN(to), Format: rapid.SampledFrom([]string{"$context.requestId,$context.status", `{"status":"$context.status"}`}).Draw(t, "format")}
		}
		stages = append(stages, s)
	}
	return event{kind + " api " + a.ID + " " + a.Name, func(r *cloud.Region) {
		do(r, kind, a.ID, tags, func() { r.AddAPI(a, []inventory.Route{{Method: "GET", Resource: "/x"}}, slices.Clone(stages)...) })
	}, ofAPI(a.ID)}
}

func do(r *cloud.Region, kind, name string, tags []inventory.Tag, add func()) {
	switch kind {
	case "make":
		add()
	case "tag":
		r.Tag(name, tags...)
	case "remove":
		r.Remove(name)
	}
}

func drawEvents(t *rapid.T, most int) []event {
	var all []event
	for i := range rapid.IntRange(1, most).Draw(t, "events") {
		all = append(all, drawEvent(t, i))
	}
	return all
}

// strangers are what others have, in the way.
func strangers(r *cloud.Region) {
	r.AddAlarm(inventory.MetricAlarm{Name: "seamark/booking/prod/a/errors", Evaluations: 1}, inventory.Tag{Key: "seamark:owner", Value: "other"})
	r.AddAlarm(inventory.MetricAlarm{Name: "seamark/booking/prod/all/all", Evaluations: 1})
}

// rest sweeps the whole place until each filter was looked at.
func rest(t *testing.T, r *cloud.Region, o collector.Options) {
	t.Helper()
	for range 12 {
		if got := collector.Sweep(t.Context(), rig.Place, r, o); len(got.Failures) > 0 {
			t.Fatal(rig.Failures(got))
		}
	}
}

// hinted sweeps what is hinted at, and all where that is not enough.
func hinted(t *testing.T, r *cloud.Region, h hint.Hint, o collector.Options) (whole bool) {
	t.Helper()
	before := r.Snapshot(nil)
	got := collector.SweepHint(t.Context(), r, h, o)
	if got.Whole {
		if after := r.Snapshot(nil); after != before {
			t.Errorf("%+v asks for a whole sweep and changed\n%s", h, cmp.Diff(before, after))
		}
		got = collector.Sweep(t.Context(), rig.Place, r, o)
		whole = true
	}
	if len(got.Failures) > 0 || !got.Done {
		t.Errorf("%+v: done %v, %s", h, got.Done, rig.Failures(got))
	}
	return whole
}

// killed sweeps what is hinted at, and dies soon.
func killed(t *testing.T, r *cloud.Region, h hint.Hint, o collector.Options, kept *rig.States, after time.Duration) {
	t.Helper()
	var dead atomic.Bool
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	timer := time.AfterFunc(after, func() { dead.Store(true); kill() })
	defer timer.Stop()
	o.States = crash{kept, &dead}
	collector.SweepHint(ctx, r, h, o)
}

// TestHintsSuffice: whatever changes, a sweep of just that leaves nothing to a whole sweep,
// though the listing of tags is late; and the end is that of whole sweeps only.
func TestHintsSuffice(t *testing.T) {
	alone, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		town, events := drawEvents(rt, 12), drawEvents(rt, 8)
		delay := rapid.SampledFrom([]time.Duration{0, 5 * time.Minute}).Draw(rt, "tag delay")
		ok := t.Run("", func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				time.Sleep(48 * time.Hour)
				c := cloud.New(cloud.Options{TagDelay: delay, FilterLimit: 2})
				a, b, none := c.Region(rig.Place), cloud.New(cloud.Options{FilterLimit: 2}).Region(rig.Place), cloud.New(cloud.Options{}).Region(rig.Place)
				oa := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true, Limits: &quota.Limits{}}
				ob := collector.Options{Config: rig.Config(), States: &rig.States{}, Limits: &quota.Limits{}}
				for _, r := range []*cloud.Region{a, b, none} {
					strangers(r)
					for _, e := range town {
						e.do(r)
					}
				}
				time.Sleep(time.Hour)
				rest(t, a, oa)
				rest(t, b, ob)
				for _, e := range events {
					e.do(a)
					e.do(b)
					e.do(none)
					time.Sleep(time.Second)
					all++
					if !hinted(t, a, e.hint, oa) {
						alone++
					}
					collector.Sweep(t.Context(), rig.Place, b, ob)
				}
				if got := collector.Sweep(t.Context(), rig.Place, a, oa); got.Writes != 0 {
					t.Errorf("left to the whole sweep: %+v", got.Changes)
				}
				rest(t, b, ob)
				if got, want := a.Snapshot(nil), b.Snapshot(nil); got != want {
					t.Errorf("ended elsewhere than whole sweeps:\n%s", cmp.Diff(want, got))
				}
				time.Sleep(time.Hour)
				oa.Destroy = true
				end := collector.Sweep(t.Context(), rig.Place, a, oa)
				if got, want := a.Snapshot(nil), none.Snapshot(nil); got != want {
					t.Errorf("destroy left %s:\n%s", rig.Failures(end), cmp.Diff(want, got))
				}
			})
		})
		if !ok {
			for _, e := range append(town, events...) {
				rt.Log(e.what)
			}
			rt.Fail()
		}
	})
	t.Logf("%d of %d hints were looked at alone", alone, all)
	if alone < all/2 {
		t.Errorf("only %d of %d hints were looked at alone", alone, all)
	}
}

// TestHintsAnyway: lost, doubled, merged, in any order and killed half-way, whole sweeps later
// all is as those alone leave it.
func TestHintsAnyway(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		town, events := drawEvents(rt, 10), drawEvents(rt, 8)
		var hints [][]hint.Hint   // after each event
		var kills []time.Duration // when their sweep is killed; 0: never
		for range events {
			kills = append(kills, time.Duration(rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4, 5, 6, 8}).Draw(rt, "kill"))*10*time.Millisecond)
			var some []hint.Hint
			for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(events)-1), 0, 3).Draw(rt, "hints") {
				some = append(some, events[i].hint)
			}
			hints = append(hints, some)
		}
		ok := t.Run("", func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				time.Sleep(48 * time.Hour)
				cfg := rig.Config()
				cfg.ManageAccessLogs = false // what was switched on and off between two sweeps leaves a log group
				a, b := cloud.New(cloud.Options{TagDelay: time.Minute, Latency: 10 * time.Millisecond}).Region(rig.Place), cloud.New(cloud.Options{}).Region(rig.Place)
				kept := &rig.States{}
				oa := collector.Options{Config: cfg, States: kept, Limits: &quota.Limits{}}
				ob := collector.Options{Config: cfg, States: &rig.States{}, Limits: &quota.Limits{}}
				for _, r := range []*cloud.Region{a, b} {
					strangers(r)
					for _, e := range town {
						e.do(r)
					}
				}
				time.Sleep(time.Hour)
				rest(t, a, oa)
				for i, e := range events {
					e.do(a)
					e.do(b)
					time.Sleep(time.Second)
					for _, h := range hint.Merge(hints[i]) {
						if kills[i] == 0 {
							hinted(t, a, h, oa)
						} else {
							killed(t, a, h, oa, kept, kills[i])
						}
					}
				}
				time.Sleep(time.Hour)
				rest(t, a, oa)
				rest(t, b, ob)
				if got, want := a.Snapshot(nil), b.Snapshot(nil); got != want {
					t.Errorf("ended elsewhere than whole sweeps:\n%s", cmp.Diff(want, got))
				}
			})
		})
		if !ok {
			for _, e := range append(town, events...) {
				rt.Log(e.what)
			}
			rt.Fail()
		}
	})
}
