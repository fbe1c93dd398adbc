package collector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// TestRulesFromTags: a whole sweep notes which rules of people's own tags ask for, by log group, its
// writer's tags among them; what they say wrongly is found, and what they say no more is forgotten.
func TestRulesFromTags(t *testing.T) {
	store, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		r := c.Region(rig.Place)
		r.AddFunction(inventory.Function{Name: "create"}, append(rig.Booking(), rig.Tag("alarm-slow", "800/10"), rig.Tag("alarm-quiet", "ON"))...)
		r.AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/create"})
		r.AddLogGroup(inventory.LogGroup{Name: "/app/a"}, append(rig.Booking(), rig.Tag("alarm-slow", "fast"), rig.Tag("alarm-quiet", "off"), rig.Tag("alarm-other", "1"))...)
		cfg := rig.Config()
		cfg.OwnRules = []string{"quiet", "slow"}
		states := state.LakeStore{Store: store, Deployment: cfg.Deployment}
		o := collector.Options{Config: cfg, States: states, Rules: states}
		plan := o
		plan.DryRun = true
		for i, o := range []collector.Options{plan, o, o} {
			report := collector.Sweep(t.Context(), rig.Place, r, o)
			if len(report.Failures) > 0 {
				t.Fatal(rig.Failures(report))
			}
			var found []string
			for _, f := range report.Findings {
				found = append(found, f.Problem)
			}
			for _, want := range []string{"'fast' is not a threshold: use on, off, a threshold, or threshold/minutes: 20/10", "there is no rule 'other'; known are 4xx, 5xx, latency, errors, throttles, duration, quiet, slow"} {
				if !strings.Contains(strings.Join(found, "\n"), want) {
					t.Errorf("findings lack %q: %q", want, found)
				}
			}
			got, err := state.Rules(t.Context(), store, cfg.Deployment)
			if err != nil {
				t.Fatal(err)
			}
			of := seamark.AskedRule{Rule: "quiet", Product: "booking", Environment: "prod", Component: "create", AccountID: rig.Place.Account, Region: rig.Place.Region}
			slow := of
			slow.Rule, slow.Threshold, slow.Window = "slow", 800, seamark.Duration(10*time.Minute)
			want := []seamark.AskedRule{of, slow}
			if i == 0 {
				want = nil
			}
			if d := cmp.Diff(got, want); d != "" {
				t.Errorf("sweep %d (-got +want):\n%s", i, d)
			}
		}
		destroy := o
		destroy.Destroy = true
		collector.Sweep(t.Context(), rig.Place, r, destroy)
		if got, err := state.Rules(t.Context(), store, cfg.Deployment); err != nil || len(got) > 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
	if err := store.PutBytes("collector/acme/1/r/rules.json", []byte("{")); err != nil {
		t.Fatal(err)
	}
	if _, err := state.Rules(t.Context(), store, "acme"); err == nil || !strings.Contains(err.Error(), "collector/acme/1/r/rules.json") {
		t.Errorf("a damaged object: %v", err)
	}
}
