package duckdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer"
)

const fleetEvents = 3000

// open returns a lake of two objects of fleet logs and a DuckDB over it.
func open(t *testing.T, objects int) (*lake.Lake, *duckdb.DB) {
	t.Helper()
	l, err := lake.Open(t.Context(), filepath.Join(t.TempDir(), "it's a lake"), false)
	if err != nil {
		t.Fatal(err)
	}
	tr := transformer.New(l, nil)
	for i := range objects {
		var b bytes.Buffer
		if _, err := fleet.WriteObject(&b, uint64(i+1), fleetEvents); err != nil {
			t.Fatal(err)
		}
		src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Transform(t.Context(), src, false); err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return l, db
}

func query(t *testing.T, db *duckdb.DB, statement string) string {
	t.Helper()
	var out []string
	err := db.Query(t.Context(), statement, func([]duckdb.Column) {}, func(v []any) error {
		out = append(out, fmt.Sprint(v...))
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return strings.Join(out, "\n")
}

func TestViewsHaveFixedColumnsAndTypes(t *testing.T) {
	_, empty := open(t, 0)
	_, full := open(t, 1)
	for _, table := range schemas.Tables() {
		describe := "SELECT column_name || ' ' || column_type FROM (DESCRIBE " + table.Name + ")"
		var want []string
		types := map[schemas.Type]string{schemas.Text: "VARCHAR", schemas.JSON: "VARCHAR", schemas.Timestamp: "TIMESTAMP WITH TIME ZONE",
			schemas.Int32: "INTEGER", schemas.Int64: "BIGINT", schemas.Float64: "DOUBLE"}
		for _, c := range table.Columns {
			want = append(want, c.Name+" "+types[c.Type])
		}
		want = append(want, "product VARCHAR", "environment VARCHAR", "date DATE", "hour VARCHAR")
		for name, db := range map[string]*duckdb.DB{"empty": empty, "full": full} {
			if diff := cmp.Diff(strings.Join(want, "\n"), query(t, db, describe)); diff != "" {
				t.Errorf("%s lake, %s (-want +got):\n%s", name, table.Name, diff)
			}
		}
	}
	if got := query(t, empty, "SELECT count(*) FROM logs"); got != "0" {
		t.Errorf("an empty lake has %s rows", got)
	}
}

func TestSearchAgreesWithSQL(t *testing.T) {
	_, db := open(t, 2)
	if got := query(t, db, "SELECT (SELECT count(*) FROM logs) + (SELECT count(*) FROM access_logs)"); got != fmt.Sprint(2*fleetEvents) {
		t.Fatalf("%s rows of %d", got, 2*fleetEvents)
	}
	tests := []struct {
		name  string
		q     seamark.Query
		where string
	}{
		{"all logs", seamark.Query{}, "true"},
		{"a product", seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldProduct, Values: []string{"booking"}}}}, "product = 'booking'"},
		{"not a product", seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldProduct, Values: []string{"booking"}, Not: true}}}, "product <> 'booking'"},
		{"no level", seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldLevel, Values: []string{"", "ERROR"}}}}, "level IS NULL OR level = 'ERROR'"},
		{"a class of status", seamark.Query{Table: "access_logs", Terms: []seamark.Term{{Field: seamark.FieldStatus, Values: []string{"4xx", "500"}}}}, "status BETWEEN 400 AND 499 OR status = 500"},
		{"not a class of status", seamark.Query{Table: "access_logs", Terms: []seamark.Term{{Field: seamark.FieldStatus, Values: []string{"2xx"}, Not: true}}}, "status IS NULL OR status // 100 <> 2"},
		{"a word", seamark.Query{Text: "BOOKING"}, "regexp_matches(concat_ws(chr(10), message, error_type, error_message, error_stack, event_name, request_id, trace_id, event_data), '(?i)(^|[^\\pL\\pM\\pN_])booking($|[^\\pL\\pM\\pN_])')"},
		{"part of a word", seamark.Query{Text: "*OOKIN*"}, "concat_ws(chr(10), message, error_type, error_message, error_stack, event_name, request_id, trace_id, event_data) ILIKE '%ookin%'"},
		{"a field", seamark.Query{Text: "level:>=WARN -component:*api*"}, "level IN ('WARN', 'ERROR', 'FATAL') AND (component IS NULL OR component NOT LIKE '%api%')"},
		{"a quote", seamark.Query{Text: `"100%_'; DROP"`}, "false"},
		{"a value with a zero byte", seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldComponent, Values: []string{"a\x00b"}}}}, "false"},
		{"a span", seamark.Query{Span: seamark.Span{From: time.Date(2026, 11, 22, 8, 10, 0, 0, time.UTC), To: time.Date(2026, 11, 22, 8, 20, 0, 0, time.UTC)}}, "timestamp >= '2026-11-22 08:10:00' AND timestamp < '2026-11-22 08:20:00'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.q.Limit = seamark.MaxLimit
			res, err := db.Search(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			table := tt.q.Table
			if table == "" {
				table = "logs"
			}
			if want := query(t, db, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", table, tt.where)); fmt.Sprint(len(res.Hits)) != want {
				t.Errorf("%d hits, SQL counts %s", len(res.Hits), want)
			}
			buckets, err := db.Histogram(t.Context(), tt.q, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, b := range buckets {
				for _, n := range b.Counts {
					sum += n
				}
			}
			if sum != int64(len(res.Hits)) {
				t.Errorf("histogram sums to %d, %d hits", sum, len(res.Hits))
			}
		})
	}
}

