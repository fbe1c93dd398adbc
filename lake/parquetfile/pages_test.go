package parquetfile_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
)

// manyRows are rows with many pages of every kind: columns with few values, columns that
// outgrow their dictionary, NULLs alone, long texts, numbers of every size.
func manyRows[T any](n int) []T {
	r := rand.New(rand.NewPCG(5, 6))
	rows := make([]T, n)
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for k := range v.NumField() {
			switch f := v.Field(k); f.Kind() {
			case reflect.String:
				f.SetString(manyText(r, k, i))
			case reflect.Int64:
				f.SetInt(int64(i) + r.Int64N(3))
			case reflect.Pointer:
				if r.IntN(10) == 0 || i/20_000 == 1 {
					continue
				}
				p := reflect.New(f.Type().Elem())
				if p.Elem().CanFloat() {
					p.Elem().SetFloat(r.NormFloat64())
				} else {
					p.Elem().SetInt(int64(r.Uint64()))
				}
				f.Set(p)
			}
		}
	}
	return rows
}

func manyText(r *rand.Rand, column, row int) string {
	switch column % 6 {
	case 0:
		return fmt.Sprintf("%x", r.Uint64())
	case 1:
		return [...]string{"", "INFO", "ERROR", "é" + strings.Repeat("日本", 30)}[r.IntN(4)]
	case 2:
		if row/20_480 == 1 {
			return ""
		}
		return strings.Repeat("x", r.IntN(90))
	case 3:
		return fmt.Sprint("words that repeat, then do not: ", row/30_000*row)
	case 4:
		return ""
	}
	return strings.Repeat(fmt.Sprintf("%d", row), r.IntN(20))
}

// TestPages holds what the footer and the page indexes say of every page against the
// pages themselves, as parquet-go reads them.
func TestPages(t *testing.T) {
	e := newEncoder(t)
	t.Run("logs", func(t *testing.T) {
		checkPages(t, func(w io.Writer) file[seamark.Log] { return e.Logs(w) })
	})
	t.Run("access_logs", func(t *testing.T) {
		checkPages(t, func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) })
	})
}

type flusher interface{ Flush() error }

func checkPages[T any](t *testing.T, own func(io.Writer) file[T]) {
	rows := manyRows[T](70_000)
	var b bytes.Buffer
	w := own(&b)
	must(t, w.Write(rows[:10]))
	must(t, w.(flusher).Flush())
	writeAll(t, w, rows[10:])
	same(t, readAll[T](t, b.Bytes()), rows)
	f := open(t, b.Bytes())
	if got, want := f.NumRows(), int64(len(rows)); got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	pages := 0
	for g, group := range f.RowGroups() {
		for k, chunk := range group.ColumnChunks() {
			meta := f.Metadata().RowGroups[g].Columns[k].MetaData
			pages += checkChunk(t, fmt.Sprintf("row group %d, %v", g, meta.PathInSchema), chunk, meta.Statistics.NullCount)
			if n := group.NumRows(); meta.NumValues != n {
				t.Errorf("%v: %d values, want %d", meta.PathInSchema, meta.NumValues, n)
			}
		}
	}
	if pages < 60 {
		t.Errorf("%d pages: the rows must make many", pages)
	}
}

// checkChunk compares the indexes of a column chunk with its pages, and answers how many there are.
func checkChunk(t *testing.T, where string, chunk parquet.ColumnChunk, nulls int64) int {
	t.Helper()
	ci, err := chunk.ColumnIndex()
	must(t, err)
	oi, err := chunk.OffsetIndex()
	must(t, err)
	r := chunk.Pages()
	defer r.Close()
	var row, sum int64
	n := 0
	for ; ; n++ {
		p, err := r.ReadPage()
		if err == io.EOF {
			break
		}
		must(t, err)
		if got := oi.FirstRowIndex(n); got != row {
			t.Errorf("%s, page %d: first row %d, want %d", where, n, got, row)
		}
		if got, want := ci.NullCount(n), p.NumNulls(); got != want {
			t.Errorf("%s, page %d: %d NULLs, want %d", where, n, got, want)
		}
		if got, want := ci.NullPage(n), p.NumNulls() == p.NumRows(); got != want {
			t.Errorf("%s, page %d: all NULL is %v, want %v", where, n, got, want)
		}
		checkBounds(t, fmt.Sprintf("%s, page %d", where, n), chunk.Type(), ci, n, p)
		row += p.NumRows()
		sum += p.NumNulls()
		parquet.Release(p)
	}
	if ci.NumPages() != n || oi.NumPages() != n {
		t.Errorf("%s: indexes of %d and %d pages, want %d", where, ci.NumPages(), oi.NumPages(), n)
	}
	checkChunkBounds(t, where, chunk.(*parquet.FileColumnChunk), ci)
	if nulls != sum {
		t.Errorf("%s: %d NULLs, want %d", where, nulls, sum)
	}
	return n
}

