package lines

import (
	"bytes"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Parse recognises the kind of a message from its bytes and fills row, or appends to
// the access logs and reports true. implausible is an envelope time that cannot be
// true and is kept in the data. fields are the message, where it was taken apart already.
func (r *Parser) Parse(row *seamark.Log, timed bool, message []byte, fields []scan.Field, own *Claim, implausible int64) (isAccess bool) {
	r.rest = r.rest[:0]
	if implausible != 0 {
		r.keepInt("envelope_timestamp", implausible)
	}
	if fields != nil {
		r.fields = fields
		return r.parseObject(kindOf(r.fields), row, timed, own)
	}
	body := trimSpace(message)
	if len(body) > 1 && body[0] == '{' {
		var end int
		if r.fields, end = scan.Fields(r.fields[:0], r.Arena, body, 0); end == len(body) {
			return r.parseObject(classify(r.fields, r.Keys), row, timed, own)
		}
		if len(r.fields) == scan.MaxFields && r.parseWide(row, body, timed, own) {
			return false
		}
	}
	return r.parseLine(row, timed, message, own)
}

// classify notes each field's columns and tells what the object is.
func classify(fields []scan.Field, keys *scan.Keys) kind {
	for i := range fields {
		f := &fields[i]
		f.Log, f.Access = keys.Find(f.Key)
	}
	return kindOf(fields)
}

// parseObject parses a message that is a JSON object, taken apart into r.fields.
func (r *Parser) parseObject(k kind, row *seamark.Log, timed bool, own *Claim) (isAccess bool) {
	switch k {
	case kindAccess:
		r.parseAccess(row, timed, own)
		return true
	case kindPlatform:
		r.parsePlatformJSON(row, timed, own)
	case kindService:
		r.parseService(row, timed, own)
	default:
		return r.parseRecord(row, timed, own)
	}
	return false
}

// kind is what a JSON object is.
type kind int

const (
	kindRecord   kind = iota // a structured log record, of whatever logger
	kindAccess               // an API's access log
	kindPlatform             // an event of the Lambda platform
	kindService              // a record of one of AWS's services
)

// kindOf tells an access log (a status and a method, route or path, and nothing that
// only a logger writes) and a platform event from a record. A WebSocket API's access log has
// no status, and those of Traefik and Caddy have a level.
func kindOf(fields []scan.Field) kind {
	var status, where, logger, unknown, record bool
	for i := range fields {
		f := &fields[i]
		switch f.Access {
		case scan.AccessStatus:
			status = true
		case scan.AccessMethod, scan.AccessPath, scan.AccessRoute:
			where = true
		}
		switch f.Log {
		case scan.LogLevel, scan.LogEventName, scan.LogMessage:
			logger = true
		case 0:
			unknown, record = true, record || f.Key == "record"
		}
	}
	switch {
	case !logger && where && status && !record: // the most of them (BenchmarkParse/access)
		return kindAccess
	case !unknown:
		return kindRecord
	}
	return kindByKeys(fields, status, where, logger)
}

// kindByKeys looks at the keys that have no column.
func kindByKeys(fields []scan.Field, status, where, logger bool) kind {
	var record, platform, proxy, gateway, answered, socket, connection, service bool
	for i := range fields {
		f := &fields[i]
		if f.Log != 0 {
			continue
		}
		switch f.Key {
		case "type":
			platform = isTelemetryType(f.Value)
		case "record":
			record = true
		case "DownstreamStatus", "requested_uri": // Traefik, logback-access
			proxy = true
		case "request": // nginx: the request line
			where = where || f.Value[0] == '"' && IsRequestLine(scan.View(f.Value[1:len(f.Value)-1]))
		case "latencies": // Kong: status and path are in objects
			gateway = f.Value[0] == '{'
		case "upstream": // APISIX, likewise
			answered = f.Value[0] == '"'
		case "logger":
			proxy = proxy || bytes.HasPrefix(f.Value, []byte(`"http.log.access`))
		case "eventType":
			socket = IsSocketEvent(f.Value)
		case "connectionId":
			connection = true
		default:
			service = service || serviceKey(f.Key)
		}
	}
	switch {
	case platform && record && !logger:
		return kindPlatform
	case status && proxy, !logger && where && (status || socket && connection), !logger && (gateway || answered) && holds(fields, "request") && holds(fields, "response"):
		return kindAccess
	}
	if service && IsService(func(key string) bool { return holds(fields, key) }) {
		return kindService
	}
	return kindRecord
}

// IsRequestLine reports whether a text is like "GET /bookings HTTP/1.1".
func IsRequestLine(s string) bool {
	method, rest := cutWord(s)
	return isMethod(method) && strings.HasPrefix(rest, "/") && strings.Contains(rest, " HTTP/")
}

func holds(fields []scan.Field, key string) bool {
	for i := range fields {
		if fields[i].Key == key {
			return true
		}
	}
	return false
}

// IsSocketEvent reports whether a JSON value is what a WebSocket API calls an event.
func IsSocketEvent(v []byte) bool {
	switch string(v) {
	case `"CONNECT"`, `"MESSAGE"`, `"DISCONNECT"`:
		return true
	}
	return false
}

// IsRecord reports whether a JSON object without an envelope is a message that we
// know, and not just any JSON.
func (r *Parser) IsRecord(b []byte) bool {
	var end int
	if r.fields, end = scan.Fields(r.fields[:0], r.Arena, b, 0); end != len(b) {
		return false
	}
	if classify(r.fields, r.Keys) != kindRecord {
		return true
	}
	if r.Dialects.timed(r.fields) {
		return true
	}
	var timed, said bool
	for i := range r.fields {
		switch r.fields[i].Log {
		case scan.LogTimestamp:
			_, ok := ParseTime(r.fields[i].Value)
			timed = timed || ok
		case scan.LogMessage, scan.LogEventName, scan.LogLevel:
			said = true
		}
	}
	return timed && said
}

// text returns a JSON value as text: a string's content, anything else as it stands.
func (r *Parser) text(v []byte) string {
	if v[0] != '"' {
		return scan.View(v)
	}
	s := v[1 : len(v)-1]
	if bytes.IndexByte(s, '\\') >= 0 {
		return r.Arena.Unquote(v)
	}
	return scan.View(s)
}

func isNull(v []byte) bool { return v[0] == 'n' }

func trimSpace(b []byte) []byte {
	i := scan.SkipSpace(b, 0)
	j := len(b)
	for j > i && (b[j-1] == ' ' || b[j-1] == '\n' || b[j-1] == '\t' || b[j-1] == '\r') {
		j--
	}
	return b[i:j:j]
}
