package duckdb_test

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/transformer"
)

// hours is a lake of some hours.
func hours(t *testing.T, n int) (*lake.Lake, *duckdb.DB) {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	tr := transformer.New(l, nil)
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	if _, err := (fleet.Bulk{Seed: 7, Events: 200 * n, Products: 1, Kinds: []fleet.Kind{fleet.KindAgreed}, Start: start, Span: time.Duration(n) * time.Hour}).Write(&b); err != nil {
		t.Fatal(err)
	}
	src, err := transformer.Spool(&b, start.Add(time.Duration(n)*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := tr.Transform(t.Context(), src, false); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return l, db
}

// TestNewestFirst: pages that need only some of the hours are those of the whole listing, in both
// directions, and the hours that they do not need are not opened.
func TestNewestFirst(t *testing.T) {
	l, db := hours(t, 9)
	listing := func(q seamark.Query) (all []seamark.Position) {
		for more := true; more; {
			r, err := db.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range r.Hits {
				all = append(all, h.Position())
			}
			if more = r.More; more {
				q.Before = &all[len(all)-1]
			}
		}
		return all
	}
	for _, q := range []seamark.Query{{}, {Text: "level:ERROR"}, {Text: "timestamp:<2026-11-22T06:30"}, {Ascending: true}, {Text: "level:ERROR", Ascending: true}} {
		q.Limit = seamark.MaxLimit
		whole := listing(q)
		q.Limit = 130
		if d := cmp.Diff(whole, listing(q)); d != "" || len(whole) == 0 {
			t.Errorf("%q, ascending %v: %d rows:\n%s", q.Text, q.Ascending, len(whole), d)
		}
		if !slices.IsSortedFunc(whole, func(a, b seamark.Position) int {
			if q.Ascending {
				return a.Compare(b)
			}
			return b.Compare(a)
		}) {
			t.Errorf("%q, ascending %v: not in order", q.Text, q.Ascending)
		}
	}
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		if f.Start().Hour() < 8 {
			p, err := l.Path(f.Key)
			if err == nil {
				err = os.WriteFile(p, bytes.Repeat([]byte("x"), int(f.Bytes)), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if r, err := db.Search(t.Context(), seamark.Query{Limit: 100}); err != nil || len(r.Hits) != 100 || len(db.Broken()) > 0 {
		t.Errorf("%d rows, %v; opened %v", len(r.Hits), err, db.Broken())
	}
	if r, err := db.Search(t.Context(), seamark.Query{Limit: 500}); err != nil || len(r.Hits) == 0 || len(db.Broken()) == 0 {
		t.Errorf("%d rows, %v; the damaged files are not told", len(r.Hits), err)
	}
}
