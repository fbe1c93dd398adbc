package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// readProgram asks DuckDB one question over Parquet files and prints the answer, how many
// bytes the process read for it, and the CPU seconds.
const readProgram = `import sys, json, resource, duckdb
def io(): return int(open("/proc/self/io").readline().split()[1])
import os
c = duckdb.connect(); c.execute("SET threads = 1"); c.execute("SET enable_progress_bar = false"); c.execute("SELECT count(*) FROM range(10)")
if sys.argv[1].startswith("COPY"): os.makedirs(sys.argv[1].split("TO '")[1].split("'")[0])
b = io(); u = resource.getrusage(resource.RUSAGE_SELF)
r = c.execute(sys.argv[1]).fetchall()
v = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"answer": str(r), "bytes": io() - b, "cpu": v.ru_utime + v.ru_stime - u.ru_utime - u.ru_stime}))`

// answer is what readProgram prints.
type answer struct {
	Answer string
	Bytes  int64
	CPU    float64
}

func (b *bench) ask(sql string) (a answer, err error) {
	s, err := measure("", "", b.python, "-c", readProgram, sql)
	if err == nil {
		err = json.Unmarshal(s.stdout, &a)
	}
	return a, err
}

// lookups shows what finding one request or one fingerprint reads, of a column whose
// statistics and filters can say "not here" and of one that must be read.
func (b *bench) lookups() (string, error) {
	if b.python == "" {
		return "", nil
	}
	object, truth, err := b.object("lookups.gz", fleet.Bulk{Seed: 3, Events: b.events})
	if err != nil {
		return "", err
	}
	lake := filepath.Join(b.work, "lookups")
	defer os.RemoveAll(lake)
	if _, err := b.transformInto(lake, "GOMAXPROCS=1", truth, object); err != nil {
		return "", err
	}
	files, size, err := parquet(lake)
	if err != nil {
		return "", err
	}
	from := "FROM read_parquet('" + lake + "/lake/logs/*/*/*/*/*.parquet')"
	id, err := b.ask("SELECT max(request_id) " + from)
	if err != nil {
		return "", err
	}
	print, err := b.ask("SELECT fingerprint " + from + " WHERE fingerprint IS NOT NULL GROUP BY 1 ORDER BY count(*), 1 LIMIT 1")
	if err != nil {
		return "", err
	}
	value := func(a answer) string { return strings.Trim(a.Answer, "[](),") }
	var w strings.Builder
	fmt.Fprintf(&w, "## Lookups\n\nDuckDB, one thread, over the %d files (%.1f MB, both tables) of %d events; bytes are what the process read.\n\n", files, mb(size), truth.Events)
	fmt.Fprintf(&w, "| question over logs | MB read | CPU ms |\n|---|---|---|\n")
	for _, q := range []struct{ name, where string }{
		{"`count(*)` of a request_id that is there", "request_id = " + value(id)},
		{"… that is not", "request_id = '00000000-0000-4000-8000-000000000000'"},
		{"… read in full: `request_id LIKE '%…'`", "request_id LIKE '%" + strings.Trim(value(id), "'")[4:] + "'"},
		{"`count(*)` of a rare fingerprint", "fingerprint = " + value(print)},
		{"… that is not there", "fingerprint = '1:0000000000000000'"},
		{"a minute by timestamp", "timestamp < TIMESTAMPTZ '2026-11-22 08:01:00+00'"},
		{"everything: `count(message)`", "message IS NOT NULL"},
	} {
		a, err := b.ask("SELECT count(*) " + from + " WHERE " + q.where)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&w, "| %s | %.2f | %.1f |\n", q.name, mb(a.Bytes), a.CPU*1000)
	}
	return w.String(), nil
}