func TestSearchPages(t *testing.T) {
	_, db := open(t, 1)
	seen := map[string]bool{}
	q := seamark.Query{Limit: 100}
	for {
		res, err := db.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range res.Hits {
			if seen[h.Log.EventID] {
				t.Fatalf("%s twice", h.Log.EventID)
			}
			seen[h.Log.EventID] = true
		}
		if !res.More {
			break
		}
		last := res.Hits[len(res.Hits)-1].Log
		q.Before = &seamark.Position{Timestamp: last.Timestamp, EventID: last.EventID}
	}
	if want := query(t, db, "SELECT count(*) FROM logs"); fmt.Sprint(len(seen)) != want {
		t.Errorf("%d of %s rows", len(seen), want)
	}
}

func TestDamagedFileIsLeftOut(t *testing.T) {
	l, db := open(t, 1)
	files := l.Files(seamark.TableLogs, seamark.Span{})
	total := int64(0)
	for _, f := range files {
		total += f.Rows
	}
	damage := []func(p string) error{
		os.Remove,
		func(p string) error { return os.Truncate(p, 100) },
		func(p string) error { // same size, no Parquet
			info, err := os.Stat(p)
			if err != nil {
				return err
			}
			return os.WriteFile(p, bytes.Repeat([]byte("x"), int(info.Size())), 0o644)
		},
	}
	for i, d := range damage {
		p, err := l.Path(files[i].Key)
		if err != nil {
			t.Fatal(err)
		}
		if err := d(p); err != nil {
			t.Fatal(err)
		}
		total -= files[i].Rows
	}
	if got := query(t, db, "SELECT count(*) FROM logs"); got != fmt.Sprint(total) {
		t.Errorf("%s rows, want %d", got, total)
	}
	if len(db.Broken()) != len(damage) {
		t.Errorf("broken: %v", db.Broken())
	}
}

