package transformer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// WriteLogs makes captured a sink; it copies, as what rows point into is used anew.
func (c *captured) WriteLogs(p lake.Partition, rows []seamark.Log, _ int64) error {
	for _, r := range rows {
		for _, s := range []*string{
			&r.EventID, &r.AccountID, &r.Region, &r.Source, &r.Stream, &r.Component, &r.Team, &r.Level, &r.EventName, &r.EventData, &r.Message,
			&r.RequestID, &r.TraceID, &r.SpanID, &r.ErrorType, &r.ErrorMessage, &r.ErrorStack, &r.Fingerprint, &r.LandingID,
		} {
			*s = strings.Clone(*s)
		}
		p.Product, p.Environment = strings.Clone(p.Product), strings.Clone(p.Environment)
		c.logs = append(c.logs, capturedRow[seamark.Log]{p, r})
	}
	return nil
}

// WriteAccessLogs is WriteLogs for the other table.
func (c *captured) WriteAccessLogs(p lake.Partition, rows []seamark.AccessLog, _ int64) error {
	for _, r := range rows {
		for _, s := range []*string{
			&r.EventID, &r.AccountID, &r.Region, &r.Source, &r.Stream, &r.Component, &r.Team, &r.RequestID, &r.TraceID, &r.Method, &r.Path,
			&r.Route, &r.IP, &r.UserAgent, &r.Protocol, &r.ErrorMessage, &r.Extra, &r.LandingID,
		} {
			*s = strings.Clone(*s)
		}
		r.Status, r.LatencyMs, r.IntegrationLatencyMs, r.ResponseBytes = copied(r.Status), copied(r.LatencyMs), copied(r.IntegrationLatencyMs), copied(r.ResponseBytes)
		p.Product, p.Environment = strings.Clone(p.Product), strings.Clone(p.Environment)
		c.access = append(c.access, capturedRow[seamark.AccessLog]{p, r})
	}
	return nil
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// compare reads the payload that b begins with on both ways.
func compare(t testing.TB, tr *Transformer, g *generic, b []byte) (events int) {
	t.Helper()
	if nesting(b) > scan.MaxDepth-8 {
		return 0 // where exactly it is too deep is the fast path's own business
	}
	var fast captured
	o := newObject(tr, nil, &fast)
	defer tr.pool.Put(o)
	got, reason := o.ReadOne(b)
	if got == landing.WrongShape || got == landing.Control {
		o.rows.Rollback()
	}
	if err := o.rows.Flush(); err != nil {
		t.Fatal(err)
	}
	want := readGeneric(b)
	if got != want.status {
		t.Fatalf("status %d (%s), want %d, of %q", got, reason, want.status, b)
	}
	g.out = captured{}
	if want.status != landing.Control {
		g.payload(want, "id")
		g.joinStacks()
	}
	for i := range max(len(fast.logs), len(g.out.logs)) {
		if i >= len(fast.logs) || i >= len(g.out.logs) || fast.logs[i] != g.out.logs[i] {
			t.Fatalf("logs: %d and %d rows of %q\n%s", len(fast.logs), len(g.out.logs), b, diff(fast.logs, g.out.logs))
		}
	}
	if d := diff(fast.access, g.out.access); d != "" {
		t.Fatalf("access logs of %q\n%s", b, d)
	}
	return len(fast.logs) + len(fast.access)
}

// diff says where two lists of rows differ first.
func diff[T any](fast, plain []capturedRow[T]) string {
	for i := range max(len(fast), len(plain)) {
		f, p := fast[i:min(i+1, len(fast))], plain[i:min(i+1, len(plain))]
		if d := cmp.Diff(p, f, cmp.AllowUnexported(capturedRow[T]{})); d != "" {
			return fmt.Sprintf("row %d (-generic +fast):\n%s", i, d)
		}
	}
	return ""
}

// TestFastEqualsGeneric holds the ways against one another over what the simulated
// company writes: 100,000 events; a million with SEAMARK_TORTURE=1.
func TestFastEqualsGeneric(t *testing.T) {
	events := 100_000
	if os.Getenv("SEAMARK_TORTURE") != "" {
		events = 1_000_000
	}
	tr, g := New(nil, nil), newGeneric(stageArrival.UnixMilli())
	seen := 0
	for p := range (fleet.Bulk{Seed: 7, Events: events}).Payloads() {
		seen += compare(t, tr, g, inflated(t, p.Data))
	}
	if seen != events {
		t.Errorf("%d events, want %d", seen, events)
	}
}

func inflated(t testing.TB, b []byte) []byte {
	gz, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// vectorPayloads are the messages of the conformance vectors, a payload each.
func vectorPayloads(t testing.TB) [][]byte {
	names, err := filepath.Glob("../schemas/vectors/*/*.json")
	if err != nil || len(names) < 40 {
		t.Fatalf("%d vectors, %v", len(names), err)
	}
	var out [][]byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Message   string `json:"message"`
			Base64    []byte `json:"message_base64"`
			Repeat    int
			Timestamp int64
		}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		quoted, _ := json.Marshal(strings.Repeat(v.Message, max(v.Repeat, 1)))
		if v.Base64 != nil {
			quoted = slices.Concat([]byte(`"`), v.Base64, []byte(`"`))
		}
		if v.Timestamp == 0 {
			v.Timestamp = 1656575735341
		}
		out = append(out, fuzzPayload(v.Timestamp, quoted))
	}
	return out
}

