package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Arrived counts the events of a log group that arrived on a UTC day, each once however often it came.
type Arrived struct {
	Account, Region, Source string
	Day                     time.Time
	All, Early              int64 // Early: of them soon after midnight
}

// CloudWatch Logs takes events that are so old or so far ahead
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html).
const (
	oldest   = 14 * 24 * time.Hour
	furthest = 2 * time.Hour
)

// Arrived counts what arrived in span, by log group and day. Early are those of a day's first so long.
func (d *DB) Arrived(ctx context.Context, span seamark.Span, early time.Duration) ([]Arrived, error) {
	var all []Arrived
	for _, t := range seamark.Tables() {
		q := question{Query: seamark.Query{Table: t, Span: seamark.Span{From: span.From.Add(-oldest), To: span.To.Add(furthest)}}}
		var part []Arrived
		err := d.run(ctx, func(ask *asking) string {
			return fmt.Sprintf(`SELECT coalesce(account_id, ''), coalesce(region, ''), coalesce(source, ''), epoch_ms(ingested_at) // 86400000 AS day,
				count(DISTINCT event_id), count(DISTINCT event_id) FILTER (WHERE epoch_ms(ingested_at) %% 86400000 < %d)
				FROM %s WHERE %s AND ingested_at >= %s AND ingested_at < %s GROUP BY account_id, region, source, day`,
				early.Milliseconds(), ask.from(q), conditions(q), instant(span.From.UnixMilli()), instant(span.To.UnixMilli()))
		}, func(rows *sql.Rows) error {
			part = nil
			for rows.Next() {
				var a Arrived
				var day int64
				if err := rows.Scan(&a.Account, &a.Region, &a.Source, &day, &a.All, &a.Early); err != nil {
					return err
				}
				a.Day = time.UnixMilli(day * 86_400_000).UTC()
				part = append(part, a)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}
