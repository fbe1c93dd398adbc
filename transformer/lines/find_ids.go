package lines

import (
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Ids in objects and lists that stay whole.

// maxIDDepth is how deep ids are looked for.
const maxIDDepth = 3

// ids looks for ids in an object, or in the objects of a list, which stays whole.
func (r *Parser) ids(x *reading, key string, v []byte, depth int) {
	if depth == maxIDDepth {
		return
	}
	if v[0] == '[' {
		for i := scan.SkipSpace(v, 1); v[i] != ']'; {
			end := scan.Value(v, i)
			if v[i] == '{' && !r.keyValue(x, v[i:end]) {
				r.ids(x, key, v[i:end], depth+1)
			}
			if i = scan.SkipSpace(v, end); v[i] == ',' {
				i = scan.SkipSpace(v, i+1)
			}
		}
		return
	}
	from := len(r.inner)
	var end int
	r.inner, end = scan.Fields(r.inner, r.Arena, v, 0)
	count := len(r.inner) - from
	defer func() { r.inner = r.inner[:from] }()
	if end != len(v) {
		return
	}
	for i := range count {
		e := r.inner[from+i]
		e.Log, _ = r.Keys.Find(e.Key)
		switch {
		case e.Log == scan.LogRequestID || e.Log == scan.LogTraceID || e.Log == scan.LogSpanID:
			r.take(x.row, &e, x.timed, x.own)
		case e.Key == "id" && (key == "request" || key == "req") && isScalar(e.Value):
			r.takeID(&x.row.RequestID, scan.LogRequestID, e.Value)
		case e.Key == "id" && key == "trace" && e.Value[0] == '"':
			r.takeID(&x.row.TraceID, scan.LogTraceID, e.Value)
		case e.Key == "id" && key == "span" && e.Value[0] == '"':
			r.takeID(&x.row.SpanID, scan.LogSpanID, e.Value)
		case depth == 0 && holdsError(e.Key) && x.row.ErrorType == "" && x.row.ErrorStack == "" && (e.Value[0] == '{' && x.isError(r, &e) || e.Value[0] == '"' && Severe(x.row.Level)):
			r.errorOf(x, &e)
		case e.Value[0] == '{' && (e.Key == "request" || e.Key == "trace" || e.Key == "span" || e.Key == "dd"):
			r.ids(x, e.Key, e.Value, depth+1)
		}
	}
}

// errorOf takes an error out of an object that stays whole.
func (r *Parser) errorOf(x *reading, f *scan.Field) {
	kept := len(r.rest)
	r.takeError(x.row, f)
	r.rest = r.rest[:kept]
}

// keyValue reads an attribute as OpenTelemetry writes it in a list:
// {"key":"exception.type","value":{"stringValue":"…"}}.
func (r *Parser) keyValue(x *reading, v []byte) bool {
	from := len(r.inner)
	var end int
	r.inner, end = scan.Fields(r.inner, r.Arena, v, 0)
	count := len(r.inner) - from
	defer func() { r.inner = r.inner[:from] }()
	if end != len(v) || count != 2 || r.inner[from].Key != "key" || r.inner[from+1].Key != "value" || r.inner[from].Value[0] != '"' {
		return false
	}
	f := scan.Field{Key: r.text(r.inner[from].Value), Value: r.inner[from+1].Value}
	if f.Value[0] == '{' {
		r.inner, end = scan.Fields(r.inner, r.Arena, f.Value, 0)
		if end != len(f.Value) || len(r.inner) != from+3 {
			return true
		}
		f.Value = r.inner[from+2].Value
	}
	if isScalar(f.Value) {
		r.lifted(x, &f)
	}
	return true
}
