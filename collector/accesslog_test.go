package collector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// gateway is a place with one API and its stages.
func gateway(c *cloud.Cloud, p inventory.Protocol, stages ...string) (*cloud.Region, inventory.API) {
	r := c.Region(rig.Place)
	a := inventory.API{ID: "a1b2c3d4e5", Name: "shop", Protocol: p, Tags: inventory.NewTags(rig.Booking()...)}
	var all []inventory.Stage
	for _, s := range stages {
		all = append(all, inventory.Stage{Name: s})
	}
	r.AddAPI(a, nil, all...)
	return r, a
}

func found(r *collector.Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Resource+": "+f.Problem)
	}
	return strings.Join(all, "\n")
}

// later lets tags settle, and sweeps.
func later(t *testing.T, r *cloud.Region, o collector.Options) *collector.Report {
	t.Helper()
	time.Sleep(time.Hour)
	return collector.Sweep(t.Context(), rig.Place, r, o)
}

// TestAccessLogLifecycle: on with a retention; untagged, it is off and its events stay; tagged
// again, the same group serves; destroy removes it.
func TestAccessLogLifecycle(t *testing.T) {
	const group = "/aws/apigateway/a1b2c3d4e5/prod"
	rig.InBubble(t, func(t *testing.T) {
		r, a := gateway(cloud.New(cloud.Options{TagDelay: 5 * time.Second}), inventory.REST, "prod")
		before := r.Snapshot(nil)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		state := func(filters int, on bool) {
			t.Helper()
			days, kept := r.Retention(group)
			if got := r.Filters(group); !kept || days != 14 || len(got) != filters || (r.AccessLog(a.ID, "prod") != inventory.AccessLog{}) != on {
				t.Fatalf("kept %v for %d days, filters %v, log %+v; want %d filters, on %v", kept, days, got, r.AccessLog(a.ID, "prod"), filters, on)
			}
		}
		later(t, r, o)
		state(1, true)
		for _, tags := range [][]inventory.Tag{nil, rig.Booking()} {
			r.Tag(a.ID, tags...)
			got := later(t, r, o)
			on := tags != nil
			filters := 0
			if on {
				filters = 1
			}
			if state(filters, on); len(got.Failures) > 0 {
				t.Error(rig.Failures(got))
			}
			got = later(t, r, o)
			if got.Writes != 0 || strings.Contains(found(got), group+": kept: Seamark made it") == on {
				t.Errorf("tagged %v: %d writes, findings %s", on, got.Writes, found(got))
			}
		}
		o.Destroy, o.DryRun = true, true
		var deletes []string
		for _, c := range later(t, r, o).Changes {
			if c.What == "log group" || c.What == "access log" {
				deletes = append(deletes, string(c.Action)+" "+c.What+" "+c.Name)
			}
		}
		if diff := cmp.Diff([]string{"delete access log " + group, "delete log group " + group}, deletes); diff != "" {
			t.Error(diff)
		}
		o.DryRun = false
		later(t, r, o)
		if got := r.Snapshot(nil); got != before {
			t.Error(cmp.Diff(before, got))
		}
	})
}

