package lines

import (
	"bytes"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// takeAccessLoose takes what has a column only with a look at its value: times and durations on
// the scales of their writers, and objects whose members are looked up one level down.
func (r *Parser) takeAccessLoose(row *seamark.AccessLog, base *seamark.Log, f *scan.Field, timed bool, own *Claim) bool {
	v := f.Value
	switch f.Key {
	case "url": // morgan's: a path
		if v[0] == '"' && len(v) > 2 && v[1] == '/' && row.Path == "" {
			return r.takeText(&row.Path, v)
		}
		return false
	case "elapsed_time": // logback-access
		return r.takeDuration(&row.LatencyMs, v, 1, 1)
	case "size": // of the answer
		return r.takeAccess(row, base, &scan.Field{Key: f.Key, Value: v, Access: scan.AccessBytes}, timed, own)
	case "headers":
		return r.takeAgent(row, v)
	case "request":
		if v[0] == '"' {
			if len(v) > 2 && v[1] == '/' && row.Path == "" { // json-logging's is the path
				return r.takeText(&row.Path, v)
			}
			r.requestLine(row, r.text(v))
			return false // the query is in it too
		}
		return v[0] == '{' && r.takeAccessGroup(row, base, f, timed, own)
	case "identity", "latencies", "response", "integration", "error", "context", "http", "requestContext":
		if f.Key == "error" && v[0] == '"' {
			return r.takeText(&row.ErrorMessage, v)
		}
		return v[0] == '{' && r.takeAccessGroup(row, base, f, timed, own)
	case "request_time": // nginx: seconds; elsewhere API Gateway's requestTime
		if bytes.IndexByte(v, '/') >= 0 {
			return r.takeTime(base, v, timed, own)
		}
		return r.takeDuration(&row.LatencyMs, v, 1000, 1)
	case "upstream_response_time":
		return r.takeDuration(&row.IntegrationLatencyMs, v, 1000, 1)
	case "upstream_service_time":
		return r.takeDuration(&row.IntegrationLatencyMs, v, 1, 1)
	case "Duration": // Traefik: nanoseconds
		return r.takeDuration(&row.LatencyMs, v, 1, 1e6)
	case "OriginDuration":
		return r.takeDuration(&row.IntegrationLatencyMs, v, 1, 1e6)
	case "duration", "time-taken": // Caddy and CloudFront: seconds with a point; Envoy and IIS: whole milliseconds
		if bytes.IndexByte(v, '.') >= 0 && !holds(r.fields, "controller") { // Rails: milliseconds
			return r.takeDuration(&row.LatencyMs, v, 1000, 1)
		}
		return r.takeDuration(&row.LatencyMs, v, 1, 1)
	case "request_processing_time", "target_processing_time", "response_processing_time":
		r.addProcessing(row, f.Key, v) // each stays in the data
	}
	return false
}

// requestLine fills method, path and protocol from "GET /bookings?x=1 HTTP/1.1".
func (r *Parser) requestLine(row *seamark.AccessLog, s string) {
	method, rest := cutWord(s)
	at := strings.LastIndexByte(rest, ' ')
	if !isMethod(method) || at < 0 {
		return
	}
	SetEmpty(&row.Method, method)
	SetEmpty(&row.Path, cutAt(rest[:at], '?'))
	SetEmpty(&row.Protocol, rest[at+1:])
}

// takeAgent finds the user agent among a request's headers, which stay in the data.
func (r *Parser) takeAgent(row *seamark.AccessLog, v []byte) bool {
	from := len(r.inner)
	members, _ := scan.Fields(r.inner, r.Arena, v, 0)
	for _, m := range members[min(from, len(members)):] {
		if !strings.EqualFold(m.Key, "user-agent") || row.UserAgent != "" {
			continue
		}
		if m.Value[0] == '[' {
			m.Value = bytes.TrimSpace(m.Value[1 : len(m.Value)-1])
		}
		if len(m.Value) > 1 && m.Value[0] == '"' && scan.Value(m.Value, 0) == len(m.Value) {
			row.UserAgent = r.text(m.Value)
		}
	}
	return false
}

// takeAddress fills the caller's address, without the port behind it.
func (r *Parser) takeAddress(row *seamark.AccessLog, v []byte) bool {
	if row.IP != "" || v[0] != '"' {
		return false
	}
	row.IP = r.text(v)
	if host, _, ok := cutPort(row.IP); ok && isAddress(host) && !isAddress(row.IP) {
		row.IP = host
	}
	return true
}

// takeDuration fills a column of milliseconds from a number on another scale.
func (r *Parser) takeDuration(column **float64, v []byte, times, per float64) bool {
	n, ok := number(v)
	if !ok || *column != nil || n < 0 {
		return false
	}
	*column = r.Arena.Float(n * times / per)
	return true
}

// addProcessing adds one of a load balancer's three times, in seconds; -1 is none.
func (r *Parser) addProcessing(row *seamark.AccessLog, key string, v []byte) {
	n, ok := number(v)
	if !ok || n < 0 {
		return
	}
	if key == "target_processing_time" && row.IntegrationLatencyMs == nil {
		row.IntegrationLatencyMs = r.Arena.Float(n * 1000)
	}
	if row.LatencyMs == nil {
		row.LatencyMs = r.Arena.Float(0)
	}
	*row.LatencyMs += n * 1000
}

// takeAccessGroup looks the members of an object up, with its name before them or without.
func (r *Parser) takeAccessGroup(row *seamark.AccessLog, base *seamark.Log, f *scan.Field, timed bool, own *Claim) bool {
	from := len(r.inner)
	var end int
	r.inner, end = scan.Fields(r.inner, r.Arena, f.Value, 0)
	members := r.inner[from:]
	defer func() { r.inner = r.inner[:from] }()
	if end != len(f.Value) {
		return false
	}
	left := 0
	for i := range members {
		m := members[i]
		n := copy(r.grouped[:], f.Key)
		n += copy(r.grouped[n:], ".")
		n += copy(r.grouped[n:], m.Key)
		if _, m.Access = r.Keys.Find(scan.View(r.grouped[:n])); m.Access == 0 && f.Key != "error" {
			_, m.Access = r.Keys.Find(m.Key)
		}
		if m.Access == scan.AccessStatus && f.Key == "integration" { // of the backend, not of the answer
			m.Access = 0
		}
		if m.Access == 0 && m.Key != "headers" || !r.takeAccess(row, base, &m, timed, own) {
			members[left] = members[i]
			left++
		}
	}
	return r.kept(f, members, left)
}

// spoiltAccess takes an access log apart that API Gateway has filled into a JSON format and that
// is no JSON for it: a number that is not there is a bare hyphen, and a quote inside a value is
// not escaped. A value ends where the next key, or the end, follows.
func (r *Parser) spoiltAccess(body string) bool {
	body = strings.TrimSpace(body)
	if len(body) < 20 || len(body) > 64<<10 || body[0] != '{' || body[len(body)-1] != '}' || !strings.Contains(body, `tatus`) {
		return false
	}
	r.fields = r.fields[:0]
	for i := skipBlanks(body, 1); i < len(body)-1; {
		key, next, ok := spoiltKey(body, i)
		if !ok || len(r.fields) == maxSpoilt {
			return false
		}
		value, end, quoted := spoiltValue(body, next)
		if end < 0 {
			return false
		}
		switch {
		case !quoted && value != "" && scan.Value(scan.BytesOf(value), 0) == len(value):
			r.fields = append(r.fields, scan.Field{Key: key, Value: scan.BytesOf(value)})
		case quoted && strings.IndexByte(value, '\\') >= 0 && scan.Value(scan.BytesOf(body[next:end]), 0) == end-next:
			r.fields = append(r.fields, scan.Field{Key: key, Value: scan.BytesOf(body[next:end])})
		default:
			r.addText(key, value, 0)
		}
		i = skipBlanks(body, end)
		if i < len(body)-1 && body[i] == ',' {
			i = skipBlanks(body, i+1)
		}
	}
	return len(r.fields) > 0 && classify(r.fields, r.Keys) == kindAccess
}

// maxSpoilt bounds the members of such a line.
const maxSpoilt = 256

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// spoiltKey reads "key": and returns where its value begins.
func spoiltKey(s string, i int) (key string, next int, ok bool) {
	if i >= len(s) || s[i] != '"' {
		return "", 0, false
	}
	end := strings.IndexByte(s[i+1:min(len(s), i+102)], '"')
	if end < 1 || strings.IndexByte(s[i+1:i+1+end], '\\') >= 0 {
		return "", 0, false
	}
	key = s[i+1 : i+1+end]
	if next = skipBlanks(s, i+end+2); next >= len(s) || s[next] != ':' {
		return "", 0, false
	}
	return key, skipBlanks(s, next+1), true
}

// spoiltValue reads the value that begins at i; end is behind it, or -1.
func spoiltValue(s string, i int) (value string, end int, quoted bool) {
	last := len(s) - 1 // the closing brace
	if i > last {
		return "", -1, false
	}
	switch s[i] {
	case '"':
		for from := i + 1; ; {
			at := strings.IndexByte(s[from:], '"')
			if at < 0 {
				return "", -1, true
			}
			if at += from; endsValue(s, at+1, last) {
				return s[i+1 : at], at + 1, true
			}
			from = at + 1
		}
	case '{', '[':
		if end = scan.Value(scan.BytesOf(s), i); end > i {
			return s[i:end], end, false
		}
		return "", -1, false
	}
	for from := i; ; {
		at := strings.IndexByte(s[from:last], ',')
		if at < 0 {
			return strings.TrimSpace(s[i:last]), last, false
		}
		if at += from; endsValue(s, at, last) {
			return strings.TrimSpace(s[i:at]), at, false
		}
		from = at + 1
	}
}

// endsValue reports whether the next key or the end of the object follows at i.
func endsValue(s string, i, last int) bool {
	i = skipBlanks(s, i)
	if i >= last {
		return true
	}
	if s[i] != ',' {
		return false
	}
	_, _, ok := spoiltKey(s, skipBlanks(s, i+1))
	return ok
}
