package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// eventsPerFile is how many rows a small file holds, as an object of a few seconds gives.
const eventsPerFile = 50

// compaction makes a day of small files, compacts it, and asks before and after.
func (b *bench) compaction() (string, error) {
	if b.python == "" {
		return "", nil
	}
	lake := filepath.Join(b.work, "compaction")
	defer os.RemoveAll(lake)
	truth, err := b.smallFiles(lake)
	if err != nil {
		return "", err
	}
	var w strings.Builder
	var report [2][]answer
	files, size, err := parquet(lake)
	if err != nil {
		return "", err
	}
	if report[0], err = b.questions(lake); err != nil {
		return "", err
	}
	s, err := measure("", "GOMAXPROCS=1", b.seamark, "compact", "--lake", lake, "--grace", "1s", "--json")
	if err != nil {
		return "", err
	}
	if report[1], err = b.questions(lake); err != nil {
		return "", err
	}
	after, sizeAfter, err := parquet(lake)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&w, "## Compaction\n\nOne day, %d events. `seamark compact` on one core: %.2f CPU s, %.0f rows per CPU second, peak %d MB resident.\n\n",
		truth.Events, s.cpu.Seconds(), float64(truth.Events)/s.cpu.Seconds(), s.rssMB)
	fmt.Fprintf(&w, "| DuckDB, one thread, over all files | before: MB read | CPU ms | after: MB read | CPU ms |\n|---|---|---|---|---|\n")
	for i, q := range questions {
		x, y := report[0][i], report[1][i]
		if x.Answer != y.Answer {
			return "", fmt.Errorf("%s: %s before, %s after", q.name, x.Answer, y.Answer)
		}
		fmt.Fprintf(&w, "| %s | %.2f | %.0f | %.2f | %.0f |\n", q.name, mb(x.Bytes), x.CPU*1000, mb(y.Bytes), y.CPU*1000)
	}
	fmt.Fprintf(&w, "\nFiles: %d of %.1f MB before, %d of %.1f MB after.\n", files, mb(size), after, mb(sizeAfter))
	return w.String(), nil
}

var questions = []struct{ name, sql string }{
	{"`count(*)`", "SELECT count(*) FROM logs"},
	{"errors by product and hour", "SELECT count(*), count(DISTINCT k) FROM (SELECT product || hour AS k FROM logs WHERE level = 'ERROR')"},
	{"one hour of one product", "SELECT count(*), min(message) FROM logs WHERE product = 'booking' AND hour = '09'"},
	{"a text in all messages", "SELECT count(*) FROM logs WHERE message LIKE '%timed out%'"},
}

func (b *bench) questions(lake string) ([]answer, error) {
	var all []answer
	for _, q := range questions {
		from := "(FROM read_parquet('" + lake + "/lake/logs/*/*/*/*/*.parquet', hive_partitioning = true, hive_types = {'hour': VARCHAR}))"
		a, err := b.ask(strings.ReplaceAll(q.sql, "FROM logs", "FROM "+from))
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// smallFiles fills a lake with about b.files small files of one day.
func (b *bench) smallFiles(lake string) (fleet.Truth, error) {
	var sum fleet.Truth
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for round := 0; ; round++ {
		var objects []string
		var truth fleet.Truth
		for hour := range 24 {
			object, t, err := b.object(fmt.Sprintf("small%d-%d.gz", round, hour), fleet.Bulk{
				Seed: uint64(round*24 + hour), Events: 36 * eventsPerFile, Start: day.Add(time.Duration(hour) * time.Hour), Span: 59 * time.Minute})
			if err != nil {
				return sum, err
			}
			objects = append(objects, object)
			truth.Add(t)
		}
		if _, err := b.transformInto(lake, "", truth, objects...); err != nil {
			return sum, err
		}
		sum.Add(truth)
		for _, o := range objects {
			os.Remove(o)
		}
		if files, _, err := parquet(lake); err != nil || files >= b.files {
			return sum, err
		}
	}
}
