// Package querytest generates rows, and queries that find some of them: what every evaluator of the
// search language is held to is Match of package query.
package querytest

import (
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/words"
)

// vocabulary holds the words that texts and queries are made of: some are parts of others, some differ in case
// only, and all kinds of letters are there.
var vocabulary = []string{
	"timeout", "Timeout", "time", "out", "TIMEOUTS", "booking", "book", "order4711", "4711", "9934711", "a", "x_y", "x", "_", "null", "true",
	"straße", "STRASSE", "Ünïcode", "ünïcode", "e\u0301tat", "état", "İstanbul", "istanbul", "日本語", "日本", "ΣΊΣΥΦΟΣ", "σίσυφος", "ǅ", "ǆ", "K", "k", "٣٤", "42", "42.0", "4.2e1",
	"AND", "or", "10", "0", "7",
}

// signs stand between vocabulary.
var signs = []string{" ", " ", " ", ".", "-", ":", "/", "\n", "=", "\"", "\\", "'", "%", "*", "(", ")", " - ", "[]", "\u00a0", "€", "🚢", "\u200d", ""}

// Words draws one of the vocabulary that rows hold.
func word(t *rapid.T) string { return rapid.SampledFrom(vocabulary).Draw(t, "word") }

// line draws a text of a few vocabulary.
func line(t *rapid.T) string {
	var b strings.Builder
	for i := range rapid.IntRange(0, 6).Draw(t, "vocabulary") {
		if i > 0 || rapid.IntRange(0, 9).Draw(t, "sign first") == 0 {
			b.WriteString(rapid.SampledFrom(signs).Draw(t, "sign"))
		}
		b.WriteString(word(t))
	}
	return b.String()
}

// maybe draws a value, or none.
func maybe(t *rapid.T, values ...string) string {
	return rapid.SampledFrom(append(values, "")).Draw(t, "value")
}

var (
	products     = []string{"booking", "book", "crew-portal", "unassigned", "null"}
	environments = []string{"prod", "test"}
	ids          = []string{"c0ffee00-0000-4000-8000-000000004711", "C0FFEE00-0000-4000-8000-000000004711", "order4711", "1-5759e988-bd862e3fe1be46a994272793"}
	names        = []string{"a", "b", "a.b", "orderId", "Σ"}
	routes       = []string{"GET /bookings/{id}", "/bookings/*", "$default", "/a_b%", "/bookings/4711"}
)

// object draws a JSON object as text, sometimes one that a logger has written oddly, or none.
func object(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "no data") == 0 {
		return ""
	}
	return objectWithin(t, 0)
}

func objectWithin(t *rapid.T, depth int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := range rapid.IntRange(0, 3).Draw(t, "keys") {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(jsonText(t, rapid.SampledFrom(names).Draw(t, "key")))
		b.WriteString(rapid.SampledFrom([]string{":", ": ", " :\n"}).Draw(t, "colon"))
		b.WriteString(value(t, depth))
	}
	b.WriteByte('}')
	return b.String()
}

func value(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	switch {
	case kind == 0 && depth < 3:
		return objectWithin(t, depth+1)
	case kind == 1 && depth < 3:
		var all []string
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			all = append(all, value(t, depth+1))
		}
		return "[" + strings.Join(all, ",") + "]"
	case kind <= 3:
		return jsonText(t, line(t))
	}
	return rapid.SampledFrom([]string{"42", "42.0", "4.2e1", "0", "-7", "true", "false", "null"}).Draw(t, "scalar")
}

// jsonText writes a text as JSON, at times with an escape that it does not need.
func jsonText(t *rapid.T, s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if s != "" && s[0] < 0x80 && s[0] >= 'A' && rapid.IntRange(0, 7).Draw(t, "escaped") == 0 {
		return fmt.Sprintf(`"\u%04x`, s[0]) + string(b[2:])
	}
	return string(b)
}

