package duckdb_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// near is a cache of files that are here already; it notes what is asked for.
type near struct {
	l  *lake.Lake
	mu sync.Mutex
	n  int
}

func (c *near) Root() string        { return c.l.Root() }
func (c *near) Suspect(string) bool { return false }

func (c *near) Fetch(_ context.Context, files []lake.File) (paths []string, bad map[string]string, end func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(files)
	for _, f := range files {
		paths = append(paths, filepath.Join(c.l.Root(), f.Key))
	}
	return paths, nil, func() {}, nil
}

// Whatever an analyst asks, the answer is that over all files; where the conditions are plain,
// few files are fetched for it.
func TestPrune(t *testing.T) {
	l, plain := open(t, 2)
	cache := &near{l: l}
	db, err := duckdb.Open(l, duckdb.Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	logs, access := len(l.Files(seamark.TableLogs, seamark.Span{})), len(l.Files(seamark.TableAccessLogs, seamark.Span{}))
	if logs < 6 || access < 4 {
		t.Fatalf("%d and %d files", logs, access)
	}
	count := func(table seamark.Table, keep func(lake.File) bool) (n int) {
		for _, f := range l.Files(table, seamark.Span{}) {
			if keep(f) {
				n++
			}
		}
		return n
	}
	booking := count(seamark.TableLogs, func(f lake.File) bool { return f.Product == "booking" })
	prod := count(seamark.TableLogs, func(f lake.File) bool { return f.Environment == "prod" })
	late := count(seamark.TableLogs, func(f lake.File) bool { return f.Start().Hour() >= 9 })
	bookingAccess := count(seamark.TableAccessLogs, func(f lake.File) bool { return f.Product == "booking" })
	for _, c := range []struct {
		sql  string
		want int // files that are fetched
	}{
		{"SELECT count(*) FROM logs", logs},
		{"SELECT count(*) FROM access_logs", access},
		{"SELECT 42", 0},
		{"DESCRIBE logs", 0},
		{"SELECT count(*) FROM logs WHERE product = 'booking'", booking},
		{"select count(*) from LOGS l where L.Product = 'booking' and level = 'ERROR'", booking},
		{"SELECT count(*) FROM logs WHERE product IN ('booking', 'none')", booking},
		{"SELECT count(*) FROM logs WHERE lower(product) LIKE 'book%' AND random() >= 0", booking},
		{"SELECT count(*) FROM logs WHERE product = 'booking' OR environment = 'prod'", count(seamark.TableLogs, func(f lake.File) bool { return f.Product == "booking" || f.Environment == "prod" })},
		{"SELECT count(*) FROM logs WHERE product = 'booking' OR message LIKE '%e%'", logs},
		{"SELECT count(*) FROM logs WHERE NOT environment = 'prod'", logs - prod},
		{"SELECT count(*) FROM logs WHERE date = '2026-11-22' AND hour >= '09'", late},
		{"SELECT count(*) FROM logs WHERE date > DATE '2026-11-22'", 0},
		{"SELECT count(*) FROM logs WHERE date > current_date + 10000", 0},
		{"SELECT count(*) FROM logs WHERE timestamp >= '2030-01-01'", 0},
		{"SELECT count(*) FROM logs WHERE '2030-01-01' < timestamp", 0},
		{"SELECT count(*) FROM logs WHERE '2030-01-01' > timestamp", logs},
		{"SELECT count(*) FROM logs WHERE timestamp BETWEEN TIMESTAMP '2020-01-01' AND TIMESTAMP '2021-01-01'", 0},
		{"SELECT count(*) FROM logs WHERE timestamp > now() + INTERVAL 100 YEARS", 0},
		{"SELECT count(*) FROM logs WHERE NOT timestamp >= '2030-01-01'", logs},
		{"SELECT count(*) FROM logs WHERE timestamp::DATE = '2030-01-01'", logs},
		{"SELECT count(*) FROM logs WHERE product = message", logs},
		{"SELECT 'x' AS product, count(*) FROM logs WHERE product = 'booking'", booking},
		{"SELECT * FROM (SELECT product, count(*) AS n FROM logs WHERE product = 'booking' GROUP BY 1) WHERE n > 0", booking},
		{"WITH logs AS (SELECT * FROM logs WHERE product = 'booking') SELECT count(*) FROM logs WHERE environment = 'prod'",
			count(seamark.TableLogs, func(f lake.File) bool { return f.Product == "booking" || f.Environment == "prod" })},
		{"SELECT (SELECT count(*) FROM logs WHERE product = 'booking'), (SELECT count(*) FROM access_logs WHERE product = 'booking')", booking + bookingAccess},
		{"SELECT count(*) FROM logs a JOIN access_logs b ON a.request_id = b.request_id WHERE a.product = 'booking'", logs + access},
		{"SELECT count(*) FROM logs WHERE product = (SELECT min(product) FROM logs WHERE product = 'booking')", logs},
		{"SELECT count(*) FROM logs WHERE product = 'booking' UNION ALL SELECT count(*) FROM logs WHERE environment = 'prod'",
			count(seamark.TableLogs, func(f lake.File) bool { return f.Product == "booking" || f.Environment == "prod" })},
		{"SELECT count(*) FROM logs WHERE product = 'it''s; DROP TABLE x'", 0},
	} {
		want := query(t, plain, c.sql)
		cache.n = 0
		if got := query(t, db, c.sql); got != want {
			t.Errorf("%s: got %s, want %s", c.sql, got, want)
		}
		if cache.n != c.want {
			t.Errorf("%s: %d files are fetched, want %d", c.sql, cache.n, c.want)
		}
	}
}
