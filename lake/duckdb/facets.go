package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Facets returns, for each of fields, its top most frequent values among the rows of q, as if it
// were not filtered by inclusion. All are counted over the same files, so that they agree with one
// another while rows arrive. A fingerprint comes with the text of its pattern.
func (d *DB) Facets(ctx context.Context, asked seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error) {
	q, err := understand(asked)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if err := q.Table.CheckField(f); err != nil {
			return nil, err
		}
	}
	for range retries {
		counts, again, err := d.facetsOnce(ctx, q, fields, top)
		if !again {
			return counts, err
		}
	}
	return nil, d.tooManyDamaged()
}

func (d *DB) facetsOnce(ctx context.Context, q question, fields []seamark.Field, top int) (counts [][]seamark.Count, again bool, err error) {
	ask := d.ask(ctx)
	defer ask.end()
	widest := q
	for _, f := range fields {
		if f == seamark.FieldProduct || f == seamark.FieldEnvironment {
			widest = widest.Without(f)
		}
	}
	files := ask.about(widest)
	if ask.err != nil {
		return nil, false, ask.err
	}
	keep := func(of question) []located {
		var here []located
		for _, file := range files {
			if mayHold(file.Partition, of) {
				here = append(here, file)
			}
		}
		return here
	}
	counts = make([][]seamark.Count, len(fields))
	for _, places := range alike(q, fields) {
		of := q.Without(fields[places[0]])
		if err := d.count(ctx, of, keep(of), fields, places, top, counts); err != nil {
			return d.stopped(ctx, err)
		}
	}
	if at := slices.Index(fields, seamark.FieldFingerprint); at >= 0 {
		of := q.Without(seamark.FieldFingerprint)
		if err := d.patternTexts(ctx, of, keep(of), counts[at]); err != nil {
			return d.stopped(ctx, err)
		}
	}
	return counts, false, nil
}

// alike groups the fields, by their places, that are counted among the same rows: those that q
// does not filter by inclusion, and each other for itself.
func alike(q question, fields []seamark.Field) [][]int {
	var together []int
	var out [][]int
	for i, f := range fields {
		if slices.ContainsFunc(q.Terms, func(t seamark.Term) bool { return t.Field == f && !t.Not }) {
			out = append(out, []int{i})
		} else {
			together = append(together, i)
		}
	}
	if len(together) > 0 {
		out = append(out, together)
	}
	return out
}

// stopped says why facets could not be counted, and whether to ask again without a damaged file.
func (d *DB) stopped(ctx context.Context, err error) (counts [][]seamark.Count, again bool, _ error) {
	if ctx.Err() != nil {
		return nil, false, ctx.Err() // in whatever words DuckDB says that it was stopped
	}
	if f := boundFault(err); f != nil {
		return nil, false, f
	}
	return nil, d.blame(ctx, err), err
}

// count counts the fields at places into counts, reading the files once.
func (d *DB) count(ctx context.Context, q question, files []located, fields []seamark.Field, places []int, top int, counts [][]seamark.Count) error {
	var columns, names, sets []string
	at := map[int64]int{} // by GROUPING, whose bit is 0 for the column that is grouped by
	for i, place := range places {
		name := fmt.Sprintf("v%d", i)
		columns = append(columns, fmt.Sprintf("coalesce(%s::VARCHAR, '') AS %s", fields[place], name))
		names, sets = append(names, name), append(sets, "("+name+")")
		at[1<<len(places)-1-1<<(len(places)-1-i)] = place
		counts[place] = []seamark.Count{}
	}
	list := strings.Join(names, ", ")
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf(`SELECT GROUPING(%s) AS g, coalesce(%s) AS value, count(*) AS n FROM (SELECT %s FROM %s WHERE %s)
		GROUP BY GROUPING SETS (%s) QUALIFY row_number() OVER (PARTITION BY g ORDER BY n DESC, value) <= %d ORDER BY n DESC, value`,
		list, list, strings.Join(columns, ", "), relation(q.Table, files, false), conditions(q), strings.Join(sets, ", "), top))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c seamark.Count
		var g int64
		if err := rows.Scan(&g, &c.Value, &c.Count); err != nil {
			return err
		}
		counts[at[g]] = append(counts[at[g]], c)
	}
	return rows.Err()
}

// patternTexts reads the oldest and the newest record of each fingerprint: what both say is its
// pattern's text.
func (d *DB) patternTexts(ctx context.Context, q question, files []located, counts []seamark.Count) error {
	at := map[string]int{}
	for i, c := range counts {
		if c.Value != "" {
			at[c.Value] = i
		}
	}
	if len(at) == 0 {
		return nil
	}
	q.Terms = append(slices.Clone(q.Terms), seamark.Term{Field: seamark.FieldFingerprint, Values: slices.Sorted(maps.Keys(at))})
	q.Cut = 1 << 10 // a pattern's text is shorter
	const spot = "{'f': filename, 'n': file_row_number, 't': epoch_ms(timestamp)}, (timestamp, coalesce(event_id, ''))"
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf(`SELECT fingerprint, a.f, a.n, a.t, b.f, b.n, b.t FROM (
		SELECT fingerprint, arg_min(%s) AS a, arg_max(%s) AS b FROM %s WHERE %s GROUP BY 1)`,
		spot, spot, relation(q.Table, files, true), conditions(q)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var places []place
	ends := map[string][2]int{} // of a fingerprint, where its records stand in places
	for rows.Next() {
		var fingerprint string
		var a, b place
		if err := rows.Scan(&fingerprint, &a.path, &a.row, &a.position.Timestamp, &b.path, &b.row, &b.position.Timestamp); err != nil {
			return err
		}
		first := len(places)
		if places = append(places, a); a != b {
			places = append(places, b)
		}
		ends[fingerprint] = [2]int{first, len(places) - 1}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close() // its connection is needed
	if len(places) == 0 {
		return nil
	}
	records, err := d.hits(ctx, q, files, places)
	if err != nil {
		return err
	}
	for fingerprint, e := range ends {
		counts[at[fingerprint]].Text = seamark.PatternText(records[e[0]].Log, records[e[1]].Log)
	}
	return nil
}
