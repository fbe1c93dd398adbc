package transformer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/transformer"
)

func openBytes(t *testing.T, b []byte) *transformer.Source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "object")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	l, _ := newTransformer(t)
	src, err := transformer.OpenFile(l, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// TestExamineSaysWhereAndWhy: place, parser and rule of events of each kind.
func TestExamineSaysWhereAndWhy(t *testing.T) {
	first := payload(`{"level":"ERROR","message":"broken","bookingId":7}`, `plain text`)
	object := cat(zip(first), zip([]byte(controlPayload)), zip(payload(
		`{"status":503,"httpMethod":"GET","path":"/x"}`,
		"START RequestId: 1f2e Version: 3",
		`[{"time":"2022-06-30T07:55:35Z","type":"platform.start","record":{"requestId":"1f2e"}}]`,
		"(1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901) Method completed with status: 502",
		`203.0.113.7 - - [30/Jun/2022:07:55:35 +0000] "GET /tariffs HTTP/1.0" 200 2326`,
		"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'")))
	_, tr := newTransformer(t)
	got, err := tr.Examine(t.Context(), openBytes(t, object), func(int64, string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if got.Accounts.Events != 8 || got.Accounts.ControlMessages != 1 || len(got.Events) != 8 {
		t.Fatalf("accounts %+v, %d explained", got.Accounts, len(got.Events))
	}
	want := []struct {
		number         int64
		member         int
		parser, why    string
		message, table string
	}{
		{1, 1, "record", "log record", `{"level":"ERROR","message":"broken","bookingId":7}`, "logs"},
		{2, 1, "text", "no JSON object", "plain text", "logs"},
		{3, 3, "access log", "status (status) and a method, route or path (httpMethod)", `{"status":503,"httpMethod":"GET","path":"/x"}`, "access_logs"},
		{4, 3, "lambda platform", "START RequestId", "START RequestId: 1f2e Version: 3", "logs"},
		{5, 3, "lambda platform", "Telemetry API", `[{"time"`, "logs"},
		{6, 3, "text", "execution logs", "(1b2c3d4e", "logs"},
		{7, 3, "access log", "by its form", "203.0.113.7", "access_logs"},
		{8, 3, "text", "stack trace", "Traceback", "logs"},
	}
	byNumber := map[int64]transformer.Explained{}
	for _, e := range got.Events {
		byNumber[e.Number] = e
	}
	for _, w := range want {
		e := byNumber[w.number]
		if e.Member != w.member || e.Parser != w.parser || !strings.Contains(e.Why, w.why) || !strings.HasPrefix(e.Message, w.message) || string(e.Table) != w.table {
			t.Errorf("got %+v, want %+v", e, w)
		}
		if !strings.Contains(e.Owner, vectorFilter) || e.Envelope == nil || e.Envelope.Owner != "222222222222" || e.Place.Product == "" {
			t.Errorf("event %d: owner %q, envelope %+v, %+v", w.number, e.Owner, e.Envelope, e.Place)
		}
		var row struct {
			EventID string `json:"event_id"`
		}
		if err := json.Unmarshal(e.Row, &row); err != nil || row.EventID == "" || row.EventID != e.EventID {
			t.Errorf("event %d: row %s", w.number, e.Row)
		}
	}
	// The bytes are where it says they are.
	if e := byNumber[2]; !strings.HasPrefix(string(first[e.PayloadAt+e.EventAt:]), `{"id":"plain text-1"`) {
		t.Errorf("event 2 is not at %d+%d: %s", e.PayloadAt, e.EventAt, first[e.PayloadAt+e.EventAt:])
	}
	uses := map[string]string{}
	for _, f := range byNumber[1].Fields {
		uses[f.Key] = f.Column
	}
	if uses["level"] != "level" || uses["message"] != "message" || uses["bookingId"] != "event_data" {
		t.Errorf("fields %v", uses)
	}
}

// TestExamineOfBareMessages: without an envelope it says so, and where the line lies.
func TestExamineOfBareMessages(t *testing.T) {
	object := []byte("START RequestId: 1f2e Version: 3\n" + `{"timestamp":1656575735341,"level":"INFO","message":"hello"}` + "\n")
	_, tr := newTransformer(t)
	got, err := tr.Examine(t.Context(), openBytes(t, object), func(n int64, _ string) bool { return n == 2 })
	if err != nil || len(got.Events) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if e := got.Events[0]; e.Number != 2 || e.Envelope != nil || e.Member != 0 || !strings.HasPrefix(e.Why, "no envelope") || e.PayloadAt != 33 {
		t.Errorf("%+v", e)
	}
}

// TestExamineAgreesWithTransform: the same accounts, the same bad pieces and, of every
// event, the row that the lake holds; and nothing is written.
func TestExamineAgreesWithTransform(t *testing.T) {
	var b strings.Builder
	if _, err := fleet.WriteObject(&b, 7, 1200); err != nil {
		t.Fatal(err)
	}
	for name, object := range map[string][]byte{"whole": []byte(b.String()), "cut": []byte(b.String()[:b.Len()-2000])} {
		t.Run(name, func(t *testing.T) {
			l, tr := newTransformer(t)
			seen, err := tr.Examine(t.Context(), openBytes(t, object), func(int64, string) bool { return true })
			if err != nil {
				t.Fatal(err)
			}
			if n := len(l.Entries()); n != 0 {
				t.Errorf("examining wrote %d entries", n)
			}
			res := transformBytes(t, l, tr, object)
			if got, want := seen.Accounts, res.Entry.Accounts; got != want {
				t.Errorf("accounts %+v, want %+v", got, want)
			}
			if got, want := len(seen.Quarantine), len(res.Entry.Quarantine); got != want {
				t.Errorf("%d bad pieces, want %d", got, want)
			}
			numbers, rows := map[int64]bool{}, map[string]int{}
			for _, e := range seen.Events {
				numbers[e.Number] = true
				rows[e.EventID]++
			}
			for _, h := range readAll(t, l) {
				id := ""
				if h.Access != nil {
					id = h.Access.EventID
				} else {
					id = h.Log.EventID
				}
				rows[id]--
			}
			for id, n := range rows {
				if n != 0 {
					t.Errorf("event %s: %d more explained than rows", id, n)
				}
			}
			if int64(len(numbers)) != seen.Accounts.Events {
				t.Errorf("%d numbers of %d events", len(numbers), seen.Accounts.Events)
			}
		})
	}
}
