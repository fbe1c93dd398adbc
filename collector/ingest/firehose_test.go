package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/lake"
)

// open opens a front door on a new folder, closed with the test.
func open(t testing.TB, o ingest.SpoolOptions) (root string, spool *ingest.Spool, h *ingest.Firehose) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "lake")
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	spool, h, err = door(d, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	return root, spool, h
}

func TestProtocol(t *testing.T) {
	hello := deliveryBody("req-1", []byte("hello"), gzipped([]byte("there")))
	for _, tc := range []struct {
		name   string
		change func(r *http.Request)
		body   []byte
		status int
		says   string // part of errorMessage
	}{
		{name: "stored", body: hello, status: 200},
		{name: "compressed", body: gzipped(hello), change: set("Content-Encoding", "gzip"), status: 200},
		{name: "no records", body: deliveryBody("req-1"), status: 200},
		{name: "without a version", body: hello, change: set("X-Amz-Firehose-Protocol-Version", ""), status: 200},
		{name: "with all that Firehose sends", body: hello, status: 200, change: func(r *http.Request) {
			r.Header.Set("X-Amz-Firehose-Common-Attributes", `{"commonAttributes":{"deployment":"a"}}`)
			r.Header.Set("X-Amz-Firehose-Source-Arn", "arn:aws:firehose:eu-central-1:111122223333:deliverystream/seamark")
		}},
		{name: "another version", body: hello, change: set("X-Amz-Firehose-Protocol-Version", "2.0"), status: 400, says: "version"},
		{name: "no key", body: hello, change: set("X-Amz-Firehose-Access-Key", ""), status: 401, says: "key"},
		{name: "wrong key", body: hello, change: set("X-Amz-Firehose-Access-Key", accessKey+"x"), status: 401, says: "key"},
		{name: "no id", body: hello, change: set("X-Amz-Firehose-Request-Id", ""), status: 400, says: "Request-Id"},
		{name: "id with a space", body: hello, change: set("X-Amz-Firehose-Request-Id", "a b"), status: 400, says: "Request-Id"},
		{name: "endless id", body: hello, change: set("X-Amz-Firehose-Request-Id", strings.Repeat("x", 5000)), status: 400, says: "Request-Id"},
		{name: "two ids", body: deliveryBody("req-2", []byte("hello")), status: 400, says: "header"},
		{name: "GET", change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405},
		{name: "empty body", body: []byte{}, status: 400, says: "ends early"},
		{name: "not JSON", body: []byte("hello"), status: 400, says: "expected"},
		{name: "cut body", body: hello[:len(hello)/2], status: 400, says: "ends early"},
		{name: "not gzip", body: hello, change: set("Content-Encoding", "gzip"), status: 400, says: "gzip"},
		{name: "cut gzip", body: gzipped(hello)[:60], change: set("Content-Encoding", "gzip"), status: 400},
		{name: "another encoding", body: hello, change: set("Content-Encoding", "br"), status: 400, says: "encoding"},
		{name: "bad base64", body: []byte(`{"requestId":"req-1","timestamp":1,"records":[{"data":"aGVsbG8="},{"data":"%"}]}`), status: 400, says: "base64"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, spool, h := open(t, ingest.SpoolOptions{})
			r := httptest.NewRequest(http.MethodPost, "/ingest/firehose", bytes.NewReader(tc.body))
			set("X-Amz-Firehose-Access-Key", accessKey)(r)
			set("X-Amz-Firehose-Request-Id", "req-1")(r)
			set("X-Amz-Firehose-Protocol-Version", "1.0")(r)
			set("Content-Type", "application/json")(r)
			if tc.change != nil {
				tc.change(r)
			}
			w := httptest.NewRecorder()
			before := time.Now().UnixMilli()
			h.ServeHTTP(w, r)
			var answer struct {
				RequestID    string
				Timestamp    int64
				ErrorMessage string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatalf("%v in %s", err, w.Body)
			}
			if w.Code != tc.status || !strings.Contains(answer.ErrorMessage, tc.says) || (w.Code == 200) != (answer.ErrorMessage == "") {
				t.Errorf("got %d %s, want %d with %q", w.Code, w.Body, tc.status, tc.says)
			}
			if answer.Timestamp < before || answer.Timestamp > time.Now().UnixMilli() {
				t.Errorf("timestamp: got %d", answer.Timestamp)
			}
			if id := r.Header.Get("X-Amz-Firehose-Request-Id"); len(id) < 100 && answer.RequestID != id {
				t.Errorf("requestId: got %q, want %q", answer.RequestID, id)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" || w.Header().Get("Content-Encoding") != "" {
				t.Errorf("header: %v", w.Header())
			}
			if w.Body.Len() > 1000 {
				t.Errorf("answer has %d bytes", w.Body.Len())
			}
			if err := spool.Close(); err != nil {
				t.Fatal(err)
			}
			stored := tc.status == 200 && !strings.Contains(string(tc.body), "[]")
			if all, err := readLanding(root); err != nil || (len(all) == 1) != stored {
				t.Errorf("stored %v, %v; want %v", all, err, stored)
			}
			if left := leftIn(root); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func set(key, value string) func(*http.Request) {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(key)
			return
		}
		r.Header.Set(key, value)
	}
}

// unread fails the test when anything of it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestWrongKeyLeavesTheBodyAlone(t *testing.T) {
	_, _, h := open(t, ingest.SpoolOptions{})
	r := httptest.NewRequest(http.MethodPost, "/ingest/firehose", unread{t})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || w.Header().Get("Connection") != "close" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
}

