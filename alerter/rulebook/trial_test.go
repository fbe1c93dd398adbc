package rulebook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/alerter/rulebook"
)

// Each kind of rule, told in the language of its own unit tests.
func TestTrial(t *testing.T) {
	ran, failures, err := rulebook.RunTrial(t.Context(), "testdata/trial.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Errorf("%s, %s at %s: %s", f.Test, f.Rule, f.At, f.What)
	}
	if ran != 20 {
		t.Errorf("ran %d", ran)
	}
}

// A test that expects something else fails, and says what is.
func TestTrialFails(t *testing.T) {
	text, err := os.ReadFile("testdata/trial.yml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Abs("testdata/rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "rule_files: [rules.yml]", "rule_files: ["+rules+"]", 1))
	for change, want := range map[[2]string]string{
		{"exp_value: 12", "exp_value: 13"}:                                                         "does not fire: {component=api, environment=prod, product=booking, severity=warning, value=13}\nfires: {",
		{"exp_labels: {product: rail}", "exp_labels: {product: ferry}"}:                            "does not fire: {product=ferry}\nfires: {environment=prod, product=rail, severity=warning}, value 1 (never seen before: old elsewhere)",
		{"  - {eval_time: 2m, alertname: new-error}", "  - {eval_time: 4m, alertname: new-error}"}: "fires: {",
	} {
		file := filepath.Join(t.TempDir(), "trial.yml")
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, failures, err := rulebook.RunTrial(t.Context(), file)
		if err != nil || len(failures) != 1 || !strings.HasPrefix(failures[0].What, want) {
			t.Errorf("%q: %+v, %v", change[1], failures, err)
		}
	}
	for text, want := range map[string]string{
		"":                                       "empty",
		"tests: []":                              "no tests",
		"rule_files: [missing.yml]\ntests: [{}]": "no such file",
		"tests: [{input_rows: [{at: x, row: {}}]}]":                                         "no duration",
		"tests: [{input_rows: [{at: 1m, row: {product: a, environment: b, colour: red}}]}]": "no column",
		"tests: [{input_rows: [{at: 1m, row: {product: a}}]}]":                              "environment",
		"tests: [{input_rows: [{at: 1m, times: 5, row: {product: a, environment: b}}]}]":    "time between",
		"tests: [{alert_rule_test: [{eval_time: 1m, alertname: nothing}]}]":                 `no rule is called "nothing"`,
		"tests: [{alert_rule_test: [{eval_time: -1m, alertname: nothing}]}]":                "eval_time",
		"test: []": "no key test",
	} {
		file := filepath.Join(t.TempDir(), "trial.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := rulebook.RunTrial(t.Context(), file); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "trial.yml") && !strings.Contains(err.Error(), "missing.yml") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
