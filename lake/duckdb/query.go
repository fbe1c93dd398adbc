package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Column is one column of an answer.
type Column struct {
	Name string
	Type string // DuckDB's name of the type
}

// Query runs one SQL statement over the views logs and access_logs and hands its rows
// to row, whose values are Go's: int64, float64, string, bool, time.Time, *big.Int, nil, …
func (d *DB) Query(ctx context.Context, statement string, columns func([]Column), row func([]any) error) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("DuckDB: %w", err)
	}
	defer conn.Close()
	for range retries {
		again, err := d.queryOnce(ctx, conn, statement, columns, row)
		if !again {
			return err
		}
	}
	return &seamark.Fault{What: "too many damaged lake files", Where: d.lake.Root(), Remedy: "run `" + d.lake.Command("verify") + "`"}
}

// queryOnce reports whether to ask again, without a file that cannot be read.
func (d *DB) queryOnce(ctx context.Context, conn *sql.Conn, statement string, columns func([]Column), row func([]any) error) (again bool, err error) {
	ask := d.ask(ctx)
	defer ask.end()
	if d.cache != nil {
		ask.as = d.lake.Generation()
		ask.only = d.prune(ctx, conn, statement)
	}
	if err := ask.createViews(ctx, conn); err != nil {
		if ask.err != nil {
			return false, err
		}
		return d.blame(ctx, err), fmt.Errorf("DuckDB: %w", err)
	}
	if err := oneStatement(conn, statement); err != nil {
		return false, err
	}
	begun := false
	var refused error
	err = readQuery(ctx, conn, statement, columns, func(v []any) error { begun = true; refused = row(v); return refused })
	switch {
	case err == nil:
		return false, nil
	case refused != nil:
		return false, refused // the caller's own words
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	return !begun && d.blame(ctx, err), sqlFault(err)
}

// oneStatement refuses a second one, of which nobody would see what the first answered. What else
// is wrong with a statement the asking itself tells.
func oneStatement(conn *sql.Conn, statement string) error {
	return conn.Raw(func(c any) error {
		s, err := c.(driver.Conn).Prepare(statement)
		if err == nil {
			return s.Close()
		}
		if strings.Contains(err.Error(), "multi-statement query") { // of the driver's, when it counts another than one
			return &seamark.Fault{Class: seamark.Rejected, What: "more than one statement", Where: "SQL",
				Remedy: "give one; WITH joins several into one, and several commands ask several"}
		}
		return nil
	})
}

func (a *asking) createViews(ctx context.Context, conn *sql.Conn) error {
	for _, t := range seamark.Tables() {
		view := fmt.Sprintf("CREATE OR REPLACE TEMP VIEW %s AS SELECT * FROM %s", t, relation(t, a.files(func() []lake.File { return a.list(t, seamark.Span{}, nil) }), false))
		if a.err != nil {
			return a.err
		}
		if _, err := conn.ExecContext(ctx, view); err != nil {
			return err
		}
	}
	return nil
}

func readQuery(ctx context.Context, conn *sql.Conn, statement string, columns func([]Column), row func([]any) error) error {
	rows, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	names := make([]Column, len(types))
	values, into := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		names[i] = Column{t.Name(), t.DatabaseTypeName()}
		into[i] = &values[i]
	}
	columns(names)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sqlFault says what is wrong with a statement as DuckDB does, without its prefix.
func sqlFault(err error) error {
	text := strings.TrimSpace(err.Error())
	if text == "empty query" {
		return &seamark.Fault{Class: seamark.Rejected, What: "no statement", Where: "SQL", Remedy: "the tables are logs and access_logs: SELECT * FROM logs LIMIT 10"}
	}
	f := &seamark.Fault{Class: seamark.Rejected, What: text, Where: "SQL"}
	switch {
	case outOfMemory(text):
		return memoryFault
	case strings.Contains(text, "Could not convert") && strings.Contains(text, "to BOOL"), strings.Contains(text, "->>") && strings.Contains(text, "BOOLEAN"):
		f.Remedy = "AND binds closer than ->> does: write (event_data->>'key') with parentheses"
	case strings.Contains(text, "Catalog Error"), strings.Contains(text, "Binder Error"):
		f.Remedy = "the tables are logs and access_logs; `DESCRIBE logs` lists the columns"
	case strings.Contains(text, "Parser Error"):
		f.Remedy = "correct the statement"
	}
	return f
}

// memoryFault says that a question needs more memory than DuckDB was given.
var memoryFault = &seamark.Fault{Class: seamark.Rejected, What: "the question needs more memory than there is for one", Remedy: "narrow the time range, or add a filter"}

// boundFault says that a question is beyond a bound of DuckDB; nil: it is not, or there is no error.
func boundFault(err error) error {
	switch {
	case err == nil:
		return nil
	case outOfMemory(err.Error()):
		return memoryFault
	case strings.Contains(err.Error(), "pattern too large"), strings.Contains(err.Error(), "bad repetition"):
		return &seamark.Fault{Class: seamark.Rejected, Where: "query", What: "the regular expression is too large", Remedy: "write fewer repetitions"}
	}
	return nil
}

func outOfMemory(text string) bool { return strings.Contains(text, "Out of Memory Error") }
