package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query"
)

// Measure counts what a asks for, in one statement; see query.Count. Groups of which nothing was
// counted are left out.
func (d *DB) Measure(ctx context.Context, a query.Ask) ([]query.Group, error) {
	q := question{Query: seamark.Query{Table: a.Table, Span: a.Span}}
	if len(a.Products) > 0 {
		q.Terms = []seamark.Term{{Field: seamark.FieldProduct, Values: a.Products}}
	}
	for _, column := range a.By {
		if err := groupColumn(a.Table, column); err != nil {
			return nil, err
		}
	}
	var groups []query.Group
	err := d.run(ctx, func(ask *asking) string {
		return measureStatement(a, relation(a.Table, ask.measured(q, a.Measures), false), conditions(q))
	}, func(rows *sql.Rows) error {
		groups = nil
		scan := newMeasured(a)
		for rows.Next() {
			if err := rows.Scan(scan.into...); err != nil {
				return err
			}
			if g, some := scan.group(); some {
				groups = append(groups, g)
			}
		}
		return nil
	})
	return groups, err
}

func groupColumn(t seamark.Table, column string) error {
	if slices.Contains(query.GroupColumns(t), column) {
		return nil
	}
	return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("groups are not told apart by %q", column), Remedy: "use " + strings.Join(query.GroupColumns(t), ", ")}
}

// measured lists the files that may hold rows of one of the measures.
func (a *asking) measured(q question, measures []query.Measure) []located {
	measured := func(p lake.Partition) bool {
		return mayHold(p, q) && slices.ContainsFunc(measures, func(m query.Measure) bool { return query.MayMatch(m.Filter, p.Product, p.Environment) })
	}
	return a.files(func() []lake.File { return a.holding(a.list(q.Table, q.Span, measured), q.needs()) })
}

func measureStatement(a query.Ask, from, where string) string {
	var b strings.Builder
	b.WriteString("SELECT product, environment, coalesce(max(team), '')")
	group := "product, environment"
	for _, column := range a.By {
		b.WriteString(", coalesce(" + column + ", '')")
		group += ", coalesce(" + column + ", '')"
	}
	if a.Step > 0 {
		step := fmt.Sprintf(", (epoch_ms(timestamp) - %d) // %d", a.Span.From.UnixMilli(), a.Step.Milliseconds())
		b.WriteString(step)
		group += step
	}
	for _, m := range a.Measures {
		what := "count(*)"
		if m.Of != "" {
			what = fmt.Sprintf("quantile_cont(%s::DOUBLE, %s)", m.Of, strconv.FormatFloat(m.Quantile, 'f', -1, 64))
		}
		fmt.Fprintf(&b, ", %s FILTER (WHERE %s)", what, match(a.Table, m.Filter))
	}
	fmt.Fprintf(&b, " FROM %s WHERE %s GROUP BY %s", from, where, group)
	return b.String()
}

// measuredRow reads one row of a measureStatement.
type measuredRow struct {
	ask          query.Ask
	product, env string
	team         string
	by           []string
	step         int64
	figures      []sql.NullFloat64
	into         []any
}

func newMeasured(a query.Ask) *measuredRow {
	r := &measuredRow{ask: a, by: make([]string, len(a.By)), figures: make([]sql.NullFloat64, len(a.Measures))}
	r.into = []any{&r.product, &r.env, &r.team}
	for i := range r.by {
		r.into = append(r.into, &r.by[i])
	}
	if a.Step > 0 {
		r.into = append(r.into, &r.step)
	}
	for i := range r.figures {
		r.into = append(r.into, &r.figures[i])
	}
	return r
}

// group is the row; some is false where nothing was counted.
func (r *measuredRow) group() (g query.Group, some bool) {
	for _, f := range r.figures {
		some = some || f.Valid && f.Float64 != 0
	}
	if !some {
		return g, false
	}
	g = query.Group{Product: r.product, Environment: r.env, Team: r.team, By: append([]string(nil), r.by...), Values: make([]float64, len(r.figures))}
	if r.ask.Step > 0 {
		g.Start = r.ask.Span.From.Add(time.Duration(r.step) * r.ask.Step)
	}
	for i, f := range r.figures {
		if g.Values[i] = f.Float64; !f.Valid {
			g.Values[i] = math.NaN()
		}
	}
	return g, true
}

// Fingerprints are those of log rows that e asks for in span; see query.Fingerprints.
func (d *DB) Fingerprints(ctx context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error) {
	q := question{Query: seamark.Query{Table: seamark.TableLogs, Span: span}, expr: e}
	columns := ""
	for _, column := range by {
		if err := groupColumn(q.Table, column); err != nil {
			return nil, err
		}
		columns += ", coalesce(" + column + ", '')"
	}
	var list []query.Fingerprint
	err := d.run(ctx, func(ask *asking) string {
		return fmt.Sprintf(`SELECT product, environment, fingerprint, coalesce(max(team), ''), count(*), coalesce(any_value(error_type), ''),
			coalesce(any_value(coalesce(error_message, message))[:500], '')%s FROM %s WHERE fingerprint IS NOT NULL AND %s GROUP BY product, environment, fingerprint%s`,
			columns, relation(q.Table, ask.measured(q, []query.Measure{{Filter: e}}), false), conditions(q), columns)
	}, func(rows *sql.Rows) error {
		list = nil
		for rows.Next() {
			f := query.Fingerprint{By: make([]string, len(by))}
			into := []any{&f.Product, &f.Environment, &f.Fingerprint, &f.Team, &f.Count, &f.ErrorType, &f.Message}
			for i := range f.By {
				into = append(into, &f.By[i])
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			list = append(list, f)
		}
		return nil
	})
	return list, err
}
