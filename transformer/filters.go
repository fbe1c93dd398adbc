package transformer

import (
	"github.com/seamark-hq/seamark/transformer/landing"
)

import seamark "github.com/seamark-hq/seamark"

// ours returns the workload of the first of our filters.
func (c *filterCache) ours(e *landing.Envelope) (seamark.Workload, bool) {
	for _, name := range e.Filters[:e.FilterCount] {
		if w, ok := c.parse(name); ok {
			return w, true
		}
	}
	return seamark.Workload{}, false
}

// filterCache remembers the filter names of an object: they are few and long.
type filterCache struct {
	known map[string]parsedFilter
}

type parsedFilter struct {
	workload seamark.Workload
	ours     bool
}

func (c *filterCache) parse(name string) (seamark.Workload, bool) {
	p, ok := c.known[name]
	if !ok {
		w, err := seamark.ParseFilterName(string([]byte(name)))
		p = parsedFilter{w, err == nil}
		if c.known == nil || len(c.known) > 10_000 {
			c.known = map[string]parsedFilter{}
		}
		c.known[string([]byte(name))] = p
	}
	return p.workload, p.ours
}
