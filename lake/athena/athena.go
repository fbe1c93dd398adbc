// Package athena says what Athena must be told of a lake: its database and tables, with the
// products, environments and first day that the lake really has.
package athena

import (
	"maps"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// Tables is what Athena is told of a lake.
type Tables struct {
	Statements   []string `json:"statements"` // CREATE DATABASE, then a table each
	Products     []string `json:"products"`
	Environments []string `json:"environments"`
	Since        string   `json:"since"` // yyyy-mm-dd, of the oldest row
	Rows         int64    `json:"rows"`
}

// Of makes the statements of both kinds of tables, with the environments, products and
// first date that the lake really has; more names others that shall be found once they come. The
// location is s3://bucket/prefix, the folder that holds lake/.
func Of(l *lake.Lake, database, location string, more []string) (Tables, error) {
	products, environments := map[string]bool{"unassigned": true}, map[string]bool{"unassigned": true}
	for _, e := range more {
		environments[e] = true
	}
	first := time.Now().UTC()
	var rows int64
	for _, t := range seamark.Tables() {
		for _, f := range l.Files(t, seamark.Span{}) {
			products[f.Product], environments[f.Environment] = true, true
			rows += f.Rows
			if at := f.Start(); at.Before(first) {
				first = at
			}
		}
	}
	a := Tables{Products: slices.Sorted(maps.Keys(products)), Environments: slices.Sorted(maps.Keys(environments)), Since: first.Format(time.DateOnly), Rows: rows}
	for _, name := range slices.Concat(a.Products, a.Environments) {
		if strings.ContainsAny(name, ",'\\") { // what an enumeration of Athena cannot hold
			return a, &seamark.Fault{Class: seamark.Rejected, What: "Athena cannot list the name " + name, Where: l.Root(), Remedy: "replay its landing objects under a workload with a plain name"}
		}
	}
	a.Statements = append(a.Statements, "CREATE DATABASE IF NOT EXISTS `"+database+"`;\n")
	for _, kind := range []schemas.AthenaKind{schemas.Injected, schemas.Enumerated} {
		for _, t := range schemas.Tables() {
			a.Statements = append(a.Statements, t.AthenaDDL(schemas.AthenaTable{Database: database, Location: location, Kind: kind,
				Products: a.Products, Environments: a.Environments, Since: a.Since}))
		}
	}
	return a, nil
}

// Check says which names of a lake tables that were made for these do not find.
func Check(l *lake.Lake, products, environments []string) (missing []string) {
	seen := map[string]bool{}
	for _, t := range seamark.Tables() {
		for _, f := range l.Files(t, seamark.Span{}) {
			if !slices.Contains(environments, f.Environment) {
				seen["environment "+f.Environment] = true
			}
			if products != nil && !slices.Contains(products, f.Product) {
				seen["product "+f.Product] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
