package fleet_test

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/internal/fleet"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	uuids  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	digits = regexp.MustCompile(`[0-9]+`)
	named  = regexp.MustCompile(`"(eventName|type|status|message)":"?(\w+)`)
)

// TestLines keeps one example of each kind of line of each component of prod, so that a
// change of a format is seen.
func TestLines(t *testing.T) {
	f := fleet.New(fleet.Options{Seed: 11, Start: start, BreakAfter: secondsOf(60), BreakFor: secondsOf(10)})
	seen := map[string]string{}
	for p := range f.Payloads(start, start.Add(secondsOf(70))) {
		if p.Component.Workload.Environment != "prod" {
			continue
		}
		for _, e := range decode(t, p.Data).LogEvents {
			shape := digits.ReplaceAllString(uuids.ReplaceAllString(e.Message, "x"), "0")
			kind := p.Component.Workload.Component + ": " + shape[:min(len(shape), 28)] + named.FindString(e.Message)
			if _, ok := seen[kind]; !ok {
				seen[kind] = p.Component.Workload.Component + "\n" + strings.TrimRight(e.Message, "\n") + "\n"
			}
		}
	}
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(seen)) {
		lines = append(lines, seen[kind])
	}
	got := strings.Join(lines, "\n")
	const golden = "testdata/lines.golden.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("(-got +want; -update writes the file)\n%s", diff)
	}
}
