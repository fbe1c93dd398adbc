package app_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/config"
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
	c, p := config.Default(), app.ListPrices()
	got, err := app.Cost(t.Context(), folder, c, p)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*math.Max(1, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	lake := got.Now[1]
	if lake.What != "lake" || lake.Objects != 40 || lake.Bytes != 40*gib || lake.PerDay != 10*gib || lake.Small != 0 {
		t.Errorf("%+v", lake)
	}
	near("Standard", lake.Standard, 40*0.0245)
	near("Deep Archive", lake.Deep, 40*0.0018)
	near("Athena", got.Scan.Athena, 40.0/1024*5)
	plan := got.Steady[1]
	if !plan.Forever || plan.Days != 365 || plan.Bytes != 3650*gib {
		t.Errorf("%+v", plan)
	}
	near("kept in Standard", plan.Standard, 3650*0.0245)
	moves := 10 * 30.44 / 1000 * (0.01 + 0.02)
	near("in tiers", plan.Tiers, 10*(30*0.0245+60*0.0135+275*0.005)+moves)

	c.Retention.Lake = 60 * config.Day // goes before it would move on
	if got, err = app.Cost(t.Context(), folder, c, p); err != nil {
		t.Fatal(err)
	}
	near("60 days in tiers", got.Steady[1].Tiers, 10*(30*0.0245+30*0.0135)+10*30.44/1000*0.01)
	c.Retention.Lake, c.Retention.Infrequent, c.Retention.Instant = 60*config.Day, 0, 0
	if got, err = app.Cost(t.Context(), folder, c, p); err != nil {
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
	got, err := app.Cost(t.Context(), folder, config.Default(), app.ListPrices())
	if err != nil {
		t.Fatal(err)
	}
	landing := got.Steady[0]
	if got.Now[0].Small != got.Now[0].Bytes || math.Abs(landing.Tiers-landing.Standard) > 1e-9 || landing.Standard == 0 {
		t.Errorf("%+v %+v", got.Now[0], landing)
	}
}

// TestStatsWarnOfSmallFiles: many small files in a partition are marked until they are merged.
func TestStatsWarnOfSmallFiles(t *testing.T) {
	folder := landingOf(t, 40, 40)
	if _, _, err := replayAll(t, t.Context(), app.ReplayOptions{Lake: folder, Config: config.Default()}); err != nil {
		t.Fatal(err)
	}
	small := func() (marked int, total app.LakeLine) {
		s, err := app.Stats(t.Context(), app.StatsOptions{Lake: folder, By: app.ByHour, Footers: true}, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		var rows, bytes int64
		for _, l := range s.Lines {
			rows, bytes = rows+l.Rows, bytes+l.Bytes
			if l.Small {
				marked++
			}
		}
		if rows != s.Total.Rows || bytes != s.Total.Bytes || s.Total.Uncompressed < s.Total.Bytes {
			t.Errorf("lines of %d rows, %d bytes, total %+v", rows, bytes, s.Total)
		}
		return marked, s.Total
	}
	marked, before := small()
	if marked == 0 || before.Rows != 1600 || before.Compacted != 0 {
		t.Errorf("%d lines marked of %+v", marked, before)
	}
	if _, err := app.Compact(t.Context(), folder, app.CompactOptions{Grace: -1}); err != nil {
		t.Fatal(err)
	}
	if marked, after := small(); marked != 0 || after.Rows != before.Rows || after.Files != after.Compacted || after.Files != after.Partitions || after.Bytes >= before.Bytes {
		t.Errorf("%d lines marked of %+v, before %+v", marked, after, before)
	}
}
