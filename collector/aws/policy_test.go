package aws_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// asksBesides are actions that AWS asks for beside the one that is called, and for what.
var asksBesides = map[string]string{
	"logs:TagResource": "CreateLogGroup with tags", "iam:PassRole": "PutSubscriptionFilter with a role",
	"logs:CreateLogDelivery": "access log of an HTTP API", "logs:UpdateLogDelivery": "the same", "logs:DeleteLogDelivery": "the same", "logs:GetLogDelivery": "the same",
	"logs:ListLogDeliveries": "the same", "logs:PutResourcePolicy": "the same", "logs:DescribeResourcePolicies": "the same",
}

// everyCall makes each call of collector.Cloud, in the ways that differ in what is called.
// It returns the names of the methods.
func everyCall(t *testing.T, c collector.Cloud) []string {
	ctx := t.Context()
	rest, http := &inventory.API{ID: "r", Protocol: inventory.REST}, &inventory.API{ID: "h", Protocol: inventory.HTTP}
	on := inventory.AccessLog{Destination: "d", Format: "f"}
	calls := map[string]func(){
		"LogGroups":           func() { _, _, _ = c.LogGroups(ctx, "") },
		"LogGroup":            func() { _, _ = c.LogGroup(ctx, "/g") },
		"SubscriptionFilters": func() { _, _ = c.SubscriptionFilters(ctx, "/g") },
		"LogGroupTags":        func() { _, _ = c.LogGroupTags(ctx, "arn") },
		"PutSubscriptionFilter": func() {
			_ = c.PutSubscriptionFilter(ctx, "/g", inventory.Filter{Name: "n", Destination: "d", Role: "r", System: true})
		},
		"DeleteSubscriptionFilter": func() { _ = c.DeleteSubscriptionFilter(ctx, "/g", "n") },
		"CreateLogGroup":           func() { _ = c.CreateLogGroup(ctx, "/g", inventory.Tags{{Key: "k", Value: "v"}}) },
		"RetainLogGroup":           func() { _ = c.RetainLogGroup(ctx, "/g", 30) },
		"DeleteLogGroup":           func() { _ = c.DeleteLogGroup(ctx, "/g") },
		"Functions":                func() { _, _, _ = c.Functions(ctx, "") },
		"FunctionTags":             func() { _, _ = c.FunctionTags(ctx, "arn") },
		"Function":                 func() { _, _ = c.Function(ctx, "f") },
		"RESTAPIs":                 func() { _, _, _ = c.RESTAPIs(ctx, "") },
		"HTTPAPIs":                 func() { _, _, _ = c.HTTPAPIs(ctx, "") },
		"API":                      func() { _, _ = c.API(ctx, "r", inventory.REST); _, _ = c.API(ctx, "h", inventory.HTTP) },
		"Stages":                   func() { _, _, _ = c.Stages(ctx, rest, ""); _, _, _ = c.Stages(ctx, http, "") },
		"Routes":                   func() { _, _, _ = c.Routes(ctx, rest, ""); _, _, _ = c.Routes(ctx, http, "") },
		"SetAccessLog": func() {
			for _, a := range []*inventory.API{rest, http} {
				_, _ = c.SetAccessLog(ctx, a, "s", on), c.SetAccessLog(ctx, a, "s", inventory.AccessLog{})
			}
		},
		"TaggedResources": func() { _, _, _ = c.TaggedResources(ctx, "") },
		"Alarms":          func() { _, _, _, _ = c.Alarms(ctx, "seamark/", "") },
		"AlarmTags":       func() { _, _ = c.AlarmTags(ctx, "arn") },
		"PutMetricAlarm": func() {
			_ = c.PutMetricAlarm(ctx, inventory.MetricAlarm{Name: "n", Evaluations: 1, Comparison: "x", Tags: inventory.Tags{{Key: "k"}}})
		},
		"PutCompositeAlarm": func() { _ = c.PutCompositeAlarm(ctx, inventory.CompositeAlarm{Name: "n", Rule: "r"}) },
		"DeleteAlarms":      func() { _ = c.DeleteAlarms(ctx, []string{"n"}) },
		"TagAlarm":          func() { _ = c.TagAlarm(ctx, "arn", inventory.Tags{{Key: "k"}}) },
		"UntagAlarm":        func() { _ = c.UntagAlarm(ctx, "arn", []string{"k"}) },
		"LogEvents":         func() { _, _, _ = c.LogEvents(ctx, "/g", "", 1, 2, "") },
		"MetricData":        func() { _, _, _ = c.MetricData(ctx, []inventory.Query{{ID: "a", Expression: "1"}}, 1, 2, "") },
	}
	var names []string
	for name, call := range calls {
		names = append(names, name)
		call()
	}
	return names
}

// TestPolicy: docs/reference/iam.md allows what the code calls, what AWS asks for besides,
// and nothing else.
func TestPolicy(t *testing.T) {
	newFake(t)
	var mu sync.Mutex
	want := map[string]bool{}
	note := func(action string) {
		mu.Lock()
		want[action] = true
		mu.Unlock()
	}
	op := opener(t, aws.Options{Called: note})
	got := everyCall(t, mustOpen(t, op, here))
	var methods []string
	for m := range reflect.TypeFor[collector.Cloud]().Methods() {
		methods = append(methods, m.Name)
	}
	slices.Sort(got)
	if d := cmp.Diff(methods, got); d != "" {
		t.Fatalf("calls of collector.Cloud that this test makes:\n%s", d)
	}
	_, _ = op.Accounts(t.Context(), nil)
	_, _ = op.Accounts(t.Context(), []string{"ou-1"})
	for action := range asksBesides {
		note(action)
	}
	if d := cmp.Diff(want, documented(t)); d != "" {
		t.Errorf("docs/reference/iam.md allows otherwise than what is called:\n%s", d)
	}
}

var policyBlock = regexp.MustCompile("(?s)```json policy\n(.*?)```")

// documented are the actions that the page allows.
func documented(t *testing.T) map[string]bool {
	t.Helper()
	page, err := os.ReadFile("../../docs/reference/iam.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, block := range policyBlock.FindAllSubmatch(page, -1) {
		var policy struct {
			Statement []struct {
				Effect string
				Action any
			}
		}
		if err := json.Unmarshal(block[1], &policy); err != nil {
			t.Fatalf("%v in\n%s", err, block[1])
		}
		for _, s := range policy.Statement {
			if s.Effect != "Allow" {
				continue
			}
			switch a := s.Action.(type) {
			case string:
				all[a] = true
			case []any:
				for _, one := range a {
					all[one.(string)] = true
				}
			}
		}
	}
	return all
}

// TestModulePolicy: the terraform module's policies are those of docs/reference/iam.md.
func TestModulePolicy(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/iam.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.NewReplacer("${partition}", "aws", "${account}", "ACCOUNT", "${hub}", "HUB", "${deployment}", "DEPLOYMENT", "${sender}", "SENDER")
	blocks := policyBlock.FindAllSubmatch(page, -1)
	for i, name := range []string{"collector", "access-logs", "pass-sender"} { // in the page's order
		b, err := os.ReadFile("../../terraform/modules/spoke/policies/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var got, want any
		if err := json.Unmarshal([]byte(words.Replace(string(b))), &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := json.Unmarshal(blocks[i][1], &want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("terraform/modules/spoke/policies/%s.json (-page +module):\n%s", name, d)
		}
	}
}
