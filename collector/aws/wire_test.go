package aws_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// TestWire: what is sent, where no emulator would notice something else.
func TestWire(t *testing.T) {
	f := newFake(t)
	c := mustOpen(t, opener(t, aws.Options{}), here)
	rest, http := &inventory.API{ID: "r1", Protocol: inventory.REST}, &inventory.API{ID: "h1", Protocol: inventory.HTTP}
	log := inventory.AccessLog{Destination: "arn:x", Format: "$context.requestId"}
	for _, x := range []struct {
		call            func() error
		operation, body string
	}{
		{func() error {
			return c.PutSubscriptionFilter(t.Context(), "/g", inventory.Filter{Name: "n", Destination: "d", Role: "r", System: true})
		}, "PutSubscriptionFilter", `{"logGroupName":"/g","filterName":"n","filterPattern":"","destinationArn":"d","roleArn":"r","emitSystemFields":["@aws.account","@aws.region"]}`},
		{func() error {
			return c.PutSubscriptionFilter(t.Context(), "/g", inventory.Filter{Name: "n", Destination: "d"})
		}, "PutSubscriptionFilter", `{"logGroupName":"/g","filterName":"n","filterPattern":"","destinationArn":"d","emitSystemFields":[]}`},
		{func() error { _, _, err := c.LogEvents(t.Context(), "/g", "ERROR", 1000, 2000, "t"); return err },
			"FilterLogEvents", `{"logGroupName":"/g","filterPattern":"ERROR","startTime":1000,"endTime":1999,"nextToken":"t"}`},
		{func() error { return c.RetainLogGroup(t.Context(), "/g", 30) }, "PutRetentionPolicy", `{"logGroupName":"/g","retentionInDays":30}`},
		{func() error { _, _, err := c.TaggedResources(t.Context(), ""); return err },
			"GetResources", `{"ResourceTypeFilters":["lambda:function","logs:log-group","cloudwatch:alarm"],"ResourcesPerPage":100}`},
		{func() error { return c.SetAccessLog(t.Context(), rest, "prod", log) }, "PATCH /restapis/r1/stages/prod",
			`{"patchOperations":[{"op":"replace","path":"/accessLogSettings/destinationArn","value":"arn:x"},{"op":"replace","path":"/accessLogSettings/format","value":"$context.requestId"}]}`},
		{func() error { return c.SetAccessLog(t.Context(), rest, "prod", inventory.AccessLog{}) }, "PATCH /restapis/r1/stages/prod",
			`{"patchOperations":[{"op":"remove","path":"/accessLogSettings"}]}`},
		{func() error { return c.SetAccessLog(t.Context(), http, "$default", log) }, "PATCH /v2/apis/h1/stages/$default",
			`{"accessLogSettings":{"destinationArn":"arn:x","format":"$context.requestId"}}`},
		{func() error { return c.SetAccessLog(t.Context(), http, "$default", inventory.AccessLog{}) }, "DELETE /v2/apis/h1/stages/$default/accesslogsettings", ``},
	} {
		if err := x.call(); err != nil {
			t.Errorf("%s: %v", x.operation, err)
		}
		got := f.last()
		if got.operation != x.operation {
			t.Errorf("got %s, want %s", got.operation, x.operation)
		}
		if d := cmp.Diff(decoded(t, x.body), decoded(t, got.body)); d != "" {
			t.Errorf("%s:\n%s", x.operation, d)
		}
	}
}

func decoded(t *testing.T, s string) (v any) {
	t.Helper()
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestNothingToAsk: an empty span, and no queries, need no call.
func TestNothingToAsk(t *testing.T) {
	f := newFake(t)
	c := mustOpen(t, opener(t, aws.Options{}), here)
	if _, _, err := c.LogEvents(t.Context(), "/g", "", 5, 5, ""); err != nil || f.count("FilterLogEvents") != 0 {
		t.Error("an empty span was asked for", err)
	}
	if _, _, err := c.MetricData(t.Context(), nil, 0, 5, ""); err != nil || f.count("GetMetricData") != 0 {
		t.Error("no queries were asked for", err)
	}
}
