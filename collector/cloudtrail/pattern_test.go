package cloudtrail_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/collector/cloudtrail"
)

// The rules must let through each event of which Decode makes a hint: one that EventBridge
// holds back is never seen. What they let through in vain costs an invocation; the files
// below say which.
func TestPatterns(t *testing.T) {
	var patterns map[string]map[string]any
	if err := json.Unmarshal(cloudtrail.Patterns(), &patterns); err != nil {
		t.Fatal(err)
	}
	inVain := map[string]bool{
		"logs-CreateLogGroup-class": true, "logs-CreateLogGroup-elsewhere": true, "logs-CreateLogGroup-ours": true, "logs-CreateLogGroup-pipeline": true,
		"logs-PutSubscriptionFilter-ours": true, "logs-TagResource-destination": true, "logs-UntagLogGroup-other-key": true,
		"lambda-DeleteFunction20150331-foreign": true, "tag-other-key": true, "logs-TagLogGroup of localemu": true,
	}
	// LocalEmu names the sources of these otherwise than AWS does.
	misnamed := map[string]bool{"apigatewayv2-CreateApi": true, "apigatewayv2-DeleteApi": true, "cloudwatch-DeleteAlarms": true}
	used := map[string]bool{}
	for _, file := range files(t) {
		b := read(t, file)
		var event map[string]any
		if json.Unmarshal(b, &event) != nil || event["detail-type"] == nil {
			continue // not as EventBridge has it
		}
		got := ""
		for rule, p := range patterns {
			if !matches(p, event) {
				continue
			}
			if got != "" {
				t.Errorf("%s: matches %s and %s: it would come twice", file, got, rule)
			}
			got, used[rule] = rule, true
		}
		hints, _, _ := cloudtrail.Decode(b, options())
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

// matches is EventBridge's: an object of the pattern matches an object that has its keys, a
// list matches a value that is one of it, or a list of which one is.
func matches(pattern map[string]any, event any) bool {
	o, _ := event.(map[string]any)
	for key, want := range pattern {
		value, there := o[key]
		switch want := want.(type) {
		case map[string]any:
			if !matches(want, value) {
				return false
			}
		case []any:
			if !oneOf(want, value, there && value != nil) {
				return false
			}
		}
	}
	return true
}

func oneOf(want []any, value any, there bool) bool {
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	for _, w := range want {
		operator, _ := w.(map[string]any)
		if exists, ok := operator["exists"].(bool); ok {
			if exists == there {
				return true
			}
			continue
		}
		for _, v := range values {
			s, isText := v.(string)
			if prefix, ok := operator["prefix"].(string); ok {
				if isText && strings.HasPrefix(s, prefix) {
					return true
				}
			} else if there && v == w {
				return true
			}
		}
	}
	return false
}

func TestMatcher(t *testing.T) {
	for _, c := range []struct {
		pattern, event string
		want           bool
	}{
		{`{"a":["x"]}`, `{"a":"x","b":1}`, true},
		{`{"a":["x"]}`, `{"a":"X"}`, false},
		{`{"a":["x"]}`, `{}`, false},
		{`{"a":["x","y"]}`, `{"a":["z","y"]}`, true},
		{`{"a":[{"prefix":"sea"}]}`, `{"a":["z","seamark"]}`, true},
		{`{"a":[{"prefix":"sea"}]}`, `{"a":"overseas"}`, false},
		{`{"a":{"b":[{"exists":false}]}}`, `{"a":{}}`, true},
		{`{"a":{"b":[{"exists":false}]}}`, `{"a":{"b":"c"}}`, false},
		{`{"a":{"b":["c"]}}`, `{"a":"c"}`, false},
	} {
		var p, e map[string]any
		if json.Unmarshal([]byte(c.pattern), &p) != nil || json.Unmarshal([]byte(c.event), &e) != nil {
			t.Fatal(c)
		}
		if got := matches(p, e); got != c.want {
			t.Errorf("%s of %s: %v, want %v", c.pattern, c.event, got, c.want)
		}
	}
}
