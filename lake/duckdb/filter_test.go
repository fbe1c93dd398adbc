package duckdb_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query/querytest"
)

// compactedLake is a lake of rows in compacted files, with filters.
func compactedLake(t *testing.T, rows []seamark.Hit) *lake.Lake {
	t.Helper()
	l := lakeOf(t, rows)
	r, err := l.Compact(t.Context(), lake.CompactOptions{Grace: -1, Now: func() time.Time { return generatedHour.AddDate(0, 0, 7) }})
	if err != nil || r.FilesAfter == 0 || r.Duplicates > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	return l
}

// TestFiltersAgree: with the filters a query means what query.Match does.
func TestFiltersAgree(t *testing.T) {
	rows, all := generatedRows(120)
	querytest.Agree(t, querytest.Trial{Name: "DuckDB with filters", Engine: over(t, compactedLake(t, rows)), Rows: all, Regexps: true, Queries: 1, Cut: 8})
}

// TestFiltersSpareFiles: a question for words or ids opens no file that does not hold them: all others may be gone.
func TestFiltersSpareFiles(t *testing.T) {
	var rows []seamark.Hit
	for i := range 20 {
		rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: fmt.Sprint("p", i), Environment: "prod", Log: &seamark.Log{Timestamp: generatedHour.UnixMilli() + int64(i),
			EventID: fmt.Sprint("event", i), RequestID: fmt.Sprintf("request-%d", i), TraceID: fmt.Sprintf("trace-%d", i), Fingerprint: fmt.Sprintf("1:%016x", i), Message: fmt.Sprintf("Straße %d of all", i), IngestedAt: generatedHour.UnixMilli()}})
	}
	l := compactedLake(t, rows)
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		if f.Product != "p7" {
			if err := os.Truncate(filepath.Join(l.Root(), filepath.FromSlash(f.Key)), 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, text := range []string{"request_id:request-7", "trace_id:trace-7", "event_id:event7", "fingerprint:1\\:0000000000000007", `"straße 7"`, "request-7 all", "zanzibar",
		"(zanzibar OR trace-7) -absent", "request_id:(request-7 OR request-99)"} {
		db := over(t, l)
		q := seamark.Query{Table: seamark.TableLogs, Text: text, Limit: 10}
		r, err := db.Search(t.Context(), q)
		if want := map[bool]int{true: 1}[text != "zanzibar"]; err != nil || len(r.Hits) != want || len(db.Broken()) > 0 {
			t.Errorf("%s: %d rows, %v, files opened and left out: %d", text, len(r.Hits), err, len(db.Broken()))
		}
		if _, err := db.Histogram(t.Context(), q, time.Minute); err != nil || len(db.Broken()) > 0 {
			t.Errorf("%s: histogram %v, files opened and left out: %d", text, err, len(db.Broken()))
		}
	}
	db := over(t, l)
	if r, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Terms: []seamark.Term{{Field: seamark.FieldRequestID, Values: []string{"request-7"}}}, Limit: 10}); err != nil || len(r.Hits) != 1 || len(db.Broken()) > 0 {
		t.Errorf("a term: %d rows, %v, %d", len(r.Hits), err, len(db.Broken()))
	}
	for _, text := range []string{"*quest", "/request-7/", "-request-7", "component:x"} { // of these the filters cannot tell
		db := over(t, l)
		if _, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Text: text, Limit: 10}); err != nil || len(db.Broken()) != 19 {
			t.Errorf("%s: %v, %d files left out", text, err, len(db.Broken()))
		}
	}
}
