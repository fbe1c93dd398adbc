package duckdb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// relation is a FROM item over files, with the columns of t and its partitions in a
// fixed order and of fixed types. What files lack and which rows no longer count the
// ledger knows, so DuckDB need not open them all to plan: files that are alike in both
// are read together. With places also filename and file_row_number.
func relation(t seamark.Table, files []located, places bool) string {
	table := tableOf(t)
	if len(files) == 0 {
		var b strings.Builder
		b.WriteString("(SELECT ")
		for _, c := range table.Columns {
			fmt.Fprintf(&b, "NULL::%s AS %s, ", typeOf(c), c.Name)
		}
		b.WriteString("NULL::VARCHAR AS product, NULL::VARCHAR AS environment, NULL::DATE AS date, NULL::VARCHAR AS hour")
		if places {
			b.WriteString(", NULL::VARCHAR AS filename, NULL::BIGINT AS file_row_number")
		}
		b.WriteString(" WHERE false)")
		return b.String()
	}
	var parts []string
	for _, alike := range alikes(files) {
		parts = append(parts, selection(t, alike, places))
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")"
}

// alikes parts files by the version of their columns, by what is hidden in them and by what
// their folder does not tell DuckDB.
func alikes(files []located) [][]located {
	sorted := slices.Clone(files)
	hiding := func(f *located) int64 {
		if len(f.Hidden) == 0 {
			return 0
		}
		return f.Hour // an hour's files hide the same
	}
	odd := func(f *located) (product, environment string) {
		if misread(f.Product) || misread(f.Environment) {
			return f.Product, f.Environment
		}
		return "", ""
	}
	compare := func(a, b located) int {
		p, e := odd(&a)
		q, f := odd(&b)
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(hiding(&a), hiding(&b)), cmp.Compare(p, q), cmp.Compare(e, f))
	}
	slices.SortStableFunc(sorted, compare)
	var out [][]located
	for i, f := range sorted {
		if i == 0 || compare(sorted[i-1], f) != 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], f)
	}
	return out
}

// misread reports whether DuckDB 1.5 reads a folder with this value as another one, whatever
// type it is given: null, in any case, as NULL.
func misread(value string) bool {
	return strings.EqualFold(value, "null") || strings.EqualFold(value, "__HIVE_DEFAULT_PARTITION__")
}

// selection reads files that are alike.
func selection(t seamark.Table, files []located, places bool) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	for _, c := range tableOf(t).Columns {
		if c.Since() > files[0].Schema {
			fmt.Fprintf(&b, "NULL::%s AS ", typeOf(c))
		}
		b.WriteString(c.Name + ", ")
	}
	if f := files[0]; misread(f.Product) || misread(f.Environment) {
		fmt.Fprintf(&b, "%s AS product, %s AS environment", quote(f.Product), quote(f.Environment))
	} else {
		b.WriteString("product, environment")
	}
	options := ""
	b.WriteString(", date, hour")
	if places {
		b.WriteString(", filename, file_row_number")
		options = ", filename = true, file_row_number = true"
	}
	b.WriteString(" FROM read_parquet([")
	for i, f := range files {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(f.path))
	}
	b.WriteString("], hive_partitioning = true, hive_types = {'product': VARCHAR, 'environment': VARCHAR, 'date': DATE, 'hour': VARCHAR}" + options + ")")
	b.WriteString(hiding(files[0].Hidden))
	return b.String()
}

// hiding leaves out the rows of objects that no longer count.
func hiding(hidden []lake.ID) string {
	if len(hidden) == 0 {
		return ""
	}
	quoted := make([]string, len(hidden))
	for i, id := range hidden {
		quoted[i] = quote(string(id))
	}
	return " WHERE landing_id NOT IN (" + strings.Join(quoted, ",") + ")"
}
