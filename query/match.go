package query

import (
	"encoding/json"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Match reports whether a row is one that e asks for.
func Match(e Expr, h *seamark.Hit) bool {
	switch e := e.(type) {
	case nil:
		return true
	case And:
		return !slices.ContainsFunc(e, func(x Expr) bool { return !Match(x, h) })
	case Or:
		return slices.ContainsFunc(e, func(x Expr) bool { return Match(x, h) })
	case Not:
		return !Match(e.Expr, h)
	case Text:
		return slices.ContainsFunc(TextColumns(h.Table), func(c string) bool { return e.In(textOf(h, c)) })
	case Regexp:
		return slices.ContainsFunc(TextColumns(h.Table), func(c string) bool { s := textOf(h, c); return s != "" && e.re.MatchString(s) })
	case Field:
		return slices.ContainsFunc(e.Any, func(v Value) bool { return e.holds(v, h) })
	}
	return false
}

// holds reports whether a row's column has a value.
func (f Field) holds(v Value, h *seamark.Hit) bool {
	if n, present, isNumber := numberOf(h, f.Column); isNumber {
		return present && (v.Exists || v.Range.Contains(n))
	}
	s := textOf(h, f.Column)
	switch {
	case s == "":
		return false
	case v.Exists:
		return true
	case v.Text != nil:
		return v.Text.In(s)
	case v.Range != nil:
		n := slices.Index(seamark.Levels(), s)
		return n >= 0 && v.Range.Contains(float64(n))
	case f.Key != "":
		return MatchLeaf(s, f.Key, v.Pattern)
	}
	return MatchPattern(s, v.Pattern)
}

// Contains reports whether n lies in the range.
func (r Range) Contains(n float64) bool {
	if l := r.Low; l != nil && (n < l.Number || l.Open && n == l.Number) {
		return false
	}
	if l := r.High; l != nil && (n > l.Number || l.Open && n == l.Number) {
		return false
	}
	return true
}

// MatchPattern reports whether s is the pieces of a pattern, with anything between them.
func MatchPattern(s string, pieces []string) bool {
	last := len(pieces) - 1
	if last == 0 {
		return s == pieces[0]
	}
	s, ok := strings.CutPrefix(s, pieces[0])
	if !ok {
		return false
	}
	for _, piece := range pieces[1:last] {
		if _, s, ok = strings.Cut(s, piece); !ok {
			return false
		}
	}
	return strings.HasSuffix(s, pieces[last])
}

// MatchLeaf reports whether an object, as JSON text, holds a leaf under key that is the pieces of a
// pattern. Keys of objects within one another are joined by dots, arrays are passed through, a text
// is compared by what it says and all else as it is written.
func MatchLeaf(object, key string, pieces []string) bool {
	d := json.NewDecoder(strings.NewReader(object))
	d.UseNumber()
	l := leaves{d: d, key: key, pieces: pieces}
	return l.value("") && l.found
}

type leaves struct {
	d      *json.Decoder
	key    string
	pieces []string
	found  bool
}

// value reads one value, which lies at path; false: the text ends, or is no JSON.
func (l *leaves) value(path string) bool {
	t, err := l.d.Token()
	if err != nil {
		return false
	}
	switch t := t.(type) {
	case json.Delim:
		for l.d.More() {
			at := path
			if t == '{' {
				key, err := l.d.Token()
				name, ok := key.(string)
				if err != nil || !ok {
					return false
				}
				if at != "" {
					at += "."
				}
				at += name
			}
			if !l.value(at) {
				return false
			}
		}
		_, err := l.d.Token()
		return err == nil
	case nil:
		return true
	}
	if path == l.key && !l.found {
		l.found = MatchPattern(leafText(t), l.pieces)
	}
	return true
}

func leafText(t json.Token) string {
	switch t := t.(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	case bool:
		if t {
			return "true"
		}
		return "false"
	}
	return ""
}

// ValueOf is a row's value of a column, of text or a number; of neither: it has none.
func ValueOf(h *seamark.Hit, column string) (text string, number float64, isNumber bool) {
	if n, present, is := numberOf(h, column); is {
		return "", n, present
	}
	return textOf(h, column), 0, false
}

// textOf is a row's value of a column of text; of another it is empty.
func textOf(h *seamark.Hit, column string) string {
	switch {
	case column == "product":
		return h.Product
	case column == "environment":
		return h.Environment
	case h.Access != nil:
		return accessText(h.Access, column)
	}
	return logText(h.Log, column)
}

// accessText is textOf of a request.
func accessText(a *seamark.AccessLog, column string) string {
	switch column {
	case "event_id":
		return a.EventID
	case "account_id":
		return a.AccountID
	case "region":
		return a.Region
	case "source":
		return a.Source
	case "stream":
		return a.Stream
	case "component":
		return a.Component
	case "team":
		return a.Team
	case "request_id":
		return a.RequestID
	case "trace_id":
		return a.TraceID
	case "method":
		return a.Method
	case "path":
		return a.Path
	case "route":
		return a.Route
	case "ip":
		return a.IP
	case "user_agent":
		return a.UserAgent
	case "protocol":
		return a.Protocol
	case "error_message":
		return a.ErrorMessage
	case "extra":
		return a.Extra
	}
	return ""
}

// logText is textOf of a log event.
func logText(l *seamark.Log, column string) string {
	switch column {
	case "event_id":
		return l.EventID
	case "account_id":
		return l.AccountID
	case "region":
		return l.Region
	case "source":
		return l.Source
	case "stream":
		return l.Stream
	case "component":
		return l.Component
	case "team":
		return l.Team
	case "level":
		return l.Level
	case "event_name":
		return l.EventName
	case "event_data":
		return l.EventData
	case "message":
		return l.Message
	case "request_id":
		return l.RequestID
	case "trace_id":
		return l.TraceID
	case "span_id":
		return l.SpanID
	case "error_type":
		return l.ErrorType
	case "error_message":
		return l.ErrorMessage
	case "error_stack":
		return l.ErrorStack
	case "fingerprint":
		return l.Fingerprint
	}
	return ""
}

// numberOf is a row's value of a column of numbers or times; present: it has one.
func numberOf(h *seamark.Hit, column string) (n float64, present, isNumber bool) {
	if a := h.Access; a != nil {
		switch column {
		case "timestamp":
			return float64(a.Timestamp), true, true
		case "ingested_at":
			return float64(a.IngestedAt), true, true
		case "status":
			if a.Status == nil {
				return 0, false, true
			}
			return float64(*a.Status), true, true
		case "latency_ms":
			return double(a.LatencyMs)
		case "integration_latency_ms":
			return double(a.IntegrationLatencyMs)
		case "response_bytes":
			if a.ResponseBytes == nil {
				return 0, false, true
			}
			return float64(*a.ResponseBytes), true, true
		}
		return 0, false, false
	}
	switch column {
	case "timestamp":
		return float64(h.Log.Timestamp), true, true
	case "ingested_at":
		return float64(h.Log.IngestedAt), true, true
	}
	return 0, false, false
}

func double(x *float64) (n float64, present, isNumber bool) {
	if x == nil {
		return 0, false, true
	}
	return *x, true, true
}
