package collector_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// emulated is a cloud whose tagging API knows no log groups, as MiniStack's.
type emulated struct {
	collector.Cloud
	partial bool
}

func (e emulated) PartialTags() bool { return e.partial }

func (e emulated) TaggedResources(ctx context.Context, token string) ([]inventory.TaggedResource, string, error) {
	page, next, err := e.Cloud.TaggedResources(ctx, token)
	return slices.DeleteFunc(page, func(r inventory.TaggedResource) bool { return strings.Contains(r.ARN, ":log-group:") }), next, err
}

// A type that the tagging API lacks is read resource by resource, the others are not; where
// it is AWS's own, that nothing is listed means that nothing is tagged.
func TestTypeThatTaggingLacks(t *testing.T) {
	for _, partial := range []bool{true, false} {
		rig.InBubble(t, func(t *testing.T) {
			c := cloud.New(cloud.Options{})
			r := c.Region(rig.Place)
			r.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, rig.Booking()...)
			r.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: 1_000}, rig.Booking()...)
			collector.Sweep(t.Context(), rig.Place, emulated{r, partial}, collector.Options{Config: rig.Config(), States: &rig.States{}})
			if got := len(r.Filters("/app/booking")) == 1; got != partial {
				t.Errorf("partial %v: attached %v", partial, got)
			}
			calls := c.Calls()
			if got, want := calls["logs:ListTagsForResource"] > 0, partial; got != want || calls["lambda:ListTags"]+calls["ListTags"] != 0 {
				t.Errorf("partial %v: calls %v", partial, calls)
			}
		})
	}
}
