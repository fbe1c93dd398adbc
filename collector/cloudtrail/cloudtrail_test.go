package cloudtrail_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

var update = flag.Bool("update", false, "write the golden files")

func options() cloudtrail.Options {
	return cloudtrail.Options{
		Config: &collector.Config{
			Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark",
			Exclude: []string{"/aws/lambda/seamark-*"},
		},
		Role: "arn:aws:iam::{account}:role/ops/seamark-collector", Session: "seamark-acme",
		Places: func(p inventory.Place) bool { return p.Region == "eu-central-1" },
	}
}

// outcome is how a golden file writes what came of a file of events.
type outcome struct {
	Hints []wantedHint
	Skips []string
	Error string `json:",omitempty"`
}

type wantedHint struct {
	Place     string
	Groups    []string      `json:",omitempty"`
	Functions []string      `json:",omitempty"`
	APIs      []hint.APIRef `json:",omitempty"`
	Whole     bool          `json:",omitempty"`
	Why       string
}

func outcomeOf(b []byte, o cloudtrail.Options) outcome {
	hints, skips, err := cloudtrail.Decode(b, o)
	var out outcome
	for _, h := range hints {
		out.Hints = append(out.Hints, wantedHint{h.Place.String(), h.Groups, h.Functions, h.APIs, h.Whole, h.Why})
	}
	for _, s := range skips {
		out.Skips = append(out.Skips, s.String())
	}
	if err != nil {
		out.Error = err.Error()
	}
	return out
}

// Each file of testdata/events, and what comes of it.
func TestEvents(t *testing.T) {
	for _, file := range files(t) {
		t.Run(name(file), func(t *testing.T) {
			got, err := json.MarshalIndent(outcomeOf(read(t, file), options()), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".json")+".golden", append(got, '\n'))
		})
	}
}

func files(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(all) < 60 {
		t.Fatalf("%d files of events, %v", len(all), err)
	}
	return all
}

// name is that of the file, with its folder where it is not events.
func name(file string) string {
	base := strings.TrimSuffix(filepath.Base(file), ".json")
	if folder := filepath.Base(filepath.Dir(file)); folder != "events" && strings.HasPrefix(base, "logs-") {
		return base + " of " + folder
	}
	return base
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s (-got +want):\n%s", path, diff)
	}
}

// Each call that matters must be named by a file, and each file give a hint or a reason.
func TestEveryCallHasAFile(t *testing.T) {
	for _, want := range []string{
		"logs-CreateLogGroup", "logs-DeleteLogGroup", "logs-TagResource", "logs-UntagResource", "logs-TagLogGroup", "logs-UntagLogGroup",
		"logs-PutSubscriptionFilter", "logs-DeleteSubscriptionFilter",
		"lambda-TagResource20170331v2", "lambda-UntagResource20170331v2", "lambda-DeleteFunction20150331", "lambda-UpdateFunctionConfiguration20150331v2",
		"apigateway-CreateStage", "apigateway-UpdateStage", "apigateway-DeleteStage", "apigateway-CreateDeployment",
		"apigateway-CreateRestApi", "apigateway-UpdateRestApi", "apigateway-ImportRestApi", "apigateway-PutRestApi", "apigateway-DeleteRestApi",
		"apigateway-CreateApi", "apigateway-ImportApi", "apigateway-ReimportApi", "apigateway-UpdateApi", "apigateway-DeleteApi",
		"apigateway-CreateStage-http", "apigateway-UpdateStage-http", "apigateway-DeleteStage-http", "apigateway-CreateDeployment-http",
		"monitoring-DeleteAlarms", "tag-log-group", "tag-function", "tag-rest-api", "tag-http-api",
	} {
		hints, skips, err := cloudtrail.Decode(read(t, "testdata/events/"+want+".json"), options())
		if len(hints) != 1 || len(skips) != 0 || err != nil {
			t.Errorf("%s: %d hints, skips %v, error %v; want one hint", want, len(hints), skips, err)
		}
	}
}

