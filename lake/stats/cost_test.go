package stats_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
)

const gib = 1 << 30

// sparse makes a file of a size that takes no room.
func sparse(t *testing.T, name string, size int64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, size); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, folder string) *lake.Lake {
	t.Helper()
	d, err := lake.OpenDir(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lake.New(d)
}

// TestCost compares with what a person reckons on paper: 10 GiB a day in objects of 1 GiB.
func TestCost(t *testing.T) {
	folder := t.TempDir()
	id := "6a411f2094c662389d1e491b1ab7ce0264b13d322c052a7f06081e967ce2ee0"
	for day := 1; day <= 4; day++ {
		for n := range 10 {
			key := fmt.Sprintf("lake/logs/product=booking/environment=prod/date=2026-11-%02d/hour=%02d/%s%x.c.parquet", day, n, id, n)
			sparse(t, filepath.Join(folder, key), gib)
		}
	}
	k, p := stats.Keep{Infrequent: 30, Instant: 90}, stats.ListPrices()
	got, err := stats.Cost(t.Context(), open(t, folder), k, p)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*math.Max(1, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	kept := got.Now[1]
	if kept.What != "lake" || kept.Objects != 40 || kept.Bytes != 40*gib || kept.PerDay != 10*gib || kept.Small != 0 {
		t.Errorf("%+v", kept)
	}
	near("Standard", kept.Standard, 40*0.0245)
	near("Deep Archive", kept.Deep, 40*0.0018)
	near("Athena", got.Scan.Athena, 40.0/1024*5)
	plan := got.Steady[1]
	if !plan.Forever || plan.Days != 365 || plan.Bytes != 3650*gib {
		t.Errorf("%+v", plan)
	}
	near("kept in Standard", plan.Standard, 3650*0.0245)
	moves := 10 * 30.44 / 1000 * (0.01 + 0.02)
	near("in tiers", plan.Tiers, 10*(30*0.0245+60*0.0135+275*0.005)+moves)

	k.Lake = 60 // goes before it would move on
	if got, err = stats.Cost(t.Context(), open(t, folder), k, p); err != nil {
		t.Fatal(err)
	}
	near("60 days in tiers", got.Steady[1].Tiers, 10*(30*0.0245+30*0.0135)+10*30.44/1000*0.01)
	k = stats.Keep{Lake: 60}
	if got, err = stats.Cost(t.Context(), open(t, folder), k, p); err != nil {
		t.Fatal(err)
	}
	near("no tiers", got.Steady[1].Tiers, 600*0.0245)
}

// TestCostOfSmallObjects: S3 moves none of them, so tiers save nothing.
func TestCostOfSmallObjects(t *testing.T) {
	folder := t.TempDir()
	for n := range 20 {
		sparse(t, filepath.Join(folder, fmt.Sprintf("landing/2026/11/22/08/%02d.gz", n)), 100<<10)
	}
	got, err := stats.Cost(t.Context(), open(t, folder), stats.Keep{Infrequent: 30, Instant: 90, Deep: 180}, stats.ListPrices())
	if err != nil {
		t.Fatal(err)
	}
	landing := got.Steady[0]
	if got.Now[0].Small != got.Now[0].Bytes || math.Abs(landing.Tiers-landing.Standard) > 1e-9 || landing.Standard == 0 {
		t.Errorf("%+v %+v", got.Now[0], landing)
	}
}
