package cost_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/cost"
)

// TestFigures: what is built in is whole: every price, every function's measurement, a date and a source.
func TestFigures(t *testing.T) {
	p, m := cost.ListPrices(), cost.Figures()
	for v, i := reflect.ValueOf(p), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("prices.json has no %s", v.Type().Field(i).Tag.Get("json"))
		}
	}
	for _, name := range cost.Functions {
		for _, r := range []cost.Run{m.Functions[name].Small, m.Functions[name].Large} {
			if r.RawBytes == 0 || r.Objects == 0 || r.CPU <= 0 || r.Billed < r.CPU/2 || r.Puts == 0 {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if f := m.Functions[name]; name == "compaction" && f.Large.Objects <= f.Small.Objects || name != "compaction" && f.Large.RawBytes <= f.Small.RawBytes {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if m.Date == "" || m.Machine == "" || m.GzipRatio <= 0 || m.GzipRatio >= 1 || m.ParquetRatio <= 0 || m.ParquetRatio >= 1 || m.EventBytes < 50 || m.Cold <= 0 {
		t.Errorf("%+v", m)
	}
}

func estimate(gb float64, change func(*cost.Assumptions, *cost.Prices)) cost.Report {
	a, p := cost.Usual(), cost.ListPrices()
	if change != nil {
		change(&a, &p)
	}
	return cost.Estimate(gb, p, a, cost.Figures())
}

func lines(s cost.Shape) map[string]float64 {
	by := map[string]float64{}
	for _, l := range s.Lines {
		by[l.What] = l.Dollars
	}
	return by
}

// TestTargets: Lambda costs at most half of CLO's line at each volume that was published, and the whole
// 40% of its whole.
func TestTargets(t *testing.T) {
	for _, gb := range []float64{10, 100, 1000} {
		r := estimate(gb, nil)
		for _, target := range r.Targets {
			t.Logf("%v GB a day: %+v", gb, target)
			if !target.Met {
				t.Errorf("%v GB a day: %s: $%.2f, at most $%.2f", gb, target.What, target.Is, target.Most)
			}
		}
		if want := map[float64]int{10: 1, 100: 2, 1000: 1}[gb]; len(r.Targets) != want {
			t.Errorf("%v GB a day: %d targets, want %d", gb, len(r.Targets), want)
		}
	}
	if r := estimate(50, nil); len(r.Targets) != 0 || len(r.Shapes) != 5 {
		t.Errorf("CLO has published nothing for 50 GB a day: %+v", r.Targets)
	}
}

// TestLines: sums that are known otherwise: Firehose rounds each payload up to 5 KB, storage and nodes
// follow the volume, a faster core costs less.
func TestLines(t *testing.T) {
	m, p := cost.Figures(), cost.ListPrices()
	got := lines(estimate(100, func(a *cost.Assumptions, _ *cost.Prices) { a.Events = 1 }).Shapes[0])
	near := func(what string, want float64) {
		t.Helper()
		if d := math.Abs(got[what] - want); d > 0.01*want {
			t.Errorf("%s: $%.2f, want $%.2f", what, got[what], want)
		}
	}
	near("Firehose", 30.44*100*5120/m.EventBytes*p.Firehose)
	near("S3: lake", 100*m.ParquetRatio*30*p.S3Month)
	near("OpenSearch Service: nodes", 2*p.OpenSearchHour*30.44*24)
	got = lines(estimate(1000, nil).Shapes[0])
	near("OpenSearch Service: nodes", 11*p.OpenSearchHour*30.44*24) // 10,150 GB on 1,000 each
	slow, fast := lines(estimate(100, nil).Shapes[0]), lines(estimate(100, func(a *cost.Assumptions, _ *cost.Prices) { a.Graviton = 2 }).Shapes[0])
	if fast["Lambda: transformer"] >= slow["Lambda: transformer"] {
		t.Errorf("a core twice as fast: %v after %v", fast["Lambda: transformer"], slow["Lambda: transformer"])
	}
	for _, s := range estimate(100, nil).Shapes {
		sum := 0.0
		for _, l := range s.Lines {
			if sum += l.Dollars; l.Dollars < 0 || l.How == "" && s.Name != "CLO" {
				t.Errorf("%s: %+v", s.Name, l)
			}
		}
		if math.Abs(sum-s.Total) > 1e-9 {
			t.Errorf("%s: %v is not the sum of its lines, %v", s.Name, s.Total, sum)
		}
	}
}

// TestBreakEven: at the volume that is named both ways cost the same; where none is named, Lambda costs
// less at all of them.
func TestBreakEven(t *testing.T) {
	ways := func(gb, graviton float64) (lambda, machine, at float64) {
		r := estimate(gb, func(a *cost.Assumptions, _ *cost.Prices) { a.Graviton = graviton })
		for what, dollars := range lines(r.Shapes[0]) {
			if strings.HasPrefix(what, "Lambda") {
				lambda += dollars
			}
		}
		return lambda, lines(r.Shapes[2])["machine"], r.BreakEven[0].At
	}
	const slow = 0.1 // a core that does a tenth
	_, _, at := ways(100, slow)
	if lambda, machine, _ := ways(at, slow); at == 0 || math.Abs(lambda-machine) > 0.03*machine {
		t.Errorf("at %.0f GB a day Lambda costs $%.2f, a machine $%.2f", at, lambda, machine)
	}
	for _, gb := range []float64{1, 100, 10_000} {
		if lambda, machine, at := ways(gb, 1); at == 0 && lambda > machine {
			t.Errorf("no break-even, but at %.0f GB a day Lambda costs $%.2f, a machine $%.2f", gb, lambda, machine)
		}
	}
}

func TestDivide(t *testing.T) {
	r := estimate(100, nil)
	r.Divide([]cost.Share{{Product: "a", Events: 0.75}, {Product: "b", Events: 0.25}})
	if got := r.Shares[0].Dollars + r.Shares[1].Dollars; math.Abs(got-r.Shapes[0].Total) > 1e-9 || r.Shares[0].Dollars <= r.Shares[1].Dollars {
		t.Errorf("%+v of %v", r.Shares, r.Shapes[0].Total)
	}
}

// TestHubDefaults: what is reckoned with is what terraform makes.
func TestHubDefaults(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "terraform", "modules", "hub", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`transformer = { queue = "transform", batch = 1, window = 0, tries = 5, memory = 1769, timeout = 300, concurrency = 20`,
		`indexer     = { queue = "index", batch = 10, window = 0, tries = 5, memory = 1024, timeout = 300, concurrency = 5`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("terraform/modules/hub/main.tf has no %q any more: tell internal/cost", want)
		}
	}
}
