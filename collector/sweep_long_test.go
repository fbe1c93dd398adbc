package collector_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// until sweeps with a deadline each until one is done.
func until(t *testing.T, r *cloud.Region, o collector.Options, limit time.Duration, most int) (sweeps int) {
	t.Helper()
	for n := 1; n <= most; n++ {
		o.Deadline = time.Now().Add(limit)
		got := collector.Sweep(t.Context(), rig.Place, r, o)
		if time.Now().After(o.Deadline) || len(got.Failures) > 0 {
			t.Fatalf("sweep %d ended %v after its deadline: %s", n, time.Since(o.Deadline), rig.Failures(got))
		}
		if got.Done {
			return n
		}
	}
	t.Fatalf("not done after %d sweeps", most)
	return 0
}

// TestManyGroups: more log groups than one Lambda invocation can attach take several, each
// of which goes on where the one before stopped. SEAMARK_TORTURE=1: 10,000 in 15 minutes each.
func TestManyGroups(t *testing.T) {
	groups, limit := 2500, 225*time.Second
	if os.Getenv("SEAMARK_TORTURE") != "" {
		groups, limit = 10_000, 15*time.Minute
	}
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
		r := c.Region(rig.Place)
		for i := range groups {
			r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/app/%05d", i), Created: 1}, rig.Booking()...)
		}
		before := r.Snapshot(nil)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		n := until(t, r, o, limit, 5)
		puts := c.Calls()["PutSubscriptionFilter"]
		t.Logf("%d log groups: %d sweeps of %v, %d puts", groups, n, limit, puts)
		if puts != groups || n < 2 {
			t.Errorf("%d puts for %d groups in %d sweeps", puts, groups, n)
		}
		o.States, o.Destroy = &rig.States{}, true // nothing is remembered
		n = until(t, r, o, limit, 8)
		t.Logf("destroyed in %d sweeps", n)
		if got := r.Snapshot(nil); got != before || n < 2 {
			t.Errorf("destroyed in %d sweeps, left:\n%s", n, cmp.Diff(before, got))
		}
	})
}

// TestSideBySide: sweeps, sweeps of hints and others' notes about one place at the same
// time: nobody's notes are lost, and the next sweep finds all in order.
func TestSideBySide(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
		r := city(c)
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: distant{st}, Limits: &quota.Limits{}}
		collector.Sweep(t.Context(), rig.Place, r, o)
		var wg sync.WaitGroup
		for i := range 10 {
			name := fmt.Sprint("/new/", i)
			r.AddLogGroup(inventory.LogGroup{Name: name, Created: 1}, rig.Booking()...)
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 300 * time.Millisecond)
				if got := collector.SweepHint(t.Context(), r, hint.Hint{Place: rig.Place, Groups: []string{name}}, o); !got.Done {
					t.Errorf("%+v %s", got, rig.Failures(got))
				}
			})
			wg.Go(func() {
				err := state.Update(t.Context(), o.States, "acme", rig.Place, func(s *state.State) { s.Pending[fmt.Sprint("/gap/", i)] = state.Gap{From: 1, To: 2} })
				if err != nil {
					t.Error(err)
				}
			})
		}
		for range 2 {
			wg.Go(func() {
				if got := collector.Sweep(t.Context(), rig.Place, r, o); !got.Done || len(got.Failures) > 0 {
					t.Errorf("%+v %s", got, rig.Failures(got))
				}
			})
		}
		wg.Wait()
		s := st.Decoded(t, rig.Place)
		for i := range 10 {
			if g := s.Groups[fmt.Sprint("/new/", i)]; g.Hash == "" {
				t.Errorf("/new/%d: %+v", i, g)
			}
			if _, found := s.Pending[fmt.Sprint("/gap/", i)]; !found {
				t.Errorf("the note about /gap/%d is lost", i)
			}
			if _, found := s.Pending[fmt.Sprint("/new/", i)]; !found {
				t.Errorf("the history of /new/%d is lost", i)
			}
		}
		if got := collector.Sweep(t.Context(), rig.Place, r, o); got.Writes != 0 || len(got.Failures) > 0 {
			t.Errorf("%d writes, %s", got.Writes, rig.Failures(got))
		}
	})
}
