package rulebook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/alerter/rulebook"
)

// What is wrong with a rule is named with its line, and leaves out that rule alone.
func TestFaults(t *testing.T) {
	const good = "  - {name: good, kind: count, window: 1m, threshold: 5}\n"
	for rule, want := range map[string]string{
		"{name: Bad Name, kind: count, window: 1m, threshold: 5}":                                                    `name: "Bad Name" is not a name`,
		"{name: x, kind: total, window: 1m, threshold: 5}":                                                           `there is no kind "total": use count, ratio`,
		"{name: x, kind: count, window: 1m, treshold: 5}":                                                            "there is no key treshold",
		"{name: x, kind: count, window: soon, threshold: 5}":                                                         "duration",
		"{name: x, kind: count, window: 1s, threshold: 5}":                                                           "window: 1s is out of range: use 15s to 24h",
		"{name: x, kind: count, window: 8h, threshold: 5}":                                                           "it looks back 8h0m0s, and rows are kept for 6h0m0s",
		"{name: x, kind: anomaly}":                                                                                   "it looks back 673h5m0s",
		"{name: x, kind: count, window: 1m, threshold: 0.5}":                                                         "threshold: 0.5 is out of range",
		"{name: x, kind: count, window: 1m, threshold: 5, filter: 'latency:5'}":                                      "filter: column 1",
		"{name: x, kind: count, window: 1m, threshold: 5, table: access_logs, filter: 'level:ERROR'}":                "filter: column 1",
		"{name: x, kind: count, window: 1m, threshold: 5, filter: '(a'}":                                             "unbalanced bracket",
		"{name: x, kind: count, window: 1m, threshold: 5, by: [message]}":                                            `by[0]: series cannot be told apart by "message": use component`,
		"{name: x, kind: count, window: 1m, threshold: 5, by: [product]}":                                            "in any case",
		"{name: x, kind: count, window: 1m, threshold: 5, severity: page}":                                           `there is no severity "page"`,
		"{name: x, kind: count, window: 1m, threshold: 5, table: metrics}":                                           `there is no table "metrics"`,
		"{name: x, kind: count, window: 1m, threshold: 5, product: Booking}":                                         "write booking",
		"{name: x, kind: count, window: 1m, threshold: 5, match: a}":                                                 "a ratio needs match",
		"{name: x, kind: ratio, window: 1m, threshold: 0.5}":                                                         "a ratio needs match",
		"{name: x, kind: ratio, window: 1m, threshold: 5, match: a}":                                                 "0.05 is 5%",
		"{name: x, kind: percentile, window: 1m, threshold: 5, percentile: 95, of: latency_ms}":                      `"latency_ms" is no column of numbers of logs`,
		"{name: x, kind: percentile, window: 1m, threshold: 5, percentile: 950, of: latency_ms, table: access_logs}": "950 is out of range",
		"{name: x, kind: absence, window: 1m, filter: a, product: booking}":                                          "write product and environment",
		"{name: x, kind: new_error, table: access_logs}":                                                             "requests have no fingerprints",
		"{name: x, kind: count, window: 1m, threshold: 5, when: both}":                                               `"both" is no side of a threshold`,
		"{name: x, kind: count, window: 1m, threshold: 5, hours: {zone: Berlin}}":                                    `hours.zone: there is no time zone "Berlin"`,
		"{name: x, kind: count, window: 1m, threshold: 5, hours: {days: [mon]}}":                                     `there is no day "mon"`,
		`{name: x, kind: count, window: 1m, threshold: 5, hours: {from: "18:00", to: "08:00"}}`:                      "they end before they begin",
		"just words": "cannot",
	} {
		rules, faults := rulebook.Parse("rules.yml", []byte("rules:\n"+good+"  - "+rule+"\n"), rulebook.Limits{Retention: 6 * time.Hour})
		if len(rules) != 1 || rules[0].Name != "good" || len(faults) == 0 || !strings.Contains(faults[0].Error(), want) || !strings.HasPrefix(faults[0].Error(), "rules.yml:3: ") {
			t.Errorf("%s: %d rules, %v, want %s", rule, len(rules), faults, want)
		}
	}
	for text, want := range map[string]string{"rule: []": "no list of rules", "a: [": "not YAML", "rules: {}": "no list of rules", "- x": "no list of rules"} {
		if _, faults := rulebook.Parse("rules.yml", []byte(text), rulebook.Limits{}); len(faults) != 1 || !strings.Contains(faults[0].Error(), want) {
			t.Errorf("%s: %v", text, faults)
		}
	}
	if book, faults := rulebook.Read(nil, []string{"testdata/rules.yml", "testdata/rules.yml", "testdata/no*.yml"}, rulebook.Limits{}); len(book.Rules) != 6 || len(faults) != 7 {
		t.Errorf("%d rules, %v", len(book.Rules), faults)
	}
}
