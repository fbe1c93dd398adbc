package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// collectorFigures are what TestFigures of the collector prints.
type collectorFigures struct {
	Places           int
	Writes           int64
	Seconds, Optimum float64 // simulated
	HeapMB           uint64
	SecondWrites     int64
	SecondReads      int64
	MostReads        int64
}

// collector runs the collector's own test of its figures: the clock of a thousand
// accounts can only be simulated in a test's bubble.
func (b *bench) collector() (string, error) {
	binary := filepath.Join(b.work, "collector.test")
	if _, err := measure("", "", "go", "test", "-c", "-o", binary, "./collector"); err != nil {
		return "", err
	}
	s, err := measure("", "SEAMARK_TORTURE=1", binary, "-test.run", "^TestFigures$", "-test.timeout", "30m")
	if err != nil {
		return "", err
	}
	var f collectorFigures
	if err := printed(s.stdout, "FIGURES ", &f); err != nil {
		return "", err
	}
	var w strings.Builder
	fmt.Fprintf(&w, "## Collector\n\n%d places (1,000 accounts, 2 regions) of 200 log groups and 20 API stages each, from untagged to tagged, against the simulated AWS of `internal/fleet/cloud` with its quotas, "+
		"on a simulated clock with 100 ms a call. `SEAMARK_TORTURE=1 go test ./collector -run TestFigures -v`.\n\n| | |\n|---|---|\n", f.Places)
	fmt.Fprintf(&w, "| onboarded after, simulated | %.1f s for %d writes; the quotas allow %.1f s at best: **%.2f** times |\n", f.Seconds, f.Writes, f.Optimum, f.Seconds/f.Optimum)
	fmt.Fprintf(&w, "| memory of the collector, all places at once | **%d MB** of live heap and stacks |\n", f.HeapMB)
	fmt.Fprintf(&w, "| second sweep, the most of any place | %d writes, %d reads; pages of the listings and a 24th of the filters are %d |\n", f.SecondWrites, f.SecondReads, f.MostReads)
	fmt.Fprintf(&w, "| CPU of it all, the simulated AWS included | %.0f s |\n", s.cpu.Seconds())
	if err := b.hints(binary, &w); err != nil {
		return "", err
	}
	fmt.Fprintf(&w, "\nThe simulated AWS lives in the same process and hands out copies, as a wire would. Its own share is measured before and after the sweep and grows with the writes in between; it is taken off. "+
		"What has been remembered lies in files. Garbage that Go has not yet collected comes on top: up to as much again with GOGC's default.\n")
	return w.String(), nil
}

var (
	eventRun     = regexp.MustCompile(`^=== RUN +TestEventFigures/(\S+)`)
	eventFigures = regexp.MustCompile(`(\d+) events: p50 (\S+), p99 (\S+), max (\S+); (\S+) calls each`)
)

// hints adds a row for each kind of event: how long until filter and alarms are there.
func (b *bench) hints(binary string, w *strings.Builder) error {
	s, err := measure("", "", binary, "-test.run", "^TestEventFigures$", "-test.v", "-test.timeout", "30m")
	if err != nil {
		return err
	}
	kind, rows := "", 0
	for line := range strings.SplitSeq(string(s.stdout), "\n") {
		if m := eventRun.FindStringSubmatch(line); m != nil {
			kind = strings.ReplaceAll(m[1], "_", " ")
		}
		if m := eventFigures.FindStringSubmatch(line); m != nil {
			rows++
			fmt.Fprintf(w, "| one event, %s; until filter and alarms are there, simulated, 1%% of calls failing | p50 %s, **p99 %s**, longest %s of %s; %s calls each |\n", kind, m[2], m[3], m[4], m[1], m[5])
		}
	}
	if rows == 0 {
		return errors.New("TestEventFigures of the collector printed no figures")
	}
	return nil
}

// printed finds the line that begins with mark, and reads the JSON behind it.
func printed(stdout []byte, mark string, into any) error {
	for line := range strings.SplitSeq(string(stdout), "\n") {
		if text, found := strings.CutPrefix(line, mark); found {
			return json.Unmarshal([]byte(text), into)
		}
	}
	return fmt.Errorf("the tests printed no line %q", mark)
}
