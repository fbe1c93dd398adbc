package dashboards

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	_ "time/tzdata" // the page names zones that a bare machine does not know

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Bounds of one question. They are far beyond what the page asks.
const (
	maxParam  = 8000 // bytes of any parameter
	maxValues = 100  // of one term
	maxTop    = 1000 // values of one facet
)

// frame is the time a question is about, as it was read.
type frame struct {
	From int64 `json:"from"` // Unix milliseconds
	To   int64 `json:"to"`   // Unix milliseconds, exclusive
	At   int64 `json:"at"`   // Unix milliseconds: what "now" meant
}

// question is a parsed request.
type question struct {
	query seamark.Query
	expr  query.Expr // of query.Text
	frame frame
	rest  url.Values // parameters of the one route
}

func reject(where, remedy, format string, args ...any) error {
	return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf(format, args...), Where: where, Remedy: remedy}
}

// parseQuestion reads what the log routes have in common: table, from, to, at, tz, q,
// and a parameter per field ("level=ERROR,FATAL"; "-level=DEBUG" excludes). A comma in
// a value is written "\,". What it does not know, and own does not name, is refused, so that
// a mistyped filter is not an ignored one.
func (s *Server) parseQuestion(r *http.Request, own ...string) (question, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return question{}, reject("URL", "escape the query as RFC 3986 says", "the query string cannot be read")
	}
	for key, texts := range values {
		if !utf8.ValidString(key) || slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) || len(s) > maxParam }) {
			return question{}, reject("URL", "send UTF-8, as the page does", "a parameter is not UTF-8, or longer than %d bytes", maxParam)
		}
	}
	q := seamark.Query{Table: seamark.Table(values.Get("table")), Text: values.Get("q")}
	if q.Table == "" {
		q.Table = seamark.TableLogs
	}
	if !slices.Contains(seamark.Tables(), q.Table) {
		return question{}, reject("table", "use logs or access_logs", "there is no table %q", q.Table)
	}
	out := question{rest: values}
	if out.expr, err = query.Parse(q.Table, q.Text); err != nil {
		return question{}, err
	}
	if out.frame, err = s.parseFrame(values); err != nil {
		return question{}, err
	}
	q.Span = seamark.Span{From: time.UnixMilli(out.frame.From).UTC(), To: time.UnixMilli(out.frame.To).UTC()}
	if q.Terms, err = parseTerms(values, q.Table, own); err != nil {
		return question{}, err
	}
	out.query = q
	return out, nil
}

func (s *Server) parseFrame(values url.Values) (frame, error) {
	zone, now := time.UTC, s.opts.Now()
	if name := values.Get("tz"); name != "" && name != "utc" {
		z, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			return frame{}, reject("tz", "use utc or a name such as Europe/Berlin", "there is no time zone %q", name)
		}
		zone = z
	}
	if at := values.Get("at"); at != "" {
		ms, err := strconv.ParseInt(at, 10, 64)
		if err != nil || ms < 0 || ms > 1e14 {
			return frame{}, reject("at", "give Unix milliseconds", "cannot read the time %q", at)
		}
		now = time.UnixMilli(ms).UTC()
	}
	from, to := values.Get("from"), values.Get("to")
	if from == "" {
		from = "now-1h"
	}
	if to == "" {
		to = "now"
	}
	span, err := seamark.ParseSpan(from, to, now, zone)
	if err != nil {
		return frame{}, err
	}
	return frame{From: span.From.UnixMilli(), To: span.To.UnixMilli(), At: now.UnixMilli()}, nil
}

// frameParams are those that parseFrame and parseQuestion read themselves.
var frameParams = []string{"table", "from", "to", "at", "tz", "q"}

func parseTerms(values url.Values, table seamark.Table, own []string) ([]seamark.Term, error) {
	var terms []seamark.Term
	for _, key := range sortedKeys(values) {
		if slices.Contains(frameParams, key) || slices.Contains(own, key) {
			continue
		}
		name, not := strings.CutPrefix(key, "-")
		if err := table.CheckField(seamark.Field(name)); err != nil {
			return nil, err
		}
		term := seamark.Term{Field: seamark.Field(name), Not: not}
		for _, v := range values[key] {
			term.Values = append(term.Values, splitValues(v)...)
		}
		if len(term.Values) > maxValues {
			return nil, reject(key, "name fewer values", "more than %d values of %s", maxValues, name)
		}
		terms = append(terms, term)
	}
	return terms, nil
}

func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// splitValues splits at commas; "\," and "\\" stand for themselves.
func splitValues(s string) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == ',' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == ',':
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(out, b.String())
}

// intParam reads a whole number in [low, high]; absent means fallback.
func intParam(values url.Values, name string, low, high, fallback int) (int, error) {
	text := values.Get(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, reject(name, fmt.Sprintf("use %d to %d", low, high), "%q is out of range", text)
	}
	return n, nil
}
