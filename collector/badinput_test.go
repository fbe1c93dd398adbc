package collector_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// readAPIs and writeAPIs are all that a sweep and its end call.
var (
	readAPIs = []string{"DescribeLogGroups", "DescribeSubscriptionFilters", "ListFunctions", "GetRestApis", "GetApis", "GetStages", "GetRoutes",
		"GetResources", "DescribeAlarms"}
	writeAPIs = []string{"PutSubscriptionFilter", "DeleteSubscriptionFilter", "CreateLogGroup", "PutRetentionPolicy", "DeleteLogGroup", "UpdateStage",
		"PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"}
)

// TestEachCallDenied: one API at a time is denied, from the beginning and once all is there. It is
// reported, the rest is done, nothing is deleted because something could not be read, and once
// it is allowed again the end is the same.
func TestEachCallDenied(t *testing.T) {
	want := ""
	rig.InBubble(t, func(t *testing.T) {
		calm := rig.Town(cloud.New(cloud.Options{}))
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		later(t, calm, o)
		want = calm.Snapshot(nil)
	})
	for _, api := range append(readAPIs, writeAPIs...) {
		t.Run(api, func(t *testing.T) {
			rig.InBubble(t, func(t *testing.T) {
				r := rig.Town(cloud.New(cloud.Options{}))
				foreign := (&model{r: r}).theirs()
				r.Deny(api, "AccessDeniedException")
				o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
				first := later(t, r, o)
				called := strings.HasPrefix(api, "Put") || strings.HasPrefix(api, "Create") || api == "UpdateStage" || api[0] != 'P' && contains(readAPIs, api)
				if reported := len(first.Failures) > 0; reported != (called && api != "GetResources") { // tags are then read one by one
					t.Errorf("failures %s", rig.Failures(first))
				}
				if first.Created == 0 && api != "DescribeLogGroups" && api != "DescribeSubscriptionFilters" {
					t.Error("nothing else was done")
				}
				r.Deny(api, "")
				later(t, r, o)
				if got := r.Snapshot(nil); got != want {
					t.Errorf("once allowed: %s", cmp.Diff(want, got))
				}
				r.Deny(api, "AccessDeniedException")
				for range 3 {
					later(t, r, o)
				}
				if got := r.Snapshot(nil); got != want {
					t.Errorf("denied when all was there: %s", cmp.Diff(want, got))
				}
				o.Destroy = true
				later(t, r, o)
				r.Deny(api, "")
				end := later(t, r, o)
				if got := (&model{r: r}); got.theirs() != foreign || len(got.ours()) > 0 || len(end.Failures) > 0 {
					t.Errorf("destroy left %v, %s\n%s", got.ours(), rig.Failures(end), cmp.Diff(foreign, got.theirs()))
				}
			})
		})
	}
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// badNames are names that teams, or attackers, might give.
var badNames = []string{
	"a*b", "a:b", "a/b", "a-b", "a b", `a"b`, `x") OR ALARM("cpu`, `x\" OR TRUE`, "ünïcödé", "日本語", "a\x00b", "a\nb", "a\x1b[31mb", "\u202eevil", "all", "~", "%2F", "$default",
	strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("ü", 300), strings.Repeat("/", 512), "seamark/1/booking/prod",
}

// TestBadNames: whatever resources are called, AWS takes what we make of it, no two become
// one, no rule says more than it should, and what cannot be watched is said.
func TestBadNames(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(rig.Place)
		r.AddAlarm(inventory.MetricAlarm{Name: "cpu", Evaluations: 1})
		for i, name := range badNames {
			tags := inventory.NewTags(rig.Booking()...)
			r.AddFunction(inventory.Function{Name: strings.ToValidUTF8(name, ""), Timeout: 3}, tags...)
			r.AddLogGroup(inventory.LogGroup{Name: "/app/" + name, Created: 1}, tags...)
			r.AddAPI(inventory.API{ID: fmt.Sprint("rest", i), Name: name, Protocol: inventory.REST, Tags: tags}, nil, inventory.Stage{Name: "prod"})
			r.AddAPI(inventory.API{ID: fmt.Sprint("http", i), Name: name, Protocol: inventory.HTTP, Tags: tags}, []inventory.Route{{Method: "GET", Resource: "/" + name}, {Method: "GET", Resource: "/" + name + "/{id}"}},
				inventory.Stage{Name: "$default", DetailedMetrics: true})
		}
		before := r.Snapshot(nil)
		o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
		first := later(t, r, o)
		for _, f := range first.Failures { // functions cannot be called so in AWS: their metrics are refused
			if !strings.Contains(f.Err.Error(), "dimension FunctionName") {
				t.Errorf("%s: %s: %v", f.Resource, f.Doing, f.Err)
			}
		}
		filters := map[string]int{}
		for _, name := range badNames {
			for _, g := range []string{"/app/" + name, "/aws/lambda/" + strings.ToValidUTF8(name, "")} {
				f := r.Filters(g)
				if len(f) != 1 {
					t.Errorf("%q has the filters %v", g, f)
					continue
				}
				filters[f[0].Name]++
				if w, err := seamark.ParseFilterName(f[0].Name); err != nil || w.Product != "booking" {
					t.Errorf("%q: %v", f[0].Name, err)
				}
			}
		}
		if len(filters) != 2*len(badNames) {
			t.Errorf("%d names of filters for %d groups", len(filters), 2*len(badNames))
		}
		names := r.AlarmNames()
		for _, n := range names {
			if utf8.RuneCountInString(n) > 255 || strings.ContainsAny(n, "\"\\*:\n\x00") {
				t.Errorf("alarm %q", n)
			}
		}
		if refused, want := strings.Count(found(first), "no alarms: CloudWatch cannot name the metrics of"), 7; refused != want {
			t.Errorf("%d REST APIs were reported as not to be watched, want %d:\n%s", refused, want, found(first))
		}
		again := later(t, r, o)
		if again.Created+again.Updated+again.Deleted != len(first.Failures) {
			t.Errorf("again: %+v", again.Changes)
		}
		o.Destroy = true
		later(t, r, o)
		if got := r.Snapshot(nil); got != before {
			t.Error(cmp.Diff(before, got))
		}
	})
}