// fuzzPayload is a payload of one event with that message, a JSON string.
func fuzzPayload(ms int64, quoted []byte) []byte {
	return fmt.Appendf(nil, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":[%q],"logEvents":[{"id":"1","timestamp":%d,"message":%s}]}`,
		seamark.Workload{Product: "p", Environment: "e", Region: "r"}.FilterName(), ms, quoted)
}

// TestFastEqualsGenericOnVectors is the same over the conformance vectors, with an
// envelope that names the product, and without.
func TestFastEqualsGenericOnVectors(t *testing.T) {
	tr, g := New(nil, nil), newGeneric(stageArrival.UnixMilli())
	for _, b := range vectorPayloads(t) {
		if compare(t, tr, g, b) != 1 {
			t.Errorf("not one row of %q", b)
		}
		compare(t, tr, g, bytes.Replace(b, []byte("seamark/1/"), []byte("other/"), 1))
	}
}

// oneEvent is a payload around an event.
func oneEvent(e string) string {
	return `{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[` + e + `]}`
}

// FuzzFastEqualsGeneric is the same over any bytes, taken as a message and as a payload.
func FuzzFastEqualsGeneric(f *testing.F) {
	for _, b := range vectorPayloads(f) {
		if len(b) < 8<<10 {
			f.Add(b)
		}
	}
	for _, s := range []string{
		`{"error":{"type":"T","message":"m","stack":["a","b"],"code":5},"a":1,"eventData":{"a":2,"_a":3},"_a":4}`,
		`{"message":{"stringValue":"x"},"level":30,"time":1656575735341}`, `{"product":"P q","env":"prod","timestamp":"2022-06-30T07:55:35Z"}`,
		"{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",\"logStream\":\"s\",\"logEvents\":[{\"id\":\"1\",\"message\":\"\\ud83d\\ude00\\ud83d x\"},{},3,{\"message\":[1]}]}",
		// What the fast ways must not take for the usual: escapes that are none, numbers that are none, bytes that are no UTF-8.
		`{"a":"\x41"}`, `{"a":"\u12G4"}`, `{"a":"\u0041\ud83d\\\""}`, "{\"a\":\"\xff\"}", "{\"a\":\"line\nbreak\"}", `{"a":01}`, `{"a":1,}`, "{\"a\": 1 , \"b\" :[ 1, {} ]}\n", `{"k\u0041":1,"":2}`,
		oneEvent(`{"id":"1","timestamp":0123,"message":"x"}`), oneEvent(`{"id":"","timestamp":1,"message":"{\"a\":1}"}`), oneEvent("{\"id\":\"\xff\",\"timestamp\":1,\"message\":\"\xff{\"}"),
		oneEvent(`{"id":"1","timestamp":1,"message":"{\"a\":\"\\x\"}"}`), oneEvent(`{"id":"1","timestamp":1,"message":"{\"a\":1}","message":"y"}`), oneEvent(`{"id":"1","timestamp":9223372036854775808,"message":"x"}`),
		oneEvent("{\"id\":\"1\",\"timestamp\":1,\"message\":\"{\\\"a\\\":\\\"\xe2(\\\"}\"}"),
		oneEvent("{\"id\":\"1\",\"timestamp\":1,\"message\":\"a\\n\xff\"}"),
		oneEvent(`{"timestamp":-1,"message":"{\"a\":1}","extra":2,"id":"7"}`), oneEvent("{\"id\":\"1\",\"timestamp\":1,\"message\":\"{\\\"\xe2\\\":\\\"\xe2\x28\\\"}\"}"),
	} {
		f.Add([]byte(s))
	}
	for _, s := range systemFields {
		f.Add([]byte(oneEvent(s)))
	}
	tr, g := New(nil, nil), newGeneric(stageArrival.UnixMilli())
	f.Fuzz(func(t *testing.T, b []byte) {
		if i := scan.SkipSpace(b, 0); i < len(b) && b[i] == '{' {
			compare(t, tr, g, b[i:])
		}
		if quoted, err := json.Marshal(string(b)); err == nil {
			compare(t, tr, g, fuzzPayload(1656575735341, quoted))
		}
	})
}