// A gzip'd file, a byte order mark and surplus fields change nothing.
func TestDress(t *testing.T) {
	plain := read(t, "testdata/events/wrapped-trail-file.json")
	want := outcomeOf(plain, options())
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(plain)
	z.Close()
	surplus := bytes.ReplaceAll(plain, []byte(`"eventVersion":`), []byte(`"somethingNew": {"a": [1, null, {"b": "c"}]}, "eventVersion":`))
	for what, b := range map[string][]byte{"gzip": packed.Bytes(), "byte order mark": append([]byte("\ufeff"), plain...), "surplus": surplus} {
		if diff := cmp.Diff(outcomeOf(b, options()), want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", what, diff)
		}
	}
}

// Keys count as they are spelled: "EVENTNAME" is not "eventName".
func TestKeysAreExact(t *testing.T) {
	b := read(t, "testdata/events/logs-CreateLogGroup.json")
	forged := bytes.Replace(b, []byte(`"logGroupName": "/aws/lambda/booking-create"`), []byte(`"LOGGROUPNAME": "/other", "logGroupName": "/aws/lambda/booking-create", "logGroupname": "/third"`), 1)
	if bytes.Equal(b, forged) {
		t.Fatal("nothing was forged")
	}
	if diff := cmp.Diff(outcomeOf(forged, options()), outcomeOf(b, options())); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// What is no event is a fault that names the place; what lies beside it still counts.
func TestFaults(t *testing.T) {
	one := string(read(t, "testdata/events/logs-CreateLogGroup.json"))
	deep := strings.Repeat(`{"Message":`, 20) + one + strings.Repeat(`}`, 20)
	for _, c := range []struct {
		name, in, want string
		hints          int
	}{
		{"nothing", "", "no event", 0},
		{"blank", " \n", "no event", 0},
		{"text", "hello", "not JSON", 0},
		{"number", "7", "not an object", 0},
		{"null", "null", "not an object", 0},
		{"foreign", `{"hello":"world"}`, "neither", 0},
		{"cut", one[:len(one)/2], "not JSON", 0},
		{"cut gzip", "\x1f\x8b\x08\x00", "cannot be unpacked", 0},
		{"records are text", `{"Records":"x"}`, "not a list", 0},
		{"body is no event", `{"Records":[{"messageId":"1","body":"hello"},{"messageId":"2","body":` + quote(one) + `}]}`, "Records[0].body", 1},
		{"one of many", `[` + one + `,3,` + one + `]`, "[1]", 2},
		{"half a line", one + "{", "value 2", 1},
		{"deep", deep, "wrapped too often", 0},
	} {
		hints, _, err := cloudtrail.Decode([]byte(c.in), options())
		if err == nil || !strings.Contains(err.Error(), c.want) || len(hints) != c.hints {
			t.Errorf("%s: %d hints, %v; want %d and %q", c.name, len(hints), err, c.hints, c.want)
		}
		if f, ok := errors.AsType[*seamark.Fault](err); !ok || f.Class != seamark.Rejected || f.Remedy == "" {
			t.Errorf("%s: %#v is no Fault with a remedy", c.name, err)
		}
	}
}

func TestEmptyListsAreFine(t *testing.T) {
	for _, in := range []string{`[]`, `{"Records":[]}`} {
		if hints, skips, err := cloudtrail.Decode([]byte(in), options()); len(hints)+len(skips) != 0 || err != nil {
			t.Errorf("%s: %v, %v, %v", in, hints, skips, err)
		}
	}
}

// CloudTrail's own findings about rates of calls name no call. They are no fault: a queue
// would deliver them again and again.
func TestInsightsAreSkipped(t *testing.T) {
	in := `{"Records":[{"eventVersion":"1.07","eventTime":"2026-11-30T00:51:00Z","awsRegion":"eu-central-1","eventType":"AwsCloudTrailInsight","insightDetails":{"state":"Start","eventName":"UpdateInstanceInformation"},"eventCategory":"Insight"}]}`
	hints, skips, err := cloudtrail.Decode([]byte(in), options())
	if len(hints) != 0 || err != nil || len(skips) != 1 || skips[0].String() != "AwsCloudTrailInsight: nothing follows from it" {
		t.Errorf("%v, %v, %v", hints, skips, err)
	}
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// A gzip bomb ends at the bound.
func TestBomb(t *testing.T) {
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	zeros := make([]byte, 1<<20)
	for range 80 {
		z.Write(zeros)
	}
	z.Close()
	if _, _, err := cloudtrail.Decode(bomb.Bytes(), options()); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// Names and places that are none go into no hint: a place becomes part of a key in the
// hub's bucket.
func TestHostileNames(t *testing.T) {
	b := string(read(t, "testdata/events/logs-CreateLogGroup.json"))
	for _, c := range [][2]string{
		{`"logGroupName": "/aws/lambda/booking-create"`, `"logGroupName": "../../etc"`},
		{`"logGroupName": "/aws/lambda/booking-create"`, `"logGroupName": "a\u001b[2Jb"`},
		{`"logGroupName": "/aws/lambda/booking-create"`, `"logGroupName": "` + strings.Repeat("a", 513) + `"`},
		{`"logGroupName": "/aws/lambda/booking-create"`, `"logGroupName": {"a":"b"}`},
		{`"eu-central-1"`, `"../eu-central-1"`},
		{`"eu-central-1"`, `"eu/../central-1"`},
		{`"111122223333"`, `"11112222333/"`},
		{`"111122223333"`, `"١١١١٢٢٢٢٣٣٣٣"`},
	} {
		o := options()
		o.Places = nil
		hints, skips, err := cloudtrail.Decode([]byte(strings.ReplaceAll(b, c[0], c[1])), o)
		want := 0
		if strings.Contains(c[1], "../../etc") {
			want = 1 // dots and slashes are letters of a log group's name
		}
		if len(hints) != want || len(hints)+len(skips) != 1 || err != nil {
			t.Errorf("%s: hints %v, skips %v, %v", c[1], hints, skips, err)
		}
	}
}

// Whatever the bytes, Decode ends without a panic, and its hints hold to AWS's grammar.
func FuzzDecode(f *testing.F) {
	for _, file := range files(f) {
		f.Add(read(f, file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o := options()
		o.Places = nil
		hints, skips, err := cloudtrail.Decode(b, o)
		if err == nil && len(hints)+len(skips) == 0 && len(bytes.TrimSpace(b)) == 0 {
			t.Fatal("nothing came of nothing, and no error")
		}
		for _, h := range hints {
			if len(h.Place.Account) != 12 || strings.ContainsAny(h.Place.Region, "/.") || h.Place.Region == "" {
				t.Fatalf("place %q", h.Place)
			}
			n := len(h.Groups) + len(h.Functions) + len(h.APIs)
			if h.Whole {
				n++
			}
			if n != 1 || h.Why == "" {
				t.Fatalf("a hint about %d things: %+v", n, h)
			}
			for _, g := range h.Groups {
				if o.Config.Excludes(g) {
					t.Fatalf("excluded group %q", g)
				}
			}
		}
		for _, s := range skips {
			if s.Why == "" {
				t.Fatalf("a skip without a reason: %+v", s)
			}
		}
	})
}

// A CloudTrail file of 10,000 records, most of them none of ours.
func BenchmarkDecode(b *testing.B) {
	var events []map[string]any
	for _, call := range []string{"logs-CreateLogGroup", "ec2-RunInstances", "lambda-UpdateFunctionCode20150331v2", "logs-PutRetentionPolicy", "lambda-TagResource20170331v2"} {
		var e struct{ Detail map[string]any }
		if err := json.Unmarshal(read(b, "testdata/events/"+call+".json"), &e); err != nil {
			b.Fatal(err)
		}
		events = append(events, e.Detail)
	}
	var file struct{ Records []map[string]any }
	for i := range 10_000 {
		file.Records = append(file.Records, events[i%len(events)])
	}
	raw, err := json.Marshal(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if hints, _, err := cloudtrail.Decode(raw, options()); err != nil || len(hints) != 4_000 {
			b.Fatal(len(hints), err)
		}
	}
}