func TestSentAgain(t *testing.T) {
	o := ingest.SpoolOptions{Horizon: time.Hour}
	var duplicates atomic.Int64
	o.Hooks.Request = func(_ int, _, _ int64, duplicate bool, _ time.Duration) {
		if duplicate {
			duplicates.Add(1)
		}
	}
	root, spool, h := open(t, o)
	one := request{"one", [][]byte{gzipped([]byte("a")), []byte("b")}}
	large := request{"large", [][]byte{gzipped(bytes.Repeat([]byte("x"), 50)), bytes.Repeat([]byte("y"), 3<<20), noise(2 << 20)}}
	other := request{"one", [][]byte{[]byte("other content under the same id")}}
	for _, r := range []request{one, large, one, large, other, other} {
		if code := post(h, r); code != 200 {
			t.Fatalf("%s: got %d", r.id, code)
		}
	}
	if got := duplicates.Load(); got != 3 {
		t.Errorf("duplicates: got %d, want 3", got)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	spool, h, err = door(d, o) // the next process
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []request{one, large, other} {
		if code := post(h, r); code != 200 {
			t.Fatalf("%s: got %d", r.id, code)
		}
	}
	spool.Close()
	if got := duplicates.Load(); got != 6 {
		t.Errorf("duplicates after a restart: got %d, want 6", got)
	}
	all, err := readLanding(root)
	if err != nil || len(all) != 3 {
		t.Errorf("stored %d requests, %v; want 3", len(all), err)
	}
	objects := map[string]bool{}
	for _, f := range all {
		objects[f.key] = true
	}
	if len(objects) != 2 {
		t.Errorf("got %d objects, want one for the small requests and one for the large", len(objects))
	}
}

// noise is what does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}

// TestDiskFullLog: what cannot be stored is one kind of line, with the disk's own error in it, so that
// who calms the log can tell it; the client's refusal is not a second one.
func TestDiskFullLog(t *testing.T) {
	bad := &disk{grave: t.TempDir()}
	d, err := lake.OpenDir(filepath.Join(t.TempDir(), "lake"), bad)
	if err != nil {
		t.Fatal(err)
	}
	o := small()
	o.Dir = d
	spool, err := ingest.OpenSpool(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	var told []string
	log := slog.New(logged(func(r slog.Record) {
		r.Attrs(func(a slog.Attr) bool {
			if err, ok := a.Value.Any().(error); ok && errors.Is(err, syscall.ENOSPC) {
				told = append(told, r.Message)
			}
			return true
		})
		if r.Level >= slog.LevelWarn && r.Message != "cannot store a request" {
			t.Errorf("a line says %q", r.Message)
		}
	}))
	h, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: spool, AccessKey: accessKey, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	bad.mu.Lock()
	bad.plan = plan{from: bad.calls + 1, to: 1 << 30, err: syscall.ENOSPC}
	bad.mu.Unlock()
	if code := post(h, request{"a", [][]byte{gzipped([]byte("1"))}}); code != http.StatusServiceUnavailable {
		t.Errorf("answered %d, want 503", code)
	}
	if len(told) != 1 {
		t.Errorf("%d lines name the disk's error, want 1", len(told))
	}
}

// logged is a handler that hands each record to a function.
type logged func(slog.Record)

func (l logged) Enabled(context.Context, slog.Level) bool      { return true }
func (l logged) Handle(_ context.Context, r slog.Record) error { l(r); return nil }
func (l logged) WithAttrs([]slog.Attr) slog.Handler            { return l }
func (l logged) WithGroup(string) slog.Handler                 { return l }

// TestDiskFull: 503 while it lasts, with nothing of the request left; then all is well again.
func TestDiskFull(t *testing.T) {
	root := filepath.Join(t.TempDir(), "lake")
	bad := &disk{grave: t.TempDir()}
	d, err := lake.OpenDir(root, bad)
	if err != nil {
		t.Fatal(err)
	}
	spool, h, err := door(d, small())
	if err != nil {
		t.Fatal(err)
	}
	full := func(on bool) {
		bad.mu.Lock()
		defer bad.mu.Unlock()
		bad.plan = plan{}
		if on {
			bad.plan = plan{from: bad.calls + 1, to: 1 << 30, err: syscall.ENOSPC}
		}
	}
	before := request{"before", [][]byte{gzipped([]byte("1"))}}
	during := request{"during", [][]byte{gzipped([]byte("2"))}}
	large := request{"large", [][]byte{noise(20_000)}}
	if code := post(h, before); code != 200 {
		t.Fatal(code)
	}
	full(true)
	for _, r := range []request{during, large, during} {
		if code := post(h, r); code != http.StatusServiceUnavailable {
			t.Errorf("%s: got %d, want 503", r.id, code)
		}
	}
	if code := post(h, before); code != 200 {
		t.Errorf("what is stored is still known: got %d", code)
	}
	full(false)
	for _, r := range []request{during, large} {
		if code := post(h, r); code != 200 {
			t.Errorf("%s: got %d, want 200", r.id, code)
		}
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	if err := balance(root, []request{before, during, large}, map[string]bool{"before": true, "during": true, "large": true}); err != nil {
		t.Error(err)
	}
	if code := post(h, before); code != http.StatusServiceUnavailable {
		t.Errorf("after the end: got %d, want 503", code)
	}
}

// TestMemory: a body of a gigabyte, and one that inflates to one, cost some megabytes.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 300 MB")
	}
	_, _, h := open(t, ingest.SpoolOptions{})
	piece := noise(3 << 20)
	text := deliveryBody("r", piece)
	record := text[bytes.Index(text, []byte(`"records":[`))+11 : bytes.LastIndex(text, []byte("}]"))+1]
	parts := []io.Reader{strings.NewReader(`{"requestId":"r","timestamp":1,"records":[`), bytes.NewReader(record)}
	for range 75 {
		parts = append(parts, strings.NewReader(","), bytes.NewReader(record))
	}
	parts = append(parts, strings.NewReader("]}"))
	r := httptest.NewRequest(http.MethodPost, "/ingest/firehose", io.MultiReader(parts...))
	set("X-Amz-Firehose-Access-Key", accessKey)(r)
	set("X-Amz-Firehose-Request-Id", "r")(r)

	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("allocated %d MB for %d MB", got>>20, 76*len(piece)>>20)
	}
}

