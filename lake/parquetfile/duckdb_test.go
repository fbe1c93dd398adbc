package parquetfile_test

import (
	"bytes"
	"cmp"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// TestDuckDB: DuckDB reads the same rows, and what it prunes by statistics and Bloom
// filters is what may be pruned.
func TestDuckDB(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	e := newEncoder(t)
	t.Run("logs", func(t *testing.T) {
		checkDuckDB(t, db, schemas.Logs, func(w io.Writer) file[seamark.Log] { return e.Logs(w) })
	})
	t.Run("access_logs", func(t *testing.T) {
		checkDuckDB(t, db, schemas.AccessLogs, func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) })
	})
}

func checkDuckDB[T any](t *testing.T, db *sql.DB, table schemas.Table, own func(io.Writer) file[T]) {
	rows := manyRows[T](26_000)
	name := filepath.Join(t.TempDir(), "rows.parquet")
	var b bytes.Buffer
	w := own(&b)
	for _, n := range []int{3, 21_000, 1000} { // row groups
		must(t, w.Write(rows[:n]))
		must(t, w.(flusher).Flush())
		rows = rows[n:]
	}
	writeAll(t, w, rows)
	must(t, os.WriteFile(name, b.Bytes(), 0o600))

	rows = manyRows[T](26_000)
	same(t, fromDuckDB[T](t, db, "SELECT * FROM read_parquet(?)", name), rows)
	for i, c := range table.Columns {
		for at := 0; at < len(rows); at += 9001 {
			checkFilters(t, db, name, c, rows, i, at)
		}
		checkCount(t, db, name, c.Name+" IS NULL", count(rows, i, func(v any) bool { return v == nil }))
	}
}

// TestBloomFilters: DuckDB finds every value in the filters, and hardly any that is not there.
func TestBloomFilters(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	must(t, err)
	defer db.Close()
	name := filepath.Join(t.TempDir(), "rows.parquet")
	rows := make([]seamark.Log, 5000)
	r := rand.New(rand.NewPCG(7, 8))
	for i := range rows {
		rows[i].RequestID = fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) // too many for a dictionary
		rows[i].TraceID = fmt.Sprintf("%0200x", r.Uint64N(300<<(i/1000*4)))   // fewer, then more
		rows[i].Fingerprint = "few"                                           // a filter would be larger than the column
	}
	var b bytes.Buffer
	writeAll(t, newEncoder(t).Logs(&b), rows)
	must(t, os.WriteFile(name, b.Bytes(), 0o600))
	excluded := func(column, value string) (yes bool) {
		must(t, db.QueryRowContext(t.Context(), "SELECT bool_and(bloom_filter_excludes) FROM parquet_bloom_probe(?, ?, ?)", name, column, value).Scan(&yes))
		return yes
	}
	spared := 0
	for i := range 200 {
		row := rows[i*len(rows)/200]
		if excluded("request_id", row.RequestID) || excluded("trace_id", row.TraceID) {
			t.Fatalf("row %d is left out", i)
		}
		if excluded("request_id", fmt.Sprintf("no request %d", i)) {
			spared++
		}
	}
	if spared < 190 {
		t.Errorf("%d of 200 absent values are known to be absent, want 98 in 100", spared)
	}
	if columns := open(t, b.Bytes()).Metadata().RowGroups[0].Columns; columns[18].MetaData.BloomFilterOffset != 0 {
		t.Error("a column of one value has a filter")
	}
}

// checkFilters compares with the value that column c has in row at.
func checkFilters[T any](t *testing.T, db *sql.DB, name string, c schemas.Column, rows []T, i, at int) {
	want := value(rows[at], i)
	if want == nil {
		return
	}
	filter, arg := c.Name, want
	if c.Type == schemas.Timestamp {
		filter = fmt.Sprintf("epoch_ms(%s)", c.Name) // the same, unpruned
		arg = time.UnixMilli(want.(int64)).UTC()
		checkCount(t, db, name, c.Name+" <= ?::TIMESTAMPTZ", count(rows, i, func(v any) bool { return compare(v, want) <= 0 }), arg)
		arg = want
	}
	checkCount(t, db, name, filter+" = ?", count(rows, i, func(v any) bool { return v != nil && compare(v, want) == 0 }), arg)
	checkCount(t, db, name, filter+" < ?", count(rows, i, func(v any) bool { return v != nil && compare(v, want) < 0 }), arg)
	checkCount(t, db, name, filter+" > ?", count(rows, i, func(v any) bool { return v != nil && compare(v, want) > 0 }), arg)
}

func checkCount(t *testing.T, db *sql.DB, name, filter string, want int, args ...any) {
	t.Helper()
	var got int
	must(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM read_parquet(?) WHERE "+filter, append([]any{name}, args...)...).Scan(&got))
	if got != want {
		t.Errorf("%s of %v: %d rows, want %d", filter, args, got, want)
	}
}

func count[T any](rows []T, i int, match func(any) bool) (n int) {
	for k := range rows {
		if match(value(rows[k], i)) {
			n++
		}
	}
	return n
}

// value is field i of row, nil where it is NULL.
func value(row any, i int) any {
	f := reflect.ValueOf(row).Field(i)
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil
		}
		return f.Elem().Interface()
	}
	if f.Kind() == reflect.String && f.Len() == 0 {
		return nil
	}
	return f.Interface()
}

func compare(a, b any) int {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch {
	case x.Kind() == reflect.String:
		return cmp.Compare(x.String(), y.String())
	case x.CanInt():
		return cmp.Compare(x.Int(), y.Int())
	}
	return cmp.Compare(x.Float(), y.Float())
}

// fromDuckDB reads rows whose columns are the fields of T.
func fromDuckDB[T any](t *testing.T, db *sql.DB, query string, args ...any) (out []T) {
	rows, err := db.QueryContext(t.Context(), query, args...)
	must(t, err)
	defer rows.Close()
	n := reflect.TypeFor[T]().NumField()
	values, targets := make([]any, n), make([]any, n)
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		must(t, rows.Scan(targets...))
		var row T
		for i, v := range values {
			f := reflect.ValueOf(&row).Elem().Field(i)
			switch v := v.(type) {
			case nil:
			case time.Time:
				f.SetInt(v.UnixMilli())
			case string:
				f.SetString(v)
			default:
				p := reflect.New(f.Type().Elem())
				p.Elem().Set(reflect.ValueOf(v))
				f.Set(p)
			}
		}
		out = append(out, row)
	}
	must(t, rows.Err())
	return out
}
