package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/schemas"
)

// The search language in SQL. Columns are compared as they are, never wrapped, so that DuckDB can
// pass by row groups by their Bloom filters and by their least and greatest values. Values are
// literals: a regular expression that is a parameter would be compiled for every row.

// match writes an expression as a condition, which is NULL or false where it does not hold.
func match(t seamark.Table, e query.Expr) string {
	switch e := e.(type) {
	case query.And:
		return joined(e, " AND ", func(x query.Expr) string { return match(t, x) })
	case query.Or:
		return joined(e, " OR ", func(x query.Expr) string { return match(t, x) })
	case query.Not:
		return "(" + match(t, e.Expr) + ") IS NOT TRUE"
	case query.Text:
		return joined(query.TextColumns(t), " OR ", func(column string) string { return matchText(column, e) })
	case query.Regexp:
		return joined(query.TextColumns(t), " OR ", func(column string) string {
			return "regexp_matches(" + column + ", " + quote(e.Source) + ")"
		})
	case query.Field:
		return matchField(t, e)
	}
	return "true"
}

// joined writes conditions with a word between them, each in brackets.
func joined[T any](list []T, word string, write func(T) string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = "(" + write(x) + ")"
	}
	return strings.Join(out, word)
}

// matchText writes that words follow each other in a column. They are looked for only where the
// longest of them occurs at all, and that says it for a word that is open at both ends. Between ASCII
// signs a regular expression tells, which is much cheaper than the function; only where other letters
// may touch the words the function is asked.
func matchText(column string, t query.Text) string {
	longest := slices.MaxFunc(t.Words, func(a, b string) int { return len(a) - len(b) })
	contains := "contains(lower(" + column + "), " + quote(longest) + ")"
	if t.OpenBefore && t.OpenAfter {
		return contains
	}
	function := fmt.Sprintf("%s(%s, %s)", textFunction, column, quote(asJSON(t)))
	if ascii := asciiText(t); ascii != "" {
		return fmt.Sprintf("%s AND (regexp_matches(lower(%s), %s) OR strlen(%s) > length(%s) AND %s)", contains, column, quote(ascii), column, column, function)
	}
	return contains + " AND " + function
}

// asciiText is a regular expression for the words of a lower-case text, all of whose signs are ASCII:
// where it matches the words are there, and where it does not and the text is ASCII they are not. It
// is empty when a word is not ASCII itself.
func asciiText(t query.Text) string {
	const signs = `[\x00-/:-^` + "`" + `{-\x7f]` // all that is no a to z, 0 to 9 or _: A to Z is not there
	for _, w := range t.Words {
		if strings.ContainsFunc(w, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return ""
		}
	}
	re := strings.Join(t.Words, signs+"+")
	if !t.OpenBefore {
		re = "(^|" + signs + ")" + re
	}
	if !t.OpenAfter {
		re += "($|" + signs + ")"
	}
	return re
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("of a query: %v", err)) // texts
	}
	return string(b)
}

func matchField(t seamark.Table, f query.Field) string {
	var exact, others []string
	for _, v := range f.Any {
		switch {
		case v.Exists:
			others = append(others, f.Column+" IS NOT NULL")
		case v.Text != nil:
			others = append(others, matchText(f.Column, *v.Text))
		case v.Range != nil && f.Column == "level":
			for rank, name := range seamark.Levels() {
				if v.Range.Contains(float64(rank)) {
					exact = append(exact, quote(name))
				}
			}
		case v.Range != nil:
			others = append(others, matchRange(t, f.Column, *v.Range))
		case f.Key != "":
			others = append(others, matchLeaf(f, v.Pattern))
		case len(v.Pattern) == 1:
			exact = append(exact, quote(v.Pattern[0]))
		default:
			others = append(others, matchPattern(f.Column, v.Pattern))
		}
	}
	if len(exact) > 0 {
		others = append(others, among(f.Column, exact))
	}
	if len(others) == 0 {
		return "false" // level:>FATAL
	}
	return joined(others, " OR ", func(s string) string { return s })
}

// among writes that a column is one of some literals.
func among(column string, literals []string) string {
	if len(literals) == 1 {
		return column + " = " + literals[0]
	}
	return column + " IN (" + strings.Join(literals, ", ") + ")"
}

// matchPattern writes that a whole value is the pieces with anything between them.
func matchPattern(column string, pieces []string) string {
	if len(pieces) == 2 && pieces[1] == "" {
		return "starts_with(" + column + ", " + quote(pieces[0]) + ")"
	}
	if len(pieces) == 2 && pieces[0] == "" {
		return "suffix(" + column + ", " + quote(pieces[1]) + ")"
	}
	if len(pieces) == 3 && pieces[0]+pieces[2] == "" {
		return "contains(" + column + ", " + quote(pieces[1]) + ")"
	}
	escaped := make([]string, len(pieces))
	for i, p := range pieces {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(p)
	}
	return column + " LIKE " + quote(strings.Join(escaped, "%")) + ` ESCAPE '\'`
}

