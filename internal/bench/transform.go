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

// transform compares the whole transform with DuckDB's over both corpora, once with every
// column that can be had by SQL and once without those that cost it regular expressions.
func (b *bench) transform() (string, error) {
	objects, err := b.objects()
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("## Transform\n\nOne landing object a corpus. CPU is user + system of the whole process, start included, median and least of %d runs taken in turn, one thread each.\n", b.rounds)
	for _, o := range objects {
		t, err := b.compare(o)
		if err != nil {
			return "", err
		}
		text += "\n" + t
	}
	return text, nil
}

// compare transforms one landing object with each contender in turn.
func (b *bench) compare(o landed) (string, error) {
	var ours, full, lean []sample
	for i := range b.rounds {
		s, err := b.seamarkTransform(fmt.Sprint("ours", i), o.truth, o.path)
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
			s, err := b.duckdbTransform(peer.sql, o.path, o.truth)
			if err != nil {
				return "", err
			}
			*peer.to = append(*peer.to, s)
		}
	}
	text := describeTransform(o, ours, full, lean)
	if b.python == "" {
		return text, nil
	}
	size, rewritten, err := b.rewritten(o.path, o.truth)
	if err != nil {
		return "", err
	}
	return text + fmt.Sprintf("Size: **%.2f** times the lean peer's bytes; **%.2f** times what DuckDB makes of the same rows and columns (%.1f MB; zstd, the same partitions).\n",
		mb(median(ours).written)/mb(median(lean).written), mb(size)/mb(rewritten), mb(rewritten)), nil
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

func describeTransform(o landed, ours, full, lean []sample) string {
	var w strings.Builder
	size := mb(o.truth.Bytes)
	fmt.Fprintf(&w, "### %s: %s\n\n%d events, %.1f MB uncompressed.\n\n", o.name, o.about, o.truth.Events, size)
	fmt.Fprintf(&w, "| | CPU s | least | MB per CPU s | events per CPU s | wall s | peak MB resident | Parquet MB |\n|---|---|---|---|---|---|---|---|\n")
	row := func(name string, all []sample) {
		s := median(all)
		fmt.Fprintf(&w, "| %s | %.2f | %.2f | %.1f | %.0f | %.2f | %d | %.1f |\n", name, s.cpu.Seconds(), least(all).cpu.Seconds(), size/s.cpu.Seconds(),
			float64(o.truth.Events)/s.cpu.Seconds(), s.wall.Seconds(), s.rssMB, mb(s.written))
	}
	row("seamark transform", ours)
	if len(full) == 0 {
		return w.String()
	}
	row("DuckDB, the same columns (internal/bench/duckdb.sql)", full)
	row("DuckDB, lean (internal/bench/duckdb_lean.sql)", lean)
	ratio := func(to []sample, of func([]sample) sample) float64 {
		return of(to).cpu.Seconds() / of(ours).cpu.Seconds()
	}
	fmt.Fprintf(&w, "\nRatio of MB per CPU second: **%.2f** for the same columns (%.2f by the least of each), **%.2f** (%.2f) to the lean peer, which makes no level or request id of text, no fingerprint, no `extra`, and keeps no accounts.\n",
		ratio(full, median), ratio(full, least), ratio(lean, median), ratio(lean, least))
	return w.String()
}
