package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
)

// TestMain is the Lambda function itself where the Lambda Runtime API is named.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// function is the process, with the AWS that answers it.
type function struct {
	*runtimetest.Function
	aws *fakeAWS
}

// invoke hands an event to the function and waits for its answer.
func (f *function) invoke(t *testing.T, payload string, timeout time.Duration) runtimetest.Answer {
	t.Helper()
	a, err := f.Invoke(payload, timeout)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const settings = `
deployment: acme
accounts: [{id: "111122223333", alias: web}]
regions: [eu-central-1]
onboard:
  destination: "arn:aws:logs:{region}:999999999999:destination:seamark"
`

func start(t *testing.T) *function {
	t.Helper()
	t.Parallel()
	fake := newFakeAWS(t)
	f := startOn(t, fake.URL, "111122223333", fake.URL+"/999999999999/seamark-collector", "")
	f.aws = fake
	return f
}

// listed are the settings with the account in the list, unless the organisation has it.
func listed(account, more string) string {
	if strings.Contains(more, "organization") {
		return strings.Replace(settings, `accounts: [{id: "111122223333", alias: web}]`, "", 1)
	}
	return strings.ReplaceAll(settings, "111122223333", account)
}

// startOn starts the function where AWS answers at url to account, with more lines for onboard
// and more variables.
func startOn(t *testing.T, url, account, queue, more string, env ...string) *function {
	t.Helper()
	dir := t.TempDir()
	run, err := runtimetest.Start(os.Args[0], append([]string{
		"AWS_LAMBDA_FUNCTION_NAME=seamark-collector",
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=" + account, "AWS_SECRET_ACCESS_KEY=x",
		"AWS_EC2_METADATA_DISABLED=true", "HOME=" + dir, "TMPDIR=" + dir, "SEAMARK_QUEUE_URL=" + queue,
		"SEAMARK_CONFIG=" + listed(account, more) + more + "lake: " + filepath.Join(dir, "lake") + "\n",
	}, env...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the function's log:\n%s", run.Log())
		}
		run.Close()
	})
	return &function{Function: run}
}