// matchRange writes that a number or a time lies between limits.
func matchRange(t seamark.Table, column string, r query.Range) string {
	limit := func(l query.Limit) string { return strconv.FormatFloat(l.Number, 'f', -1, 64) + "::DOUBLE" }
	i := slices.IndexFunc(tableOf(t).Columns, func(c schemas.Column) bool { return c.Name == column })
	switch kind := tableOf(t).Columns[i].Type; {
	case kind == schemas.Timestamp:
		limit = func(l query.Limit) string { return instant(int64(l.Number)) }
	case kind == schemas.Int32, kind == schemas.Int64:
		limit = func(l query.Limit) string { return strconv.FormatFloat(l.Number, 'f', -1, 64) } // an exact number
	}
	if r.Low != nil && r.High != nil && *r.Low == *r.High {
		return column + " = " + limit(*r.Low)
	}
	var out []string
	if l := r.Low; l != nil {
		out = append(out, column+map[bool]string{true: " > ", false: " >= "}[l.Open]+limit(*l))
	}
	if l := r.High; l != nil {
		out = append(out, column+map[bool]string{true: " < ", false: " <= "}[l.Open]+limit(*l))
	}
	return strings.Join(out, " AND ")
}

// matchLeaf writes that an object holds a leaf. JSON is read only where the text can be in it: as it
// is, or behind an escape.
func matchLeaf(f query.Field, pieces []string) string {
	var out []string
	for _, p := range pieces {
		if p != "" {
			out = append(out, fmt.Sprintf(`(contains(%s, %s) OR contains(%s, '\'))`, f.Column, quote(p), f.Column))
		}
	}
	return strings.Join(append(out, fmt.Sprintf("%s(%s, %s)", leafFunction, f.Column, quote(asJSON(leaf{f.Key, pieces})))), " AND ")
}

// What SQL has no words for is asked of package query itself: an expression of RE2 that tells
// letters of all scripts from what stands between them takes DuckDB longer to compile, for each
// column, than most queries take. Both functions take a text, and a query as JSON.
const (
	textFunction = "seamark_text" // query.Text.In
	leafFunction = "seamark_leaf" // query.MatchLeaf
)

// leaf is what a leaf of an object is compared with.
type leaf struct {
	Key    string
	Pieces []string
}

// registerFunctions makes them known to all connections.
func registerFunctions(db *sql.DB) error {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return errors.Join(
		duckdb.RegisterScalarUDF(conn, textFunction, &function[query.Text]{holds: func(t query.Text, s string) bool { return len(t.Words) > 0 && t.In(s) }}),
		duckdb.RegisterScalarUDF(conn, leafFunction, &function[leaf]{holds: func(l leaf, s string) bool { return len(l.Pieces) > 0 && query.MatchLeaf(s, l.Key, l.Pieces) }}),
	)
}

// function is a function of SQL, of a text and what it is compared with.
type function[T any] struct {
	holds func(T, string) bool
	known atomic.Pointer[[]decoded[T]]
}

// mostKnown is how many queries are remembered, of which each row brings one; a query has at most
// as many terms.
const mostKnown = query.MaxTerms

type decoded[T any] struct {
	text  string
	value T
}

// Config implements duckdb.ScalarFunc.
func (f *function[T]) Config() duckdb.ScalarFuncConfig {
	text, errText := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	boolean, errBoolean := duckdb.NewTypeInfo(duckdb.TYPE_BOOLEAN)
	if err := errors.Join(errText, errBoolean); err != nil {
		panic(err) // types that need no more than their names
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, ResultTypeInfo: boolean}
}

// Executor implements duckdb.ScalarFunc.
func (f *function[T]) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		s, _ := values[0].(string)
		text, _ := values[1].(string)
		value, err := f.decode(text)
		return err == nil && f.holds(value, s), err
	}}
}

// decode reads the second argument, and remembers it.
func (f *function[T]) decode(text string) (value T, err error) {
	var known []decoded[T]
	if p := f.known.Load(); p != nil {
		known = *p
	}
	for _, d := range known {
		if d.text == text {
			return d.value, nil
		}
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return value, fmt.Errorf("the second argument is none that Seamark writes: %w", err)
	}
	if len(known) >= mostKnown {
		known = nil
	}
	known = append(slices.Clone(known), decoded[T]{strings.Clone(text), value})
	f.known.Store(&known)
	return value, nil
}
