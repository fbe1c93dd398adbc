package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/explain"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// TestStatus: before a sweep nothing is onboarded and each resource says what is to be done;
// after it all is that can be, and a full log group says who takes its slots. Nothing changes.
func TestStatus(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := rig.NewTown().Region(rig.Place)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		before := r.Snapshot(nil)
		for _, s := range status(t, r, o) {
			if s.Onboarded || s.Reason == "" {
				t.Errorf("before a sweep: %+v", s)
			}
		}
		if r.Snapshot(nil) != before {
			t.Error("looking changed something")
		}
		if got := collector.Sweep(t.Context(), rig.Place, r, o); len(got.Failures) > 0 {
			t.Fatal(rig.Failures(got))
		}
		for _, s := range status(t, r, o) {
			wanted := s.Name == "/app/booking" || strings.Contains(s.Name, "booking-create") || s.Name == "booking-api/prod"
			switch {
			case s.Account != rig.Place.Account || s.Region != rig.Place.Region || !strings.HasPrefix(s.ARN, "arn:aws:"):
				t.Errorf("%+v", s)
			case wanted && (!s.Onboarded || s.Product != "booking"):
				t.Errorf("after a sweep: %+v", s)
			case s.Name == "/app/full" && (s.Onboarded || !strings.Contains(s.Reason, "datadog")):
				t.Errorf("a log group without a free slot: %+v", s)
			case s.Name == "untagged" && (s.Onboarded || s.Reason == ""):
				t.Errorf("without tags: %+v", s)
			}
		}
	})
}

func status(t *testing.T, c collector.Cloud, o collector.Options) []explain.ResourceStatus {
	t.Helper()
	all, r := explain.Status(t.Context(), rig.Place, c, o)
	if len(r.Failures) > 0 || len(all) < 6 {
		t.Fatalf("%d resources; %s", len(all), rig.Failures(r))
	}
	return all
}

// TestResource: a function from its tags to its alarms, by name and by ARN; what is not there
// is not explained, and names that hold it are offered.
func TestResource(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := rig.NewTown().Region(rig.Place)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		for _, name := range []string{"booking-create", rig.Place.FunctionARN("booking-create")} {
			all, _, _ := explain.Resource(t.Context(), rig.Place, r, name, o)
			if len(all) != 1 {
				t.Fatalf("%s: %d resources", name, len(all))
			}
			e := all[0]
			if e.Onboarded || e.Decision.Kind != inventory.KindFunction || len(e.Alarms) != 3 || len(e.Changes) != 3 || e.Filter != nil {
				t.Errorf("before a sweep: %+v", e)
			}
			if !slices.ContainsFunc(e.Sources, func(s collector.Source) bool {
				return s.Setting == "product" && s.Value == "booking" && strings.Contains(s.From, "seamark:product")
			}) {
				t.Errorf("where the product comes from: %+v", e.Sources)
			}
		}
		collector.Sweep(t.Context(), rig.Place, r, o)
		all, _, _ := explain.Resource(t.Context(), rig.Place, r, "/app/booking", o)
		if len(all) != 1 || !all[0].Onboarded || all[0].Filter == nil || len(all[0].Changes) > 0 {
			t.Errorf("after a sweep: %+v", all)
		}
		all, similar, _ := explain.Resource(t.Context(), rig.Place, r, "booking", o)
		if len(all) > 0 || !slices.Contains(similar, "booking-create") {
			t.Errorf("%+v, similar %v", all, similar)
		}
	})
}
