package duckdb_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	search "github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/querytest"
)

func sortGroups(groups []search.Group) []search.Group {
	groups = slices.DeleteFunc(groups, func(g search.Group) bool {
		return !slices.ContainsFunc(g.Values, func(v float64) bool { return v != 0 && !math.IsNaN(v) })
	})
	key := func(g search.Group) string {
		return g.Product + "\x00" + g.Environment + "\x00" + strings.Join(g.By, "\x00") + g.Start.String()
	}
	slices.SortFunc(groups, func(a, b search.Group) int { return strings.Compare(key(a), key(b)) })
	return groups
}

// filter draws a query, at times one that all rows fit.
func filter(t *rapid.T, table seamark.Table) search.Expr {
	if rapid.IntRange(0, 4).Draw(t, "all") == 0 {
		return nil
	}
	e, err := search.Parse(table, querytest.Query(t, table, false))
	if err != nil {
		t.Skip(err)
	}
	return e
}

// What one statement counts is what it means of the rows.
func TestMeasureMeansTheSame(t *testing.T) {
	db, all := generated(t, 400)
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SampledFrom(seamark.Tables()).Draw(t, "table")
		a := search.Ask{Table: table, By: rapid.SliceOfNDistinct(rapid.SampledFrom(search.GroupColumns(table)), 0, 2, rapid.ID[string]).Draw(t, "by")}
		from := rapid.Int64Range(0, 3600).Draw(t, "from")
		a.Span = seamark.Span{From: generatedHour.Add(time.Duration(from) * time.Second), To: generatedHour.Add(time.Duration(rapid.Int64Range(from, 3600).Draw(t, "to")) * time.Second)}
		if rapid.Bool().Draw(t, "steps") {
			a.Step = time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute
		}
		for range rapid.IntRange(1, 4).Draw(t, "measures") {
			m := search.Measure{Filter: filter(t, table)}
			if table == seamark.TableAccessLogs && rapid.Bool().Draw(t, "quantile") {
				m.Of, m.Quantile = "latency_ms", rapid.SampledFrom([]float64{0.5, 0.95, 1}).Draw(t, "q")
			}
			a.Measures = append(a.Measures, m)
		}
		got, err := db.Measure(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		want := search.Count(all[table], a)
		near := cmpopts.EquateApprox(1e-9, 1e-9)
		if d := diff.Diff(sortGroups(got), sortGroups(want), near, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("(-DuckDB +Go):\n%s", d)
		}
	})
}

func TestFingerprintsMeanTheSame(t *testing.T) {
	db, all := generated(t, 200)
	rapid.Check(t, func(t *rapid.T) {
		e := filter(t, seamark.TableLogs)
		span := seamark.Span{To: generatedHour.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "to")) * time.Minute)}
		by := rapid.SliceOfNDistinct(rapid.SampledFrom(search.GroupColumns(seamark.TableLogs)), 0, 2, rapid.ID[string]).Draw(t, "by")
		got, err := db.Fingerprints(t.Context(), e, span, by)
		if err != nil {
			t.Fatal(err)
		}
		want := search.Fingerprints(all[seamark.TableLogs], e, span, by)
		counts := func(list []search.Fingerprint) map[string]int64 {
			m := map[string]int64{}
			for _, f := range list {
				m[f.Key()] = f.Count
			}
			return m
		}
		if d := diff.Diff(counts(got), counts(want)); d != "" {
			t.Fatalf("(-DuckDB +Go):\n%s", d)
		}
	})
}
