package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/split"
)

// A table of counts has so many lines, and so many columns beside the sum.
const (
	countLines   = 24
	countColumns = 6
)

// countBy prints how often each value of a field occurs over time; --json has all values.
func (c *cli) countBy(ctx context.Context, rows split.Engine, q seamark.Query) error {
	step := seamark.StepFor(q.Span, countLines)
	bars, err := rows.Histogram(ctx, q, step)
	if err != nil {
		return err
	}
	if c.json {
		for _, b := range bars {
			if err := c.writeJSON(c.out, struct {
				Start  time.Time        `json:"start"`
				StepMs int64            `json:"step_ms"`
				Counts map[string]int64 `json:"counts"`
			}{b.Start, step.Milliseconds(), b.Counts}); err != nil {
				return err
			}
		}
		return nil
	}
	sums, total := map[string]int64{}, int64(0)
	for _, b := range bars {
		total += b.Total()
		for v, n := range b.Counts {
			sums[v] += n
		}
	}
	values := slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	shown := values[:min(countColumns, len(values))]
	head := []string{"TIME", "ALL>"}
	for _, v := range shown {
		head = append(head, cmp.Or(visible(v), "none")+">")
	}
	if len(values) > len(shown) {
		head = append(head, fmt.Sprintf("%d OTHERS>", len(values)-len(shown)))
	}
	g := newGrid(head...)
	for _, b := range bars {
		all := b.Total()
		rest := all
		cells := []string{instant(b.Start), count(all)}
		for _, v := range shown {
			cells, rest = append(cells, count(b.Counts[v])), rest-b.Counts[v]
		}
		if len(values) > len(shown) {
			cells = append(cells, count(rest))
		}
		g.add(cells...)
	}
	if len(bars) > 0 {
		g.print(c.out)
	}
	fmt.Fprintf(c.err, "%s by %s, %s a line\n", plural(total, "row"), q.By, step)
	return nil
}

// mostBlamed are looked at when nothing was found.
const mostBlamed = 6

// blame names the conditions of a query without which there are rows.
func (c *cli) blame(ctx context.Context, rows split.Engine, q seamark.Query) (named bool) {
	e, err := query.Parse(q.Table, q.Text)
	if err != nil {
		return false
	}
	parts := query.Parts(e)
	for _, p := range parts[:min(len(parts), mostBlamed)] {
		q.Text = p.Rest
		bars, err := rows.Histogram(ctx, q, 365*24*time.Hour)
		if err != nil {
			return named
		}
		n := int64(0)
		for _, b := range bars {
			n += b.Total()
		}
		if n > 0 {
			fmt.Fprintln(c.err, visible(fmt.Sprintf("no rows match; without %s there would be %s", p.Text, count(n))))
			named = true
		}
	}
	return named
}
