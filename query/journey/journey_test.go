package journey_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/journey"
)

const startMs = 1795341600000

// rows answers from memory.
type rows []seamark.Hit

func (r rows) search(_ context.Context, q seamark.Query) (out seamark.Result, err error) {
	e, err := query.Parse(q.Table, q.Text)
	if err != nil {
		return out, err
	}
	for _, h := range r {
		at := time.UnixMilli(h.Position().Timestamp)
		if h.Table == q.Table && !at.Before(q.Span.From) && (q.Span.To.IsZero() || at.Before(q.Span.To)) && query.Match(e, &h) {
			out.Hits = append(out.Hits, h)
		}
	}
	slices.SortFunc(out.Hits, func(a, b seamark.Hit) int { return b.Position().Compare(a.Position()) })
	if out.More = len(out.Hits) > q.Limit; out.More {
		out.Hits = out.Hits[:q.Limit]
	}
	return out, nil
}

func request(second int, id, trace, integration string) seamark.Hit {
	status := int32(502)
	a := &seamark.AccessLog{Timestamp: startMs + int64(second)*1000, EventID: fmt.Sprint("a", second), RequestID: id, TraceID: trace, Status: &status}
	if integration != "" {
		a.Extra = fmt.Sprintf(`{"integrationRequestId":%q}`, integration)
	}
	return seamark.Hit{Table: seamark.TableAccessLogs, Product: "booking", Environment: "prod", Access: a}
}

func event(second int, id, trace, message string) seamark.Hit {
	return seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{
		Timestamp: startMs + int64(second)*1000, EventID: fmt.Sprint("l", second), RequestID: id, TraceID: trace, Message: message}}
}

func TestFollow(t *testing.T) {
	plain := rows{
		event(0, "lambda-other", "", "another"), event(1, "lambda-0001", "", "START"), event(2, "api-00000001", "", "handed on"),
		event(3, "lambda-0001", "", "boom"), request(4, "api-00000001", "", "lambda-0001"), request(5, "api-00000002", "", "lambda-other"),
		event(90_000, "lambda-0001", "", "a day later: a retry of its own"),
	}
	traced := rows{request(1, "api-00000001", "1-trace-0001", ""), event(2, "lambda-0001", "1-trace-0001", "first"), event(3, "lambda-0002", "1-trace-0001", "second"), event(4, "lambda-0002", "", "no trace, the same request")}
	shared := append(slices.Clone(traced), request(5, "api-00000002", "1-trace-0001", ""))
	short := rows{request(1, "api-00000001", "-", "-"), request(2, "api-00000002", "-", "-"), event(3, "-", "-", "nobody's")}
	for _, tt := range []struct {
		name  string
		rows  rows
		id    string
		want  []string // event id, how, "?" where ambiguous
		notes string
	}{
		{"of the API", plain, "api-00000001", []string{"l1 request id", "l2 the id", "l3 request id", "a4 the id"}, ""},
		{"of the invocation", plain, "lambda-0001", []string{"l1 the id", "l2 request id", "l3 the id", "a4 the id"}, ""},
		{"by a trace", traced, "api-00000001", []string{"a1 the id", "l2 trace id", "l3 trace id", "l4 request id"}, ""},
		{"the trace itself", traced, "1-trace-0001", []string{"a1 the id", "l2 the id", "l3 the id", "l4 request id"}, ""},
		{"a trace of two requests", shared, "api-00000001", []string{"a1 the id", "l2 trace id ?", "l3 trace id ?", "l4 request id", "a5 trace id ?"},
			"2 requests share the trace 1-trace-0001: what was found by it alone may belong to any of them"},
		{"an event", traced, "lambda-0002", []string{"a1 trace id", "l2 trace id", "l3 the id", "l4 the id"}, ""},
		{"no ids", short, "api-00000001", []string{"a1 the id"}, "the access log names neither a trace nor an integration's request id: add $context.integration.requestId to its format as integrationRequestId"},
		{"unknown", plain, "who-is-that", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j, err := journey.Follow(t.Context(), tt.rows.search, tt.id, seamark.Span{From: time.UnixMilli(startMs), To: time.UnixMilli(startMs + 60_000)}, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range j.Steps {
				got = append(got, s.Row.Position().EventID+" "+s.By+map[bool]string{true: " ?"}[s.Ambiguous])
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if notes := strings.Join(j.Notes, "; "); notes != tt.notes {
				t.Errorf("notes %q, want %q", notes, tt.notes)
			}
		})
	}
	for _, id := range []string{"", "short", strings.Repeat("x", 201)} {
		if _, err := journey.Follow(t.Context(), plain.search, id, seamark.Span{}, 0); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%.10q: %v", id, err)
		}
	}
	if _, err := journey.Follow(t.Context(), plain.search, `a" OR b*(c`, seamark.Span{}, 0); err != nil {
		t.Errorf("an id that looks like a query: %v", err)
	}
}

// TestFollowMuch: a batch whose thousand requests have one id is cut, and it is said.
func TestFollowMuch(t *testing.T) {
	var many rows
	for i := range 1200 {
		many = append(many, event(i, fmt.Sprintf("lambda-%04d", i), "1-trace-0001", "one of many"))
	}
	j, err := journey.Follow(t.Context(), many.search, "1-trace-0001", seamark.Span{}, 0)
	if err != nil || len(j.Steps) == 0 || len(j.Steps) > 1000 || !strings.Contains(strings.Join(j.Notes, ";"), "more than 500 logs have one id") {
		t.Errorf("%d steps, %v, %v", len(j.Steps), j.Notes, err)
	}
}
