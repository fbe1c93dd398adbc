package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake/senders"
)

// appliance is one that runs in this process.
type appliance struct {
	*testing.T
	*app.App
	url  string
	lake string
	log  *syncBuffer
	stop func() error // drains
}

// syncBuffer collects what is logged.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func settings(data string) *config.Config {
	c := config.Default()
	c.Data, c.Listen = data, "127.0.0.1:0"
	c.FrontDoor.SealAfter = seamark.Duration(200 * time.Millisecond)
	return c
}

func start(t *testing.T, c *config.Config) *appliance {
	t.Helper()
	log := &syncBuffer{}
	a, err := app.New(context.Background(), app.Options{Config: c, Logger: slog.New(slog.NewTextHandler(log, nil)), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	out := &appliance{T: t, App: a, url: a.URL(), lake: lakes.Place(c), log: log}
	out.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = out.stop() })
	return out
}

// ask sends a request and returns status and body.
func (a *appliance) ask(method, path, body string, header ...string) (int, string) {
	a.Helper()
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// deliver sends some seconds of the company's logs, and says what they were.
func (a *appliance) deliver(seconds int) fleet.Truth {
	a.Helper()
	company := fleet.New(fleet.Options{Seed: 1, Start: time.Now().Add(-time.Minute), EventsPerSecond: 200, ControlEvery: time.Second})
	firehose := &fleet.Firehose{URL: a.url + "/ingest/firehose", AccessKey: a.AccessKey(), Gzip: true, Seed: 1}
	var sum fleet.Truth
	for s := range seconds {
		var records [][]byte
		from := company.Start().Add(time.Duration(s) * time.Second)
		for p := range company.Payloads(from, from.Add(time.Second)) {
			records = append(records, p.Data)
			sum.Add(p.Truth)
		}
		if err := firehose.Post(context.Background(), records); err != nil {
			a.Fatal(err)
		}
	}
	return sum
}

func (a *appliance) waitRows(want int64) {
	a.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		f, err := a.Flow(context.Background())
		if err != nil {
			a.Fatal(err)
		}
		if f.Accounts.Rows == want {
			return
		}
		if time.Now().After(deadline) {
			a.Fatalf("%d rows, want %d\n%s", f.Accounts.Rows, want, a.log)
		}
	}
}

// TestUp: what is delivered becomes rows, is shown, and is drained when it stops; a
// second appliance on the same folder is refused; the next one goes on.
func TestUp(t *testing.T) {
	c := settings(t.TempDir())
	a := start(t, c)
	sent := a.deliver(3)
	a.waitRows(sent.Events)

	if code, body := a.ask("GET", "/healthz", ""); code != http.StatusOK {
		t.Errorf("healthz: %d %s", code, body)
	}
	code, metrics := a.ask("GET", "/metrics", "")
	for _, name := range []string{"seamark_collector_requests_total{status=\"200\"} 3", "seamark_transformer_rows_total ", "process_resident_memory_bytes"} {
		if code != http.StatusOK || !strings.Contains(metrics, name) {
			t.Errorf("metrics: %d, no %s", code, name)
		}
	}
	info, err := os.Stat(filepath.Join(c.Data, "access-key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("access key: %v %v", info, err)
	}

	_, err = app.New(context.Background(), app.Options{Config: settings(c.Data), Logger: slog.New(slog.DiscardHandler)})
	if f, ok := errors.AsType[*seamark.Fault](err); !ok || !strings.Contains(f.What, "pid ") || f.Remedy == "" {
		t.Errorf("a second appliance on the folder: %v", err)
	}

	more := a.deliver(2) // the same seconds: other request ids, so other requests
	if err := a.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, a.log)
	}
	for _, f := range check.Check(a.lake, check.Options{}) {
		t.Error(f)
	}
	again := start(t, c)
	again.waitRows(sent.Events + more.Events)
	if again.AccessKey() != a.AccessKey() {
		t.Error("another access key after the restart")
	}
}

