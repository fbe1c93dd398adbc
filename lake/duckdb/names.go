package duckdb

import (
	"maps"
	"slices"

	seamark "github.com/seamark-hq/seamark"
)

// Names are the products and environments of which a table holds rows, whatever their time.
func (d *DB) Names(t seamark.Table) (products, environments []string) {
	p, e := map[string]bool{}, map[string]bool{}
	for _, f := range d.lake.Files(t, seamark.Span{}) {
		p[f.Product], e[f.Environment] = true, true
	}
	return slices.Sorted(maps.Keys(p)), slices.Sorted(maps.Keys(e))
}
