package rulebook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// read asks for what all rules say at an instant. A rule that is not in the result is not looked
// at now; one in faults could not be.
func (e *Engine) read(ctx context.Context, at time.Time) (map[string][]reading, map[string]string, error) {
	read, faults := map[string][]reading{}, map[string]string{}
	e.found = map[string][]string{}
	products := map[seamark.Table][]string{}
	skip := func(r *Rule) bool {
		if !r.Hours.hold(at.Add(-time.Duration(r.Window)), at) {
			read[r.Name] = nil // nothing is breached outside its hours
			return true
		}
		if why := e.absent(r, products); why != "" {
			faults[r.Name] = why
			return true
		}
		return false
	}
	for _, b := range e.batches {
		rules := slices.DeleteFunc(slices.Clone(b.rules), skip)
		if len(rules) < len(b.rules) {
			b = b.of(rules)
		}
		if err := e.measure(ctx, b, at, read, faults); err != nil {
			return nil, nil, err
		}
	}
	if at.Equal(at.Truncate(bucket)) {
		for _, b := range e.unusual {
			rules := slices.DeleteFunc(slices.Clone(b.rules), skip)
			if len(rules) == 0 {
				continue
			}
			if err := e.compare(ctx, b.of(rules), at, read); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, r := range e.fresh {
		if skip(r) {
			continue
		}
		if err := e.discover(ctx, r, at, read); err != nil {
			return nil, nil, err
		}
	}
	return read, faults, nil
}

// absent says that the lake has no rows of a rule's product; products are those of each table
// that was asked for.
func (e *Engine) absent(r *Rule, products map[seamark.Table][]string) string {
	if e.opt.Products == nil || r.Product == "" {
		return ""
	}
	if products[r.Table] == nil {
		products[r.Table] = append([]string{}, e.opt.Products(r.Table)...)
	}
	if slices.Contains(products[r.Table], r.Product) {
		return ""
	}
	return fmt.Sprintf("no row of %s is of product %q: check how it is spelled", r.Table, r.Product)
}

// measure counts a batch. Where that fails its halves are tried, so that a rule that cannot be
// counted stops no other.
func (e *Engine) measure(ctx context.Context, b *batch, at time.Time, read map[string][]reading, faults map[string]string) error {
	if len(b.rules) == 0 {
		return nil
	}
	a := b.ask
	a.Span = seamark.Span{From: at.Add(-time.Duration(b.rules[0].Window)), To: at}
	groups, err := e.opt.Counter.Measure(ctx, a)
	if err == nil {
		for i, r := range b.rules {
			read[r.Name] = r.readings(groups, b.at[i])
		}
		return nil
	}
	if ctx.Err() != nil || seamark.ClassOf(err) == seamark.Temporary || len(faults) >= mostFailed && len(read) == 0 {
		return fmt.Errorf("evaluate own rules: %w", err)
	}
	if len(b.rules) == 1 {
		faults[b.rules[0].Name] = err.Error()
		return nil
	}
	half := len(b.rules) / 2
	return errors.Join(e.measure(ctx, b.of(b.rules[:half]), at, read, faults), e.measure(ctx, b.of(b.rules[half:]), at, read, faults))
}

// compare holds the last 5 minutes against the same hour of the last four weeks.
func (e *Engine) compare(ctx context.Context, b *batch, at time.Time, read map[string][]reading) error {
	a := b.ask
	a.Span = seamark.Span{From: at.Add(-bucket), To: at}
	now, err := e.opt.Counter.Measure(ctx, a)
	if err != nil {
		return fmt.Errorf("count the last %v: %w", bucket, err)
	}
	type past struct {
		series
		counts [][]float64 // by measure
	}
	before := map[string]*past{}
	a.Step = bucket
	per := int((2*around + bucket) / bucket)
	for k := 1; k <= weeks; k++ {
		to := at.Add(-time.Duration(k) * week)
		a.Span = seamark.Span{From: to.Add(-bucket - around), To: to.Add(around)}
		groups, err := e.opt.Counter.Measure(ctx, a)
		if err != nil {
			return fmt.Errorf("count %d weeks ago: %w", k, err)
		}
		counted := map[string][][]float64{} // of this week
		for i := range groups {
			g := &groups[i]
			key := seriesOf(g).key()
			if before[key] == nil {
				before[key] = &past{series: seriesOf(g), counts: make([][]float64, len(a.Measures))}
			}
			if counted[key] == nil {
				counted[key] = make([][]float64, len(a.Measures))
			}
			for m, v := range g.Values {
				if v > 0 {
					counted[key][m] = append(counted[key][m], v)
				}
			}
		}
		for key, byMeasure := range counted {
			for m, list := range byMeasure {
				if len(list) > 0 { // a week without any is one before it began
					list = append(list, make([]float64, max(0, per-len(list)))...)
					before[key].counts[m] = append(before[key].counts[m], list...)
				}
			}
		}
	}
	latest := map[string]*query.Group{}
	for i := range now {
		latest[seriesOf(&now[i]).key()] = &now[i]
	}
	for key, p := range before {
		if g := latest[key]; g != nil {
			p.team = g.Team
		}
	}
	for i, r := range b.rules {
		m := b.at[i][0]
		read[r.Name] = nil
		for key, p := range before {
			limit, asked := r.limit(p.series)
			if len(p.counts[m]) < leastWeeks*per || !asked {
				continue
			}
			count := 0.0
			if g := latest[key]; g != nil {
				count = g.Values[m]
			}
			read[r.Name] = append(read[r.Name], r.unlike(p.series, count, usualOf(p.counts[m]), limit))
		}
	}
	return nil
}

// discover finds errors that were never seen before.
func (e *Engine) discover(ctx context.Context, r *Rule, at time.Time, read map[string][]reading) error {
	filter := and(and(r.scope(), r.filter), errorLevels())
	ask := func(span seamark.Span) ([]query.Fingerprint, error) {
		list, err := e.opt.Counter.Fingerprints(ctx, filter, span, r.By)
		if err != nil {
			return nil, fmt.Errorf("look for new errors: %w", err)
		}
		return list, nil
	}
	from := at.Add(-time.Duration(r.Window))
	known := e.known[r.Name]
	if known == nil { // the rule is new: whatever lies in the lake is not
		old, err := ask(seamark.Span{To: from})
		if err != nil {
			return err
		}
		known = make(map[string]bool, len(old))
		for _, f := range old {
			known[f.Key()] = true
		}
		for _, key := range e.memory.Found[r.Name] {
			known[key] = true
		}
	}
	list, err := ask(seamark.Span{From: from, To: at})
	if err != nil {
		return err
	}
	found := map[string]*reading{}
	for _, f := range list {
		if known[f.Key()] || len(known)+len(e.found[r.Name]) >= maxKnown {
			continue
		}
		e.found[r.Name] = append(e.found[r.Name], f.Key())
		s := series{f.Product, f.Environment, f.By, f.Team}
		limit, asked := r.limit(s)
		if !asked {
			continue
		}
		x := found[s.key()]
		if x == nil {
			x = &reading{series: s, limit: limit, reason: "never seen before: " + strings.TrimSpace(f.ErrorType+" "+cut(f.Message))}
			found[s.key()] = x
		}
		x.value++
		x.samples += f.Count
		x.breached = r.breached(x.value, x.limit)
	}
	if e.known[r.Name] == nil {
		e.known[r.Name], e.grown = known, true
	}
	read[r.Name] = nil
	for _, key := range slices.Sorted(maps.Keys(found)) {
		read[r.Name] = append(read[r.Name], *found[key])
	}
	return nil
}