// TestBadTags: values that mean nothing cost a finding each, and nothing else.
func TestBadTags(t *testing.T) {
	for _, tt := range []struct{ key, value, finding string }{
		{"product", "Büro & Söhne", "is filed as"}, {"product", strings.Repeat("p", 256), "is filed as"}, {"product", "", "the tag is empty"},
		{"environment", "prod\x00", "is filed as"}, {"team", strings.Repeat("ü", 256), ""}, {"team", "a\nb\x1b[2J", ""}, {"logs", "perhaps", "neither on nor off"},
		{"filter", "none", "no filter is called"}, {"alarms", "1", "neither on nor off"}, {"severity", "P1", "neither critical nor warning"},
		{"runbook", "javascript:alert(1)", "no http(s) link"}, {"runbook", "https://x/" + strings.Repeat("r", 246), ""},
		{"alarm-errors", "5%", "is not a threshold"}, {"alarm-errors", "1e400", "is not a threshold"}, {"alarm-duration", "90/99999999999999999999", "is not a number of minutes"},
		{"alarm-nothing", "5", "there is no rule"},
	} {
		rig.InBubble(t, func(t *testing.T) {
			r := cloud.New(cloud.Options{}).Region(rig.Place)
			r.AddFunction(inventory.Function{Name: "f", Timeout: 3}, append(rig.Booking(), rig.Tag(tt.key, tt.value))...)
			r.AddFunction(inventory.Function{Name: "good", Timeout: 3}, rig.Booking()...)
			o := collector.Options{Config: rig.Config(), States: &rig.States{}, Keep: true}
			got := later(t, r, o)
			if len(got.Failures) > 0 || len(r.AlarmNames()) < 7 || len(r.Filters("/aws/lambda/f")) != 1 || !strings.Contains(found(got), tt.finding) {
				t.Errorf("%s = %.20q: %s, alarms %v, filters %v, findings %s", tt.key, tt.value, rig.Failures(got), r.AlarmNames(), r.Filters("/aws/lambda/f"), found(got))
			}
			if again := later(t, r, o); again.Writes != 0 {
				t.Errorf("%s = %.20q: not at rest: %+v", tt.key, tt.value, again.Changes)
			}
		})
	}
}

