package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/schemas"
)

// question is a query whose text is parsed.
type question struct {
	seamark.Query
	expr query.Expr
}

// understand checks a query and parses its text.
func understand(q seamark.Query) (question, error) {
	if err := q.Validate(); err != nil {
		return question{}, err
	}
	e, err := query.Parse(q.Table, q.Text)
	q.Span = q.Span.Within(query.Span(e))
	return question{q, e}, err
}

// Without is q without the terms that ask for values of field; see seamark.Query.
func (q question) Without(field seamark.Field) question {
	q.Query = q.Query.Without(field)
	return q
}

// from is the relation that holds what q may ask for: the partitions of its products,
// environments and hours.
func (a *asking) from(q question) string { return relation(q.Table, a.about(q), false) }

// about finds the files that may hold rows of q.
func (a *asking) about(q question) []located {
	needs := q.needs()
	return a.files(func() []lake.File { return a.holding(a.candidates(q), needs) })
}

// candidates lists the files of the partitions that may hold rows of q.
func (a *asking) candidates(q question) []lake.File {
	return a.list(q.Table, q.Span, func(p lake.Partition) bool { return mayHold(p, q) })
}

// holding leaves out the files of which the lake's filters say that no row holds the words that are needed.
func (a *asking) holding(files []lake.File, needs query.Needs) []lake.File {
	if needs.None() {
		return files
	}
	return a.lake.MayHold(files, needs.Met)
}

// needs are the words that no row of q is without.
func (q question) needs() query.Needs {
	known := func(column string) bool { return lake.Filtered(q.Table, column) }
	n := query.NeedsOf(q.expr, known)
	for _, t := range q.Terms {
		if t.Not || !known(string(t.Field)) {
			continue
		}
		some := make([]query.Needs, len(t.Values))
		for i, v := range t.Values {
			some[i] = query.WordsOf(v) // of none: it stands for NULL
		}
		n = n.And(query.Either(some))
	}
	return n
}

// mayHold reports whether rows of q may lie in the partition p.
func mayHold(p lake.Partition, q question) bool {
	for _, t := range q.Terms {
		value := p.Product
		if t.Field == seamark.FieldEnvironment {
			value = p.Environment
		} else if t.Field != seamark.FieldProduct {
			continue
		}
		if slices.Contains(t.Values, value) == t.Not {
			return false
		}
	}
	return query.MayMatch(q.expr, p.Product, p.Environment)
}

// conditions writes q's filters. Values are literals, so that DuckDB knows them when it plans.
func conditions(q question) string {
	where := []string{"true"}
	if !q.Span.From.IsZero() {
		where = append(where, "timestamp >= "+instant(q.Span.From.UnixMilli()))
	}
	if !q.Span.To.IsZero() {
		where = append(where, "timestamp < "+instant(q.Span.To.UnixMilli()))
	}
	for _, t := range q.Terms {
		where = append(where, condition(t))
	}
	if q.expr != nil {
		where = append(where, match(q.Table, q.expr))
	}
	return joined(where, " AND ", func(s string) string { return s })
}

// instant writes a time in Unix milliseconds.
func instant(ms int64) string { return fmt.Sprintf("epoch_ms(%d::BIGINT)::TIMESTAMPTZ", ms) }

// condition writes one term. Its field was checked against the table's own list.
func condition(t seamark.Term) string {
	column := string(t.Field)
	var exact, alternatives []string
	for _, v := range t.Values {
		switch {
		case v == "":
			alternatives = append(alternatives, column+" IS NULL")
		case t.Field != seamark.FieldStatus:
			exact = append(exact, quote(v))
		case len(v) == 3 && v[1:] == "xx" && v[0] >= '1' && v[0] <= '5':
			alternatives = append(alternatives, fmt.Sprintf("status >= %c00 AND status <= %c99", v[0], v[0]))
		default:
			if n, err := strconv.ParseInt(v, 10, 32); err == nil {
				exact = append(exact, strconv.FormatInt(n, 10))
			}
		}
	}
	if len(exact) > 0 {
		alternatives = append(alternatives, among(column, exact))
	}
	c := "false"
	if len(alternatives) > 0 {
		c = joined(alternatives, " OR ", func(s string) string { return s })
	}
	if t.Not {
		return "(" + c + ") IS NOT TRUE"
	}
	return c
}