// TestWrongKey: a request without the key gets 401 and stores nothing.
func TestWrongKey(t *testing.T) {
	a := start(t, settings(t.TempDir()))
	body := `{"requestId":"r","timestamp":1,"records":[{"data":"aGVsbG8="}]}`
	for _, key := range []string{"", "wrong", a.AccessKey() + "x", strings.ToUpper(a.AccessKey())} {
		code, answer := a.ask("POST", "/ingest/firehose", body, "X-Amz-Firehose-Request-Id", "r", "X-Amz-Firehose-Access-Key", key)
		var got struct{ RequestID, ErrorMessage string }
		if err := json.Unmarshal([]byte(answer), &got); code != http.StatusUnauthorized || err != nil || got.ErrorMessage == "" {
			t.Errorf("key %q: %d %s", key, code, answer)
		}
		if strings.Contains(answer, a.AccessKey()) {
			t.Error("the answer tells the key")
		}
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	err := filepath.WalkDir(a.lake, func(name string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != ".lock" {
			t.Errorf("stored: %s", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if strings.Contains(a.log.String(), a.AccessKey()) {
		t.Error("the log tells the key")
	}
}

// TestHosts: every route asks who is addressed (DNS rebinding), also the front door.
func TestHosts(t *testing.T) {
	a := start(t, settings(t.TempDir()))
	for _, path := range []string{"/", "/logs", "/incidents", "/index.html", "/assets/app.js", "/healthz", "/metrics", "/api/flow", "/api/logs", "/api/logs/histogram", "/api/logs/facets", "/api/incidents", "/api/nothing", "/nowhere", "/login"} {
		for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"} {
			if code, _ := a.ask("GET", path, "", "Host", host); code != http.StatusMisdirectedRequest {
				t.Errorf("GET %s of %s: %d", path, host, code)
			}
		}
	}
	for _, path := range []string{"/ingest/firehose", "/ingest/other", "/ingest/"} {
		if code, _ := a.ask("POST", path, "{}", "Host", "evil.example", "X-Amz-Firehose-Access-Key", a.AccessKey()); code != http.StatusMisdirectedRequest {
			t.Errorf("POST %s of evil.example: %d", path, code)
		}
	}
	if code, _ := a.ask("GET", "/healthz", "", "Host", "localhost:1"); code != http.StatusOK {
		t.Errorf("localhost: %d", code)
	}
}

// TestLogin: off loopback a login is demanded, at the start and of every reader.
func TestLogin(t *testing.T) {
	c := settings(t.TempDir())
	c.Listen = "0.0.0.0:0"
	_, err := app.New(context.Background(), app.Options{Config: c, Logger: slog.New(slog.DiscardHandler)})
	if f, ok := errors.AsType[*seamark.Fault](err); !ok || f.Remedy == "" {
		var faults config.Faults
		if !errors.As(err, &faults) {
			t.Errorf("listens off loopback without a login: %v", err)
		}
	}
	t.Setenv("SEAMARK_TEST_TOKEN", "a-token-of-good-length-for-the-tests")
	c.Listen, c.LoginTokenEnv = "127.0.0.1:0", "SEAMARK_TEST_TOKEN"
	a := start(t, c)
	for _, path := range []string{"/api/flow", "/metrics"} {
		if code, _ := a.ask("GET", path, ""); code != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, code)
		}
		if code, _ := a.ask("GET", path, "", "Authorization", "Bearer a-token-of-good-length-for-the-tests"); code == http.StatusUnauthorized {
			t.Errorf("%s with the token: %d", path, code)
		}
	}
	if code, _ := a.ask("GET", "/healthz", ""); code != http.StatusOK {
		t.Errorf("healthz: %d", code)
	}
}

// TestOpenSearchDown: an index that does not answer stops nothing but itself.
func TestOpenSearchDown(t *testing.T) {
	c := settings(t.TempDir())
	c.OpenSearch.URL = "http://127.0.0.1:1"
	a := start(t, c)
	sent := a.deliver(1)
	a.waitRows(sent.Events)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		f, err := a.Flow(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if f.IndexFault != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the page does not say that the index waits")
		}
	}
	if code, _ := a.ask("GET", "/healthz", ""); code != http.StatusOK {
		t.Errorf("healthz: %d", code)
	}
}

// An account that stopped sending is named everywhere, and one that is new is remembered.
func TestSilentAccount(t *testing.T) {
	c := settings(t.TempDir())
	folder := filepath.Join(lakes.Place(c), senders.Folder)
	last := time.Now().UTC().AddDate(0, 0, -3)
	for ago := range 4 {
		day := filepath.Join(folder, last.AddDate(0, 0, -ago).Format(time.DateOnly))
		if err := os.MkdirAll(day, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(day, "999999999999"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := start(t, c)
	sent := a.deliver(1)
	a.waitRows(sent.Events)
	f, err := a.Flow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "account 999999999999 has sent nothing since " + last.Format(time.DateOnly) + "; of the last 14 days it sent on 4"
	if said := strings.Join(f.Faults, "\n"); !strings.Contains(said, want) {
		t.Errorf("faults %q lack %q", said, want)
	}
	if _, health := a.ask("GET", "/healthz", ""); !strings.Contains(health, `"faults":["senders"]`) {
		t.Errorf("healthz: %s", health)
	}
	marks, _ := filepath.Glob(filepath.Join(folder, time.Now().UTC().Format(time.DateOnly), "*"))
	if len(marks) == 0 {
		t.Error("who sent just now is not remembered")
	}
}

// TestFaultIsShown: what a component cannot do is on the page, in /healthz, in /metrics and in
// the log, with the remedy; and no longer when it is over.
func TestFaultIsShown(t *testing.T) {
	c := settings(t.TempDir())
	mark := filepath.Join(lakes.Place(c), "ledger/expired/lake-2199-01-01T00")
	if err := os.MkdirAll(filepath.Dir(mark), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a := start(t, c)
	sent := a.deliver(1)
	a.waitRows(sent.Events)
	shown := func() []bool {
		f, err := a.Flow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		code, health := a.ask("GET", "/healthz", "")
		if code != http.StatusOK {
			t.Fatalf("healthz: %d", code)
		}
		return []bool{
			strings.Contains(strings.Join(f.Faults, "\n"), "lake-2199-01-01T00: a watermark of retention lies in the future"),
			strings.Contains(strings.Join(f.Faults, "\n"), "--take-back"),
			strings.Contains(health, `"faults":["retention"]`),
			strings.Contains(a.metrics(), `seamark_faults{component="retention"} 1`),
		}
	}
	for i, ok := range shown() {
		if !ok {
			t.Errorf("the fault is not shown, %d", i)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(a.log.String(), "a component cannot do its work"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no line in the log:\n%s", a.log)
		}
	}
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	for i, ok := range shown() {
		if ok {
			t.Errorf("the fault is still shown, %d", i)
		}
	}
}