// checkChunkBounds: those of the chunk are the least and the greatest of its pages.
func checkChunkBounds(t *testing.T, where string, chunk *parquet.FileColumnChunk, ci parquet.ColumnIndex) {
	t.Helper()
	least, greatest, ok := chunk.Bounds()
	var hitLeast, hitGreatest, values bool
	for n := range ci.NumPages() {
		if ci.NullPage(n) {
			continue
		}
		values = true
		low, high := chunk.Type().Compare(ci.MinValue(n), least), chunk.Type().Compare(ci.MaxValue(n), greatest)
		if low < 0 || high > 0 {
			t.Errorf("%s, page %d: not between %q and %q", where, n, least, greatest)
		}
		hitLeast, hitGreatest = hitLeast || low == 0, hitGreatest || high == 0
	}
	if ok != values || values && !(hitLeast && hitGreatest) {
		t.Errorf("%s: bounds %q and %q (%v) are of no page", where, least, greatest, ok)
	}
}

// checkBounds: no value lies outside, and each bound is a value or a text cut short.
func checkBounds(t *testing.T, where string, typ parquet.Type, ci parquet.ColumnIndex, n int, p parquet.Page) {
	t.Helper()
	values := make([]parquet.Value, p.NumValues())
	if _, err := p.Values().ReadValues(values); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	least, greatest := ci.MinValue(n), ci.MaxValue(n)
	var hitLeast, hitGreatest bool
	for _, v := range values {
		if v.IsNull() {
			continue
		}
		if typ.Compare(v, least) < 0 || typ.Compare(v, greatest) > 0 {
			t.Fatalf("%s: %q is not between %q and %q", where, v, least, greatest)
		}
		hitLeast = hitLeast || typ.Compare(v, least) == 0 || cut(v, least)
		hitGreatest = hitGreatest || typ.Compare(v, greatest) == 0 || cut(v, greatest)
	}
	if !ci.NullPage(n) && !(hitLeast && hitGreatest) {
		t.Errorf("%s: no value is %q or %q", where, least, greatest)
	}
}

// cut says that bound is text cut short, of which v may be the whole.
func cut(v, bound parquet.Value) bool {
	return v.Kind() == parquet.ByteArray && len(v.ByteArray()) > 64 && len(bound.ByteArray()) > 55 &&
		bytes.Equal(v.ByteArray()[:55], bound.ByteArray()[:55])
}

// TestNaN: a page that holds a NaN has no bounds, so that nobody prunes it.
func TestNaN(t *testing.T) {
	var b bytes.Buffer
	nan, zero, one := math.NaN(), 0.0, 1.0
	writeAll(t, newEncoder(t).AccessLogs(&b), []seamark.AccessLog{{LatencyMs: &one, IntegrationLatencyMs: &zero}, {LatencyMs: &nan, IntegrationLatencyMs: &zero}})
	columns := open(t, b.Bytes()).Metadata().RowGroups[0].Columns
	if s := columns[14].MetaData.Statistics; s.MinValue != nil || s.MaxValue != nil {
		t.Errorf("bounds %x, %x of a NaN", s.MinValue, s.MaxValue)
	}
	s := columns[15].MetaData.Statistics
	if got, want := fmt.Sprintf("%x %x", s.MinValue, s.MaxValue), "0000000000000080 0000000000000000"; got != want {
		t.Errorf("bounds of zero %s, want %s: -0 and 0", got, want)
	}
}

// TestSortedIsSeen: what order the timestamps have is told, and only if they have it.
func TestSortedIsSeen(t *testing.T) {
	for _, tt := range []struct {
		times []int64
		want  int
	}{{[]int64{-5, -5, 7}, 1}, {[]int64{3, 2}, 0}, {[]int64{9}, 1}} {
		e := newEncoder(t)
		rows := make([]seamark.Log, len(tt.times))
		for i, ms := range tt.times {
			rows[i].Timestamp = ms
		}
		for range 2 { // the second with memory of the first
			var b bytes.Buffer
			writeAll(t, e.Logs(&b), rows)
			if got := len(open(t, b.Bytes()).Metadata().RowGroups[0].SortingColumns); got != tt.want {
				t.Errorf("%v: %d sorting columns, want %d", tt.times, got, tt.want)
			}
		}
	}
}
