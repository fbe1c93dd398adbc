package collector_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

func desire(cfg *collector.Config, inv *inventory.Inventory) *collector.Desired {
	return collector.Desire(cfg, inv, collector.Decide(cfg, inv))
}

func TestMetricAlarms(t *testing.T) {
	tags := inventory.NewTags(append(rig.Booking(), rig.Tag("alarm-4xx", "5/10"), rig.Tag("alarm-duration", "80"), rig.Tag("severity", "critical"), rig.Tag("runbook", "https://wiki/booking"))...)
	inv := &inventory.Inventory{Place: rig.Place,
		Functions: []inventory.Function{{Name: "create", Timeout: 30, Tags: tags}},
		Stages: []inventory.Stage{
			{Name: "prod", Tags: tags, API: &inventory.API{ID: "r1", Name: "rest", Protocol: inventory.REST}},
			{Name: "$default", Tags: tags, API: &inventory.API{ID: "h1", Name: "http", Protocol: inventory.HTTP}, DetailedMetrics: true, Routes: []inventory.Route{{Method: "GET", Resource: "/pets/{id}"}}},
			{Name: "live", Tags: tags, API: &inventory.API{ID: "w1", Name: "sock", Protocol: inventory.WebSocket}, DetailedMetrics: true}}}
	d := desire(rig.Config(), inv)
	got := map[string]string{}
	for i := range d.Alarms {
		a := d.Alarm(&d.Alarms[i])
		m := a.Metric
		text := fmt.Sprintf("%s %v %s %ds >= %v %s", m.Name, m.Dimensions, m.Statistic, a.Period, a.Threshold, a.LowSamples)
		if len(a.Queries) > 0 {
			bad := a.Queries[1]
			text = fmt.Sprintf("%s: %s of %s, %v %ds >= %v", a.Queries[0].Expression, bad.Metric.Name, a.Queries[2].Metric.Name, bad.Metric.Dimensions, bad.Period, a.Threshold)
		}
		got[a.Name] = text
		if a.Missing != "notBreaching" || len(a.Actions.Alarm) > 0 || a.Comparison != "GreaterThanOrEqualToThreshold" {
			t.Errorf("%s: %+v", a.Name, a)
		}
	}
	const ratio = "IF(all >= 20, bad / all, 0): "
	want := map[string]string{
		"seamark/booking/prod/create/errors":                             ratio + "Errors of Invocations, [{FunctionName create}] 300s >= 0.01",
		"seamark/booking/prod/create/throttles":                          "Throttles [{FunctionName create}] Sum 300s >= 1 ",
		"seamark/booking/prod/create/duration":                           "Duration [{FunctionName create}] Maximum 300s >= 24000 ",
		"seamark/booking/prod/rest/prod/4xx":                             ratio + "4XXError of Count, [{ApiName rest} {Stage prod}] 600s >= 0.05",
		"seamark/booking/prod/rest/prod/5xx":                             ratio + "5XXError of Count, [{ApiName rest} {Stage prod}] 300s >= 0.01",
		"seamark/booking/prod/rest/prod/latency":                         "Latency [{ApiName rest} {Stage prod}] p95 300s >= 3000 ignore",
		"seamark/booking/prod/http/-default~a0a0/4xx":                    ratio + "4xx of Count, [{ApiId h1} {Stage $default}] 600s >= 0.05",
		"seamark/booking/prod/http/-default~a0a0/5xx":                    ratio + "5xx of Count, [{ApiId h1} {Stage $default}] 300s >= 0.01",
		"seamark/booking/prod/http/-default~a0a0/latency":                "Latency [{ApiId h1} {Stage $default}] p95 300s >= 3000 ignore",
		"seamark/booking/prod/http/-default/GET--pets/-id-~a0a0/4xx":     ratio + "4xx of Count, [{ApiId h1} {Stage $default} {Method GET} {Resource /pets/{id}}] 600s >= 0.05",
		"seamark/booking/prod/http/-default/GET--pets/-id-~a0a0/5xx":     ratio + "5xx of Count, [{ApiId h1} {Stage $default} {Method GET} {Resource /pets/{id}}] 300s >= 0.01",
		"seamark/booking/prod/http/-default/GET--pets/-id-~a0a0/latency": "Latency [{ApiId h1} {Stage $default} {Method GET} {Resource /pets/{id}}] p95 300s >= 3000 ignore",
		"seamark/booking/prod/sock/live/4xx":                             ratio + "ClientError of MessageCount, [{ApiId w1} {Stage live}] 600s >= 0.05",
		"seamark/booking/prod/sock/live/5xx":                             ratio + "ExecutionError of MessageCount, [{ApiId w1} {Stage live}] 300s >= 0.01",
		"seamark/booking/prod/sock/live/latency":                         "IntegrationLatency [{ApiId w1} {Stage live}] p95 300s >= 3000 ignore",
	}
	plain := map[string]string{}
	for name, text := range got { // the hashes do not matter here
		if at := strings.Index(name, "~"); at > 0 {
			name = name[:at] + "~a0a0" + name[strings.LastIndex(name, "/"):]
		}
		plain[strings.ReplaceAll(name, "GET-/", "GET--")] = text
	}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Error(diff)
	}
}

