package transformer

import (
	"bytes"

	seamark "github.com/seamark-hq/seamark"
)

// parse recognises the kind of a message from its bytes and fills row, or appends to
// the access logs and reports true. implausible is an envelope time that cannot be
// true and is kept in the data.
func (r *rows) parse(row *seamark.Log, timed bool, e *event, own *claim, implausible int64) (isAccess bool) {
	r.rest = r.rest[:0]
	if implausible != 0 {
		r.keepInt("envelope_timestamp", implausible)
	}
	if e.fields != nil {
		r.fields = e.fields
		return r.parseObject(kindOf(r.fields), row, timed, own)
	}
	body := trimSpace(e.message)
	if len(body) > 1 && body[0] == '{' {
		var end int
		if r.fields, end = scanFields(r.fields[:0], r.arena, body, 0); end == len(body) {
			return r.parseObject(classify(r.fields, r.keys), row, timed, own)
		}
	}
	return r.parseLine(row, timed, e.message, own)
}

// classify notes each field's columns and tells what the object is.
func classify(fields []field, keys *keyTable) kind {
	for i := range fields {
		f := &fields[i]
		f.log, f.access = keys.find(f.key)
	}
	return kindOf(fields)
}

// parseObject parses a message that is a JSON object, taken apart into r.fields.
func (r *rows) parseObject(k kind, row *seamark.Log, timed bool, own *claim) (isAccess bool) {
	switch k {
	case kindAccess:
		r.parseAccess(row, timed, own)
		return true
	case kindPlatform:
		r.parsePlatformJSON(row, timed, own)
	default:
		r.parseRecord(row, timed, own)
	}
	return false
}

// kind is what a JSON object is.
type kind int

const (
	kindRecord   kind = iota // a structured log record, of whatever logger
	kindAccess               // an API's access log
	kindPlatform             // an event of the Lambda platform
)

// kindOf tells an access log (a status and a method, route or path, and nothing that
// only a logger writes) and a platform event from a record.
func kindOf(fields []field) kind {
	var status, where, logger, record, platform bool
	for i := range fields {
		f := &fields[i]
		switch f.access {
		case accessStatus:
			status = true
		case accessMethod, accessPath, accessRoute:
			where = true
		}
		switch f.log {
		case logLevel, logEventName, logMessage:
			logger = true
		}
		switch f.key {
		case "type":
			platform = isTelemetryType(f.value)
		case "record":
			record = true
		}
	}
	switch {
	case platform && record && !logger:
		return kindPlatform
	case status && where && !logger:
		return kindAccess
	}
	return kindRecord
}

// isRecord reports whether a JSON object without an envelope is a message that we
// know, and not just any JSON.
func (r *rows) isRecord(b []byte) bool {
	var end int
	if r.fields, end = scanFields(r.fields[:0], r.arena, b, 0); end != len(b) {
		return false
	}
	if classify(r.fields, r.keys) != kindRecord {
		return true
	}
	var timed, said bool
	for i := range r.fields {
		switch r.fields[i].log {
		case logTimestamp:
			_, ok := parseTime(r.fields[i].value)
			timed = timed || ok
		case logMessage, logEventName, logLevel:
			said = true
		}
	}
	return timed && said
}

// text returns a JSON value as text: a string's content, anything else as it stands.
func (r *rows) text(v []byte) string {
	if v[0] != '"' {
		return view(v)
	}
	s := v[1 : len(v)-1]
	if bytes.IndexByte(s, '\\') >= 0 {
		return r.arena.unquote(v)
	}
	return view(s)
}

func isNull(v []byte) bool { return v[0] == 'n' }

func trimSpace(b []byte) []byte {
	i := skipSpace(b, 0)
	j := len(b)
	for j > i && (b[j-1] == ' ' || b[j-1] == '\n' || b[j-1] == '\t' || b[j-1] == '\r') {
		j--
	}
	return b[i:j:j]
}
