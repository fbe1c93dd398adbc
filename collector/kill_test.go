package collector_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// TestKilledSwap: killed at any moment of a swap, the next sweep puts the filter and knows
// the whole gap.
func TestKilledSwap(t *testing.T) {
	gaps := 0
	for after := time.Duration(0); after < 2*time.Second; after += 50 * time.Millisecond {
		rig.InBubble(t, func(t *testing.T) {
			c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, FilterLimit: 1})
			r := c.Region(rig.Place)
			r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1}, rig.Booking()...)
			kept := &rig.States{}
			o := collector.Options{Config: rig.Config(), States: kept}
			collector.Sweep(t.Context(), rig.Place, r, o)
			s := kept.Decoded(t, rig.Place)
			s.Pending = map[string]state.Gap{}
			b, _ := json.Marshal(s)
			kept.Put(rig.Place, b)

			r.Tag("/app", rig.Tag("product", "cargo"), rig.Tag("environment", "prod"))
			time.Sleep(time.Minute)
			began := time.Now().UnixMilli()
			var dead atomic.Bool
			ctx, kill := context.WithCancel(t.Context())
			time.AfterFunc(after, func() { dead.Store(true); kill() })
			o.States = crash{kept, &dead}
			collector.Sweep(ctx, rig.Place, r, o)
			kill()
			time.Sleep(time.Hour)
			if len(r.Filters("/app")) == 0 {
				gaps++
			}
			o.States = kept
			collector.Sweep(t.Context(), rig.Place, r, o)
			f := r.Filters("/app")
			if len(f) != 1 || !strings.Contains(f[0].Name, "/cargo/") {
				t.Fatalf("killed after %v: filters %v", after, f)
			}
			if g := kept.Decoded(t, rig.Place).Pending["/app"]; g.From < began || g.From > f[0].Created || g.To < f[0].Created {
				t.Errorf("killed after %v: gap %+v, filter put at %d", after, g, f[0].Created)
			}
		})
	}
	if gaps == 0 {
		t.Error("no kill hit the gap")
	}
}

// TestLakeStates keeps the state in a real store.
func TestLakeStates(t *testing.T) {
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	st := state.LakeStore{Store: dir, Deployment: "acme"}
	c := rig.NewTown()
	o := collector.Options{Config: rig.Config(), States: st}
	for i, want := range []bool{true, false} {
		got := collector.Sweep(t.Context(), rig.Place, c.Region(rig.Place), o)
		if len(got.Failures) > 0 || (got.Writes > 0) != want {
			t.Errorf("sweep %d: %d writes, %s", i+1, got.Writes, rig.Failures(got))
		}
	}
	if b, number, err := st.LoadState(t.Context(), rig.Place); err != nil || len(b) == 0 || number < 2 {
		t.Errorf("state %d of %d bytes, %v", number, len(b), err)
	}
}

// TestKilledThenUntagged: filters that a killed sweep could not note are found all the same.
func TestKilledThenUntagged(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
		r := c.Region(rig.Place)
		for _, g := range []string{"/a", "/b"} {
			r.AddLogGroup(inventory.LogGroup{Name: g, Created: 1}, rig.Booking()...)
		}
		kept := &rig.States{}
		var dead atomic.Bool
		ctx, kill := context.WithCancel(t.Context())
		o := collector.Options{Config: rig.Config(), States: crash{kept, &dead}, Progress: func(collector.Change) {
			time.AfterFunc(time.Second, func() { dead.Store(true); kill() })
			dead.Store(true) // nothing is saved once the first change is under way
		}}
		collector.Sweep(ctx, rig.Place, r, o)
		kill()
		if len(r.Filters("/a"))+len(r.Filters("/b")) == 0 {
			t.Fatal("killed too early to mean anything")
		}
		for _, g := range []string{"/a", "/b"} {
			r.Tag(g)
		}
		o = collector.Options{Config: rig.Config(), States: kept}
		collector.Sweep(t.Context(), rig.Place, r, o)
		if f := append(r.Filters("/a"), r.Filters("/b")...); len(f) > 0 {
			t.Errorf("left behind %v", f)
		}
	})
}

// TestRetagged: alarms follow the tags of their resource, and so do their own tags, which
// Put does not touch.
func TestRetagged(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{TagDelay: 5 * time.Second})
		r := c.Region(rig.Place)
		r.AddFunction(inventory.Function{Name: "f", Timeout: 3}, append(rig.Booking(), rig.Tag("runbook", "https://wiki/a"))...)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		time.Sleep(time.Minute)
		collector.Sweep(t.Context(), rig.Place, r, o)
		r.Tag("f", append(rig.Booking(), rig.Tag("severity", "critical"), rig.Tag("alarm-errors", "2/10"))...)
		time.Sleep(time.Minute)
		if got := collector.Sweep(t.Context(), rig.Place, r, o); len(got.Failures) > 0 || got.Created > 0 || got.Deleted > 0 {
			t.Errorf("%+v %s", got, rig.Failures(got))
		}
		a, _ := r.MetricAlarm("seamark/booking/prod/f/errors")
		if s, _ := a.Tags.Get("seamark:severity"); a.Threshold != 0.02 || s != "critical" || !strings.Contains(a.Description, `"evaluationPeriod":600`) {
			t.Errorf("%+v", a)
		}
		if v, there := a.Tags.Get("seamark:runbook"); there {
			t.Errorf("the tag runbook is still %s", v)
		}
		for range 2 {
			if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 {
				t.Errorf("not at rest: %d writes", got.Writes)
			}
			time.Sleep(time.Hour)
		}
	})
}
