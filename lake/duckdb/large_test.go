package duckdb_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/transformer"
)

// megabytes is a lake of n rows of size bytes each that hardly compress, and a DuckDB as the
// appliance has it.
func megabytes(t *testing.T, n, size int) *duckdb.DB {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	text := make([]byte, size)
	for i := 0; i < n; i += 10 {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		fmt.Fprint(z, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/booking/prod/web/eu-central-1/f"],"logEvents":[`)
		for j := range 10 {
			for k := range text {
				text[k] = "abcdefghijklmnopqrstuvwxyz 0123456789"[r.IntN(37)]
			}
			if j > 0 {
				z.Write([]byte(","))
			}
			fmt.Fprintf(z, `{"id":"%06d","timestamp":%d,"message":"ERROR %s"}`, i+j, 1795334400000+int64(i+j)*1000, text)
		}
		z.Write([]byte("]}"))
		z.Close()
		src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 8, 0, i, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transformer.New(l, nil).Transform(t.Context(), src, false); err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
	db, err := duckdb.Open(l, duckdb.Options{MemoryMB: 128})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestLargeRows: a listing of rows of a megabyte is answered with the memory that the appliance
// has, cut and whole, and so are their patterns.
func TestLargeRows(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60 MB")
	}
	rows := 60
	if os.Getenv("SEAMARK_TORTURE") != "" {
		rows = 300
	}
	db := megabytes(t, rows, 1<<20)
	begin := time.Now()
	cut, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Limit: 500, Cut: 2048})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows of 1 MB, cut: %v", rows, time.Since(begin))
	if len(cut.Hits) != rows {
		t.Fatalf("%d rows", len(cut.Hits))
	}
	for i, h := range cut.Hits {
		if h.Log.EventID != fmt.Sprintf("%06d", rows-1-i) || len(h.Log.Message) != 2048 || h.Cut["message"] != 1<<20+6 {
			t.Fatalf("row %d: %s, %d bytes of %d", i, h.Log.EventID, len(h.Log.Message), h.Cut["message"])
		}
	}
	whole, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Limit: 60, Ascending: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range whole.Hits {
		if h.Log.EventID != fmt.Sprintf("%06d", i) || len(h.Log.Message) != 1<<20+6 || h.Cut != nil || !strings.HasPrefix(h.Log.Message, cut.Hits[rows-1-i].Log.Message) {
			t.Fatalf("row %d: %s, %d bytes", i, h.Log.EventID, len(h.Log.Message))
		}
	}
	if p, err := db.Patterns(t.Context(), seamark.Scope{}, seamark.Span{}, 5); err != nil || len(p) == 0 {
		t.Errorf("%d patterns, %v", len(p), err)
	}
}

// TestOutOfMemory: a question that cannot be answered says what helps.
func TestOutOfMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60 MB")
	}
	db := megabytes(t, 12, 1<<20)
	err := db.Query(t.Context(), "SELECT a.message || b.message AS m FROM logs a, logs b ORDER BY m", func([]duckdb.Column) {}, func([]any) error { return nil })
	if f, ok := errors.AsType[*seamark.Fault](err); !ok || f.Class != seamark.Rejected || !strings.Contains(f.Remedy, "narrow the time range") {
		t.Errorf("%v", err)
	}
}

// TestPrecedence: AND binds closer than ->>, and whoever meets it is told.
func TestPrecedence(t *testing.T) {
	_, db := open(t, 1)
	err := db.Query(t.Context(), "SELECT count(*) FROM logs WHERE level = 'ERROR' AND event_data->>'k' = 'v'", func([]duckdb.Column) {}, func([]any) error { return nil })
	if f, ok := errors.AsType[*seamark.Fault](err); !ok || !strings.Contains(f.Remedy, "(event_data->>'key')") {
		t.Errorf("%v", err)
	}
}

// TestNoFileCache: DuckDB keeps nothing of the files that it has read; TestManyFiles measures it.
func TestNoFileCache(t *testing.T) {
	_, db := open(t, 0)
	if got := query(t, db, "SELECT current_setting('enable_external_file_cache')"); got != "false" {
		t.Errorf("enable_external_file_cache is %s", got)
	}
}

// TestManyFiles: what DuckDB keeps of files does not grow with how many it has ever read.
func TestManyFiles(t *testing.T) {
	if os.Getenv("SEAMARK_SOAK") == "" {
		t.Skip("reads 5,000 files: make soak")
	}
	const files, first = 5000, 500_000 // hours since 1970
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	w := l.NewWriter(lake.ID(strings.Repeat("0", 64)))
	for i := range files {
		p := lake.Partition{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Hour: first + int64(i)}
		if err := w.WriteLogs(p, []seamark.Log{{Timestamp: p.Start().UnixMilli(), EventID: fmt.Sprint(i), Level: "ERROR", Message: "hello"}}, 0); err != nil {
			t.Fatal(err)
		}
	}
	refs, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	e := &lake.Entry{Version: 1, ID: lake.ID(strings.Repeat("0", 64)), Origin: lake.Origin{URL: "-"}, Arrival: time.Unix(first*3600, 0).UTC(), Files: refs}
	e.Accounts.Events, e.Accounts.Rows = files, files
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{MemoryMB: 128})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var half int64
	for i := range files {
		if i == files/2 {
			half = resident(t)
		}
		at := time.Unix((first+int64(i))*3600, 0)
		r, err := db.Ratios(t.Context(), seamark.TableLogs, seamark.Span{From: at, To: at.Add(time.Hour)}, seamark.Term{Field: seamark.FieldLevel, Values: seamark.ErrorLevels()})
		if err != nil || len(r) != 1 || r[0].Matching != 1 {
			t.Fatalf("file %d: %+v, %v", i, r, err)
		}
	}
	if by := resident(t) - half; by > 5<<20 {
		t.Errorf("the second 2,500 files took %d kB of memory", by>>10)
	} else {
		t.Logf("the second 2,500 files took %d kB of memory", by>>10)
	}
}

// resident is this process's memory, in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	debug.FreeOSMemory() // what Go holds of garbage is not DuckDB's
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