// TestAccessLogLeftAlone: what is a team's stays a team's.
func TestAccessLogLeftAlone(t *testing.T) {
	const group = "/aws/apigateway/a1b2c3d4e5/prod"
	tests := []struct {
		name    string
		before  func(r *cloud.Region)
		between func(r *cloud.Region, a *inventory.API) // after the first sweep
		stays   bool                                    // after destroy, as it was before it, but for filters and alarms
		finding string
	}{
		{name: "their own log", before: func(r *cloud.Region) {
			r.AddLogGroup(inventory.LogGroup{Name: "/theirs"})
			if err := r.SetAccessLog(t.Context(), &inventory.API{ID: "a1b2c3d4e5", Protocol: inventory.REST}, "prod",
				inventory.AccessLog{Destination: rig.Place.LogGroupARN("/theirs"), Format: "$context.requestId"}); err != nil {
				t.Fatal(err)
			}
		}, stays: true},
		{name: "their own log group of the name", before: func(r *cloud.Region) { r.AddLogGroup(inventory.LogGroup{Name: group}) }, stays: true,
			finding: "the log group " + group + " is not ours"},
		{name: "the format changed", between: func(r *cloud.Region, a *inventory.API) {
			if err := r.SetAccessLog(t.Context(), a, "prod", inventory.AccessLog{Destination: rig.Place.LogGroupARN(group), Format: "$context.requestId"}); err != nil {
				t.Fatal(err)
			}
		}, stays: true},
		{name: "the API deleted", between: func(r *cloud.Region, a *inventory.API) { r.Remove(a.ID) }, finding: group + ": kept: Seamark made it"},
		{name: "the stage made anew", between: func(r *cloud.Region, a *inventory.API) { r.AddAPI(*a, nil, inventory.Stage{Name: "prod"}) }},
		{name: "retention changed", between: func(r *cloud.Region, _ *inventory.API) {
			if err := r.RetainLogGroup(t.Context(), group, 90); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				r, a := gateway(cloud.New(cloud.Options{}), inventory.REST, "prod")
				if tt.before != nil {
					tt.before(r)
				}
				o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
				later(t, r, o)
				if tt.between != nil {
					tt.between(r, &a)
				}
				log, days := r.AccessLog(a.ID, "prod"), 0
				later(t, r, o)
				got := later(t, r, o)
				if got.Writes != 0 || len(got.Failures) > 0 || !strings.Contains(found(got), tt.finding) {
					t.Errorf("%d writes %+v, findings %s, %s; want %q", got.Writes, got.Changes, found(got), rig.Failures(got), tt.finding)
				}
				if days, _ = r.Retention(group); tt.name == "retention changed" && days != 90 {
					t.Errorf("kept for %d days", days)
				}
				o.Destroy = true
				end := later(t, r, o)
				_, there := r.Retention(group)
				if after := r.AccessLog(a.ID, "prod"); tt.stays && after != log || !tt.stays && (there || after != inventory.AccessLog{}) || len(end.Failures) > 0 {
					t.Errorf("log %+v, was %+v; group there %v, %s", after, log, there, rig.Failures(end))
				}
			})
		})
	}
}

// TestAccessLogNames: no two stages of an API share a log group, and each name is one that
// CreateLogGroup takes.
func TestAccessLogNames(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		stages := []string{"$default", "default", "-default", "_default", "prod"}
		r, a := gateway(cloud.New(cloud.Options{}), inventory.HTTP, stages...)
		got := collector.Sweep(t.Context(), rig.Place, r, collector.Options{Config: rig.Config(), States: &rig.States{}})
		groups := map[string]bool{}
		for _, s := range stages {
			groups[r.AccessLog(a.ID, s).Destination] = true
		}
		if len(groups) != len(stages) || groups[""] || len(got.Failures) > 0 {
			t.Errorf("%v, %s", groups, rig.Failures(got))
		}
	})
}

// TestAccessLogRefused: REST APIs of an account without the role, and a denied retention.
func TestAccessLogRefused(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		prepare    func(*cloud.Region)
	}{
		{"no account role", "UpdateStage: BadRequestException: CloudWatch Logs role ARN must be set", (*cloud.Region).WithoutGatewayRole},
		{"retention denied", "PutRetentionPolicy: AccessDeniedException", func(r *cloud.Region) { r.Deny("PutRetentionPolicy", "AccessDeniedException") }},
		{"creation denied", "CreateLogGroup: AccessDeniedException", func(r *cloud.Region) { r.Deny("CreateLogGroup", "AccessDeniedException") }},
	} {
		rig.InBubble(t, func(t *testing.T) {
			r, a := gateway(cloud.New(cloud.Options{}), inventory.REST, "prod")
			tt.prepare(r)
			o := collector.Options{Config: rig.Config(), States: &rig.States{}}
			got := later(t, r, o)
			if !strings.Contains(rig.Failures(got), "shop/prod: "+tt.want) || got.Onboarded != 1 || (r.AccessLog(a.ID, "prod") != inventory.AccessLog{}) || len(r.AlarmNames()) != 4 {
				t.Errorf("%s: %s %+v", tt.name, rig.Failures(got), r.AlarmNames())
			}
			o.Destroy = true
			later(t, r, o)
			if _, there := r.Retention("/aws/apigateway/a1b2c3d4e5/prod"); there {
				t.Errorf("%s: the log group was left behind", tt.name)
			}
		})
	}
}