// TestNoRoomForTags: somebody has filled up the tags of an alarm of ours. The tag that does
// not fit is reported, the alarm itself and all others are updated.
func TestNoRoomForTags(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(rig.Place)
		bare := []inventory.Tag{rig.Tag("product", "booking"), rig.Tag("environment", "prod")}
		for _, f := range []string{"f", "g"} {
			r.AddFunction(inventory.Function{Name: f, Timeout: 3}, bare...)
		}
		o := collector.Options{Config: rig.Config(), States: &rig.States{}}
		later(t, r, o)
		const name = "seamark/booking/prod/f/errors"
		a, _ := r.MetricAlarm(name)
		var theirs inventory.Tags
		for i := range 50 - len(a.Tags) {
			theirs = append(theirs, inventory.Tag{Key: fmt.Sprintf("cost-%02d", i)})
		}
		if err := r.TagAlarm(t.Context(), rig.Place.AlarmARN(name), theirs); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"f", "g"} {
			r.Tag(f, append(bare, rig.Tag("team", "night"), rig.Tag("alarm-errors", "3"))...)
		}
		got := later(t, r, o)
		if len(got.Failures) != 1 || !strings.Contains(rig.Failures(got), name+": TagResource: InvalidParameterValue: more than 50 tags") {
			t.Errorf("failures %s", rig.Failures(got))
		}
		for _, n := range []string{name, "seamark/booking/prod/g/errors"} {
			if a, _ := r.MetricAlarm(n); a.Threshold != 0.03 {
				t.Errorf("%s: threshold %v", n, a.Threshold)
			}
		}
		if g, _ := r.MetricAlarm("seamark/booking/prod/g/errors"); len(g.Tags) == 0 || !strings.Contains(fmt.Sprint(g.Tags), "night") {
			t.Errorf("tags of the other alarm %v", g.Tags)
		}
	})
}

// TestDestinations: an account that the destination does not let in, and one that is not there.
func TestDestinations(t *testing.T) {
	const hub = "arn:aws:logs:eu-central-1:999999999999:destination:seamark"
	for _, tt := range []struct {
		name, role, want string
		hubs             []cloud.Destination
	}{
		{"open", "", "", []cloud.Destination{{ARN: hub}}},
		{"not there", "", "Could not deliver test message", []cloud.Destination{}},
		{"not let in", "", "AccessDeniedException", []cloud.Destination{{ARN: hub, Accounts: []string{"222222222222"}}}},
		{"needs a role", "", "needs a role", []cloud.Destination{{ARN: hub, NeedRole: true}}},
		{"has a role", "arn:aws:iam::{account}:role/to-seamark", "", []cloud.Destination{{ARN: hub, NeedRole: true}}},
	} {
		rig.InBubble(t, func(t *testing.T) {
			r := cloud.New(cloud.Options{Destinations: tt.hubs}).Region(rig.Place)
			r.AddFunction(inventory.Function{Name: "f", Timeout: 3}, rig.Booking()...)
			cfg := rig.Config()
			cfg.DestinationRole = tt.role
			got := later(t, r, collector.Options{Config: cfg, States: &rig.States{}})
			if ok := len(r.Filters("/aws/lambda/f")) == 1; ok != (tt.want == "") || !strings.Contains(rig.Failures(got), tt.want) || len(r.AlarmNames()) != 4 {
				t.Errorf("%s: attached %v, %s", tt.name, ok, rig.Failures(got))
			}
		})
	}
}

// TestGroupMadeAnew: a log group that was deleted and made again is attached again, and its
// history is pending from its new creation.
func TestGroupMadeAnew(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{TagDelay: 5 * time.Second}).Region(rig.Place)
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: st}
		r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1}, rig.Booking()...)
		later(t, r, o)
		r.Remove("/app")
		if got := later(t, r, o); got.Writes != 0 || len(got.Failures) > 0 || len(st.Decoded(t, rig.Place).Groups) != 0 {
			t.Errorf("deleted: %d writes, %s, remembered %v", got.Writes, rig.Failures(got), st.Decoded(t, rig.Place).Groups)
		}
		for range 2 { // once known as deleted, once replaced between two sweeps
			made := time.Now().UnixMilli()
			r.AddLogGroup(inventory.LogGroup{Name: "/app", Created: made}, rig.Booking()...)
			later(t, r, o)
			if g := st.Decoded(t, rig.Place).Pending["/app"]; len(r.Filters("/app")) != 1 || g.From != made {
				t.Errorf("filters %v, pending %+v, made %d", r.Filters("/app"), g, made)
			}
		}
	})
}
