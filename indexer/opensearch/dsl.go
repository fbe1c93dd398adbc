package opensearch

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/schemas"
)

// The search language in OpenSearch's own. Every clause is a filter: nothing is scored.

// clause is a query of OpenSearch, as JSON.
type clause = map[string]any

// noClause finds nothing.
var noClause = clause{"match_none": clause{}}

// ErrRegexp says that a question holds a regular expression, for which the index has another syntax:
// the lake answers it.
var ErrRegexp = &seamark.Fault{Class: seamark.Rejected, Where: "query", What: "the index has no regular expressions", Remedy: "ask the lake, or search for words"}

func all(of []clause) clause { return clause{"bool": clause{"filter": of}} }

func anyOf(of []clause) clause {
	if len(of) == 1 {
		return of[0]
	}
	return clause{"bool": clause{"should": of, "minimum_should_match": 1}}
}

func not(c clause) clause { return clause{"bool": clause{"must_not": []clause{c}}} }

// filters are what every row of q satisfies; e is its text, parsed.
func filters(q seamark.Query, e query.Expr) ([]clause, error) {
	out := []clause{{"range": clause{"timestamp": bounds(q.Span)}}}
	for _, t := range q.Terms {
		out = append(out, term(t))
	}
	if e == nil {
		return out, nil
	}
	c, err := compile(q.Table, e)
	return append(out, c), err
}

// term writes a filter of a field.
func term(t seamark.Term) clause {
	field := string(t.Field)
	var of []clause
	for _, v := range t.Values {
		switch {
		case v == "":
			of = append(of, not(clause{"exists": clause{"field": field}}))
		case t.Field != seamark.FieldStatus:
			of = append(of, clause{"term": clause{field: v}})
		case len(v) == 3 && v[1:] == "xx" && v[0] >= '1' && v[0] <= '5':
			of = append(of, clause{"range": clause{field: clause{"gte": int(v[0]-'0') * 100, "lt": int(v[0]-'0')*100 + 100}}})
		default:
			if n, err := strconv.ParseInt(v, 10, 32); err == nil {
				of = append(of, clause{"term": clause{field: n}})
			}
		}
	}
	c := noClause
	if len(of) > 0 {
		c = anyOf(of)
	}
	if t.Not {
		return not(c)
	}
	return c
}

// compile writes an expression.
func compile(t seamark.Table, e query.Expr) (clause, error) {
	switch e := e.(type) {
	case query.And:
		of, err := compileAll(t, e)
		return all(of), err
	case query.Or:
		of, err := compileAll(t, e)
		return anyOf(of), err
	case query.Not:
		c, err := compile(t, e.Expr)
		return not(c), err
	case query.Text:
		var of []clause
		for _, column := range query.TextColumns(t) {
			of = append(of, text(textField(t, column), e))
		}
		return anyOf(of), nil
	case query.Field:
		return field(t, e), nil
	}
	return nil, ErrRegexp
}

func compileAll(t seamark.Table, of []query.Expr) ([]clause, error) {
	out := make([]clause, len(of))
	for i, e := range of {
		var err error
		if out[i], err = compile(t, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func columnOf(t seamark.Table, name string) schemas.Column {
	columns := schemas.Logs.Columns
	if t == seamark.TableAccessLogs {
		columns = schemas.AccessLogs.Columns
	}
	i := slices.IndexFunc(columns, func(c schemas.Column) bool { return c.Name == name })
	if i < 0 {
		return schemas.Column{Name: name, Type: schemas.Text, Index: "keyword"} // of the partition
	}
	return columns[i]
}

// textField is where the words of a column are.
func textField(t seamark.Table, column string) string {
	switch columnOf(t, column).Index {
	case "text":
		return column
	case "flat_object":
		return schemas.EventText
	}
	return column + "." + schemas.Words
}

// text writes that words follow each other in a field; its analyzer does with them what it did with
// the field's own.
func text(field string, t query.Text) clause {
	if !t.OpenBefore && !t.OpenAfter {
		return clause{"match_phrase": clause{field: strings.Join(t.Words, " ")}}
	}
	pieces := []string{t.Words[0]}
	if t.OpenBefore {
		pieces = slices.Insert(pieces, 0, "")
	}
	if t.OpenAfter {
		pieces = append(pieces, "")
	}
	return pattern(field, pieces)
}

// pattern writes that a whole value is the pieces with anything between them.
func pattern(field string, pieces []string) clause {
	if len(pieces) == 1 {
		return clause{"term": clause{field: pieces[0]}}
	}
	escaped := make([]string, len(pieces))
	for i, p := range pieces {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(p)
	}
	return clause{"wildcard": clause{field: clause{"value": strings.Join(escaped, "*")}}}
}

// field writes that a column has one of the values.
func field(t seamark.Table, f query.Field) clause {
	name := f.Column
	if f.Key != "" {
		name += "." + f.Key
	}
	var of []clause
	var exact []string
	for _, v := range f.Any {
		switch {
		case v.Exists:
			of = append(of, clause{"exists": clause{"field": name}})
		case v.Text != nil:
			of = append(of, text(textField(t, name), *v.Text))
		case v.Range != nil && name == "level":
			for rank, level := range seamark.Levels() {
				if v.Range.Contains(float64(rank)) {
					exact = append(exact, level)
				}
			}
		case v.Range != nil:
			of = append(of, between(columnOf(t, name), *v.Range))
		case len(v.Pattern) == 1:
			exact = append(exact, v.Pattern[0])
		default:
			of = append(of, pattern(name, v.Pattern))
		}
	}
	if len(exact) > 0 {
		of = append(of, clause{"terms": clause{name: exact}})
	}
	if len(of) == 0 {
		return noClause // level:>FATAL
	}
	return anyOf(of)
}

// between writes that a number or a time lies between limits. A limit beyond what the field can hold
// is an error to the server: it is taken for the end of the field, or nothing lies there.
func between(c schemas.Column, r query.Range) clause {
	low, high, format := math.Inf(-1), math.Inf(1), ""
	switch c.Type {
	case schemas.Timestamp:
		low, high, format = minTimeMs, maxTimeMs, "epoch_millis"
	case schemas.Int32:
		low, high = math.MinInt32, math.MaxInt32
	}
	limits := clause{}
	if format != "" {
		limits["format"] = format
	}
	number := func(n float64) any {
		if c.Type == schemas.Timestamp {
			return int64(n)
		}
		return n
	}
	if l := r.Low; l != nil {
		if l.Number > high {
			return noClause
		}
		if l.Number >= low {
			limits[map[bool]string{true: "gt", false: "gte"}[l.Open]] = number(l.Number)
		}
	}
	if l := r.High; l != nil {
		if l.Number < low {
			return noClause
		}
		if l.Number <= high {
			limits[map[bool]string{true: "lt", false: "lte"}[l.Open]] = number(l.Number)
		}
	}
	if len(limits) == 0 || format != "" && len(limits) == 1 {
		return clause{"exists": clause{"field": c.Name}}
	}
	return clause{"range": clause{c.Name: limits}}
}

// Times that a document can hold: years 1 to 9999.
const (
	minTimeMs = -62_135_596_800_000
	maxTimeMs = 253_402_300_799_999
)

// Filter writes a text of the search language as the query DSL has it, for whoever asks the index
// beside Seamark. Regular expressions it has none: ErrRegexp.
func Filter(t seamark.Table, text string) (json.RawMessage, error) {
	e, err := query.Parse(t, text)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return json.Marshal(everything)
	}
	c, err := compile(t, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(c)
}
