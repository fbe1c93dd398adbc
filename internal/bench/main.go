// Command bench measures Seamark against its peers in one run, in CPU seconds (user +
// system) of child processes, and writes docs/benchmarks.md. Run it with `make bench`.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
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
	seed    uint64
	rounds  int
	files   int // small files of the compaction's day
	rows    int // of the lake behind alerter and rules

	objectCount int // landing objects of the lake that has very many

	alertmanager string // a binary of that version; empty: no comparison

	watch func() func() (others float64, load string, err error)
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
	{"search", (*bench).search},
	{"ledger", (*bench).manyObjects},
	{"compaction", (*bench).compaction},
	{"frontdoor", (*bench).frontDoor},
	{"collector", (*bench).collector},
	{"alerts", (*bench).alerts},
	{"rules", (*bench).rules},
	{"functions", (*bench).functions},
	{"bill", (*bench).bill},
}

func main() {
	b := &bench{watch: watch}
	flag.StringVar(&b.seamark, "seamark", "bin/seamark", "the binary to measure")
	flag.StringVar(&b.python, "python", "", "a Python with DuckDB; empty: no comparison")
	flag.IntVar(&b.events, "events", 600_000, "log events of the landing object")
	flag.IntVar(&b.rounds, "rounds", 5, "runs of each, in turn; medians and least count")
	flag.IntVar(&b.files, "files", 10_000, "small files of the day that is compacted")
	flag.IntVar(&b.rows, "rows", 10_000_000, "log events of the lake behind alerter and rules")
	flag.IntVar(&b.objectCount, "objects", 1_000_000, "landing objects of the lake that has very many; each takes 4 kB of disk")
	flag.StringVar(&b.alertmanager, "alertmanager", "", "an Alertmanager 0.34.2; empty: no comparison")
	only := flag.String("only", "", "sections to run, by commas; empty: all")
	out := flag.String("out", "", "file to write the report to; empty: standard output only")
	emit := flag.String("emit", "", "folder to write a landing object of each corpus into, and do no more")
	seed := flag.Uint64("seed", 1, "of the corpora that are compared with DuckDB, and of what -emit writes")
	flag.Parse()
	b.seed = *seed
	if *emit != "" {
		b.work = *emit
		if _, err := b.objects(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
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
	watched := b.watch()
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
	others, load, err := watched()
	if err != nil {
		return fmt.Errorf("cannot tell what other processes used: %w; nothing is written", err)
	}
	note := fmt.Sprintf("Other processes used %.1f%% of a core meanwhile; load at the end %s.\n", 100*others, load)
	fmt.Println(note)
	if out == "" {
		return nil
	}
	if others > quiet {
		return fmt.Errorf("%s is left as it was: other processes used %.0f%% of a core, %.0f%% is the most; stop them and run this again", out, 100*others, 100*quiet)
	}
	report += "\n" + note
	if only != "" {
		if old, err := os.ReadFile(out); err == nil {
			report = withSections(string(old), report)
		}
	}
	return os.WriteFile(out, []byte(report), 0o644)
}

// withSections is a report with the sections of another in the place of its own, or behind them.
func withSections(old, fresh string) string {
	const heading = "\n## "
	parts, sections := strings.Split(old, heading), strings.Split(fresh, heading)
	parts[0] = sections[0]
	for _, section := range sections[1:] {
		title, _, _ := strings.Cut(section, "\n")
		i := slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, title+"\n") })
		if i < 0 {
			parts = append(parts, section)
			continue
		}
		parts[i] = strings.TrimRight(section, "\n") + "\n"
	}
	return strings.Join(parts, heading)
}

// corpus is a description of a landing object.
type corpus interface {
	Write(io.Writer) (fleet.Truth, error)
}

// corpora are what the transform is compared over.
func (b *bench) corpora() []named {
	return []named{
		{"fleet", "three kinds (agreed JSON, API access logs, Lambda text and platform lines)", fleet.Bulk{Seed: b.seed, Events: b.events}},
		{"mixed", "several lines to an invocation, ids consecutive within a batch, short and long messages, about 40 escapes an event, 90 log groups, a tenth as real loggers print them", mixed{Seed: b.seed, Events: b.events}},
	}
}

type named struct {
	name, about string
	corpus
}

// landed is a landing object of a corpus.
type landed struct {
	named
	path  string
	truth fleet.Truth
}

// objects writes a landing object of each corpus.
func (b *bench) objects() ([]landed, error) {
	var out []landed
	for _, c := range b.corpora() {
		path, truth, err := b.object(c.name+".gz", c)
		if err != nil {
			return nil, err
		}
		out = append(out, landed{c, path, truth})
	}
	return out, nil
}

// object writes a landing object into the scratch folder.
func (b *bench) object(name string, o corpus) (string, fleet.Truth, error) {
	path := filepath.Join(b.work, name)
	f, err := os.Create(path)
	if err != nil {
		return "", fleet.Truth{}, err
	}
	truth, err := o.Write(f)
	return path, truth, errors.Join(err, f.Close())
}
