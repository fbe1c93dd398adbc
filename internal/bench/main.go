// Command bench measures Seamark against its peers in one run, in CPU seconds (user +
// system) of child processes, and writes docs/benchmarks.md. Run it with `make bench`.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

//go:embed duckdb.sql
var duckdbSQL string

func main() {
	seamark := flag.String("seamark", "bin/seamark", "the binary to measure")
	python := flag.String("python", "", "a Python with DuckDB; empty: no comparison")
	events := flag.Int("events", 300_000, "log events of the landing object")
	rounds := flag.Int("rounds", 3, "runs of each, in turn; the medians count")
	out := flag.String("out", "", "file to write the report to; empty: standard output only")
	flag.Parse()
	if err := run(*seamark, *python, *events, *rounds, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// doorTime is how long each load lasts on the front door.
const doorTime = 10 * time.Second

// sample is one run of one contender.
type sample struct {
	cpu, wall time.Duration
	rssMB     int64
	written   int64 // bytes of Parquet
}

func run(seamark, python string, events, rounds int, out string) error {
	work, err := os.MkdirTemp("", "seamark-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	object := filepath.Join(work, "object.gz")
	f, err := os.Create(object)
	if err != nil {
		return err
	}
	truth, err := fleet.WriteObject(f, 1, events)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	var ours, theirs []sample
	for i := range rounds {
		lake := filepath.Join(work, fmt.Sprint("lake", i))
		s, stdout, err := measure(lake, "GOMAXPROCS=1", seamark, "transform", "--json", "--lake", lake, object)
		if err != nil {
			return err
		}
		var result struct{ Rows, Quarantined int64 }
		if err := json.Unmarshal(stdout, &result); err != nil {
			return err
		}
		if result.Rows != truth.Events || result.Quarantined != 0 {
			return fmt.Errorf("seamark made %d rows of %d events", result.Rows, truth.Events)
		}
		ours = append(ours, s)
		if python == "" {
			continue
		}
		db := filepath.Join(work, fmt.Sprint("duckdb", i))
		if err := os.Mkdir(db, 0o755); err != nil {
			return err
		}
		sql := strings.NewReplacer("$INPUT", object, "$OUTPUT", db).Replace(duckdbSQL)
		program := "import sys, duckdb\nc = duckdb.connect()\nc.execute(sys.argv[1])\n" +
			"print(c.execute(\"SELECT count(*) FROM events\").fetchone()[0])"
		s, stdout, err = measure(db, "", python, "-c", program, sql)
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(string(stdout)); got != fmt.Sprint(truth.Events) {
			return fmt.Errorf("DuckDB read %s of %d events", got, truth.Events)
		}
		theirs = append(theirs, s)
	}
	var doors []doorSample
	for _, d := range []struct {
		name   string
		events int
	}{{"100 events a request", 100}, {"2,000 events a request", 2000}, {"20,000 events a request", 20_000}} {
		s, err := frontDoor(seamark, d.name, d.events, doorTime)
		if err != nil {
			return err
		}
		doors = append(doors, s)
	}
	report := describe(truth, ours, theirs) + describeDoor(doors)
	fmt.Print(report)
	if out == "" {
		return nil
	}
	return os.WriteFile(out, []byte(report), 0o644)
}

// measure runs a child and takes its resource usage; folder is where it writes Parquet.
func measure(folder, env string, args ...string) (sample, []byte, error) {
	cmd := exec.Command(args[0], args[1:]...)
	if env != "" {
		cmd.Env = append(os.Environ(), env)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, nil, fmt.Errorf("%s: %w: %s", args[0], err, stderr.String())
	}
	s := sample{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begin)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rssMB = u.Maxrss / 1024
	}
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".parquet" {
			return err
		}
		info, err := e.Info()
		if err == nil {
			s.written += info.Size()
		}
		return err
	})
	return s, stdout.Bytes(), err
}

// median is the sample with the median CPU time.
func median(s []sample) sample {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b sample) int { return int(a.cpu - b.cpu) })
	return s[len(s)/2]
}

func describe(truth fleet.Truth, ours, theirs []sample) string {
	var b strings.Builder
	mb := float64(truth.Bytes) / 1e6
	fmt.Fprintf(&b, "# Benchmarks\n\nWritten by `make bench`; the figures are of the machine it ran on, so compare ratios.\n\n## Transform\n\n")
	fmt.Fprintf(&b, "One landing object: %d events of three kinds (agreed JSON, API access logs, Lambda text and platform lines), %.1f MB uncompressed.\n", truth.Events, mb)
	fmt.Fprintf(&b, "CPU is user + system of the whole process, start included; medians of %d runs taken in turn, one thread each.\n\n", len(ours))
	fmt.Fprintf(&b, "| | CPU s | MB per CPU s | events per CPU s | wall s | peak MB resident | Parquet MB |\n|---|---|---|---|---|---|---|\n")
	row := func(name string, s sample) {
		fmt.Fprintf(&b, "| %s | %.2f | %.1f | %.0f | %.2f | %d | %.1f |\n", name, s.cpu.Seconds(), mb/s.cpu.Seconds(),
			float64(truth.Events)/s.cpu.Seconds(), s.wall.Seconds(), s.rssMB, float64(s.written)/1e6)
	}
	row("seamark transform", median(ours))
	if len(theirs) > 0 {
		row("DuckDB (internal/bench/duckdb.sql)", median(theirs))
		fmt.Fprintf(&b, "\nRatio of MB per CPU second: **%.2f**. Ratio of Parquet bytes: %.2f.\n",
			median(theirs).cpu.Seconds()/median(ours).cpu.Seconds(), float64(median(ours).written)/float64(median(theirs).written))
	}
	return b.String()
}
