package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seamark-hq/seamark/internal/fleet"
)

//go:embed duckdb.sql
var duckdbSQL string

//go:embed duckdb_lean.sql
var duckdbLeanSQL string

// transform compares the whole transform with DuckDB's, once with every column that can
// be had by SQL and once without those that cost it regular expressions.
func (b *bench) transform() (string, error) {
	object, truth, err := b.object("object.gz", fleet.Bulk{Seed: 1, Events: b.events})
	if err != nil {
		return "", err
	}
	var ours, full, lean []sample
	for i := range b.rounds {
		s, err := b.seamarkTransform(fmt.Sprint("ours", i), truth, object)
		if err != nil {
			return "", err
		}
		ours = append(ours, s)
		if b.python == "" {
			continue
		}
		for _, peer := range []struct {
			sql string
			to  *[]sample
		}{{duckdbSQL, &full}, {duckdbLeanSQL, &lean}} {
			s, err := b.duckdbTransform(peer.sql, object, truth)
			if err != nil {
				return "", err
			}
			*peer.to = append(*peer.to, s)
		}
	}
	text := describeTransform(truth, ours, full, lean)
	if b.python == "" {
		return text, nil
	}
	size, rewritten, err := b.rewritten(object, truth)
	if err != nil {
		return "", err
	}
	return text + fmt.Sprintf("\nSize: %.1f MB of Parquet; the same rows and columns written by DuckDB (zstd, the same partitions) %.1f MB: ratio **%.2f**.\n",
		mb(size), mb(rewritten), mb(size)/mb(rewritten)), nil
}

// rewritten lets DuckDB write the rows of a lake once more, and returns both sizes.
func (b *bench) rewritten(object string, truth fleet.Truth) (size, rewritten int64, err error) {
	lake, copied := filepath.Join(b.work, "size"), filepath.Join(b.work, "copied")
	defer os.RemoveAll(lake)
	defer os.RemoveAll(copied)
	s, err := b.transformInto(lake, "", truth, object)
	if err != nil {
		return 0, 0, err
	}
	for _, table := range []string{"logs", "access_logs"} {
		_, err := b.ask("COPY (FROM read_parquet('" + lake + "/lake/" + table + "/*/*/*/*/*.parquet', hive_partitioning = true)) TO '" +
			copied + "/" + table + "' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (product, environment, date, hour))")
		if err != nil {
			return 0, 0, err
		}
	}
	_, rewritten, err = parquet(copied)
	return s.written, rewritten, err
}

// seamarkTransform transforms objects on one core into a lake that is removed again, and
// checks the accounts.
func (b *bench) seamarkTransform(name string, truth fleet.Truth, args ...string) (sample, error) {
	lake := filepath.Join(b.work, name)
	defer os.RemoveAll(lake)
	return b.transformInto(lake, "GOMAXPROCS=1", truth, args...)
}

func (b *bench) transformInto(lake, env string, truth fleet.Truth, args ...string) (sample, error) {
	s, err := measure(lake, env, append([]string{b.seamark, "transform", "--json", "--lake", lake}, args...)...)
	if err != nil {
		return s, err
	}
	var result struct{ Rows, Quarantined int64 }
	if err := json.Unmarshal(s.stdout, &result); err != nil {
		return s, err
	}
	if result.Rows != truth.Events || result.Quarantined != 0 {
		return s, fmt.Errorf("seamark made %d rows of %d events", result.Rows, truth.Events)
	}
	return s, nil
}

func (b *bench) duckdbTransform(sql, object string, truth fleet.Truth) (sample, error) {
	folder := filepath.Join(b.work, "duckdb")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(folder)
	const program = "import sys, duckdb\nc = duckdb.connect()\nc.execute(sys.argv[1])\n" +
		"print(c.execute(\"SELECT count(*) FROM events\").fetchone()[0])"
	s, err := measure(folder, "", b.python, "-c", program, strings.NewReplacer("$INPUT", object, "$OUTPUT", folder).Replace(sql))
	if err != nil {
		return s, err
	}
	if got := strings.TrimSpace(string(s.stdout)); got != fmt.Sprint(truth.Events) {
		return s, fmt.Errorf("DuckDB read %s of %d events", got, truth.Events)
	}
	return s, nil
}

func describeTransform(truth fleet.Truth, ours, full, lean []sample) string {
	var w strings.Builder
	size := mb(truth.Bytes)
	fmt.Fprintf(&w, "## Transform\n\nOne landing object: %d events of three kinds (agreed JSON, API access logs, Lambda text and platform lines), %.1f MB uncompressed.\n", truth.Events, size)
	fmt.Fprintf(&w, "CPU is user + system of the whole process, start included; medians of %d runs taken in turn, one thread each.\n\n", len(ours))
	fmt.Fprintf(&w, "| | CPU s | MB per CPU s | events per CPU s | wall s | peak MB resident | Parquet MB |\n|---|---|---|---|---|---|---|\n")
	row := func(name string, s sample) {
		fmt.Fprintf(&w, "| %s | %.2f | %.1f | %.0f | %.2f | %d | %.1f |\n", name, s.cpu.Seconds(), size/s.cpu.Seconds(),
			float64(truth.Events)/s.cpu.Seconds(), s.wall.Seconds(), s.rssMB, mb(s.written))
	}
	us := median(ours)
	row("seamark transform", us)
	if len(full) == 0 {
		return w.String()
	}
	row("DuckDB, the same columns (internal/bench/duckdb.sql)", median(full))
	row("DuckDB, lean (internal/bench/duckdb_lean.sql)", median(lean))
	fmt.Fprintf(&w, "\nRatio of MB per CPU second: **%.2f** for the same columns, **%.2f** to the lean peer, which makes no level or request id of text, no fingerprint, no `extra`, and keeps no accounts.\n",
		median(full).cpu.Seconds()/us.cpu.Seconds(), median(lean).cpu.Seconds()/us.cpu.Seconds())
	return w.String()
}
