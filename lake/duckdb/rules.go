package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Ratios counts, for each product, environment, component, account and region with any
// row of table in span, all rows and those that have one of the match terms' values.
func (d *DB) Ratios(ctx context.Context, table seamark.Table, span seamark.Span, match ...seamark.Term) ([]seamark.Ratio, error) {
	q := question{Query: seamark.Query{Table: table, Span: span}}
	for _, t := range match {
		if err := table.CheckField(t.Field); err != nil {
			return nil, err
		}
	}
	var ratios []seamark.Ratio
	err := d.run(ctx, func(ask *asking) string {
		return fmt.Sprintf(`SELECT product, environment, coalesce(component, ''), coalesce(max(team), ''), coalesce(account_id, ''), coalesce(region, ''),
			count(*) FILTER (WHERE %s), count(*) FROM %s WHERE %s GROUP BY product, environment, component, account_id, region`,
			joined(append([]string{"true"}, allOf(match)...), " AND ", func(s string) string { return s }), ask.from(q), conditions(q))
	}, func(rows *sql.Rows) error {
		ratios = nil
		for rows.Next() {
			var r seamark.Ratio
			if err := rows.Scan(&r.Product, &r.Environment, &r.Component, &r.Team, &r.AccountID, &r.Region, &r.Matching, &r.Total); err != nil {
				return err
			}
			ratios = append(ratios, r)
		}
		return nil
	})
	return ratios, err
}

func allOf(terms []seamark.Term) (out []string) {
	for _, t := range terms {
		out = append(out, condition(t))
	}
	return out
}

func scopeTerms(s seamark.Scope) []seamark.Term {
	var terms []seamark.Term
	for field, value := range map[seamark.Field]string{
		seamark.FieldProduct: s.Product, seamark.FieldEnvironment: s.Environment, seamark.FieldComponent: s.Component,
		seamark.FieldAccount: s.AccountID, seamark.FieldRegion: s.Region, seamark.FieldSource: s.Source,
	} {
		if value != "" {
			terms = append(terms, seamark.Term{Field: field, Values: []string{value}})
		}
	}
	return terms
}

// patternText is how much of a sample's texts a pattern carries, in characters: cards and page
// show less.
const patternText = 16 << 10

// Patterns returns the top most frequent patterns of ERROR and FATAL records in scope
// and span, each with its newest record.
func (d *DB) Patterns(ctx context.Context, scope seamark.Scope, span seamark.Span, top int) ([]seamark.Pattern, error) {
	q := question{Query: seamark.Query{Table: seamark.TableLogs, Span: span, Terms: append(scopeTerms(scope),
		seamark.Term{Field: seamark.FieldLevel, Values: seamark.ErrorLevels()})}}
	q.Cut = patternText
	for range retries {
		patterns, again, err := d.patternsOnce(ctx, q, top)
		if !again {
			return patterns, err
		}
	}
	return nil, d.tooManyDamaged()
}

// patternsOnce counts without the texts, as a listing does, and then reads the samples.
func (d *DB) patternsOnce(ctx context.Context, q question, top int) (patterns []seamark.Pattern, again bool, err error) {
	ask := d.ask(ctx)
	defer ask.end()
	files := ask.about(q)
	if ask.err != nil {
		return nil, false, ask.err
	}
	patterns, err = d.patterns(ctx, q, files, top)
	if f := boundFault(err); f != nil {
		return nil, false, f
	}
	return patterns, err != nil && d.blame(ctx, err), err
}

func (d *DB) patterns(ctx context.Context, q question, files []located, top int) ([]seamark.Pattern, error) {
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf(`SELECT n, first_at, last_at, fingerprint, spot.f, spot.n, spot.t FROM (
		SELECT count(*) AS n, epoch_ms(min(timestamp)) AS first_at, epoch_ms(max(timestamp)) AS last_at, fingerprint,
		arg_max({'f': filename, 'n': file_row_number, 't': epoch_ms(timestamp)}, (timestamp, coalesce(event_id, ''))) AS spot
		FROM %s WHERE fingerprint IS NOT NULL AND %s GROUP BY fingerprint) ORDER BY n DESC, fingerprint LIMIT %d`,
		relation(q.Table, files, true), conditions(q), top))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var patterns []seamark.Pattern
	var places []place
	for rows.Next() {
		var p seamark.Pattern
		var at place
		var first, last int64
		if err := rows.Scan(&p.Count, &first, &last, &p.Fingerprint, &at.path, &at.row, &at.position.Timestamp); err != nil {
			return nil, err
		}
		p.First, p.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
		patterns, places = append(patterns, p), append(places, at)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close() // its connection is needed
	samples, err := d.hits(ctx, q, files, places)
	if err != nil {
		return nil, err
	}
	for i := range patterns {
		patterns[i].Sample = samples[i]
		patterns[i].Sample.Cut = nil // of the sample a card shows the beginning
	}
	return patterns, nil
}

// Series counts the records of scope and span per step: logs by level, and access logs
// by class of status in the same buckets.
func (d *DB) Series(ctx context.Context, scope seamark.Scope, span seamark.Span, step time.Duration) ([]seamark.Bucket, error) {
	var merged []seamark.Bucket
	for _, t := range seamark.Tables() {
		buckets, err := d.Histogram(ctx, seamark.Query{Table: t, Span: span, Terms: scopeTerms(scope)}, step)
		if err != nil {
			return nil, err
		}
		for _, b := range buckets {
			i, found := slices.BinarySearchFunc(merged, b, func(a, b seamark.Bucket) int { return a.Start.Compare(b.Start) })
			if !found {
				merged = slices.Insert(merged, i, b)
				continue
			}
			for k, n := range b.Counts {
				if k != "" {
					merged[i].Counts[k] += n
				}
			}
		}
	}
	return merged, nil
}

// Products sums, for each product and environment, the rows and the failures of span,
// most failures first.
func (d *DB) Products(ctx context.Context, span seamark.Span) ([]seamark.ProductFlow, error) {
	sums := map[[2]string]*seamark.ProductFlow{}
	for table, term := range map[seamark.Table]seamark.Term{
		seamark.TableLogs:       {Field: seamark.FieldLevel, Values: seamark.ErrorLevels()},
		seamark.TableAccessLogs: {Field: seamark.FieldStatus, Values: []string{"5xx"}},
	} {
		ratios, err := d.Ratios(ctx, table, span, term)
		if err != nil {
			return nil, err
		}
		for _, r := range ratios {
			key := [2]string{r.Product, r.Environment}
			if sums[key] == nil {
				sums[key] = &seamark.ProductFlow{Product: r.Product, Environment: r.Environment}
			}
			sums[key].Rows += r.Total
			sums[key].Errors += r.Matching
		}
	}
	flows := make([]seamark.ProductFlow, 0, len(sums))
	for _, f := range sums {
		flows = append(flows, *f)
	}
	slices.SortFunc(flows, func(a, b seamark.ProductFlow) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Environment, b.Environment))
	})
	return flows, nil
}

// DistinctEvents counts the events of t in span, each once however often it came: an
// event is its account, log group and id.
func (d *DB) DistinctEvents(ctx context.Context, t seamark.Table, span seamark.Span) (int64, error) {
	q := question{Query: seamark.Query{Table: t, Span: span}}
	var n int64
	err := d.run(ctx, func(ask *asking) string {
		return fmt.Sprintf("SELECT count(*) FROM (SELECT DISTINCT account_id, source, event_id FROM %s WHERE %s)", ask.from(q), conditions(q))
	}, func(rows *sql.Rows) error {
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
