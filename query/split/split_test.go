package split_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/querytest"
	"github.com/seamark-hq/seamark/query/split"
)

// engine answers from memory: of rows that lie in the time that it has.
type engine struct {
	rows []seamark.Hit
	has  seamark.Span
	err  error
	note string
	asks int
}

func (e *engine) found(q seamark.Query) []seamark.Hit {
	x, err := query.Parse(q.Table, q.Text)
	if err != nil {
		panic(err)
	}
	var out []seamark.Hit
	for _, h := range e.rows {
		at := time.UnixMilli(h.Position().Timestamp)
		if h.Table == q.Table && within(q.Span, at) && within(e.has, at) && query.Match(x, &h) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b seamark.Hit) int {
		if q.Ascending {
			return a.Position().Compare(b.Position())
		}
		return b.Position().Compare(a.Position())
	})
	return out
}

func within(s seamark.Span, at time.Time) bool {
	return !at.Before(s.From) && (s.To.IsZero() || at.Before(s.To))
}

func (e *engine) Search(_ context.Context, q seamark.Query) (seamark.Result, error) {
	e.asks++
	if err := q.Validate(); err != nil || e.err != nil {
		return seamark.Result{}, e.err
	}
	var out seamark.Result
	out.Note(e.note)
	for _, h := range e.found(q) {
		if b := q.Before; b != nil && (q.Ascending && h.Position().Compare(*b) <= 0 || !q.Ascending && h.Position().Compare(*b) >= 0) {
			continue
		}
		if len(out.Hits) == q.Limit {
			out.More = true
			break
		}
		out.Hits = append(out.Hits, h)
	}
	return out, nil
}

func (e *engine) Histogram(_ context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	q.Ascending = true
	var out []seamark.Bucket
	for _, h := range e.found(q) {
		start := time.UnixMilli(h.Position().Timestamp / step.Milliseconds() * step.Milliseconds()).UTC()
		if n := len(out); n == 0 || !out[n-1].Start.Equal(start) {
			out = append(out, seamark.Bucket{Start: start, Counts: map[string]int64{}})
		}
		out[len(out)-1].Counts[h.Product]++
	}
	return out, e.err
}

func (e *engine) Facets(_ context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error) {
	counts := map[string]int64{}
	for _, h := range e.found(q) {
		counts[h.Product]++
	}
	out := []seamark.Count{}
	for v, n := range counts {
		out = append(out, seamark.Count{Value: v, Count: n})
	}
	seamark.SortCounts(out)
	return [][]seamark.Count{out[:min(top, len(out))]}, e.err
}

const startMs = 1795341600000

// at draws a moment in or near the rows' ten seconds; none at times.
func at(t *rapid.T, name string) time.Time {
	if rapid.IntRange(0, 3).Draw(t, name+" open") == 0 {
		return time.Time{}
	}
	return time.UnixMilli(startMs + rapid.Int64Range(-10, 110).Draw(t, name)*100).UTC()
}

// TestSplit: whatever the index holds, both together find what one finds that holds everything: the
// same pages in the same order, the same bars, the same counts.
func TestSplit(t *testing.T) {
	var rows []seamark.Hit
	for i := range 60 {
		rows = append(rows, rapid.Custom(func(t *rapid.T) seamark.Hit { return querytest.Row(t, seamark.TableLogs, startMs, i) }).Example(i))
	}
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		q := seamark.Query{Table: seamark.TableLogs, Text: querytest.Query(t, seamark.TableLogs, true), Ascending: rapid.Bool().Draw(t, "ascending"),
			Limit: rapid.IntRange(1, 70).Draw(t, "limit"), Span: seamark.Span{From: at(t, "from"), To: at(t, "to")}}
		if rapid.Bool().Draw(t, "all") {
			q.Text = ""
		}
		holds := seamark.Span{From: at(t, "oldest"), To: at(t, "newest")}
		whole := &engine{rows: rows}
		s := split.New(whole, &engine{rows: rows, has: holds}, func(context.Context, seamark.Table) (seamark.Span, error) { return holds, nil }, slog.New(slog.DiscardHandler))
		pages := func(e split.Engine) (all []seamark.Position) {
			q := q
			for {
				r, err := e.Search(ctx, q)
				if err != nil || len(r.Hits) > q.Limit {
					t.Fatalf("%d rows, %v", len(r.Hits), err)
				}
				for _, h := range r.Hits {
					all = append(all, h.Position())
				}
				if !r.More {
					return all
				}
				q.Before = &all[len(all)-1]
			}
		}
		if d := cmp.Diff(pages(whole), pages(s)); d != "" {
			t.Fatalf("%s, index %v (-one +both):\n%s", q.Text, holds, d)
		}
		want, _ := whole.Histogram(ctx, q, 3*time.Second)
		got, err := s.Histogram(ctx, q, 3*time.Second)
		if d := cmp.Diff(append([]seamark.Bucket{}, want...), got); d != "" || err != nil {
			t.Fatalf("%v, %s", err, d)
		}
		counts, _ := whole.Facets(ctx, q, []seamark.Field{seamark.FieldProduct}, 3)
		both, err := s.Facets(ctx, q, []seamark.Field{seamark.FieldProduct}, 3)
		if d := cmp.Diff(counts, both); d != "" || err != nil {
			t.Fatalf("%v, %s", err, d)
		}
	})
}

