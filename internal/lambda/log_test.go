package lambda_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/lambda"
)

// The functions write what they ask of application teams: each line has the agreed fields
// and no others, of the types that the schema names.
func TestAgreedFormat(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "seamark-transformer")
	var b bytes.Buffer
	log := lambda.NewLog(&b).With("request_id", "r-1").WithGroup("object").With("key", "landing/x")
	log.Error("object failed", "bytes", 7, "took", 1500*time.Millisecond, "class", seamark.Temporary, "odd", func() {}, "at", time.Unix(0, 0))
	lambda.NewLog(&b).Warn("late", "error", errors.New("bucket: no answer"), "a", "b")
	var lines []map[string]any
	for line := range strings.Lines(b.String()) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if _, err := time.Parse(time.RFC3339, o["timestamp"].(string)); err != nil {
			t.Error(err)
		}
		delete(o, "timestamp")
		lines = append(lines, o)
	}
	want := []map[string]any{
		{"level": "ERROR", "product": "seamark", "component": "seamark-transformer", "requestId": "r-1", "eventName": "object failed", "message": "object failed",
			"eventData": map[string]any{"object": map[string]any{"key": "landing/x", "bytes": 7.0, "took": "1.5s", "class": 1.0, "odd": lines[0]["eventData"].(map[string]any)["object"].(map[string]any)["odd"],
				"at": "1970-01-01T00:00:00Z"}}},
		{"level": "WARN", "product": "seamark", "component": "seamark-transformer", "eventName": "late", "message": "late: bucket: no answer",
			"eventData": map[string]any{"a": "b"}, "error": map[string]any{"message": "bucket: no answer"}},
	}
	if diff := cmp.Diff(lines, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	var schema struct{ Properties map[string]any }
	text, err := os.ReadFile("../../schemas/record.schema.json")
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for field := range line {
			if schema.Properties[field] == nil {
				t.Errorf("%s is no field of the agreed format", field)
			}
		}
	}
}

// Metrics are what CloudWatch's embedded metric format asks for; there are ten at most.
func TestMeter(t *testing.T) {
	if len(lambda.Metrics) > 10 {
		t.Errorf("%d metrics: each costs $0.30 a month", len(lambda.Metrics))
	}
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "seamark-transformer")
	var b bytes.Buffer
	m := lambda.NewMeter(&b)
	if err := m.Put(map[string]float64{"Quarantined": 7, "Objects": 1}); err != nil {
		t.Fatal(err)
	}
	if err := m.Put(map[string]float64{"quarantined": 7}); err == nil || m.Put(nil) != nil {
		t.Error("a metric that is not in the list was written")
	}
	var line struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
		Quarantined, Objects float64
		FunctionName         string
	}
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, b.String())
	}
	c := line.AWS.CloudWatchMetrics
	if len(c) != 1 || c[0].Namespace != "seamark" || len(c[0].Dimensions) != 1 || len(c[0].Dimensions[0]) != 1 || len(c[0].Metrics) != 2 ||
		c[0].Metrics[1] != struct{ Name, Unit string }{"Quarantined", "Count"} || line.FunctionName != "seamark-transformer" || line.Quarantined != 7 || line.Objects != 1 || time.Since(time.UnixMilli(line.AWS.Timestamp)).Abs() > time.Minute {
		t.Errorf("%s", b.String())
	}
}
