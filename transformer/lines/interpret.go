package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// reading is a record being read by a plan.
type reading struct {
	row            *seamark.Log
	timed          bool
	own            *Claim
	dialect        *dialect
	seconds, nanos int64
	instant        bool
}

// interpret reads r.fields by a choice that is not plain.
func (r *Parser) interpret(row *seamark.Log, c *choice, timed bool, own *Claim) (isAccess bool) {
	x := reading{row: row, timed: timed, own: own, dialect: c.dialect}
	for i, m := range c.members {
		if m != nil && m.role == roleInner && r.wrapped < maxWrapped {
			if access, done := r.inside(&x, c, i); done {
				return access
			}
		}
	}
	data := r.plainMembers(&x, c)
	for i, m := range c.members {
		if f := &r.fields[i]; m != nil && m.role != roleRest && !(m.role == roleTake && !m.lift && !m.ids) {
			r.role(&x, m, f)
		}
	}
	r.finish(&x, data)
	return false
}

// plainMembers takes the members that the synonyms know, and what goes to event_data.
func (r *Parser) plainMembers(x *reading, c *choice) (data []byte) {
	for i, m := range c.members {
		f := &r.fields[i]
		switch {
		case m != nil && m.role == roleRest:
			r.rest = append(r.rest, *f)
		case m != nil:
		case f.Log == scan.LogEventData && f.Value[0] == '{' && data == nil:
			data = f.Value
		case !r.take(x.row, f, x.timed, x.own):
			r.rest = append(r.rest, *f)
		}
	}
	return data
}

// finish says what follows from all of a record.
func (r *Parser) finish(x *reading, data []byte) {
	row := x.row
	if x.instant {
		x.takeInstant()
	}
	if x.dialect != nil && x.dialect.fill && strings.IndexByte(row.Message, '{') >= 0 {
		if filled := r.filled(row.Message); filled != row.Message {
			r.keepText("message_template", row.Message)
			row.Message = filled
		}
	}
	row.EventData = r.eventData(data)
	if x.dialect != nil && x.dialect.reason {
		SetEmpty(&row.Message, row.ErrorMessage)
	}
	Conclude(row)
	if x.dialect != nil {
		SetEmpty(&row.Level, x.dialect.silent)
	}
}

// Conclude fills what an error's stack says of it, and the level of an error that has none.
func Conclude(row *seamark.Log) {
	if row.ErrorStack != "" && (row.ErrorType == "" || row.ErrorMessage == "") {
		t, m := ErrorOfStack(row.ErrorStack)
		if i := flatStack(m); i > 0 {
			m = strings.TrimRight(m[:i], " ")
		}
		if row.ErrorMessage == "" && (row.ErrorType == "" || lastName(t) == lastName(row.ErrorType)) {
			row.ErrorMessage = m
		}
		SetEmpty(&row.ErrorType, t)
	}
	if row.ErrorStack == "" && row.ErrorType == "" && Severe(row.Level) && FindStack(row.Message) >= 0 { // in the message itself
		row.ErrorStack = row.Message
		t, m := ErrorOfStack(row.Message)
		SetEmpty(&row.ErrorType, t)
		SetEmpty(&row.ErrorMessage, m)
	}
	if row.ErrorStack == "" && row.ErrorType == "" && Severe(row.Level) {
		errorOfMessage(row)
	}
	if row.Level == "" && (row.ErrorType != "" || row.ErrorStack != "") {
		row.Level = seamark.LevelError
	}
}

// errorOfMessage names the error of a severe record without one, of which the message, or its
// last part, is "Class: text".
func errorOfMessage(row *seamark.Log) {
	line := row.ErrorMessage
	if line == "" {
		line = row.Message
	}
	if line == "" || line[0] == '{' || strings.IndexByte(line, ':') < 0 && !strings.HasPrefix(line, "** (") { // mostly (BenchmarkParse/agreed)
		return
	}
	line = firstLine(line[:min(len(line), maxErrorText)])
	t, m, ok := errorOfLanguage(line, "")
	if !ok {
		t, m = errorInLine(line, false)
	}
	if word, _, told := strings.Cut(line, ": "); t == "" && row.ErrorMessage != "" && told && isCode(word) {
		row.ErrorType, row.ErrorMessage = word, row.ErrorMessage[len(word)+2:]
		return
	}
	if t == "" {
		if at := strings.Index(line, "Error: "); at < 0 {
			at = strings.Index(line, "Exception: ")
			if at < 0 {
				return
			}
		}
		t, m = splitError(line)
	}
	if !isErrorName(t) && !ok {
		return
	}
	row.ErrorType = t
	if m != "" {
		row.ErrorMessage = m
	}
}

