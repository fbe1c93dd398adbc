package rule_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/rule"
)

// TestParse: what a text says is what its String says, and nothing is taken that the rule
// does not accept.
func TestParse(t *testing.T) {
	for _, c := range []struct{ rule, text, want string }{
		{"4xx", "7", "7/5"}, {"4xx", " 7 / 15 ", "7/15"}, {"latency", "1500/3", "1500/3"}, {"errors", "OFF", "off"},
		{"4xx", "0x5", ""}, {"4xx", "101", ""}, {"4xx", "5/1441", ""}, {"throttles", "0.5", ""}, {"6xx", "1", ""},
	} {
		got, err := rule.Parse(c.rule, c.text)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%s = %q was taken as %v", c.rule, c.text, got)
		case c.want != "" && (err != nil || got.String() != c.want):
			t.Errorf("%s = %q: %v, %v; want %s", c.rule, c.text, got, err, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := &rule.All()[rapid.IntRange(0, len(rule.All())-1).Draw(t, "rule")]
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,7}(\.[0-9]{1,3})?(/[0-9]{1,4})?`)).Draw(t, "text")
		got, problem := r.Parse(text, r.Default)
		switch {
		case problem != "":
			if got != r.Default {
				t.Fatalf("%q is refused, and changed %v to %v", text, r.Default, got)
			}
		case got.Off:
		case !r.Accepts(got):
			t.Fatalf("%q: %v was taken", text, got)
		default:
			if again, problem := r.Parse(got.String(), r.Default); again != got || problem != "" {
				t.Fatalf("%q is %v, written down %v %s", text, got, again, problem)
			}
		}
	})
}

// TestAll: each rule is where its index says, found by its name, and accepts its own default.
func TestAll(t *testing.T) {
	for i := range rule.All() {
		r := &rule.All()[i]
		if r.Index() != i || rule.Named(r.Name) != r || rule.Names()[i] != r.Name || !r.Accepts(r.Default) {
			t.Errorf("%+v", r)
		}
	}
	if rule.Named("6xx") != nil {
		t.Error("there is a rule that is none")
	}
}

// TestDescriptionFits: whatever a team writes, the description is JSON within CloudWatch's limit
// that names product, environment and rule; what goes first is what a card can best do without.
func TestDescriptionFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			s := rapid.String().Draw(t, "text")
			return strings.Repeat(s, rapid.IntRange(0, 200).Draw(t, "times"))
		})
		slug := rapid.StringMatching(`[a-z]{1,80}`)
		d := rule.Description{Product: slug.Draw(t, "product"), Environment: slug.Draw(t, "environment"), Rule: "4xx",
			Team: text.Draw(t, "team"), Component: text.Draw(t, "component"), Runbook: text.Draw(t, "runbook")}
		got := d.Text()
		var back rule.Description
		if err := json.Unmarshal([]byte(got), &back); err != nil || utf8.RuneCountInString(got) > rule.MaxDescription {
			t.Fatalf("%v, %d characters: %s", err, utf8.RuneCountInString(got), got)
		}
		if back.Product != d.Product || back.Environment != d.Environment || back.Rule != d.Rule {
			t.Fatalf("%+v of %+v", back, d)
		}
	})
}
