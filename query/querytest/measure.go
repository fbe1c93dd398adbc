package querytest

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Counter counts rows that it holds.
type Counter interface {
	Measure(ctx context.Context, a query.Ask) ([]query.Group, error)
	Fingerprints(ctx context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error)
}

// Measures holds a Counter to query.Count and query.Fingerprints, whatever is asked of rows of the
// hour that begins then.
func Measures(t *testing.T, name string, c Counter, rows map[seamark.Table][]seamark.Hit, start time.Time) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SampledFrom(seamark.Tables()).Draw(t, "table")
		a := query.Ask{Table: table, By: columns(t, table), Span: within(t, start)}
		if rapid.Bool().Draw(t, "steps") {
			a.Step = time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute
		}
		if rapid.IntRange(0, 3).Draw(t, "products") == 0 {
			a.Products = []string{rows[table][rapid.IntRange(0, len(rows[table])-1).Draw(t, "of")].Product}
		}
		for range rapid.IntRange(1, 4).Draw(t, "measures") {
			m := query.Measure{Filter: filter(t, table)}
			if table == seamark.TableAccessLogs && rapid.Bool().Draw(t, "quantile") {
				m.Of, m.Quantile = "latency_ms", rapid.SampledFrom([]float64{0.5, 0.95, 1}).Draw(t, "q")
			}
			a.Measures = append(a.Measures, m)
		}
		got, err := c.Measure(context.Background(), a)
		if err != nil {
			t.Fatal(err)
		}
		same := cmp.Options{cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateNaNs(), cmpopts.EquateEmpty()}
		if d := cmp.Diff(counted(got), counted(query.Count(rows[table], a)), same); d != "" {
			t.Fatalf("(-%s +Go):\n%s", name, d)
		}
		e, by := filter(t, seamark.TableLogs), columns(t, seamark.TableLogs)
		list, err := c.Fingerprints(context.Background(), e, a.Span, by)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(byKey(list), byKey(query.Fingerprints(rows[seamark.TableLogs], e, a.Span, by))); d != "" {
			t.Fatalf("fingerprints (-%s +Go):\n%s", name, d)
		}
	})
}

func columns(t *rapid.T, table seamark.Table) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(query.GroupColumns(table)), 0, 2, rapid.ID[string]).Draw(t, "by")
}

// within draws a part of an hour.
func within(t *rapid.T, start time.Time) seamark.Span {
	from := rapid.IntRange(0, 3600).Draw(t, "from")
	to := rapid.IntRange(from, 3600).Draw(t, "to")
	return seamark.Span{From: start.Add(time.Duration(from) * time.Second), To: start.Add(time.Duration(to) * time.Second)}
}

// filter draws a query, at times one that all rows fit.
func filter(t *rapid.T, table seamark.Table) query.Expr {
	if rapid.IntRange(0, 4).Draw(t, "all") == 0 {
		return nil
	}
	e, err := query.Parse(table, Query(t, table, false))
	if err != nil {
		t.Skip(err)
	}
	return e
}

// counted are the groups of which anything was, in order.
func counted(groups []query.Group) []query.Group {
	groups = slices.DeleteFunc(groups, func(g query.Group) bool {
		return !slices.ContainsFunc(g.Values, func(v float64) bool { return v != 0 && !math.IsNaN(v) })
	})
	key := func(g query.Group) string {
		return g.Product + "\x00" + g.Environment + "\x00" + strings.Join(g.By, "\x00") + g.Start.String()
	}
	slices.SortFunc(groups, func(a, b query.Group) int { return strings.Compare(key(a), key(b)) })
	return groups
}

func byKey(list []query.Fingerprint) map[string]int64 {
	m := map[string]int64{}
	for _, f := range list {
		m[f.Key()] = f.Count
	}
	return m
}