// TestWho: an answer says who gave it; what the index cannot answer the lake does, and says why.
func TestWho(t *testing.T) {
	var rows []seamark.Hit
	for i := range 10 {
		rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{Timestamp: startMs + int64(i)*1000, EventID: "1", Message: "one"}})
	}
	second := func(n int) time.Time { return time.UnixMilli(startMs + int64(n)*1000).UTC() }
	down := &seamark.Fault{Class: seamark.Temporary, What: "OpenSearch does not answer", Where: "http://x"}
	unmeant := &seamark.Fault{Class: seamark.Rejected, What: "the index has no regular expressions"}
	for _, tt := range []struct {
		name         string
		holds        seamark.Span
		of           seamark.Span
		text         string
		index, knows error
		by           string
		asks         int // of the lake
	}{
		{"all in the index", seamark.Span{From: second(0), To: second(20)}, seamark.Span{From: second(0), To: second(10)}, "", nil, nil, "OpenSearch", 0},
		{"nothing indexed", seamark.Span{}, seamark.Span{From: second(0), To: second(10)}, "", nil, nil, "the lake", 1},
		{"both ends", seamark.Span{From: second(3), To: second(6)}, seamark.Span{From: second(0), To: second(10)}, "", nil, nil, "OpenSearch from 2026-11-22 10:00:03 to 2026-11-22 10:00:06 UTC, the lake for the rest", 2},
		{"no bounds", seamark.Span{From: second(3), To: second(6)}, seamark.Span{}, "", nil, nil, "OpenSearch from 2026-11-22 10:00:03 to 2026-11-22 10:00:06 UTC, the lake for the rest", 2},
		{"the newest alone", seamark.Span{From: second(3), To: second(6)}, seamark.Span{From: second(6), To: second(10)}, "", nil, nil, "the lake", 1},
		{"a time in the query", seamark.Span{From: second(3), To: second(6)}, seamark.Span{}, "timestamp:[2026-11-22T10:00:04Z TO 2026-11-22T10:00:05Z]", nil, nil, "OpenSearch", 0},
		{"down", seamark.Span{From: second(3), To: second(6)}, seamark.Span{}, "", down, nil, "the lake (OpenSearch does not answer)", 2},
		{"not even known", seamark.Span{}, seamark.Span{}, "", nil, down, "the lake (OpenSearch does not answer)", 1},
		{"not meant for it", seamark.Span{From: second(3), To: second(6)}, seamark.Span{}, "/one/", unmeant, nil, "the lake (the index has no regular expressions)", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lake := &engine{rows: rows}
			s := split.New(lake, &engine{rows: rows, err: tt.index, note: "a note"}, func(context.Context, seamark.Table) (seamark.Span, error) { return tt.holds, tt.knows }, slog.New(slog.DiscardHandler))
			r, err := s.Search(t.Context(), seamark.Query{Span: tt.of, Text: tt.text})
			if err != nil || r.By != tt.by || lake.asks != tt.asks {
				t.Errorf("by %q after asking the lake %d times, %v", r.By, lake.asks, err)
			}
			if noted := strings.Join(r.Notes, ";") == "a note"; noted != strings.HasPrefix(tt.by, "OpenSearch") {
				t.Errorf("notes %q", r.Notes)
			}
			if tt.index == down { // it is let alone for a while
				lake.asks = 0
				if r, err := s.Search(t.Context(), seamark.Query{Span: tt.of}); err != nil || r.By != tt.by || lake.asks != 1 {
					t.Errorf("by %q after asking the lake %d times, %v", r.By, lake.asks, err)
				}
			}
			if _, err := s.Histogram(t.Context(), seamark.Query{Table: seamark.TableLogs, Span: tt.of}, time.Second); err != nil {
				t.Error(err)
			}
		})
	}
	s := split.New(&engine{err: down}, &engine{}, func(context.Context, seamark.Table) (seamark.Span, error) { return seamark.Span{}, nil }, slog.New(slog.DiscardHandler))
	if _, err := s.Search(t.Context(), seamark.Query{}); err != down {
		t.Errorf("the lake's own failure: %v", err)
	}
}