// TestDescription: what the alerter reads, in at most 1,024 characters.
func TestDescription(t *testing.T) {
	long := "https://wiki/" + strings.Repeat("x", 240)
	tags := inventory.NewTags(rig.Tag("product", "booking"), rig.Tag("environment", "prod"), rig.Tag("team", strings.Repeat("ü\"", 128)), rig.Tag("runbook", long))
	inv := &inventory.Inventory{Place: rig.Place, Stages: []inventory.Stage{{Name: "prod", Tags: tags,
		API: &inventory.API{ID: "x", Name: strings.Repeat("ö", 1024), Protocol: inventory.HTTP}}}}
	d := desire(rig.Config(), inv)
	a := d.Alarm(&d.Alarms[0])
	var got rule.Description
	if err := json.Unmarshal([]byte(a.Description), &got); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(a.Description); n > 1024 || !utf8.ValidString(a.Description) {
		t.Errorf("%d characters", n)
	}
	if got.Runbook != "" || got.Product != "booking" || got.Rule != "4xx" || got.StatusCode != "4xx" || got.Threshold != 0.05 || got.Window != 300 {
		t.Errorf("%+v", got)
	}
	if len(a.Name) > 255 {
		t.Errorf("name of %d characters", len(a.Name))
	}
}

// TestComposites: whatever the number and length of children, every composite is within
// CloudWatch's limits, children come before their parents, each alarm is below exactly one
// top, and only tops notify.
func TestComposites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, width := rapid.IntRange(1, 700).Draw(t, "n"), rapid.IntRange(4, 64).Draw(t, "width")
		inv := &inventory.Inventory{Place: rig.Place}
		for i := range n {
			inv.Functions = append(inv.Functions, inventory.Function{Name: fmt.Sprintf("%0*d", width, i), Timeout: 3, Tags: inventory.NewTags(rig.Booking()...)})
		}
		d := desire(rig.Config(), inv)
		parents := map[string]int{}
		done := map[string]bool{}
		for i := range d.Alarms {
			done[d.Alarms[i].Name] = true
		}
		tops := 0
		for _, c := range d.Composites(func(string) bool { return true }) {
			children := strings.Split(strings.TrimSuffix(strings.TrimPrefix(c.Rule, `ALARM("`), `")`), `") OR ALARM("`)
			if len(children) > 100 || len(c.Rule) > 10_240 || len(c.Name) > 255 {
				t.Fatalf("%s: %d children, rule of %d", c.Name, len(children), len(c.Rule))
			}
			for _, child := range children {
				if !done[child] {
					t.Fatalf("%s comes before its child %s", c.Name, child)
				}
				parents[child]++
			}
			done[c.Name] = true
			if len(c.Actions.Alarm) > 0 {
				tops++
				parents[c.Name]++
			}
		}
		if tops != 1 || len(parents) != len(done) {
			t.Fatalf("%d tops, %d of %d have a parent", tops, len(parents), len(done))
		}
		for name, p := range parents {
			if p != 1 {
				t.Fatalf("%s has %d parents", name, p)
			}
		}
	})
}

// TestMaxRoutes: a stage with many routes has alarms for as many as the operator pays for,
// the same whatever the order of the listing, and says how many are left out.
func TestMaxRoutes(t *testing.T) {
	api := &inventory.API{ID: "a1", Name: "shop", Protocol: inventory.HTTP, Tags: inventory.NewTags(inventory.Tag{Key: "seamark:product", Value: "shop"})}
	cfg := rig.Config()
	cfg.MaxRoutes = 3
	names := func(order []int) []string {
		s := inventory.Stage{API: api, Name: "prod", DetailedMetrics: true}
		for _, i := range order {
			s.Routes = append(s.Routes, inventory.Route{Method: "GET", Resource: fmt.Sprintf("/r%d", i)})
		}
		inv := &inventory.Inventory{Place: rig.Place, Stages: []inventory.Stage{s}}
		decisions := collector.Decide(cfg, inv)
		d := collector.Desire(cfg, inv, decisions)
		if got := fmt.Sprint(decisions[0].Findings); !strings.Contains(got, "no alarms for 2 of its 5 routes") {
			t.Errorf("findings %s", got)
		}
		var names []string
		for _, a := range d.Alarms {
			names = append(names, a.Name)
		}
		return names
	}
	a, b := names([]int{0, 1, 2, 3, 4}), names([]int{4, 2, 0, 3, 1})
	if !slices.Equal(a, b) || len(a) != 3*(1+3) {
		t.Errorf("%d alarms: %q and %q", len(a), a, b)
	}
}
