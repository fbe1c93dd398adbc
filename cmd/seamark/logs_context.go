package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/split"
)

// contextLimit is how many rows are found by default when each comes with what stands around it.
const contextLimit = 20

func checkContext(around int, compare bool, t seamark.Table) error {
	switch {
	case around < 0 || around > seamark.MaxContext:
		return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("--context %d is out of range", around), Remedy: fmt.Sprintf("use 1 to %d", seamark.MaxContext)}
	case compare && t != seamark.TableLogs:
		return &seamark.Fault{Class: seamark.Rejected, What: "--compare is about the patterns of logs", Remedy: "leave --access away"}
	case compare && around > 0:
		return &seamark.Fault{Class: seamark.Rejected, What: "--compare lists patterns, not rows", Remedy: "leave --context away"}
	}
	return nil
}

// besides are rows of one stream that follow each other, some of them found.
type besides struct {
	rows  []seamark.Hit
	found []bool
}

// add appends rows that are not there yet; false: a gap lies before the first of them.
func (b *besides) add(rows []seamark.Hit, found seamark.Position) bool {
	end := b.rows[len(b.rows)-1].Position()
	if rows[0].Position().Compare(end) > 0 {
		return false
	}
	for i, p := range b.rows {
		b.found[i] = b.found[i] || p.Position() == found
	}
	for _, h := range rows {
		if h.Position().Compare(end) > 0 {
			b.rows, b.found = append(b.rows, h), append(b.found, h.Position() == found)
		}
	}
	return true
}

// printContext prints each row found among those of its stream, oldest first; what follows each
// other in a stream is printed once.
func (c *cli) printContext(ctx context.Context, rows split.Engine, res seamark.Result, n int) error {
	var groups []*besides
	last := map[string]*besides{} // of a stream
	for i := range res.Hits {
		h := res.Hits[len(res.Hits)-1-i]
		earlier, later, err := seamark.Around(ctx, rows.Search, &h, n, 0)
		if err != nil {
			return err
		}
		var all []seamark.Hit
		for i := range earlier {
			all = append(all, earlier[len(earlier)-1-i])
		}
		all = append(append(all, h), later...)
		stream := fmt.Sprint(h.Stream().Terms)
		if g := last[stream]; g != nil && g.add(all, h.Position()) {
			continue
		}
		g := &besides{all, make([]bool, len(all))}
		g.found[len(earlier)] = true
		groups, last[stream] = append(groups, g), g
	}
	out := bufio.NewWriter(c.out)
	colour := colours(c.out)
	for i, g := range groups {
		if i > 0 && !c.json {
			fmt.Fprintln(out, "--")
		}
		for i, h := range g.rows {
			switch {
			case c.json:
				if err := c.writeJSON(out, jsonRow(h, !g.found[i])); err != nil {
					return err
				}
			case g.found[i]:
				fmt.Fprintln(out, "> "+line(h, colour))
			default:
				fmt.Fprintln(out, "  "+paint(colour, "2", line(h, false)))
			}
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	c.sayMore(res)
	return nil
}

// mostPatterns are compared at most, the most frequent of each time.
const mostPatterns = 1000

// compare prints which patterns occur more or less often than before.
func (c *cli) compare(ctx context.Context, rows split.Engine, q seamark.Query) error {
	fields := []seamark.Field{seamark.FieldFingerprint}
	now, err := rows.Facets(ctx, q, fields, mostPatterns)
	if err != nil {
		return err
	}
	span := q.Span
	q.Span = span.Earlier()
	before, err := rows.Facets(ctx, q, fields, mostPatterns)
	if err != nil {
		return err
	}
	changes := seamark.Changes(now[0], before[0])
	if c.json {
		for _, change := range changes {
			if err := c.writeJSON(c.out, struct {
				Fingerprint string `json:"fingerprint"`
				Pattern     string `json:"pattern"`
				Count       int64  `json:"count"`
				Before      int64  `json:"before"`
			}{change.Value, change.Text, change.Count, change.Before}); err != nil {
				return err
			}
		}
		return nil
	}
	if len(changes) > 0 {
		g := newGrid("COUNT>", "BEFORE>", "PATTERN")
		for _, change := range changes {
			g.add(count(change.Count), count(change.Before), strings.TrimSpace(change.Text))
		}
		g.print(c.out)
	}
	fmt.Fprintf(c.err, "%s to %s against %s to %s: %s changed\n", instant(span.From), instant(span.To), instant(q.Span.From), instant(q.Span.To), plural(int64(len(changes)), "pattern"))
	return nil
}
