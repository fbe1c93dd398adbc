package querytest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Engine evaluates the search language over rows that it holds.
type Engine interface {
	Search(ctx context.Context, q seamark.Query) (seamark.Result, error)
	Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error)
	Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error)
}

// Trial is an engine and the rows that it holds.
type Trial struct {
	Name    string
	Engine  Engine
	Rows    map[seamark.Table][]seamark.Hit
	Regexps bool // the engine has them
	Queries int  // of each of rapid's checks; 50 with SEAMARK_TORTURE
	Cut     int  // of texts; 0: each row must come back whole
}

// Agree holds an engine to query.Match: a query finds the same rows in the same order, with the same
// histogram and the same facets, whatever is asked of whatever rows.
func Agree(t *testing.T, x Trial) {
	t.Helper()
	if os.Getenv("SEAMARK_TORTURE") != "" {
		x.Queries = 50
	}
	asked, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range x.Queries {
			table := rapid.SampledFrom(seamark.Tables()).Draw(t, "table")
			n := x.ask(t, seamark.Query{Table: table, Text: Query(t, table, x.Regexps), Limit: seamark.MaxLimit, Cut: x.Cut})
			asked++
			if n > 0 && n < len(x.Rows[table]) {
				found++
			}
		}
	})
	t.Logf("%d queries, of which %d find some rows and leave others", asked, found)
	if found < asked/4 {
		t.Errorf("only %d of %d queries tell rows apart", found, asked)
	}
}

// ask compares one answer of each kind, and returns how many rows there are.
func (x *Trial) ask(t *rapid.T, q seamark.Query) int {
	e, err := query.Parse(q.Table, q.Text)
	if err != nil {
		t.Fatalf("%s: %v", q.Text, err)
	}
	want, bars, products := []seamark.Hit{}, map[string]int64{}, map[string]int64{}
	for _, h := range x.Rows[q.Table] {
		if query.Match(e, &h) {
			want = append(want, h)
			bars[fmt.Sprint(h.Position().Timestamp/1000, class(&h))]++
			products[h.Product]++
		}
	}
	slices.SortFunc(want, func(a, b seamark.Hit) int { return b.Position().Compare(a.Position()) })
	same := func(what string, want, got any, err error) {
		if err != nil {
			t.Fatalf("%s: %v", q.Text, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s, %s: %s (-Match +%s):\n%s", q.Table, q.Text, what, x.Name, d)
		}
	}
	r, err := x.Engine.Search(context.Background(), q)
	same(x.Name+" finds other rows than Match", Positions(want), Positions(r.Hits), err)
	if x.Cut == 0 {
		same("the rows differ", want, append([]seamark.Hit{}, r.Hits...), nil)
	}
	buckets, err := x.Engine.Histogram(context.Background(), q, time.Second)
	drawn := map[string]int64{}
	for _, b := range buckets {
		for key, n := range b.Counts {
			drawn[fmt.Sprint(b.Start.Unix(), key)] += n
		}
	}
	same("the histogram differs", bars, drawn, err)
	facets, err := x.Engine.Facets(context.Background(), q, []seamark.Field{seamark.FieldProduct}, 100)
	counted := map[string]int64{}
	for _, f := range slices.Concat(facets...) {
		counted[f.Value] = f.Count
	}
	same("the facet differs", products, counted, err)
	return len(want)
}

// class is what a histogram is stacked by.
func class(h *seamark.Hit) string {
	switch {
	case h.Log != nil:
		return h.Log.Level
	case h.Access.Status == nil:
		return ""
	}
	return fmt.Sprintf("%dxx", *h.Access.Status/100)
}

// Pages holds an engine to the order of rows: all n that q asks for are listed once, a page of each of
// the sizes at a time, in both directions.
func Pages(t *testing.T, e Engine, q seamark.Query, n int, sizes ...int) {
	t.Helper()
	for _, q.Ascending = range []bool{false, true} {
		for _, q.Limit = range sizes {
			q.Before = nil
			var got []seamark.Position
			for more := true; more; {
				r, err := e.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, Positions(r.Hits)...)
				if more = r.More; more {
					q.Before = &got[len(got)-1]
				}
			}
			if q.Ascending {
				slices.Reverse(got)
			}
			if len(got) != n || !slices.IsSortedFunc(got, func(a, b seamark.Position) int { return b.Compare(a) }) || len(slices.Compact(got)) != n {
				t.Errorf("ascending %v, %d at a time: %v", q.Ascending, q.Limit, got)
			}
		}
	}
}

// Positions are where rows stand.
func Positions(hits []seamark.Hit) []seamark.Position {
	out := []seamark.Position{}
	for _, h := range hits {
		out = append(out, h.Position())
	}
	return out
}
