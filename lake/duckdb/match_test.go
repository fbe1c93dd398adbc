package duckdb_test

import (
	"cmp"
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

// generated is a lake of generated rows, and the rows, of both tables.
func generated(t *testing.T, n int) (*duckdb.DB, map[seamark.Table][]seamark.Hit) {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	all := map[seamark.Table][]seamark.Hit{}
	e := &lake.Entry{ID: lake.ID(strings.Repeat("ab", 32)), Origin: lake.Origin{URL: "-"}, Arrival: hour, Parser: "1"}
	w := l.NewWriter(e.ID)
	for _, table := range seamark.Tables() {
		parts := map[lake.Partition][]seamark.Hit{}
		for i := range n {
			h := rapid.Custom(func(t *rapid.T) seamark.Hit { return querytest.Row(t, table, hour.UnixMilli(), i) }).Example(i)
			all[table] = append(all[table], h)
			p := lake.Partition{Table: table, Product: h.Product, Environment: h.Environment, Hour: lake.HourOf(hour.UnixMilli())}
			parts[p] = append(parts[p], h)
		}
		for p, rows := range parts {
			e.Accounts.Rows += int64(len(rows))
			if table == seamark.TableLogs {
				var logs []seamark.Log
				for _, h := range rows {
					logs = append(logs, *h.Log)
				}
				err = w.WriteLogs(p, logs, 100)
			} else {
				var access []seamark.AccessLog
				for _, h := range rows {
					access = append(access, *h.Access)
				}
				err = w.WriteAccessLogs(p, access, 100)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if e.Files, err = w.Finish(); err != nil {
		t.Fatal(err)
	}
	e.Accounts.Events = e.Accounts.Rows
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, all
}

type identity struct {
	at int64
	id string
}

func identityOf(h seamark.Hit) identity {
	if h.Access != nil {
		return identity{h.Access.Timestamp, h.Access.EventID}
	}
	return identity{h.Log.Timestamp, h.Log.EventID}
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
			want, counts := []identity{}, map[string]int64{}
			for _, h := range rows[table] {
				if search.Match(e, &h) {
					id := identityOf(h)
					want = append(want, id)
					counts[fmt.Sprint(id.at/1000)]++
				}
			}
			slices.SortFunc(want, func(a, b identity) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id)) })
			r, err := db.Search(context.Background(), q)
			if err != nil {
				t.Fatalf("%s: %v", q.Text, err)
			}
			got := []identity{}
			for _, h := range r.Hits {
				got = append(got, identityOf(h))
			}
			if d := diff.Diff(want, got, diff.AllowUnexported(identity{})); d != "" {
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