// TestBomb: a compressed body that inflates without end is refused, and leaves nothing.
func TestBomb(t *testing.T) {
	root, spool, h := open(t, ingest.SpoolOptions{})
	open := []byte(`{"requestId":"r","timestamp":1,"records":[{"data":"`)
	body := gzipped(append(open, bytes.Repeat([]byte("A"), 200<<20)...))
	r := httptest.NewRequest(http.MethodPost, "/ingest/firehose", bytes.NewReader(body))
	set("X-Amz-Firehose-Access-Key", accessKey)(r)
	set("X-Amz-Firehose-Request-Id", "r")(r)
	set("Content-Encoding", "gzip")(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "inflates") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	spool.Close()
	if left := leftIn(root); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestTurns: only so many bodies are read at once; who waits too long is sent away with 503.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, spool, _ := open(t, ingest.SpoolOptions{})
		defer spool.Close()
		h, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: spool, AccessKey: accessKey, MaxBodies: 1, MaxWait: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		in, out := io.Pipe()
		slow := httptest.NewRequest(http.MethodPost, "/ingest/firehose", in)
		set("X-Amz-Firehose-Access-Key", accessKey)(slow)
		set("X-Amz-Firehose-Request-Id", "slow")(slow)
		first := httptest.NewRecorder()
		done := make(chan struct{})
		go func() { h.ServeHTTP(first, slow); close(done) }()
		synctest.Wait()
		begin := time.Now()
		quick := request{"quick", [][]byte{[]byte("x")}}
		if code := post(h, quick); code != http.StatusServiceUnavailable || time.Since(begin) != 10*time.Second {
			t.Errorf("got %d after %s, want 503 after 10 s", code, time.Since(begin))
		}
		out.Write(deliveryBody("slow"))
		out.Close()
		<-done
		if code := post(h, quick); code != 200 || first.Code != 200 {
			t.Errorf("got %d and %d, want 200", code, first.Code)
		}
	})
}

