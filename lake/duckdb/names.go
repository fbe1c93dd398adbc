package duckdb

import seamark "github.com/seamark-hq/seamark"

// Names are the products and environments of which a table holds rows, whatever their time.
func (d *DB) Names(t seamark.Table) (products, environments []string) { return d.lake.Names(t) }