func TestRatiosPatternsAndProducts(t *testing.T) {
	_, db := open(t, 1)
	ratios, err := db.Ratios(t.Context(), seamark.TableAccessLogs, seamark.Span{}, seamark.Term{Field: seamark.FieldStatus, Values: []string{"4xx"}})
	if err != nil {
		t.Fatal(err)
	}
	var matching, total int64
	for _, r := range ratios {
		matching, total = matching+r.Matching, total+r.Total
	}
	if want := query(t, db, "SELECT count(*) FILTER (WHERE status // 100 = 4), count(*) FROM access_logs"); fmt.Sprint(matching, " ", total) != want {
		t.Errorf("%d of %d, SQL says %s", matching, total, want)
	}
	patterns, err := db.Patterns(t.Context(), seamark.Scope{}, seamark.Span{}, 3)
	if err != nil || len(patterns) == 0 {
		t.Fatalf("patterns %v, %v", patterns, err)
	}
	for i, p := range patterns {
		if p.Sample.Log.Fingerprint != p.Fingerprint || p.Count < 1 || i > 0 && p.Count > patterns[i-1].Count {
			t.Errorf("pattern %d: %+v", i, p)
		}
	}
	products, err := db.Products(t.Context(), seamark.Span{})
	if err != nil || len(products) == 0 {
		t.Fatalf("products %v, %v", products, err)
	}
	if _, err := db.Series(t.Context(), seamark.Scope{Product: "booking"}, seamark.Span{}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func TestWrongSQL(t *testing.T) {
	_, db := open(t, 0)
	for _, statement := range []string{"SELEC 1", "SELECT * FROM nothing", "SELECT nocolumn FROM logs"} {
		err := db.Query(context.Background(), statement, func([]duckdb.Column) {}, func([]any) error { return nil })
		var f *seamark.Fault
		if !errors.As(err, &f) || f.Class != seamark.Rejected || f.Remedy == "" {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// compacted compacts all of l as another process would.
func compacted(t *testing.T, l *lake.Lake) *lake.Lake {
	t.Helper()
	other, err := lake.Open(t.Context(), l.Root(), true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := other.Compact(t.Context(), lake.CompactOptions{Grace: -1, Now: func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }})
	if err != nil || r.Skipped > 0 || r.FilesAfter >= r.FilesBefore {
		t.Fatalf("%+v, %v", r, err)
	}
	return other
}

// TestCompactedByAnother: who has listed the files before another process compacted them
// finds the new ones; and who has not heard that an object was done anew sees its rows once.
func TestCompactedByAnother(t *testing.T) {
	l, db := open(t, 3)
	digest := "SELECT count(*) || ' ' || sum(hash(l)::HUGEINT)::VARCHAR FROM (SELECT * FROM logs) l"
	access := "SELECT count(*) || ' ' || sum(hash(l)::HUGEINT)::VARCHAR FROM (SELECT * FROM access_logs) l"
	want := query(t, db, digest) + query(t, db, access)
	other := compacted(t, l)
	if got := query(t, db, digest) + query(t, db, access); got != want {
		t.Errorf("compacted by another: %s, want %s", got, want)
	}
	if len(db.Broken()) != 0 {
		t.Errorf("left out: %v", db.Broken())
	}
	if res, err := db.Search(t.Context(), seamark.Query{Limit: 10}); err != nil || len(res.Hits) != 10 {
		t.Errorf("%d hits, %v", len(res.Hits), err)
	}
	// One object gets files of its own again: its rows in the compacted files are masked.
	if list, err := other.Renew(lake.HourOf(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).UnixMilli())); err != nil || len(list) == 0 {
		t.Fatalf("%d objects, %v", len(list), err)
	}
	var b bytes.Buffer
	if _, err := fleet.WriteObject(&b, 2, fleetEvents); err != nil {
		t.Fatal(err)
	}
	src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := transformer.New(other, nil).Transform(t.Context(), src, true); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		hidden += len(f.Hidden)
	}
	if got := query(t, db, digest) + query(t, db, access); got != want || hidden == 0 {
		t.Errorf("masked: %s, want %s; %d masks", got, want, hidden)
	}
	compacted(t, l)
	if got := query(t, db, digest) + query(t, db, access); got != want {
		t.Errorf("compacted again: %s, want %s", got, want)
	}
}
