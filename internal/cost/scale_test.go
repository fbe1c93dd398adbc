package cost_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/internal/cost"
)

var update = flag.Bool("update", false, "write docs/scale.md anew")

// TestScale: docs/scale.md is what the program computes.
func TestScale(t *testing.T) {
	var got bytes.Buffer
	cost.WriteScale(&got, cost.Load{TBPerDay: 10, Accounts: 1000, Peak: 3}, cost.Usual(), cost.Figures())
	const name = "../../docs/scale.md"
	if *update {
		if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got.String(), string(want)); d != "" {
		t.Errorf("docs/scale.md (-got +want): run this with -update\n%s", d)
	}
}

// TestLimits: at the volume at which a limit is said to give way, it does, and a little below it does not.
func TestLimits(t *testing.T) {
	load := cost.Load{TBPerDay: 10, Accounts: 1000, Peak: 3}
	for _, l := range cost.Limits(load, cost.Usual(), cost.Figures()) {
		if l.By != "TB a day" || l.Reached == 0 || l.Reached < 1 { // below it the number of objects is that of the buffers' seconds
			continue
		}
		for _, c := range []struct {
			factor float64
			short  bool
		}{{0.97, false}, {1.03, true}} {
			at := load
			at.TBPerDay = l.Reached * c.factor
			for _, again := range cost.Limits(at, cost.Usual(), cost.Figures()) {
				if again.What == l.What && again.Short() != c.short {
					t.Errorf("%s: at %.2f TB a day needs %.3g of %.3g", l.What, at.TBPerDay, again.Need, again.Have)
				}
			}
		}
	}
}