// isCode reports whether a word is like AWS's AccessDenied: letters only, with two humps.
func isCode(w string) bool {
	humps := 0
	for i := range len(w) {
		switch c := w[i]; {
		case isUpper(c):
			humps++
		case c < 'a' || c > 'z':
			return false
		}
	}
	return len(w) > 7 && isUpper(w[0]) && humps > 1 && humps*2 < len(w)
}

// lastName is a class's name without its package.
func lastName(class string) string { return class[strings.LastIndexAny(class, ".:$\\")+1:] }

// takeInstant compares the time that two members gave with the envelope's.
func (x *reading) takeInstant() {
	if ms := x.seconds*1000 + x.nanos/1_000_000; !x.timed && x.own.TimeMs == 0 && x.seconds > 0 && x.seconds < 1e11 {
		x.own.TimeMs = ms
	}
}

// role does what a member is for.
func (r *Parser) role(x *reading, m *member, f *scan.Field) {
	kept := false
	switch v := f.Value; m.role {
	case roleLevel:
		kept = !isScalar(v) || !r.takeScaled(x, v)
	case roleMessage:
		kept = !r.takeMessage(x, m, f)
	case roleTime:
		kept = !r.takeTime(x.row, v, x.timed, x.own)
	case roleSeconds, roleNanos:
		kept = !x.takePart(m, v)
	case roleError:
		if !x.isError(r, f) && m.lift {
			r.into(x, m, f)
			return
		}
		r.takeError(x.row, f)
	case roleColumn:
		if m.column == scan.LogErrorStack {
			kept = v[0] != '"' || !IsStack(r.text(v)) || !r.takeStack(x.row, v)
		} else if c := TextColumn(x.row, m.column); m.column == scan.LogRequestID || m.column == scan.LogTraceID || m.column == scan.LogSpanID {
			kept = !r.takeID(c, m.column, v)
		} else {
			kept = !r.takeText(c, v)
		}
	case roleInner:
		if v[0] == '{' && r.isWhole(v) {
			r.takeError(x.row, f)
		} else if kept = x.row.Message != ""; !kept {
			x.row.Message = r.message(x.row, v)
		}
	default:
		r.into(x, m, f)
	}
	if kept {
		r.rest = append(r.rest, *f)
	}
}

// isError reports whether a value that may be an error or data is one.
func (x *reading) isError(r *Parser, f *scan.Field) bool {
	if f.Value[0] != '{' {
		return f.Value[0] != '"' || holdsError(f.Key) || x.dialect == nil
	}
	from := len(r.inner)
	p, ok := r.problem(f.Value)
	r.inner = r.inner[:from]
	return ok && (p.stack != "" || p.list != nil || p.kind != "" && (p.message != "" || isErrorName(p.kind)))
}

// takePart reads the seconds or nanoseconds of a time. They stay in event_data too, as a
// second of one alone says nothing.
func (x *reading) takePart(m *member, v []byte) bool {
	n, ok := scan.ParseInt(v)
	if !ok {
		return false
	}
	x.instant = true
	if m.role == roleSeconds {
		x.seconds = n
	} else {
		x.nanos = n
	}
	return !x.timed
}

// takeMessage reads the message: a text, or a value as it stands. An error in its place is
// the error.
func (r *Parser) takeMessage(x *reading, m *member, f *scan.Field) bool {
	v := f.Value
	switch {
	case v[0] == 'n':
		return true
	case v[0] == '{' && x.isError(r, f):
		r.takeError(x.row, f)
		return true
	case x.row.Message != "":
		return false
	}
	x.row.Message = r.text(v)
	return true
}