// Row draws a row of a table at a time in the hour from startMs on. Its event id is unique when n is.
func Row(t *rapid.T, table seamark.Table, startMs int64, n int) seamark.Hit {
	h := seamark.Hit{Table: table, Product: rapid.SampledFrom(products).Draw(t, "product"), Environment: rapid.SampledFrom(environments).Draw(t, "environment")}
	at := startMs + rapid.Int64Range(0, 9).Draw(t, "second")*1000
	id := fmt.Sprintf("%06d", n)
	if table == seamark.TableAccessLogs {
		a := &seamark.AccessLog{
			Timestamp: at, EventID: id, IngestedAt: startMs + 60_000, AccountID: maybe(t, "111111111111", "222222222222"), Region: maybe(t, "eu-central-1"),
			Source: maybe(t, "api/booking"), Component: maybe(t, "booking-api/prod"), Team: maybe(t, "web"), RequestID: maybe(t, ids...), TraceID: maybe(t, ids...),
			Method: maybe(t, "GET", "POST"), Path: maybe(t, routes...), Route: maybe(t, routes...), IP: maybe(t, "10.0.0.7"), UserAgent: maybe(t, line(t)),
			Protocol: maybe(t, "HTTP/1.1"), ErrorMessage: maybe(t, line(t)), Extra: object(t),
		}
		if s := rapid.SampledFrom([]int32{0, 200, 404, 499, 500, 502}).Draw(t, "status"); s > 0 {
			a.Status = &s
		}
		if f := rapid.SampledFrom([]float64{-1, 0, 0.5, 42, 1e9}).Draw(t, "latency"); f >= 0 {
			a.LatencyMs = &f
		}
		if n := rapid.Int64Range(-1, 1).Draw(t, "bytes"); n >= 0 {
			a.ResponseBytes = &n
		}
		h.Access = a
		return h
	}
	h.Log = &seamark.Log{
		Timestamp: at, EventID: id, IngestedAt: startMs + 60_000, AccountID: maybe(t, "111111111111", "222222222222"), Region: maybe(t, "eu-central-1"),
		Source: maybe(t, "/aws/lambda/a_b", "/aws/lambda/aXb"), Stream: maybe(t, "s"), Component: maybe(t, "booking", "Booking"), Team: maybe(t, "web"),
		Level: maybe(t, seamark.Levels()...), EventName: maybe(t, line(t)), EventData: object(t), Message: line(t), RequestID: maybe(t, ids...), TraceID: maybe(t, ids...),
		ErrorType: maybe(t, "java.io.IOException", "TimeoutError"), ErrorMessage: maybe(t, line(t)), ErrorStack: maybe(t, "at a.b(C.java:4711)\n\tat x_y"), Fingerprint: maybe(t, "3:00000000c0ffee00"),
	}
	return h
}

// Query draws a query, as a person might type it: one that is well formed. Regular expressions
// are of the lake only.
func Query(t *rapid.T, table seamark.Table, regexps bool) string { return either(t, table, regexps, 0) }

func either(t *rapid.T, table seamark.Table, regexps bool, depth int) string {
	n := rapid.IntRange(1, 3).Draw(t, "joined")
	if depth > 0 {
		n = rapid.IntRange(1, 2).Draw(t, "joined")
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{" ", " AND ", " OR ", " ", "  OR\n"}).Draw(t, "joint"))
		}
		b.WriteString(rapid.SampledFrom([]string{"", "", "", "-", "NOT "}).Draw(t, "not"))
		if depth < 3 && rapid.IntRange(0, 4).Draw(t, "bracket") == 0 {
			b.WriteString("(" + either(t, table, regexps, depth+1) + ")")
			continue
		}
		b.WriteString(term(t, table, regexps))
	}
	return b.String()
}

func term(t *rapid.T, table seamark.Table, regexps bool) string {
	kind := rapid.IntRange(0, 9).Draw(t, "term")
	if kind == 9 && !regexps {
		kind = 0
	}
	switch kind {
	case 0, 1, 2:
		return text(t)
	case 9:
		return "/" + rapid.SampledFrom([]string{`time.?out`, `(?i)TIMEOUT`, `^book`, `\d{4}`, `[[:upper:]]{2}`, `a|b`, `at \S+\(`, `\/`, `straße`, `\p{Greek}+`, `a.b`, `x$`, `^$`}).Draw(t, "regexp") + "/"
	}
	return field(t, table)
}

