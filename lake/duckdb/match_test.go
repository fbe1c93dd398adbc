package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	search "github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/querytest"
)

var generatedHour = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// generated is a lake of n generated rows of each table, and the rows.
func generated(t *testing.T, n int) (*duckdb.DB, map[seamark.Table][]seamark.Hit) {
	t.Helper()
	all := map[seamark.Table][]seamark.Hit{}
	var rows []seamark.Hit
	for _, table := range seamark.Tables() {
		for i := range n {
			all[table] = append(all[table], rapid.Custom(func(t *rapid.T) seamark.Hit { return querytest.Row(t, table, generatedHour.UnixMilli(), i) }).Example(i))
		}
		rows = append(rows, all[table]...)
	}
	return holding(t, rows), all
}

// holding is a DuckDB over a new lake that holds rows of generatedHour.
func holding(t *testing.T, all []seamark.Hit) *duckdb.DB {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[lake.Partition][]seamark.Hit{}
	for _, h := range all {
		p := lake.Partition{Table: h.Table, Product: h.Product, Environment: h.Environment, Hour: lake.HourOf(generatedHour.UnixMilli())}
		parts[p] = append(parts[p], h)
	}
	n := int64(len(all))
	e := &lake.Entry{ID: lake.ID(strings.Repeat("ab", 32)), Origin: lake.Origin{URL: "-"}, Arrival: generatedHour, Parser: "1", Accounts: seamark.Accounts{Events: n, Rows: n}}
	w := l.NewWriter(e.ID)
	for p, rows := range parts {
		var logs []seamark.Log
		var access []seamark.AccessLog
		for _, h := range rows {
			if h.Log != nil {
				logs = append(logs, *h.Log)
			} else {
				access = append(access, *h.Access)
			}
		}
		if p.Table == seamark.TableLogs {
			err = w.WriteLogs(p, logs, 100)
		} else {
			err = w.WriteAccessLogs(p, access, 100)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if e.Files, err = w.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestPagesOfEqualRows: rows that agree in time and event id, as those of two accounts may, are each
// listed once, a page at a time, in both directions.
func TestPagesOfEqualRows(t *testing.T) {
	var rows []seamark.Hit
	for _, id := range []string{"1", "2"} {
		for _, account := range []string{"", "111111111111", "222222222222"} {
			for _, source := range []string{"", "/a", "/b"} {
				rows = append(rows, seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod",
					Log: &seamark.Log{Timestamp: generatedHour.UnixMilli(), EventID: id, AccountID: account, Source: source, IngestedAt: generatedHour.UnixMilli()}})
			}
		}
	}
	db := holding(t, rows)
	for _, ascending := range []bool{false, true} {
		for _, limit := range []int{1, 2, 5} {
			q := seamark.Query{Table: seamark.TableLogs, Limit: limit, Ascending: ascending}
			var got []seamark.Position
			for more := true; more; {
				r, err := db.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range r.Hits {
					got = append(got, h.Position())
				}
				if more = r.More; more {
					q.Before = &got[len(got)-1]
				}
			}
			if ascending {
				slices.Reverse(got)
			}
			if len(got) != len(rows) || !slices.IsSortedFunc(got, func(a, b seamark.Position) int { return b.Compare(a) }) || len(slices.Compact(got)) != len(rows) {
				t.Errorf("ascending %v, %d at a time: %v", ascending, limit, got)
			}
		}
	}
}

// TestMatchAgrees: a query finds the same rows in the same order, with the same histogram, as
// query.Match does, whatever is asked of whatever rows.
func TestMatchAgrees(t *testing.T) {
	db, rows := generated(t, 120)
	queries := 1
	if os.Getenv("SEAMARK_TORTURE") != "" {
		queries = 50
	}
	asked, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range queries {
			table := rapid.SampledFrom(seamark.Tables()).Draw(t, "table")
			q := seamark.Query{Table: table, Text: querytest.Query(t, table, true), Limit: seamark.MaxLimit, Cut: 8}
			e, err := search.Parse(table, q.Text)
			if err != nil {
				t.Fatalf("%s: %v", q.Text, err)
			}
			want, counts := []seamark.Position{}, map[string]int64{}
			for _, h := range rows[table] {
				if search.Match(e, &h) {
					want = append(want, h.Position())
					counts[fmt.Sprint(h.Position().Timestamp/1000)]++
				}
			}
			slices.SortFunc(want, func(a, b seamark.Position) int { return b.Compare(a) })
			r, err := db.Search(context.Background(), q)
			if err != nil {
				t.Fatalf("%s: %v", q.Text, err)
			}
			got := []seamark.Position{}
			for _, h := range r.Hits {
				got = append(got, h.Position())
			}
			if d := diff.Diff(want, got); d != "" {
				t.Fatalf("%s, %s: DuckDB finds other rows than Match (-Match +DuckDB):\n%s", table, q.Text, d)
			}
			buckets, err := db.Histogram(context.Background(), q, time.Second)
			if err != nil {
				t.Fatalf("%s: %v", q.Text, err)
			}
			has := map[string]int64{}
			for _, b := range buckets {
				for _, n := range b.Counts {
					has[fmt.Sprint(b.Start.Unix())] += n
				}
			}
			if d := diff.Diff(counts, has); d != "" {
				t.Fatalf("%s, %s: the histogram differs (-Match +DuckDB):\n%s", table, q.Text, d)
			}
			asked++
			if len(want) > 0 && len(want) < len(rows[table]) {
				found++
			}
		}
	})
	t.Logf("%d queries, of which %d find some rows and leave others", asked, found)
	if found < asked/4 {
		t.Errorf("only %d of %d queries tell rows apart", found, asked)
	}
}

// TestBadQueries: what is too much for an engine is refused in words, what finds nothing finds
// nothing, and neither leaves a file out of the questions that follow.
func TestBadQueries(t *testing.T) {
	db, rows := generated(t, 20)
	for text, refused := range map[string]bool{
		`/(\pL{500}\pM{500}){1}/`:                      true,
		`/[\pL\pN]{1000}x/`:                            true,
		`/(x+x+)+y/`:                                   false,
		`level:>FATAL`:                                 false,
		`"` + strings.Repeat("x", 990) + `"`:           false,
		`timestamp:>9007199254740992`:                  false,
		`timestamp:<-9007199254740992`:                 false,
		strings.Repeat("-none ", 60) + "-team:*":       false,
		`timestamp:>=2026-11-24 timestamp:<2026-11-22`: false,
	} {
		r, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Text: text})
		if refused != (err != nil) || refused && seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%.40s: %d rows, %v", text, len(r.Hits), err)
		}
	}
	if r, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Limit: seamark.MaxLimit}); err != nil || len(r.Hits) != len(rows[seamark.TableLogs]) || len(db.Broken()) > 0 {
		t.Errorf("%d rows, %v, %v", len(r.Hits), err, db.Broken())
	}
}
