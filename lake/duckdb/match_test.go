package duckdb_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/query/querytest"
)

var generatedHour = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// generated is a lake of n generated rows of each table, and the rows.
func generated(t *testing.T, n int) (*duckdb.DB, map[seamark.Table][]seamark.Hit) {
	t.Helper()
	rows, all := generatedRows(n)
	return holding(t, rows), all
}

func generatedRows(n int) (rows []seamark.Hit, all map[seamark.Table][]seamark.Hit) {
	all = map[seamark.Table][]seamark.Hit{}
	for _, table := range seamark.Tables() {
		for i := range n {
			all[table] = append(all[table], rapid.Custom(func(t *rapid.T) seamark.Hit { return querytest.Row(t, table, generatedHour.UnixMilli(), i) }).Example(i))
		}
		rows = append(rows, all[table]...)
	}
	return rows, all
}

// holding is a DuckDB over a new lake that holds rows of generatedHour.
func holding(t *testing.T, all []seamark.Hit) *duckdb.DB {
	t.Helper()
	return over(t, lakeOf(t, all))
}

// over starts a DuckDB.
func over(t *testing.T, l *lake.Lake) *duckdb.DB {
	t.Helper()
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// lakeOf is a new lake that holds rows of generatedHour.
func lakeOf(t *testing.T, all []seamark.Hit) *lake.Lake {
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
	return l
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
	querytest.Pages(t, db, seamark.Query{Table: seamark.TableLogs}, len(rows), 1, 2, 5)
}

// TestMatchAgrees: DuckDB means by a query what query.Match does.
func TestMatchAgrees(t *testing.T) {
	db, rows := generated(t, 120)
	querytest.Agree(t, querytest.Trial{Name: "DuckDB", Engine: db, Rows: rows, Regexps: true, Queries: 1, Cut: 8})
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
