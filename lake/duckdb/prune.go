package duckdb

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// An analyst's SQL over a lake in a bucket must not fetch what its own WHERE excludes.
// DuckDB would only open what it needs, but needs every file named to be there. So it is
// asked before, over a table of the files: those conditions of the statement that are about
// partitions and time alone, and stand in a WHERE directly over the table, decide which files may matter. What is
// not understood keeps files, it never drops any.

// node is a piece of a statement as DuckDB's json_serialize_sql writes it.
type node = map[string]any

// prune returns, for tables of which the statement needs not all files, the keys of those it needs.
func (d *DB) prune(ctx context.Context, conn *sql.Conn, statement string) map[seamark.Table]map[string]bool {
	out := map[seamark.Table]map[string]bool{}
	if verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(statement)), " "); verb == "DESCRIBE" || verb == "SHOW" {
		for _, t := range seamark.Tables() {
			out[t] = map[string]bool{} // the columns are known without any
		}
		return out
	}
	var text string
	if conn.QueryRowContext(ctx, "SELECT json_serialize_sql("+quote(statement)+")::VARCHAR").Scan(&text) != nil {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // places in the text are beyond float64
	var ast node
	if decoder.Decode(&ast) != nil || ast["error"] != false {
		return nil // not a SELECT
	}
	for _, t := range seamark.Tables() {
		if keys, ok := d.pruneTable(ctx, conn, t, ast); ok {
			out[t] = keys
		}
	}
	return out
}

func (d *DB) pruneTable(ctx context.Context, conn *sql.Conn, t seamark.Table, ast node) (keys map[string]bool, ok bool) {
	var all, direct []node // mentions of the table; SELECTs directly over it
	walkNodes(ast, func(n node) {
		if isTable(n, t) {
			all = append(all, n)
		}
		if from, _ := n["from_table"].(node); n["type"] == "SELECT_NODE" && isTable(from, t) {
			direct = append(direct, n)
		}
	})
	if len(all) != len(direct) {
		return nil, false // mentioned in a join or elsewhere
	}
	files := d.lake.Files(t, seamark.Span{})
	keys = map[string]bool{}
	if len(direct) > 0 && createFiles(ctx, conn, files) != nil {
		return nil, false
	}
	for _, n := range direct {
		where := aboutFiles(conjuncts(n["where_clause"]))
		if len(where) == 0 || matchFiles(ctx, conn, n["from_table"].(node), where, func(i int) { keys[files[i].Key] = true }) != nil {
			return nil, false
		}
	}
	return keys, true
}

func walkNodes(v any, fn func(node)) {
	switch v := v.(type) {
	case node:
		fn(v)
		for _, child := range v {
			walkNodes(child, fn)
		}
	case []any:
		for _, child := range v {
			walkNodes(child, fn)
		}
	}
}

func isTable(n node, t seamark.Table) bool {
	name, _ := n["table_name"].(string)
	return n["type"] == "BASE_TABLE" && strings.EqualFold(name, string(t))
}

// conjuncts are the conditions that must all hold.
func conjuncts(v any) []node {
	n, ok := v.(node)
	if !ok {
		return nil
	}
	if n["type"] != "CONJUNCTION_AND" {
		return []node{n}
	}
	var all []node
	children, _ := n["children"].([]any)
	for _, c := range children {
		all = append(all, conjuncts(c)...)
	}
	return all
}

// aboutFiles picks the conditions that files can be asked, in words that files know.
func aboutFiles(conditions []node) []any {
	var out []any
	for _, c := range conditions {
		if plain(c, "product", "environment", "date", "hour") {
			out = append(out, c)
		} else {
			out = append(out, aboutTime(c)...)
		}
	}
	return out
}

// plain reports whether an expression is made of these columns and of what gives the same
// for a file as for each of its rows.
func plain(v any, columns ...string) bool {
	switch v := v.(type) {
	case node:
		if class, is := v["class"].(string); is && !plainClass(class, v, columns) {
			return false
		}
		for _, child := range v {
			if !plain(child, columns...) {
				return false
			}
		}
	case []any:
		for _, child := range v {
			if !plain(child, columns...) {
				return false
			}
		}
	}
	return true
}

// plainFunctions give the same for the same arguments throughout a statement.
var plainFunctions = []string{"now", "current_date", "today", "get_current_timestamp", "current_timestamp", "+", "-", "*", "/", "~~", "~~*", "lower", "upper", "trunc", "date_trunc",
	"starts_with", "prefix", "contains", "list_value", "to_days", "to_hours", "to_minutes", "to_seconds", "to_weeks", "to_months", "to_years", "strftime", "year", "month", "day"}

func plainClass(class string, n node, columns []string) bool {
	switch class {
	case "CONSTANT", "CAST", "COMPARISON", "BETWEEN", "OPERATOR", "CONJUNCTION":
		return true
	case "COLUMN_REF":
		name := column(n)
		return name == "current_date" || name == "current_timestamp" || slices.Contains(columns, name)
	case "FUNCTION":
		name, _ := n["function_name"].(string)
		return slices.Contains(plainFunctions, name)
	}
	return false // subqueries, windows, lambdas, …
}

