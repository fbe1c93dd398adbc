package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// The rules must let through each event of which Decode makes a hint: one that EventBridge
// holds back is never seen. What they let through in vain costs an invocation; the files
// below say which.
func TestPatterns(t *testing.T) {
	var patterns map[string]json.RawMessage
	if err := json.Unmarshal(cloudtrail.Patterns(), &patterns); err != nil {
		t.Fatal(err)
	}
	inVain := map[string]bool{
		"logs-CreateLogGroup-class": true, "logs-CreateLogGroup-elsewhere": true, "logs-CreateLogGroup-ours": true, "logs-CreateLogGroup-pipeline": true,
		"logs-PutSubscriptionFilter-ours": true, "logs-TagResource-destination": true, "logs-UntagLogGroup-other-key": true,
		"lambda-DeleteFunction20150331-foreign": true, "tag-other-key": true, "logs-TagLogGroup of localemu": true,
		"lambda-CreateFunction20150331": true, "lambda-CreateFunction20150331-other-tags": true, "logs-TagResource-case": true, // patterns do not read tags
	}
	// LocalEmu names the sources of these otherwise than AWS does.
	misnamed := map[string]bool{"apigatewayv2-CreateApi": true, "apigatewayv2-DeleteApi": true, "cloudwatch-DeleteAlarms": true}
	rules := slices.Sorted(maps.Keys(patterns))
	var events []string // their files
	var pairs []pair
	for _, file := range files(t) {
		b := read(t, file)
		var event struct {
			DetailType *string `json:"detail-type"`
		}
		if json.Unmarshal(b, &event) != nil || event.DetailType == nil {
			continue // not as EventBridge has it
		}
		events = append(events, file)
		for _, rule := range rules {
			pairs = append(pairs, pair{patterns[rule], b})
		}
	}
	answers, used := ruler(t, pairs), map[string]bool{}
	for i, file := range events {
		got := ""
		for k, rule := range rules {
			switch answer := answers[i*len(rules)+k]; answer {
			case "true":
				if got != "" {
					t.Errorf("%s: matches %s and %s: it would come twice", file, got, rule)
				}
				got, used[rule] = rule, true
			case "false":
			default:
				t.Errorf("%s of %s: %s", rule, file, answer)
			}
		}
		hints, _, _ := cloudtrail.Decode(read(t, file), options())
		if want := len(hints) > 0 && !misnamed[name(file)] || inVain[name(file)]; (got != "") != want {
			t.Errorf("%s: matches %q, want %v", file, got, want)
		}
	}
	for rule := range patterns {
		if !used[rule] {
			t.Errorf("no event matches %s", rule)
		}
	}
}

// TestRuler: what the engine makes of values that an event may have where a pattern names a
// key; the rules were written with this in mind.
func TestRuler(t *testing.T) {
	cases := []struct {
		rule, event string
		want        bool
	}{
		{`{"a":["x"]}`, `{"a":"x","b":1}`, true},
		{`{"a":["x"]}`, `{"a":"X"}`, false},
		{`{"a":["x"]}`, `{}`, false},
		{`{"a":["x"]}`, `{"a":null}`, false},
		{`{"a":["x"]}`, `{"a":[]}`, false},
		{`{"a":["x"]}`, `{"a":{"b":"x"}}`, false},
		{`{"a":["x","y"]}`, `{"a":["z","y"]}`, true},
		{`{"a":[{"prefix":"sea"}]}`, `{"a":["z","seamark"]}`, true},
		{`{"a":[{"prefix":"sea"}]}`, `{"a":"overseas"}`, false},
		{`{"a":{"b":[{"exists":false}]}}`, `{"a":{}}`, true},
		{`{"a":{"b":[{"exists":false}]}}`, `{"a":{"b":"c"}}`, false},
		{`{"a":{"b":["c"]}}`, `{"a":"c"}`, false},
		{`{"a":{"b":["c"]}}`, `{"a":[{"b":"d"},{"b":"c"}]}`, true},
	}
	pairs := make([]pair, len(cases))
	for i, c := range cases {
		pairs[i] = pair{json.RawMessage(c.rule), json.RawMessage(c.event)}
	}
	for i, got := range ruler(t, pairs) {
		if want := fmt.Sprint(cases[i].want); got != want {
			t.Errorf("%s of %s: %s, want %s", cases[i].rule, cases[i].event, got, want)
		}
	}
}

// pair is a question to the rule engine.
type pair struct {
	Rule  json.RawMessage `json:"rule"`
	Event json.RawMessage `json:"event"`
}

// ruler asks AWS's own rule engine, the one behind EventBridge, whether each event matches its
// rule: "true", "false", or what is wrong with the rule.
func ruler(t *testing.T, pairs []pair) []string {
	t.Helper()
	classes := servertest.Need(t, "SEAMARK_EVENTRULER", "set it to what scripts/eventruler/classpath.sh prints")
	var in bytes.Buffer
	for _, p := range pairs {
		if err := json.NewEncoder(&in).Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "java", "-cp", classes, "../../scripts/eventruler/Match.java")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(got) != len(pairs) {
		t.Fatalf("%d answers to %d questions: %s", len(got), len(pairs), out)
	}
	return got
}

// TestPatternsOfModule: the rules that terraform makes in each account are these.
func TestPatternsOfModule(t *testing.T) {
	got := read(t, "../../terraform/modules/spoke-region/pattern.json")
	if !bytes.Equal(got, cloudtrail.Patterns()) {
		t.Error("terraform/modules/spoke-region/pattern.json is not collector/cloudtrail/pattern.json: copy it")
	}
}
