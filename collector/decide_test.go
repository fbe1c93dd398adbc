package collector_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

func problems(d collector.Decision) string {
	var all []string
	for _, f := range d.Findings {
		all = append(all, f.Tag+": "+f.Problem)
	}
	return strings.Join(all, "\n")
}

func TestDecide(t *testing.T) {
	fn := func(name, group string, tags ...inventory.Tag) inventory.Function {
		return inventory.Function{Name: name, LogGroup: group, Timeout: 3, Tags: inventory.NewTags(tags...)}
	}
	tests := []struct {
		name      string
		tags      []inventory.Tag // of the log group /g
		functions []inventory.Function
		want      collector.Wish // what of it is not zero is compared
		component string
		why       string
		problem   string
	}{
		{name: "untagged", why: "no tag seamark:product"},
		{name: "another case", tags: []inventory.Tag{{Key: "Seamark:Product", Value: "b"}}, why: "no tag seamark:product (there is Seamark:Product, which is another key: tags are told apart by case)"},
		{name: "own", tags: rig.Booking(), want: collector.Wish{Product: "booking", Environment: "prod", Team: "web-mobile", Logs: true, Alarms: true, Severity: "warning"}, component: "/g"},
		{name: "inherited", functions: []inventory.Function{fn("f", "/g", rig.Booking()...)}, want: collector.Wish{Product: "booking", Team: "web-mobile", Logs: true}, component: "f"},
		{name: "partly inherited", tags: []inventory.Tag{rig.Tag("team", "night")}, functions: []inventory.Function{fn("f", "/g", rig.Booking()...)}, want: collector.Wish{Product: "booking", Team: "night"}, component: "f"},
		{name: "two products", functions: []inventory.Function{fn("f", "/g", rig.Booking()...), fn("h", "/g", rig.Tag("product", "cargo"))},
			why: "shared by resources of the products booking and cargo", problem: "tag the log group itself"},
		{name: "two products, own tag", tags: rig.Booking(), functions: []inventory.Function{fn("f", "/g", rig.Booking()...), fn("h", "/g", rig.Tag("product", "cargo"))}, want: collector.Wish{Product: "booking"}, component: "/g"},
		{name: "two teams", functions: []inventory.Function{fn("f", "/g", rig.Booking()...), fn("h", "/g", rig.Tag("product", "booking"), rig.Tag("environment", "prod"), rig.Tag("team", "x"))},
			want: collector.Wish{Product: "booking", Team: ""}, component: "/g", problem: "function f says 'web-mobile' and function h says 'x'"},
		{name: "spelling", tags: []inventory.Tag{rig.Tag("product", "Booking App"), rig.Tag("environment", "prod")}, want: collector.Wish{Product: "booking-app"}, problem: "seamark:product: 'Booking App' is filed as 'booking-app'"},
		{name: "no environment", tags: []inventory.Tag{rig.Tag("product", "b")}, want: collector.Wish{Environment: "unassigned"}, problem: "no tag seamark:environment"},
		{name: "off", tags: append(rig.Booking(), rig.Tag("logs", "OFF")), want: collector.Wish{Product: "booking"}, why: "switched off by tag seamark:logs"},
		{name: "neither on nor off", tags: append(rig.Booking(), rig.Tag("logs", "maybe")), want: collector.Wish{Logs: true}, problem: "seamark:logs: 'maybe' is neither on nor off"},
		{name: "filter", tags: append(rig.Booking(), rig.Tag("filter", "errors-only")), want: collector.Wish{Pattern: `{ $.level = "ERROR" }`}},
		{name: "unknown filter", tags: append(rig.Booking(), rig.Tag("filter", "errors")), want: collector.Wish{Logs: true}, problem: "no filter is called 'errors': everything is forwarded; known are errors-only"},
		{name: "severity", tags: append(rig.Booking(), rig.Tag("severity", "urgent")), want: collector.Wish{Severity: "warning"}, problem: "neither critical nor warning"},
		{name: "runbook", tags: append(rig.Booking(), rig.Tag("runbook", "javascript:1")), want: collector.Wish{Severity: "warning"}, problem: "no http(s) link"},
		{name: "unknown rule", tags: append(rig.Booking(), rig.Tag("alarm-6xx", "5")), want: collector.Wish{Product: "booking"}, problem: "there is no rule '6xx'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inv := &inventory.Inventory{Place: rig.Place, Functions: tt.functions, Groups: []inventory.LogGroup{{Name: "/g", Tags: inventory.NewTags(tt.tags...)}}}
			got := collector.Decide(rig.Config(), inv)[0]
			if !strings.HasPrefix(got.Why, tt.why) || got.Why != "" && tt.why == "" {
				t.Errorf("why %q, want %q", got.Why, tt.why)
			}
			if p := problems(got); !strings.Contains(p, tt.problem) || tt.problem == "" && p != "" {
				t.Errorf("findings %q, want %q", p, tt.problem)
			}
			if (got.Wish == nil) != (tt.want == collector.Wish{}) {
				t.Fatalf("wish %+v, want %+v", got.Wish, tt.want)
			}
			if got.Wish == nil {
				return
			}
			if tt.component != "" && got.Component != tt.component {
				t.Errorf("component %q, want %q", got.Component, tt.component)
			}
			w := *got.Wish
			for _, c := range []struct{ what, got, want string }{
				{"product", w.Product, tt.want.Product}, {"environment", w.Environment, tt.want.Environment}, {"team", w.Team, tt.want.Team},
				{"pattern", w.Pattern, tt.want.Pattern}, {"severity", w.Severity, tt.want.Severity}, {"runbook", w.Runbook, tt.want.Runbook},
			} {
				if c.want != "" && c.got != c.want {
					t.Errorf("%s %q, want %q", c.what, c.got, c.want)
				}
			}
			if strings.HasPrefix(tt.name, "two teams") && w.Team != "" {
				t.Errorf("team %q of two that disagree", w.Team)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	inv := &inventory.Inventory{Place: rig.Place, Stages: []inventory.Stage{{Name: "prod", Tags: inventory.NewTags(rig.Tag("alarm-4xx", "10"), rig.Tag("alarm-5xx", "many"), rig.Tag("alarm-latency", "off")),
		API: &inventory.API{ID: "x", Name: "api", Protocol: inventory.REST, Tags: inventory.NewTags(rig.Booking()...)}}}}
	cfg := rig.Config()
	cfg.Thresholds = map[string]rule.Threshold{"4xx": {Value: 7, Minutes: 15}}
	d, sources := collector.Explain(cfg, inv, inventory.KindStage, 0)
	got := map[string]string{}
	for _, s := range sources {
		got[s.Setting] = s.Value + ", " + s.From
	}
	want := map[string]string{
		"product": "booking, inherited from API api", "environment": "prod, inherited from API api", "team": "web-mobile, inherited from API api",
		"logs": "on, default", "filter": ", default", "alarms": "on, default", "severity": "warning, default", "runbook": ", default",
		"alarm-4xx": "10/15, own tag seamark:alarm-4xx", "alarm-5xx": "1/5, default", "alarm-latency": "off, own tag seamark:alarm-latency",
		"alarm-errors": "0/0, default", "alarm-throttles": "0/0, default", "alarm-duration": "0/0, default",
	}
	for _, rule := range []string{"errors", "throttles", "duration"} { // of functions
		delete(want, "alarm-"+rule)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(problems(d), "'many' is not a threshold") {
		t.Errorf("findings %q", problems(d))
	}
}

func TestSameNamedAPIs(t *testing.T) {
	api := func(id string) *inventory.API {
		return &inventory.API{ID: id, Name: "api", Protocol: inventory.REST, Tags: inventory.NewTags(rig.Booking()...)}
	}
	inv := &inventory.Inventory{Place: rig.Place, Stages: []inventory.Stage{{Name: "prod", API: api("a")}, {Name: "prod", API: api("b")}, {Name: "dev", API: api("b")}}}
	decisions := collector.Decide(rig.Config(), inv)
	for i, want := range []bool{true, true, false} {
		if got := strings.Contains(problems(decisions[i]), "2 REST APIs share this name"); got != want {
			t.Errorf("stage %d: reported %v, want %v: %s", i, got, want, problems(decisions[i]))
		}
	}
	names := map[string]bool{}
	d := collector.Desire(rig.Config(), inv, decisions)
	for i := range d.Alarms {
		names[d.Alarms[i].Name] = true
	}
	if len(names) != len(d.Alarms) || len(names) != 9 {
		t.Errorf("%d names for %d alarms: %v", len(names), len(d.Alarms), names)
	}
}
