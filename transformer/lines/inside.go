package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// Records inside records: in the text of a member, or in an object.

// maxWrapped is how deep records inside records are read.
const maxWrapped = 3

// inside reads the record that stands in a member as text or as an object. What is around it
// fills what it leaves empty. done is false when there is no record in it.
func (r *Parser) inside(x *reading, c *choice, at int) (isAccess, done bool) {
	f := &r.fields[at]
	var line string
	var inner []scan.Field
	switch f.Value[0] {
	case '"':
		if line = strings.TrimRight(r.text(f.Value), "\r\n"); c.dialect != nil && c.dialect.lines() {
			_, line = cutCRI(line)
		}
		body := trimSpace(scan.BytesOf(line))
		if len(body) > 1 && body[0] == '{' {
			var end int
			if inner, end = scan.Fields(nil, r.Arena, body, 0); end != len(body) {
				inner = nil
			}
		}
	case '{':
		if r.isWhole(f.Value) { // an error in the message's place: role takes it
			return false, false
		}
		var end int
		if inner, end = scan.Fields(nil, r.Arena, f.Value, 0); end != len(f.Value) {
			inner = nil
		}
	}
	kind := kindRecord
	if inner != nil {
		kind = classify(inner, r.Keys)
		if kind == kindAccess && r.noAccess {
			kind = kindRecord
		}
		if !r.tellsMore(inner, kind) {
			inner = nil
		}
	}
	if inner == nil && (c.dialect == nil || !c.dialect.lines() || f.Value[0] != '"' || c.dialect.inner != f.Key) {
		return false, false
	}
	outer, rest := r.fields, r.rest
	r.fields, r.rest = inner, nil
	r.wrapped++
	if inner != nil {
		isAccess = r.parseObject(kind, x.row, x.timed, x.own)
	} else if r.fields = nil; r.noAccess {
		r.parseText(x.row, x.timed, scan.BytesOf(line), x.own)
	} else {
		isAccess = r.parseLine(x.row, x.timed, scan.BytesOf(line), x.own)
	}
	r.wrapped--
	unknown := x.row.Level == "" && inner != nil && saysLevel(inner)
	r.fields, r.rest = outer, rest
	if f.Value[0] == '{' && !isAccess {
		SetEmpty(&x.row.Message, x.row.ErrorMessage)
	}
	r.around(x, c, at, isAccess, unknown)
	return isAccess, true
}

// isWhole reports whether an object is an error with its class and its frames in a list, which
// no record has.
func (r *Parser) isWhole(v []byte) bool {
	from := len(r.inner)
	p, ok := r.problem(v)
	r.inner = r.inner[:from]
	return ok && p.kind != "" && p.list != nil
}

// lines reports whether the record inside may be a line of any form.
func (d *dialect) lines() bool {
	return d.inner == "log" || d.inner == "line" || strings.HasPrefix(d.name, "Fluentd")
}

// tellsMore reports whether an object that stands in a record is one itself.
func (r *Parser) tellsMore(fields []scan.Field, k kind) bool {
	if k != kindRecord {
		return true
	}
	for i := range fields {
		f := &fields[i]
		switch f.Log {
		case scan.LogLevel, scan.LogMessage, scan.LogEventName, scan.LogErrorType, scan.LogErrorMessage, scan.LogErrorStack:
			return true
		}
		if holdsError(f.Key) {
			return true
		}
	}
	for _, c := range r.Dialects.plan(fields).choices {
		if c.dialect != nil {
			return true
		}
	}
	return false
}

func saysLevel(fields []scan.Field) bool {
	for i := range fields {
		if fields[i].Log == scan.LogLevel && fields[i].Value[0] != 'n' {
			return true
		}
	}
	return false
}

// around takes what stands around a record: it fills empty columns, and what is left goes
// to event_data.
func (r *Parser) around(x *reading, c *choice, at int, isAccess, unknown bool) {
	row := x.row
	var data []byte
	into := &row.EventData
	if isAccess {
		into = &r.Access[len(r.Access)-1].Extra
	}
	if *into != "" {
		data = scan.BytesOf(*into)
	}
	for i := range r.fields {
		f := &r.fields[i]
		m := c.members[i]
		switch {
		case i == at:
			continue
		case unknown && f.Log == scan.LogLevel && !Severe(r.levelOfText(f.Value)),
			c.dialect.carries(f), m != nil && m.role == roleRest:
			r.rest = append(r.rest, *f)
		case m != nil && m.role != roleInner && m.role != roleTake:
			r.role(x, m, f)
		case m != nil && m.ids:
			r.into(x, m, f)
		case !r.take(row, f, x.timed, x.own):
			r.rest = append(r.rest, *f)
		}
	}
	*into = r.eventData(data)
	if !isAccess {
		Conclude(row)
	}
}

// carries reports whether a field is the carrier's, not the record's: the stream's name, the
// container's source.
func (d *dialect) carries(f *scan.Field) bool {
	if d == nil || d.inner == "" {
		return false
	}
	return f.Log == scan.LogSource || f.Log == scan.LogComponent
}

// cutCRI takes off what containerd and CRI-O put before a line: time, stream and flag.
func cutCRI(s string) (prefix, line string) {
	if len(s) < 30 || !looksLikeTime(s) {
		return "", s
	}
	i := strings.IndexByte(s[:min(len(s), 40)], ' ')
	if i < 0 {
		return "", s
	}
	rest := s[i+1:]
	for _, stream := range [...]string{"stdout ", "stderr "} {
		if after, ok := strings.CutPrefix(rest, stream); ok && len(after) > 1 && (after[0] == 'F' || after[0] == 'P') && after[1] == ' ' {
			return s[:len(s)-len(after)+2], after[2:]
		}
	}
	return "", s
}