// column is the name of a column, without that of its table.
func column(v any) string {
	n, _ := v.(node)
	names, _ := n["column_names"].([]any)
	if n["class"] != "COLUMN_REF" || len(names) == 0 {
		return ""
	}
	name, _ := names[len(names)-1].(string)
	return strings.ToLower(name)
}

// aboutTime says a condition on timestamp of a file's oldest and newest row.
func aboutTime(c node) []any {
	compare := func(kind, bound string, ref, value any) any {
		return node{"class": "COMPARISON", "type": kind, "alias": "", "left": renamed(ref, bound), "right": value}
	}
	const least, most, oldest, newest = "COMPARE_GREATERTHANOREQUALTO", "COMPARE_LESSTHANOREQUALTO", "oldest", "newest"
	if c["class"] == "BETWEEN" && column(c["input"]) == "timestamp" && plain(c["lower"]) && plain(c["upper"]) {
		return []any{compare(least, newest, c["input"], c["lower"]), compare(most, oldest, c["input"], c["upper"])}
	}
	if c["class"] != "COMPARISON" {
		return nil
	}
	left, right, kind := c["left"], c["right"], c["type"]
	if column(right) == "timestamp" { // 5 < timestamp
		left, right = right, left
		switch kind {
		case "COMPARE_GREATERTHAN", least:
			kind = most
		case "COMPARE_LESSTHAN", most:
			kind = least
		}
	}
	if column(left) != "timestamp" || !plain(right) {
		return nil
	}
	switch kind {
	case "COMPARE_GREATERTHAN", least:
		return []any{compare(least, newest, left, right)}
	case "COMPARE_LESSTHAN", most:
		return []any{compare(most, oldest, left, right)}
	case "COMPARE_EQUAL":
		return []any{compare(least, newest, left, right), compare(most, oldest, left, right)}
	}
	return nil
}

// renamed is a reference to another column of the same table.
func renamed(ref any, name string) node {
	names, _ := ref.(node)["column_names"].([]any)
	names = slices.Clone(names)
	names[len(names)-1] = name
	return node{"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": names}
}

// createFiles makes a table of what is known of files.
func createFiles(ctx context.Context, conn *sql.Conn, files []lake.File) error {
	type row struct {
		N           int    `json:"n"`
		Product     string `json:"product"`
		Environment string `json:"environment"`
		Date        string `json:"date"`
		Hour        string `json:"hour"`
		Oldest      int64  `json:"oldest"`
		Newest      int64  `json:"newest"`
	}
	rows := make([]row, len(files))
	for i, f := range files {
		start := f.Start()
		rows[i] = row{i, f.Product, f.Environment, start.Format("2006-01-02"), start.Format("15"), f.MinMs, f.MaxMs}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `CREATE OR REPLACE TEMP TABLE seamark_files AS SELECT r.n, r.product, r.environment, r.date, r.hour,
		epoch_ms(r.oldest)::TIMESTAMPTZ AS oldest, epoch_ms(r.newest)::TIMESTAMPTZ AS newest FROM (SELECT unnest(from_json(`+quote(string(text))+`,
		'[{"n":"BIGINT","product":"VARCHAR","environment":"VARCHAR","date":"DATE","hour":"VARCHAR","oldest":"BIGINT","newest":"BIGINT"}]')) AS r)`)
	return err
}

// matchFiles tells found the numbers of the files for which all conditions hold. from is how the
// statement mentions the table.
func matchFiles(ctx context.Context, conn *sql.Conn, from node, where []any, found func(n int)) error {
	alias, _ := from["alias"].(string)
	if alias == "" {
		alias, _ = from["table_name"].(string)
	}
	selected := node{
		"type": "SELECT_NODE", "modifiers": []any{}, "cte_map": node{"map": []any{}}, "group_expressions": []any{}, "group_sets": []any{},
		"aggregate_handling": "STANDARD_HANDLING", "having": nil, "sample": nil, "qualify": nil,
		"select_list":  []any{node{"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": []any{"n"}}},
		"from_table":   node{"type": "BASE_TABLE", "alias": alias, "sample": nil, "schema_name": "", "table_name": "seamark_files", "column_name_alias": []any{}, "catalog_name": "", "at_clause": nil},
		"where_clause": node{"class": "CONJUNCTION", "type": "CONJUNCTION_AND", "alias": "", "children": where},
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	if err := e.Encode(node{"error": false, "statements": []any{node{"node": selected}}}); err != nil {
		return err
	}
	var query string
	if err := conn.QueryRowContext(ctx, "SELECT json_deserialize_sql("+quote(text.String())+"::JSON)").Scan(&query); err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return err
		}
		found(n)
	}
	return rows.Err()
}
