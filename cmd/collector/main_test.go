package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain is the Lambda function itself where the Lambda Runtime API is named.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runtime speaks the Lambda Runtime API (version 2018-06-01): next, response, error.
type runtime struct {
	*httptest.Server
	next    chan invocation
	answers chan answer
}

type invocation struct {
	payload string
	timeout time.Duration
}

type answer struct {
	failed bool
	body   string
	after  time.Duration
}

func newRuntime(t *testing.T) *runtime {
	r := &runtime{next: make(chan invocation), answers: make(chan answer, 1)}
	var began time.Time
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, q *http.Request) {
		select {
		case i := <-r.next:
			began = time.Now()
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(began.Add(i.timeout).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:999999999999:function:seamark-collector")
			fmt.Fprint(w, i.payload)
		case <-q.Context().Done():
		case <-t.Context().Done():
		}
	})
	for _, kind := range []string{"response", "error"} {
		mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/"+kind, func(w http.ResponseWriter, q *http.Request) {
			var b bytes.Buffer
			b.ReadFrom(q.Body)
			w.WriteHeader(http.StatusAccepted)
			r.answers <- answer{kind == "error", b.String(), time.Since(began)}
		})
	}
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.CloseClientConnections)
	return r
}

// invoke hands an event to the function and waits for its answer.
func (r *runtime) invoke(t *testing.T, payload string, timeout time.Duration) answer {
	t.Helper()
	select {
	case r.next <- invocation{payload, timeout}:
	case <-time.After(2 * time.Minute):
		t.Fatal("the function asks for no event")
	}
	select {
	case a := <-r.answers:
		return a
	case <-time.After(timeout + time.Minute): // that it answers in time is asserted by answer.after
		t.Fatal("no answer by the time-out")
	}
	return answer{}
}

// function is the process, with what it logs.
type function struct {
	*runtime
	aws *fakeAWS
	log *logBuffer
}

// logBuffer is written by the process while the test reads.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
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

// startOn starts the function where AWS answers at url to account, with more lines for onboard.
func startOn(t *testing.T, url, account, queue, more string) *function {
	t.Helper()
	f := &function{runtime: newRuntime(t), log: &logBuffer{}}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(f.URL, "http://"), "AWS_LAMBDA_FUNCTION_NAME=seamark-collector",
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=" + account, "AWS_SECRET_ACCESS_KEY=x",
		"AWS_EC2_METADATA_DISABLED=true", "HOME=" + dir, "TMPDIR=" + dir, "SEAMARK_QUEUE_URL=" + queue,
		"SEAMARK_CONFIG=" + listed(account, more) + more + "lake: " + filepath.Join(dir, "lake") + "\n",
	}
	cmd.Stdout, cmd.Stderr = f.log, f.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("the function's log:\n%s", f.log)
		}
	})
	return f
}

func sqsBatch(bodies ...string) string {
	type record struct {
		MessageID   string `json:"messageId"`
		EventSource string `json:"eventSource"`
		Body        string `json:"body"`
	}
	var batch struct{ Records []record }
	for i, b := range bodies {
		batch.Records = append(batch.Records, record{fmt.Sprintf("m%d", i), "aws:sqs", b})
	}
	b, _ := json.Marshal(batch)
	return string(b)
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
	if a := f.invoke(t, scheduled, time.Minute); a.failed || a.body != "null" {
		t.Fatalf("schedule: %+v", a)
	}
	if got := f.aws.put(); len(got) != 1 || !strings.Contains(got[0], "/app/booking") || !strings.Contains(got[0], "seamark/1/booking/prod/") {
		t.Fatalf("put %v", got)
	}
	if a := f.invoke(t, scheduled, time.Minute); a.failed || len(f.aws.put()) != 1 {
		t.Errorf("second schedule: %+v, %d puts", a, len(f.aws.put()))
	}
	f.aws.group("/aws/lambda/booking-create")
	a := f.invoke(t, sqsBatch(event(t, "logs-TagResource"), "poison", event(t, "logs-CreateLogGroup-failed")), time.Minute)
	if want := `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`; a.failed || a.body != want {
		t.Errorf("batch: %+v, want %s", a, want)
	}
	if got := f.aws.put(); len(got) != 2 || !strings.Contains(got[1], "/aws/lambda/booking-create") {
		t.Errorf("put %v after the event", got)
	}
	a = f.invoke(t, `{"places":["111122223333/eu-central-1"]}`, time.Minute)
	var s struct{ Places, Done, Left, Writes int }
	if err := json.Unmarshal([]byte(a.body), &s); err != nil || s.Places != 1 || s.Done != 1 || s.Left != 0 || s.Writes != 0 {
		t.Errorf("direct: %+v", a)
	}
	if a := f.invoke(t, `{"key1":"value1"}`, time.Minute); !a.failed || !strings.Contains(a.body, "EventBridge") {
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
	if a.failed || a.after >= timeout {
		t.Errorf("%+v", a)
	}
	if got := f.aws.sent(); len(got) != 1 || !strings.Contains(got[0], "111122223333/eu-central-1") || !strings.Contains(got[0], `"hops":1`) {
		t.Errorf("sent %v", got)
	}
	f.aws.set("Logs_20140328.DescribeLogGroups", "")
	f.aws.group("/app/booking")
	if a := f.invoke(t, sqsBatch(f.aws.sent()[0]), time.Minute); a.failed || a.body != `{"batchItemFailures":null}` || len(f.aws.put()) != 1 {
		t.Errorf("the rest: %+v, %d puts", a, len(f.aws.put()))
	}
}

// An API that throttles for good: it is reported, and nothing fails or is deleted.
func TestThrottled(t *testing.T) {
	f := start(t)
	f.aws.group("/app/booking")
	f.aws.set("Logs_20140328.DescribeLogGroups", "ThrottlingException")
	if a := f.invoke(t, scheduled, time.Minute); a.failed {
		t.Errorf("%+v", a)
	}
	f.invoke(t, `{"places":[]}`, time.Minute) // so that the log is complete
	if !strings.Contains(f.log.String(), "ThrottlingException") || !strings.Contains(f.log.String(), `"requestId"`) {
		t.Errorf("log:\n%s", f.log)
	}
}

// Accounts come from the organisation too; those that are suspended are left alone.
func TestOrganization(t *testing.T) {
	t.Parallel()
	fake := newFakeAWS(t)
	fake.group("/app/booking")
	f := startOn(t, fake.URL, "111122223333", "", "  organization: {}\n")
	a := f.invoke(t, scheduled, time.Minute)
	f.invoke(t, `{"places":[]}`, time.Minute) // so that the log is complete
	if a.failed || len(fake.put()) != 1 || strings.Contains(f.log.String(), "444455556666") {
		t.Errorf("%+v, put %v\n%s", a, fake.put(), f.log)
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