// text draws vocabulary, a phrase or part of a word, none of which the grammar reads as something else.
func text(t *rapid.T) string {
	w := word(t)
	switch rapid.IntRange(0, 4).Draw(t, "text") {
	case 0:
		return query.Quote(w)
	case 1:
		return query.Quote(w + rapid.SampledFrom(signs[:len(signs)-1]).Draw(t, "sign") + word(t))
	case 2:
		w = words.Of(w)[0]
		runes := []rune(w)
		from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(runes)).Draw(t, "to")
		return rapid.SampledFrom([]string{"*" + string(runes[from:to]) + "*", "*" + string(runes[from:]), string(runes[:to]) + "*"}).Draw(t, "open")
	}
	return strings.ReplaceAll(strings.ReplaceAll(query.Format(query.Text{Words: words.Of(w)}), "OR", "or"), "AND", "and")
}

// values that a column is compared with: those that rows have, and others.
func values(table seamark.Table, column string) []string {
	switch column {
	case "product":
		return append([]string{"Booking"}, products...)
	case "environment":
		return []string{"prod", "PROD", "test", "dev"}
	case "level":
		return append([]string{"error"}, seamark.Levels()...)
	case "request_id", "trace_id":
		return ids
	case "path", "route":
		return routes
	case "source":
		return []string{"/aws/lambda/a_b", "/aws/lambda/aXb", "api/booking"}
	case "component":
		return []string{"booking", "Booking", "booking-api/prod"}
	case "event_id":
		return []string{"000001", "000002", "1"}
	case "fingerprint":
		return []string{"3:00000000c0ffee00"}
	}
	return []string{"GET", "web", "eu-central-1", "111111111111", "java.io.IOException", "10.0.0.7", "HTTP/1.1", "s"}
}

func field(t *rapid.T, table seamark.Table) string {
	column := rapid.SampledFrom(query.Columns(table)).Draw(t, "column")
	switch column {
	case "timestamp", "ingested_at":
		return column + ":" + rapid.SampledFrom([]string{">=2026-11-22T17:00:03Z", "<2026-11-22T17:00:05.000Z", "[2026-11-22 TO 2026-11-22T17:00:04Z]", ">2026-11-22T18:00:02+01:00", "2026-11-22T17:00:01Z", "*"}).Draw(t, "time")
	case "status":
		return column + ":" + rapid.SampledFrom([]string{"500", "5xx", "4XX", ">=500", "<500", "[404 TO 499]", "(404 OR 5xx)", "*", ">499.5"}).Draw(t, "status")
	case "latency_ms", "integration_latency_ms", "response_bytes":
		return column + ":" + rapid.SampledFrom([]string{"0", "42", ">0", "<=0.5", "[0 TO 42]", "*", ">=-1", "1e9"}).Draw(t, "number")
	case "message", "error_message", "error_stack":
		return column + ":" + text(t)
	case "event_data", "extra":
		key := rapid.SampledFrom([]string{"a", "b", "a.b", "a.a", "orderId", "none"}).Draw(t, "key")
		return column + "." + key + ":" + rapid.SampledFrom([]string{"42", "42.0", "4.2e1", "true", "-7", "time*", "*4711", `"timeout"`, `"x_y"`, "*o*", query.Quote(word(t))}).Draw(t, "leaf")
	}
	if column == "level" && rapid.Bool().Draw(t, "range") {
		return column + ":" + rapid.SampledFrom([]string{">=WARN", "<INFO", "[DEBUG TO error]", ">FATAL", "*"}).Draw(t, "levels")
	}
	one := func() string {
		v := rapid.SampledFrom(values(table, column)).Draw(t, "value")
		switch rapid.IntRange(0, 4).Draw(t, "pattern") {
		case 0:
			return "*"
		case 1:
			runes := []rune(v)
			return query.Format(query.Field{Column: "source", Any: []query.Value{{Pattern: []string{string(runes[:len(runes)/2]), ""}}}})[len("source:"):]
		case 2:
			runes := []rune(v)
			return query.Format(query.Field{Column: "source", Any: []query.Value{{Pattern: []string{"", string(runes[len(runes)/2:])}}}})[len("source:"):]
		}
		return query.Quote(v)
	}
	if rapid.IntRange(0, 3).Draw(t, "several") == 0 {
		return column + ":(" + one() + " OR " + one() + ")"
	}
	return column + ":" + one()
}
