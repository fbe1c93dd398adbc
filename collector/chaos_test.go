package collector_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// crash is a state store of a process that can be killed: then nothing is saved any more.
type crash struct {
	*rig.States
	dead *atomic.Bool
}

func (c crash) SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error {
	if c.dead.Load() {
		return context.Canceled
	}
	return c.States.SaveState(ctx, p, number, b)
}

// TestAnyTown: whatever a place holds, the second sweep writes nothing, and destroy, with
// or without the state, leaves it as found.
func TestAnyTown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit, forget := rapid.SampledFrom([]int{2, 5}).Draw(rt, "limit"), rapid.Bool().Draw(rt, "forget")
		c := cloud.New(cloud.Options{FilterLimit: limit})
		r := c.Region(rig.Place)
		drawTown(rt, r)
		before := r.Snapshot(nil)
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: st, Limits: &quota.Limits{}}
		ok := t.Run("", func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				time.Sleep(48 * time.Hour) // after the town was built on the real clock
				first := collector.Sweep(t.Context(), rig.Place, r, o)
				if second := collector.Sweep(t.Context(), rig.Place, r, o); second.Writes != 0 || len(first.Failures) > 0 {
					t.Errorf("second sweep: %+v, first: %s", second.Changes, rig.Failures(first))
				}
				if forget {
					o.States = &rig.States{}
				}
				o.Destroy = true
				end := collector.Sweep(t.Context(), rig.Place, r, o)
				if got := r.Snapshot(nil); got != before {
					t.Errorf("destroy left %s: %s", cmp.Diff(before, got), rig.Failures(end))
				}
			})
		})
		if !ok {
			rt.Fail()
		}
	})
}

func drawTown(rt *rapid.T, r *cloud.Region) {
	value := rapid.SampledFrom([]string{"booking", "Booking App", "", "prod", "off", "on", "5/10", "critical", "errors-only", "nonsense", "x:*/y"})
	keys := rapid.SampledFrom([]string{"product", "product", "environment", "team", "logs", "filter", "alarms", "severity", "runbook", "alarm-4xx", "alarm-errors", "alarm-nope"})
	tags := func(label string) []inventory.Tag {
		var all []inventory.Tag
		for range rapid.IntRange(0, 4).Draw(rt, label) {
			all = append(all, rig.Tag(keys.Draw(rt, "key"), value.Draw(rt, "value")))
		}
		return inventory.NewTags(all...)
	}
	name := rapid.SampledFrom([]string{"a", "b", "a:b", "a*b", "a/b", "long-" + fmt.Sprintf("%0240d", 1)})
	for range rapid.IntRange(0, 5).Draw(rt, "functions") {
		f := inventory.Function{Name: name.Draw(rt, "function"), Timeout: rapid.IntRange(0, 900).Draw(rt, "timeout")}
		if rapid.Bool().Draw(rt, "shared") {
			f.LogGroup = "/shared"
		}
		r.AddFunction(f, tags("function tags")...)
	}
	for i := range rapid.IntRange(0, 4).Draw(rt, "apis") {
		a := inventory.API{ID: fmt.Sprintf("id%d", i), Name: name.Draw(rt, "api"), Tags: tags("api tags"),
			Protocol: rapid.SampledFrom([]inventory.Protocol{inventory.REST, inventory.HTTP, inventory.WebSocket}).Draw(rt, "protocol")}
		stage := inventory.Stage{Name: rapid.SampledFrom([]string{"prod", "$default"}).Draw(rt, "stage"), Tags: tags("stage tags"), DetailedMetrics: rapid.Bool().Draw(rt, "detailed")}
		if rapid.Bool().Draw(rt, "logs") {
			stage.AccessLog = inventory.AccessLog{Destination: rig.Place.LogGroupARN("/shared"), Format: rapid.SampledFrom([]string{"$context.requestId,$context.status", `{"status":"$context.status"}`}).Draw(rt, "format")}
		}
		r.AddAPI(a, []inventory.Route{{Method: "GET", Resource: "/x"}, {Method: "POST", Resource: "/x"}}, stage)
	}
	for range rapid.IntRange(0, 4).Draw(rt, "groups") {
		g := rapid.SampledFrom([]string{"/shared", "/own", "/other", "/full"}).Draw(rt, "group")
		r.AddLogGroup(inventory.LogGroup{Name: g, Created: 1}, tags("group tags")...)
		for i := range rapid.IntRange(0, 2).Draw(rt, "foreign filters") {
			r.AddFilter(g, inventory.Filter{Name: fmt.Sprint("theirs", i), Destination: "arn:theirs"})
		}
	}
	for range rapid.IntRange(0, 2).Draw(rt, "foreign alarms") {
		n := rapid.SampledFrom([]string{"seamark/booking/unassigned/a/errors", "seamark/booking/unassigned/all/all", "seamark/x"}).Draw(rt, "alarm")
		r.AddAlarm(inventory.MetricAlarm{Name: n, Evaluations: 1}, inventory.Tag{Key: "seamark:owner", Value: rapid.SampledFrom([]string{"", "other"}).Draw(rt, "owner")})
	}
}
