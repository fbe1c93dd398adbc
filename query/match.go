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
		return slices.ContainsFunc(TextColumns(h.Table), func(c string) bool { s, _ := textOf(h, c); return e.In(s) })
	case Regexp:
		return slices.ContainsFunc(TextColumns(h.Table), func(c string) bool { s, _ := textOf(h, c); return s != "" && e.re.MatchString(s) })
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
	s, _ := textOf(h, f.Column)
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

// textOf is a row's value of a column of text; !ok: it is none.
func textOf(h *seamark.Hit, column string) (s string, ok bool) {
	switch column {
	case "product":
		return h.Product, true
	case "environment":
		return h.Environment, true
	}
	if a := h.Access; a != nil {
		switch column {
		case "event_id":
			return a.EventID, true
		case "account_id":
			return a.AccountID, true
		case "region":
			return a.Region, true
		case "source":
			return a.Source, true
		case "stream":
			return a.Stream, true
		case "component":
			return a.Component, true
		case "team":
			return a.Team, true
		case "request_id":
			return a.RequestID, true
		case "trace_id":
			return a.TraceID, true
		case "method":
			return a.Method, true
		case "path":
			return a.Path, true
		case "route":
			return a.Route, true
		case "ip":
			return a.IP, true
		case "user_agent":
			return a.UserAgent, true
		case "protocol":
			return a.Protocol, true
		case "error_message":
			return a.ErrorMessage, true
		case "extra":
			return a.Extra, true
		}
		return "", false
	}
	l := h.Log
	switch column {
	case "event_id":
		return l.EventID, true
	case "account_id":
		return l.AccountID, true
	case "region":
		return l.Region, true
	case "source":
		return l.Source, true
	case "stream":
		return l.Stream, true
	case "component":
		return l.Component, true
	case "team":
		return l.Team, true
	case "level":
		return l.Level, true
	case "event_name":
		return l.EventName, true
	case "event_data":
		return l.EventData, true
	case "message":
		return l.Message, true
	case "request_id":
		return l.RequestID, true
	case "trace_id":
		return l.TraceID, true
	case "span_id":
		return l.SpanID, true
	case "error_type":
		return l.ErrorType, true
	case "error_message":
		return l.ErrorMessage, true
	case "error_stack":
		return l.ErrorStack, true
	case "fingerprint":
		return l.Fingerprint, true
	}
	return "", false
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
