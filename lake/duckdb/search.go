package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// from is the relation that holds what q may ask for: the partitions of its products,
// environments and hours.
func (a *asking) from(q seamark.Query) string { return relation(q.Table, a.about(q), false) }

// about lists the files that may hold rows of q.
func (a *asking) about(q seamark.Query) []located {
	return a.files(q.Table, q.Span, func(p lake.Partition) bool { return mayHold(p, q) })
}

// mayHold reports whether rows of q may lie in the partition p.
func mayHold(p lake.Partition, q seamark.Query) bool {
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
	return true
}

// conditions writes q's filters; every value is a parameter.
func conditions(q seamark.Query) (string, []any) {
	where, args := []string{"true"}, []any{}
	if !q.Span.From.IsZero() {
		where, args = append(where, "timestamp >= epoch_ms(?::BIGINT)::TIMESTAMPTZ"), append(args, q.Span.From.UnixMilli())
	}
	if !q.Span.To.IsZero() {
		where, args = append(where, "timestamp < epoch_ms(?::BIGINT)::TIMESTAMPTZ"), append(args, q.Span.To.UnixMilli())
	}
	for _, t := range q.Terms {
		c, a := condition(t)
		where, args = append(where, c), append(args, a...)
	}
	if q.Text != "" {
		columns := []string{}
		for _, c := range tableOf(q.Table).Columns {
			if c.Type == schemas.Text && c.Name != "fingerprint" && c.Name != "landing_id" || c.Type == schemas.JSON {
				columns = append(columns, fmt.Sprintf("contains(lower(%s), ?)", c.Name))
				args = append(args, strings.ToLower(q.Text))
			}
		}
		where = append(where, "coalesce("+strings.Join(columns, ", false) OR coalesce(")+", false)")
	}
	for i, w := range where {
		where[i] = "(" + w + ")"
	}
	return strings.Join(where, " AND "), args
}

// condition writes one term. Its field was checked against the table's own list.
func condition(t seamark.Term) (string, []any) {
	field := fmt.Sprintf("coalesce(%s::VARCHAR, '')", t.Field)
	var plain, classes []string
	var args, classArgs []any
	for _, v := range t.Values {
		if t.Field == seamark.FieldStatus && len(v) == 3 && v[1:] == "xx" && v[0] >= '1' && v[0] <= '5' {
			classes, classArgs = append(classes, "coalesce(status // 100 = ?, false)"), append(classArgs, int(v[0]-'0'))
			continue
		}
		plain, args = append(plain, "?"), append(args, v)
	}
	alternatives := classes
	if len(plain) > 0 {
		alternatives = append(alternatives, field+" IN ("+strings.Join(plain, ", ")+")")
	}
	if len(alternatives) == 0 {
		alternatives = []string{"false"}
	}
	c := strings.Join(alternatives, " OR ")
	if t.Not {
		c = "NOT (" + c + ")"
	}
	return c, append(classArgs, args...)
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

// bucketKey is what a histogram is stacked by: the level, or the class of the status.
func bucketKey(t seamark.Table) string {
	if t == seamark.TableAccessLogs {
		return "coalesce((status // 100)::VARCHAR || 'xx', '')"
	}
	return "coalesce(level, '')"
}

// Histogram counts the rows of q in buckets of step, aligned to the Unix epoch; empty
// buckets are left out.
func (d *DB) Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if step < time.Millisecond {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a bucket must last a millisecond or more", Where: "step"}
	}
	buckets := []seamark.Bucket{}
	err := d.run(ctx, func(ask *asking) (string, []any) {
		where, args := conditions(q)
		return fmt.Sprintf("SELECT epoch_ms(timestamp) // %d AS bucket, %s AS key, count(*) FROM %s WHERE %s GROUP BY ALL ORDER BY bucket",
			step.Milliseconds(), bucketKey(q.Table), ask.from(q), where), args
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