func event(t *testing.T, call string) string {
	t.Helper()
	b, err := os.ReadFile("../../collector/cloudtrail/testdata/events/" + call + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const scheduled = `{"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event","account":"999999999999","region":"eu-central-1","resources":[],"detail":"{}"}`

// One process, as Lambda keeps it warm: a schedule attaches, a second one writes nothing,
// events and poison come in one batch, a direct invocation answers with figures.
func TestFunction(t *testing.T) {
	f := start(t)
	f.aws.group("/app/booking")
	if a := f.invoke(t, scheduled, time.Minute); a.Failed || a.Body != "null" {
		t.Fatalf("schedule: %+v", a)
	}
	if got := f.aws.put(); len(got) != 1 || !strings.Contains(got[0], "/app/booking") || !strings.Contains(got[0], "seamark/1/booking/prod/") {
		t.Fatalf("put %v", got)
	}
	if a := f.invoke(t, scheduled, time.Minute); a.Failed || len(f.aws.put()) != 1 {
		t.Errorf("second schedule: %+v, %d puts", a, len(f.aws.put()))
	}
	f.aws.group("/aws/lambda/booking-create")
	a := f.invoke(t, runtimetest.Batch(event(t, "logs-TagResource"), "poison", event(t, "logs-CreateLogGroup-failed")), time.Minute)
	if want := `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`; a.Failed || a.Body != want {
		t.Errorf("batch: %+v, want %s", a, want)
	}
	if got := f.aws.put(); len(got) != 2 || !strings.Contains(got[1], "/aws/lambda/booking-create") {
		t.Errorf("put %v after the event", got)
	}
	a = f.invoke(t, `{"places":["111122223333/eu-central-1"]}`, time.Minute)
	var s struct{ Places, Done, Left, Writes int }
	if err := json.Unmarshal([]byte(a.Body), &s); err != nil || s.Places != 1 || s.Done != 1 || s.Left != 0 || s.Writes != 0 {
		t.Errorf("direct: %+v", a)
	}
	if a := f.invoke(t, `{"key1":"value1"}`, time.Minute); !a.Failed || !strings.Contains(a.Body, "EventBridge") {
		t.Errorf("the console's test event: %+v", a)
	}
	if len(f.aws.sent()) != 0 {
		t.Errorf("handed on: %v", f.aws.sent())
	}
}

// An API that hangs: the function answers before its time-out and hands its place on.
func TestTimeout(t *testing.T) {
	f := start(t)
	f.aws.set("Logs_20140328.DescribeLogGroups", "hang")
	const timeout = 5 * time.Second
	a := f.invoke(t, scheduled, timeout)
	if a.Failed || a.After >= timeout {
		t.Errorf("%+v", a)
	}
	if got := f.aws.sent(); len(got) != 1 || !strings.Contains(got[0], "111122223333/eu-central-1") || !strings.Contains(got[0], `"hops":1`) {
		t.Errorf("sent %v", got)
	}
	f.aws.set("Logs_20140328.DescribeLogGroups", "")
	f.aws.group("/app/booking")
	if a := f.invoke(t, runtimetest.Batch(f.aws.sent()[0]), time.Minute); a.Failed || a.Body != `{"batchItemFailures":null}` || len(f.aws.put()) != 1 {
		t.Errorf("the rest: %+v, %d puts", a, len(f.aws.put()))
	}
}

// An API that throttles for good: it is reported, and nothing fails or is deleted.
func TestThrottled(t *testing.T) {
	f := start(t)
	f.aws.group("/app/booking")
	f.aws.set("Logs_20140328.DescribeLogGroups", "ThrottlingException")
	if a := f.invoke(t, scheduled, time.Minute); a.Failed {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(f.Log(), "ThrottlingException") || !strings.Contains(f.Log(), `"requestId"`) {
		t.Errorf("log:\n%s", f.Log())
	}
}

// Accounts come from the organisation too; those that are suspended are left alone.
func TestOrganization(t *testing.T) {
	t.Parallel()
	fake := newFakeAWS(t)
	fake.group("/app/booking")
	f := startOn(t, fake.URL, "111122223333", "", "  organization: {}\n")
	a := f.invoke(t, scheduled, time.Minute)
	if a.Failed || len(fake.put()) != 1 || strings.Contains(f.Log(), "444455556666") {
		t.Errorf("%+v, put %v\n%s", a, fake.put(), f.Log())
	}
}

// With the sweep Athena's tables are told of what the lake has; where they cannot be, the
// sweep is made all the same, and the invocation says so.
func TestTables(t *testing.T) {
	t.Parallel()
	fake := newFakeAWS(t)
	fake.tables = map[string]map[string]any{}
	for _, name := range []string{"logs", "logs_all", "access_logs", "access_logs_all"} {
		fake.tables[name] = map[string]any{"Name": name, "Parameters": map[string]any{"projection.product.type": "enum", "projection.product.values": "unassigned", "projection.environment.type": "enum"}}
	}
	at := t.TempDir()
	if err := os.MkdirAll(filepath.Join(at, "lake/access_logs/product=booking/environment=prod/date=2026-11-22"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := startOn(t, fake.URL, "111122223333", "", "", "SEAMARK_LAKE="+at, "SEAMARK_GLUE_DATABASE=seamark")
	for _, payload := range []string{scheduled, `{"do":"reconcile"}`} {
		if a := f.invoke(t, payload, time.Minute); a.Failed {
			t.Fatalf("%+v", a)
		}
	}
	for name, table := range fake.tables {
		if got := table["Parameters"].(map[string]any); got["projection.product.values"] != "unassigned,booking" || got["projection.environment.values"] != "prod" {
			t.Errorf("%s: %v", name, got)
		}
	}
	fake.group("/app/booking")
	fake.set("AWSGlue.GetTable", "AccessDeniedException")
	if a := f.invoke(t, scheduled, time.Minute); !a.Failed || !strings.Contains(a.Body, "glue:UpdateTable") || len(fake.put()) != 1 {
		t.Errorf("%+v, put %v", a, fake.put())
	}
}

// A configuration that cannot be used ends the process, with the reason as its last word.
func TestColdStart(t *testing.T) {
	for text, want := range map[string]string{
		"deployment: acme\nwat: 1\n":       "wat",
		"lake: s3://bucket/x\n":            "deployment",
		settings:                           "s3://",
		settings + "lake: gs://bucket/x\n": "gs://",
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=127.0.0.1:1", "AWS_REGION=eu-central-1", "AWS_EC2_METADATA_DISABLED=true", "SEAMARK_CONFIG=" + text}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), "cannot start") {
			t.Errorf("%q: %v, %s; want %q", text, err, out, want)
		}
	}
}
