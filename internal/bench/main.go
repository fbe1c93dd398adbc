// Command bench measures Seamark against its peers in one run, in CPU seconds (user +
// system) of child processes, and writes docs/benchmarks.md. Run it with `make bench`.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// bench is what every section shares.
type bench struct {
	seamark string // the binary
	python  string // one with DuckDB; empty: no comparison
	work    string // scratch folder
	events  int    // of the large landing object
	rounds  int
	files   int // small files of the compaction's day
	rows    int // of the lake behind the alerter

	alertmanager string // a binary of that version; empty: no comparison
}

// section measures one thing and describes it in Markdown.
type section struct {
	name string
	run  func(*bench) (string, error)
}

var sections = []section{
	{"transform", (*bench).transform},
	{"cores", (*bench).cores},
	{"redaction", (*bench).redaction},
	{"lookups", (*bench).lookups},
	{"compaction", (*bench).compaction},
	{"frontdoor", (*bench).frontDoor},
	{"collector", (*bench).collector},
	{"alerts", (*bench).alerts},
	{"functions", (*bench).functions},
}

func main() {
	b := &bench{}
	flag.StringVar(&b.seamark, "seamark", "bin/seamark", "the binary to measure")
	flag.StringVar(&b.python, "python", "", "a Python with DuckDB; empty: no comparison")
	flag.IntVar(&b.events, "events", 600_000, "log events of the landing object")
	flag.IntVar(&b.rounds, "rounds", 5, "runs of each, in turn; the medians count")
	flag.IntVar(&b.files, "files", 10_000, "small files of the day that is compacted")
	flag.IntVar(&b.rows, "rows", 10_000_000, "log events of the lake behind the alerter")
	flag.StringVar(&b.alertmanager, "alertmanager", "", "an Alertmanager 0.34.2; empty: no comparison")
	only := flag.String("only", "", "sections to run, by commas; empty: all")
	out := flag.String("out", "", "file to write the report to; empty: standard output only")
	flag.Parse()
	if err := b.run(*only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(only, out string) error {
	work, err := os.MkdirTemp("", "seamark-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b.work = work
	report := "# Benchmarks\n\nWritten by `make bench`; the figures are of the machine it ran on, so compare ratios.\n"
	fmt.Println(report)
	for _, s := range sections {
		if only != "" && !slices.Contains(strings.Split(only, ","), s.name) {
			continue
		}
		text, err := s.run(b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Println(text)
		report += "\n" + text
	}
	if out == "" {
		return nil
	}
	return os.WriteFile(out, []byte(report), 0o644)
}

// object writes a landing object into the scratch folder.
func (b *bench) object(name string, o fleet.Bulk) (string, fleet.Truth, error) {
	path := filepath.Join(b.work, name)
	f, err := os.Create(path)
	if err != nil {
		return "", fleet.Truth{}, err
	}
	truth, err := o.Write(f)
	return path, truth, errors.Join(err, f.Close())
}
