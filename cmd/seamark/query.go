package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

func (c *cli) queryCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "query --lake LAKE 'SQL'",
		Short: "Run SQL over the lake",
		Long: `Run one SQL statement (DuckDB's) over the lake. The tables are logs and access_logs; their
columns are in docs/reference/columns.md, or: seamark query 'DESCRIBE logs'. Times are UTC.`,
		Example: `  seamark query --lake ./lake "SELECT product, count(*) FROM logs GROUP BY ALL ORDER BY 2 DESC"
  seamark query --lake ./lake --json "SELECT (event_data->>'bookingId') AS id FROM logs WHERE event_name = 'Booking confirmed'"`,
		Args: need(1, 1, "which question?", "give one SQL statement, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			db, closeLake, err := lakes.Open(cmd.Context(), folder, cfg, c.logger(warnLevel))
			if err != nil {
				return err
			}
			defer closeLake()
			out := bufio.NewWriter(c.out)
			defer out.Flush()
			var columns []duckdb.Column
			table := &table{width: width(c.out)}
			err = db.Query(cmd.Context(), args[0], func(names []duckdb.Column) { columns = names }, func(values []any) error {
				if c.json {
					return writeRow(out, columns, values)
				}
				table.add(columns, values)
				return nil
			})
			if err != nil {
				return err
			}
			if !c.json {
				table.print(out, columns)
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	return cmd
}

// writeRow writes one row as a JSON object, its keys in the order of the columns.
func writeRow(out *bufio.Writer, columns []duckdb.Column, values []any) error {
	out.WriteByte('{')
	for i, column := range columns {
		if i > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(column.Name)
		out.Write(plainJSON(key))
		out.WriteByte(':')
		b, err := json.Marshal(jsonValue(column.Type, values[i]))
		if err != nil {
			return err
		}
		out.Write(plainJSON(b))
	}
	out.WriteByte('}')
	return out.WriteByte('\n')
}

// jsonValue is a value of DuckDB's as JSON says it: integers plain, times RFC 3339 in UTC.
func jsonValue(kind string, v any) any {
	switch v := v.(type) {
	case time.Time:
		switch kind {
		case "DATE":
			return v.Format("2006-01-02")
		case "TIME":
			return v.Format("15:04:05.999999")
		}
		return v.UTC().Format(time.RFC3339Nano)
	case *big.Int:
		return json.Number(v.String())
	case []byte:
		return string(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = jsonValue("", v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = jsonValue("", v[k])
		}
		return out
	case fmt.Stringer:
		return v.String()
	}
	if _, err := json.Marshal(v); err != nil {
		return fmt.Sprint(v)
	}
	return v
}

// table prints rows in columns that are as wide as they need to be.
type table struct {
	width int // of the terminal; 0: do not cut
	rows  [][]string
}

func (t *table) add(columns []duckdb.Column, values []any) {
	row := make([]string, len(values))
	cell := cell
	if len(columns) == 2 && columns[0].Name == "explain_key" {
		cell = visible
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		switch j := jsonValue(columns[i].Type, v).(type) {
		case string:
			row[i] = cell(j)
		default:
			b, _ := json.Marshal(j)
			row[i] = cell(string(plainJSON(b)))
		}
	}
	t.rows = append(t.rows, row)
}

func (t *table) print(out *bufio.Writer, columns []duckdb.Column) {
	if len(columns) == 2 && columns[0].Name == "explain_key" { // a plan is a drawing
		for _, row := range t.rows {
			out.WriteString(row[0] + "\n" + row[1] + "\n")
		}
		return
	}
	header := make([]string, len(columns))
	widths := make([]int, len(columns))
	for i, c := range columns {
		header[i] = cell(c.Name)
	}
	all := append([][]string{header}, t.rows...)
	for _, row := range all {
		for i, s := range row {
			widths[i] = max(widths[i], min(len([]rune(s)), maxPad))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, s := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := max(0, widths[i]-len([]rune(s)))
			if isNumber(columns[i].Type) {
				line.WriteString(strings.Repeat(" ", pad) + s)
			} else {
				line.WriteString(s + strings.Repeat(" ", pad))
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if r := []rune(text); t.width > 0 && len(r) > t.width {
			text = string(r[:t.width-1]) + "…"
		}
		out.WriteString(text + "\n")
	}
}

func isNumber(kind string) bool {
	switch kind {
	case "BIGINT", "INTEGER", "DOUBLE", "HUGEINT", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "FLOAT":
		return true
	}
	return strings.HasPrefix(kind, "DECIMAL")
}