// columnsOf lists what scanHit reads. Times come as Unix milliseconds. Long texts are cut to
// that many characters, unless cut is 0.
func columnsOf(t seamark.Table, cut int) string {
	var b strings.Builder
	b.WriteString("product, environment")
	for _, c := range tableOf(t).Columns {
		switch c.Type {
		case schemas.Timestamp:
			fmt.Fprintf(&b, ", epoch_ms(%s)", c.Name)
		case schemas.Text, schemas.JSON:
			if cut > 0 && isLong(c.Name) {
				fmt.Fprintf(&b, ", coalesce(left(%s, %d), '')", c.Name, cut)
				continue
			}
			fmt.Fprintf(&b, ", coalesce(%s, '')", c.Name)
		default:
			b.WriteString(", " + c.Name)
		}
	}
	return b.String()
}

// hit returns an empty hit of t, and where each of columnsOf goes in it.
func hit(t seamark.Table) (*seamark.Hit, []any) {
	if t == seamark.TableAccessLogs {
		a := &seamark.AccessLog{}
		h := &seamark.Hit{Table: t, Access: a}
		return h, []any{&h.Product, &h.Environment, &a.Timestamp, &a.EventID, &a.AccountID, &a.Region, &a.Source, &a.Stream, &a.Component,
			&a.Team, &a.RequestID, &a.TraceID, &a.Method, &a.Path, &a.Route, &a.Status, &a.LatencyMs, &a.IntegrationLatencyMs,
			&a.ResponseBytes, &a.IP, &a.UserAgent, &a.Protocol, &a.ErrorMessage, &a.Extra, &a.IngestedAt, &a.LandingID}
	}
	l := &seamark.Log{}
	h := &seamark.Hit{Table: t, Log: l}
	return h, []any{&h.Product, &h.Environment, &l.Timestamp, &l.EventID, &l.AccountID, &l.Region, &l.Source, &l.Stream, &l.Component,
		&l.Team, &l.Level, &l.EventName, &l.EventData, &l.Message, &l.RequestID, &l.TraceID, &l.SpanID, &l.ErrorType, &l.ErrorMessage,
		&l.ErrorStack, &l.Fingerprint, &l.IngestedAt, &l.LandingID}
}

// bucketKey is what a histogram is stacked by: a field, else the level, or the class of the status.
func bucketKey(q question) string {
	if q.By != "" {
		return "coalesce(" + string(q.By) + "::VARCHAR, '')"
	}
	if q.Table == seamark.TableAccessLogs {
		return "coalesce((status // 100)::VARCHAR || 'xx', '')"
	}
	return "coalesce(level, '')"
}

// Histogram counts the rows of q in buckets of step, aligned to the Unix epoch; empty
// buckets are left out.
func (d *DB) Histogram(ctx context.Context, asked seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	q, err := understand(asked)
	if err != nil {
		return nil, err
	}
	if step < time.Millisecond {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a bucket must last a millisecond or more", Where: "step"}
	}
	buckets := []seamark.Bucket{}
	err = d.run(ctx, func(ask *asking) string {
		return fmt.Sprintf("SELECT epoch_ms(timestamp) // %d AS bucket, %s AS key, count(*) FROM %s WHERE %s GROUP BY ALL ORDER BY bucket",
			step.Milliseconds(), bucketKey(q), ask.from(q), conditions(q))
	}, func(rows *sql.Rows) error {
		buckets = buckets[:0]
		for rows.Next() {
			var n, count int64
			var key string
			if err := rows.Scan(&n, &key, &count); err != nil {
				return err
			}
			start := time.UnixMilli(n * step.Milliseconds()).UTC()
			if len(buckets) == 0 || !buckets[len(buckets)-1].Start.Equal(start) {
				buckets = append(buckets, seamark.Bucket{Start: start, Counts: map[string]int64{}})
			}
			buckets[len(buckets)-1].Counts[key] = count
		}
		return nil
	})
	return buckets, err
}