// TestSlowBody: a client that never ends its body is let go, and one that sends a byte now
// and then long before the body's time is over.
func TestSlowBody(t *testing.T) {
	for name, o := range map[string]ingest.FirehoseOptions{
		"never": {BodyTimeout: 100 * time.Millisecond}, "drops": {Patience: 100 * time.Millisecond, BodyTimeout: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			spool, _ := newSpool(t)
			o.Spool, o.AccessKey = spool, accessKey
			h, err := ingest.NewFirehose(o)
			if err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewServer(h)
			defer srv.Close()
			in, out := io.Pipe()
			defer out.Close()
			go func() {
				for _, err := out.Write([]byte(`{"requestId":"r",`)); err == nil; _, err = out.Write([]byte(" ")) {
					if name == "never" {
						return
					}
				}
			}()
			req, _ := http.NewRequest(http.MethodPost, srv.URL, &drops{in})
			set("X-Amz-Firehose-Access-Key", accessKey)(req)
			set("X-Amz-Firehose-Request-Id", "r")(req)
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				resp.Body.Close()
				if resp.StatusCode != http.StatusRequestTimeout {
					t.Errorf("got %d, want 408", resp.StatusCode)
				}
			}
		})
	}
}

// newSpool opens a spool in a lake of its own.
func newSpool(t *testing.T) (spool *ingest.Spool, root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "lake")
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	if spool, err = ingest.OpenSpool(t.Context(), ingest.SpoolOptions{Dir: d}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { spool.Close() })
	return spool, root
}

// drops reads slowly.
type drops struct{ io.Reader }

func (d *drops) Read(b []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Reader.Read(b[:min(len(b), 16)])
}

// TestTooLarge: more than one request of Firehose can hold is refused, and nothing stays.
func TestTooLarge(t *testing.T) {
	spool, root := newSpool(t)
	h, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: spool, AccessKey: accessKey})
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	go func() {
		piece := strings.Repeat("AAAA", 1<<18) // 768 KiB of zeros
		_, err := io.WriteString(out, `{"requestId":"r","timestamp":1,"records":[{"data":"`)
		for n := int64(0); err == nil && n <= ingest.MaxBody; n += 3 << 18 {
			_, err = io.WriteString(out, piece)
		}
		io.WriteString(out, `"}]}`)
		out.Close()
	}()
	req := httptest.NewRequest(http.MethodPost, "/ingest/firehose", in)
	set("X-Amz-Firehose-Access-Key", accessKey)(req)
	set("X-Amz-Firehose-Request-Id", "r")(req)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	in.Close()
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "more than 256 MiB") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	if landed, _ := filepath.Glob(filepath.Join(root, "landing/*/*/*/*/*")); len(landed) != 0 {
		t.Errorf("landed %v", landed)
	}
}
