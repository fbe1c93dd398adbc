package collector_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// threshold asks what a tag makes of a function's or a stage's rule.
func threshold(t *testing.T, rule, value string) (got, problem string) {
	t.Helper()
	tags := inventory.NewTags(append(rig.Booking(), rig.Tag("alarm-"+rule, value))...)
	inv := &inventory.Inventory{Place: rig.Place, Functions: []inventory.Function{{Name: "f", Timeout: 3, Tags: tags}},
		Stages: []inventory.Stage{{Name: "prod", API: &inventory.API{ID: "x", Name: "api", Tags: tags}}}}
	kind := inventory.KindStage
	if rule == "errors" || rule == "throttles" || rule == "duration" {
		kind = inventory.KindFunction
	}
	d, sources := collector.Explain(rig.Config(), inv, kind, 0)
	for _, s := range sources {
		if s.Setting == "alarm-"+rule {
			got = s.Value
		}
	}
	return got, problems(d)
}

func TestThresholds(t *testing.T) {
	tests := []struct{ rule, value, want, problem string }{
		{"4xx", "5/10", "5/10", ""},
		{"4xx", "0.5", "0.5/5", ""},
		{"4xx", " 7 / 15 ", "7/15", ""},
		{"4xx", "OFF", "off", ""},
		{"4xx", "abc", "5/5", "'abc' is not a threshold"},
		{"4xx", "", "5/5", "'' is not a threshold"},
		{"4xx", "101", "5/5", "out of range"},
		{"4xx", "-1", "5/5", "out of range"},
		{"4xx", "NaN", "5/5", "not a threshold"},
		{"4xx", "1e999", "5/5", "not a threshold"},
		{"4xx", "0x5", "5/5", "not a threshold"},
		{"4xx", "5/0", "5/5", "out of range"},
		{"4xx", "5/1441", "5/5", "out of range"},
		{"4xx", "5/x", "5/5", "'x' is not a number of minutes"},
		{"latency", "1500/3", "1500/3", ""},
		{"errors", "2", "2/5", ""},
		{"throttles", "10/1", "10/1", ""},
		{"duration", "101", "90/5", "out of range"},
	}
	for _, tt := range tests {
		got, problem := threshold(t, tt.rule, tt.value)
		if got != tt.want || !strings.Contains(problem, tt.problem) || tt.problem == "" && problem != "" {
			t.Errorf("%s = %q: %s, problem %q; want %s, %q", tt.rule, tt.value, got, problem, tt.want, tt.problem)
		}
	}
}

// TestAlarmNames: unique for distinct resources, short enough, and only of characters that a rule carries.
func TestAlarmNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a:b", "a*b", "a-b", `a"b`, strings.Repeat("x", 300), strings.Repeat("x", 301), "~", ""}))
		names := rapid.SliceOfDistinct(name, func(s string) string { return s }).Draw(t, "names")
		inv := &inventory.Inventory{Place: rig.Place}
		for _, n := range names {
			inv.Functions = append(inv.Functions, inventory.Function{Name: n, Timeout: 3, Tags: inventory.NewTags(rig.Tag("product", strings.Repeat("p", 80)), rig.Tag("environment", "e"))})
		}
		d := desire(rig.Config(), inv)
		seen := map[string]bool{}
		for i := range d.Alarms {
			n := d.Alarms[i].Name
			if seen[n] || len(n) > 255 || strings.ContainsAny(n, "\"*:\x00 ") || !strings.HasPrefix(n, "seamark/") {
				t.Fatalf("%q", n)
			}
			seen[n] = true
		}
		if len(seen) != 3*len(names) {
			t.Fatalf("%d alarms for %d functions", len(seen), len(names))
		}
	})
}

// TestDamagedState: a state that cannot be read costs calls, and is reported; nothing else changes.
func TestDamagedState(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		c := rig.NewTown()
		st := &rig.States{}
		o := collector.Options{Config: rig.Config(), States: st}
		r := c.Region(rig.Place)
		collector.Sweep(t.Context(), rig.Place, r, o)
		want := r.Snapshot(nil)
		st.Put(rig.Place, []byte("{"))
		got := collector.Sweep(t.Context(), rig.Place, r, o)
		if len(got.Failures) != 1 || !strings.Contains(rig.Failures(got), "state of 111122223333/eu-central-1") || r.Snapshot(nil) != want {
			t.Errorf("failures %s", rig.Failures(got))
		}
	})
}

func TestConfigFaults(t *testing.T) {
	tests := []struct {
		change func(*collector.Config)
		want   string
	}{
		{func(c *collector.Config) {}, ""},
		{func(c *collector.Config) { c.Deployment = "A B" }, "deployment: "},
		{func(c *collector.Config) { c.Destination = "arn:aws:sns:x:1:y" }, "onboard.destination: "},
		{func(c *collector.Config) { c.Topic = "topic" }, "alarms.topic: "},
		{func(c *collector.Config) { c.MinRequests = -1 }, "alarms.minRequests: "},
		{func(c *collector.Config) { c.Thresholds = map[string]rule.Threshold{"6xx": {}} }, "alarms.rules.6xx: no such rule"},
		{func(c *collector.Config) {
			c.Thresholds = map[string]rule.Threshold{"4xx": {Value: 200, Minutes: 5}}
		}, "alarms.rules.4xx: threshold out of range"},
	}
	for _, tt := range tests {
		c := rig.Config()
		tt.change(c)
		err := c.Validate()
		if got := ""; err != nil {
			got = err.Error()
			if tt.want == "" || !strings.HasPrefix(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		} else if tt.want != "" {
			t.Errorf("no fault, want %q", tt.want)
		}
	}
}

func TestExclude(t *testing.T) {
	for _, tt := range []struct {
		pattern, group string
		want           bool
	}{
		{"/aws/lambda/seamark-*", "/aws/lambda/seamark-indexer", true}, {"/aws/lambda/seamark-*", "/aws/lambda/booking", false},
		{"*flow*logs", "/vpc/flow/x/logs", true}, {"*flow*logs", "/vpc/flow", false}, {"/a", "/a", true}, {"/a", "/ab", false}, {"a*a", "a", false},
	} {
		cfg := rig.Config()
		cfg.Exclude = []string{tt.pattern}
		inv := &inventory.Inventory{Place: rig.Place, Groups: []inventory.LogGroup{{Name: tt.group, Tags: inventory.NewTags(rig.Booking()...)}}}
		if got := collector.Decide(cfg, inv)[0].Wish == nil; got != tt.want {
			t.Errorf("%s, %s: excluded %v, want %v", tt.pattern, tt.group, got, tt.want)
		}
	}
}
