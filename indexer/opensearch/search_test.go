package opensearch_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query/querytest"
)

// indexed puts rows into a new index by way of a lake, as everywhere.
func indexed(t *testing.T, rows []seamark.Hit) *opensearch.Client {
	t.Helper()
	c := realClient(t, servertest.OpenSearch(t))
	l := newLake(t)
	id := lake.ID(randomHex(32))
	w := l.NewWriter(id)
	defer w.Discard()
	for _, h := range rows {
		p := lake.Partition{Table: h.Table, Product: h.Product, Environment: h.Environment, Hour: lake.HourOf(h.Position().Timestamp)}
		var err error
		if h.Access != nil {
			err = w.WriteAccessLogs(p, []seamark.AccessLog{*h.Access}, 100)
		} else {
			err = w.WriteLogs(p, []seamark.Log{*h.Log}, 100)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	n := int64(len(rows))
	e := &lake.Entry{Version: 1, ID: id, Origin: lake.Origin{URL: "-"}, Arrival: time.UnixMilli(eventMs).UTC(), Parser: "1", Accounts: seamark.Accounts{Objects: 1, Events: n, Rows: n}, Files: files}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	r, err := newIndexer(t, l, c, quick()).Index(t.Context(), []*lake.Entry{e})
	if err != nil || r.Created != n {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, table := range seamark.Tables() { // makes the latest visible
		if _, err := c.CountDocuments(t.Context(), table, seamark.Span{}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// generated are up to n generated rows of each table: without those of which a document can say but a
// part, as of an object that has a key twice (TestRepeatedKeys).
func generated(t *testing.T, n int) map[seamark.Table][]seamark.Hit {
	t.Helper()
	b, err := indexer.NewBuilder("", nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[seamark.Table][]seamark.Hit{}
	for _, table := range seamark.Tables() {
		for i := range n {
			h := rapid.Custom(func(t *rapid.T) seamark.Hit { return querytest.Row(t, table, eventMs, i) }).Example(i)
			var doc []byte
			if h.Log != nil {
				doc, _ = b.AppendLog(nil, h.Log)
			} else {
				doc, _ = b.AppendAccessLog(nil, h.Access)
			}
			if !bytes.Contains(doc, []byte(`"ingest_note":`)) {
				out[table] = append(out[table], h)
			}
		}
		if len(out[table]) < n/2 {
			t.Fatalf("%s: %d of %d rows are left", table, len(out[table]), n)
		}
	}
	return out
}

// TestRepeatedKeys: of an object that has a key twice the index compares the first leaf alone, and
// finds the words of all.
func TestRepeatedKeys(t *testing.T) {
	c := indexed(t, []seamark.Hit{{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{Timestamp: eventMs, EventID: "1", IngestedAt: eventMs, EventData: `{"a":1,"a":22}`}}})
	for text, want := range map[string]int{"event_data.a:1": 1, "event_data.a:22": 0, "22": 1} {
		if r, err := c.Search(t.Context(), seamark.Query{Text: text}); err != nil || len(r.Hits) != want {
			t.Errorf("%s: %d rows, want %d; %v", text, len(r.Hits), want, err)
		}
	}
}

// TestMatchAgrees: the index means by a query what query.Match does, and each row comes back whole.
func TestMatchAgrees(t *testing.T) {
	rows := generated(t, 120)
	c := indexed(t, slices.Concat(rows[seamark.TableLogs], rows[seamark.TableAccessLogs]))
	querytest.Agree(t, querytest.Trial{Name: "OpenSearch", Engine: c, Rows: rows, Queries: 3})
}

// TestPages: rows that agree in time and event id are each listed once, a page at a time, in both
// directions; filters by field and facets are those of the page.
func TestPages(t *testing.T) {
	var rows []seamark.Hit
	for i, id := range []string{"1", "2", "3"} {
		for _, account := range []string{"", "111111111111", "222222222222"} {
			for _, source := range []string{"", "/a", "/b"} {
				rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod",
					Log: &seamark.Log{Timestamp: eventMs, EventID: id, AccountID: account, Source: source, IngestedAt: eventMs, Level: []string{"ERROR", "INFO", ""}[i],
						Message: "no route to host " + id, Fingerprint: "1:00"}})
			}
		}
	}
	c := indexed(t, rows)
	querytest.Pages(t, c, seamark.Query{Table: seamark.TableLogs, Text: "route"}, len(rows), 1, 4, 5)
	for _, tt := range []struct {
		terms []seamark.Term
		want  int
	}{
		{[]seamark.Term{{Field: seamark.FieldLevel, Values: []string{"ERROR", ""}}}, 18},
		{[]seamark.Term{{Field: seamark.FieldLevel, Values: []string{"ERROR"}, Not: true}}, 18},
		{[]seamark.Term{{Field: seamark.FieldAccount, Values: []string{""}}, {Field: seamark.FieldSource, Values: []string{"/a", "/b"}}}, 6},
		{[]seamark.Term{{Field: seamark.FieldSource, Values: []string{"/a*"}}}, 0},
	} {
		r, err := c.Search(t.Context(), seamark.Query{Terms: tt.terms})
		if err != nil || len(r.Hits) != tt.want {
			t.Errorf("%v: %d rows, want %d; %v", tt.terms, len(r.Hits), tt.want, err)
		}
	}
	bars, err := c.Histogram(t.Context(), seamark.Query{By: seamark.FieldSource}, time.Hour)
	if d := cmp.Diff([]seamark.Bucket{{Start: time.UnixMilli(eventMs).UTC(), Counts: map[string]int64{"": 9, "/a": 9, "/b": 9}}}, bars); d != "" || err != nil {
		t.Errorf("%v, %s", err, d)
	}
	facets, err := c.Facets(t.Context(), seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldLevel, Values: []string{"ERROR"}}}}, []seamark.Field{seamark.FieldLevel, seamark.FieldSource, seamark.FieldFingerprint}, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]seamark.Count{{{Value: "", Count: 9}, {Value: "ERROR", Count: 9}, {Value: "INFO", Count: 9}}, {{Value: "", Count: 3}, {Value: "/a", Count: 3}, {Value: "/b", Count: 3}},
		{{Value: "1:00", Count: 9, Text: "no route to host 1"}}}
	if d := cmp.Diff(want, facets); d != "" {
		t.Error(d)
	}
}

// TestBadQueries: what the index cannot be asked, or is too much for it, is said in words.
func TestBadQueries(t *testing.T) {
	c := indexed(t, generated(t, 5)[seamark.TableLogs])
	for text, refused := range map[string]bool{
		`/(x+x+)+y/`:                                   true,
		`level:>FATAL`:                                 false,
		`"` + strings.Repeat("x", 990) + `"`:           false,
		`timestamp:>9007199254740992`:                  false,
		`timestamp:<-9007199254740992`:                 false,
		strings.Repeat("-none ", 60) + "-team:*":       false,
		strings.Repeat("a ", 64):                       false,
		`*a* *e* *o* *i* *u*`:                          false,
		`timestamp:>=2026-11-24 timestamp:<2026-11-22`: false,
	} {
		_, err := c.Search(t.Context(), seamark.Query{Text: text})
		if refused != (err != nil) || refused && seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	if _, err := c.Search(t.Context(), seamark.Query{Table: seamark.TableAccessLogs, Text: "status:>=9007199254740992 OR status:<-9007199254740992"}); err != nil {
		t.Error(err)
	}
	tenYears := seamark.Span{From: time.UnixMilli(eventMs).AddDate(-10, 0, 0), To: time.UnixMilli(eventMs).AddDate(10, 0, 0)}
	if _, err := c.Histogram(t.Context(), seamark.Query{Span: tenYears}, time.Millisecond); err != nil {
		t.Errorf("ten years by the millisecond, of few rows: %v", err)
	}
}

// TestEarlierIndex: an index of before the search language takes documents as ever, and is not searched.
func TestEarlierIndex(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	day := func(n int) seamark.Hit {
		return seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{
			Timestamp: eventMs + int64(n)*86_400_000, EventID: fmt.Sprint(n), Message: "x_y", EventData: `{"a":1}`, IngestedAt: eventMs}}
	}
	if _, ok, err := c.Searchable(t.Context(), seamark.TableLogs); ok || err != nil {
		t.Errorf("no index can be searched: %v", err)
	}
	ask(t, server, "PUT", "/_index_template/"+c.Prefix()+"seamark-app-logs", `{"index_patterns":["`+c.Prefix()+`app-logs-*"],"priority":200,"_meta":{"made_by":"seamark"},
		"template":{"settings":{"number_of_replicas":0},"mappings":{"date_detection":false,"dynamic_templates":[{"s":{"match_mapping_type":"string","mapping":{"type":"keyword","ignore_above":8191}}}],
		"properties":{"timestamp":{"type":"date"},"message":{"type":"text"},"event_data":{"type":"flat_object"}}}}}`)
	index := func(h seamark.Hit) {
		l := newLake(t)
		e := commit(t, l, row{product: h.Product, log: h.Log})
		if r, err := newIndexer(t, l, c, quick()).Index(t.Context(), []*lake.Entry{e}); err != nil || r.Created != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	index(day(0))
	if err := c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := day(0)
	late.Log.EventID = "late"
	for _, h := range []seamark.Hit{late, day(1), day(2)} {
		index(h)
	}
	from, ok, err := c.Searchable(t.Context(), seamark.TableLogs)
	if want := time.UnixMilli(eventMs).UTC().Truncate(24*time.Hour).AddDate(0, 0, 1); !ok || err != nil || !from.Equal(want) {
		t.Errorf("searchable from %v (%v, %v), want %v", from, ok, err, want)
	}
	checkCount(t, c, seamark.TableLogs, 4)
	r, err := c.Search(t.Context(), seamark.Query{Text: "x_y"})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].Log.EventData != `{"a":1}` {
		t.Errorf("%+v, %v", r, err)
	}
}
