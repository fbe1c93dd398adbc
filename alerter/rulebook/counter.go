package rulebook

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Counter counts rows: a store, sample rows, or a store's rows counted ahead.
type Counter interface {
	// Measure returns a group for each product, environment and values of a.By with any row
	// that one of the measures asks for, and perhaps others.
	Measure(ctx context.Context, a query.Ask) ([]query.Group, error)
	// Fingerprints returns the fingerprints of rows that e asks for in span, a zero bound of
	// which is open.
	Fingerprints(ctx context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error)
}

// asked are the figures that a rule needs, the number of its rows first.
func (r *Rule) asked() []query.Measure {
	all := query.Measure{Filter: and(r.scope(), r.filter)}
	switch r.Kind {
	case Ratio:
		return []query.Measure{all, {Filter: and(all.Filter, r.match)}}
	case Percentile:
		all.Filter = and(all.Filter, query.Field{Column: r.Of, Any: []query.Value{{Exists: true}}})
		return []query.Measure{all, {Filter: all.Filter, Of: r.Of, Quantile: r.Percentile / 100}}
	}
	return []query.Measure{all}
}

// scope asks for the rows of a fixed product and environment.
func (r *Rule) scope() query.Expr {
	var e query.Expr
	for _, x := range []struct{ column, value string }{{"product", r.Product}, {"environment", r.Environment}} {
		if x.value != "" {
			e = and(e, query.Field{Column: x.column, Any: []query.Value{{Pattern: []string{x.value}}}})
		}
	}
	return e
}

// batch are rules that one statement counts.
type batch struct {
	ask   query.Ask // without its span
	rules []*Rule
	at    [][]int // where in the ask's measures each rule's are
}

// batches puts rules together that read the same table and window, and tell series apart alike.
func batches(rules []*Rule) []*batch {
	known := map[string]*batch{}
	var out []*batch
	for _, r := range rules {
		key := string(r.Table) + " " + time.Duration(r.Window).String() + " " + strings.Join(r.By, ",")
		b := known[key]
		if b == nil {
			b = &batch{ask: query.Ask{Table: r.Table, By: r.By}}
			known[key] = b
			out = append(out, b)
		}
		b.add(r)
	}
	for _, b := range out {
		b.settle()
	}
	return out
}

func (b *batch) add(r *Rule) {
	var at []int
	for _, m := range r.asked() {
		i := slices.IndexFunc(b.ask.Measures, func(x query.Measure) bool { return keyOf(x) == keyOf(m) })
		if i < 0 {
			i = len(b.ask.Measures)
			b.ask.Measures = append(b.ask.Measures, m)
		}
		at = append(at, i)
	}
	b.rules, b.at = append(b.rules, r), append(b.at, at)
}

// settle names the products that alone matter.
func (b *batch) settle() {
	b.ask.Products = nil
	for _, r := range b.rules {
		products := r.products()
		if products == nil {
			b.ask.Products = nil
			return
		}
		b.ask.Products = append(b.ask.Products, products...)
	}
	slices.Sort(b.ask.Products)
	b.ask.Products = slices.Compact(b.ask.Products)
}

// of is a batch of some of its rules.
func (b *batch) of(rules []*Rule) *batch {
	part := &batch{ask: query.Ask{Table: b.ask.Table, By: b.ask.By}}
	for _, r := range rules {
		part.add(r)
	}
	part.settle()
	return part
}

// keyOf is the same for measures that give the same.
func keyOf(m query.Measure) string {
	return m.Of + " " + strconv.FormatFloat(m.Quantile, 'g', -1, 64) + " " + query.Format(m.Filter)
}
