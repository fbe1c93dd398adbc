package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// maxWrapped is how deep records inside records are read.
const maxWrapped = 3

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
	Conclude(row)
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
	if row.Level == "" && (row.ErrorType != "" || row.ErrorStack != "") {
		row.Level = seamark.LevelError
	}
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
		kept = !r.takeID(TextColumn(x.row, m.column), m.column, v)
	case roleInner:
		if kept = x.row.Message != ""; !kept {
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

// takeScaled reads a level by name, or by number on the dialect's scale.
func (r *Parser) takeScaled(x *reading, v []byte) bool {
	level := ""
	if v[0] == '"' {
		level = r.levelOfText(v)
		if n, ok := scan.ParseInt(v[1 : len(v)-1]); ok && level == "" {
			level = levelOnScale(x.dialect.scale, n)
		}
	} else if n, ok := scan.ParseInt(v); ok {
		level = levelOnScale(x.dialect.scale, n)
	}
	if level == "" || x.row.Level != "" && x.row.Level != level {
		return false
	}
	x.row.Level = level
	return true
}

// levelOnScale names the level of a number, or none.
func levelOnScale(s schemas.Scale, n int64) string {
	var names []string
	switch s {
	case schemas.ScaleSyslog:
		names = []string{"FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG"}
	case schemas.ScaleInsights:
		names = []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleMicrosoft:
		names = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleTelemetry:
		n, names = (n-1)/4, seamark.Levels()
	case schemas.ScalePython:
		n, names = n/10-1, []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleLog4j:
		n, names = n/10_000, []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	default:
		return LevelOfNumber(n)
	}
	if n < 0 || n >= int64(len(names)) {
		return ""
	}
	return names[n]
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

// into looks into an object, or the objects of a list.
func (r *Parser) into(x *reading, m *member, f *scan.Field) {
	if m.ids {
		r.ids(x, f.Value, 0)
	}
	switch {
	case f.Value[0] == '[' && m.each != nil:
		r.elements(x, m, f)
	case f.Value[0] != '{' || m.ids && m.below == nil && !m.lift:
		r.rest = append(r.rest, *f)
	default:
		r.memberwise(x, m, f)
	}
}

// memberwise takes an object's members by what each is for.
func (r *Parser) memberwise(x *reading, m *member, f *scan.Field) {
	from := len(r.inner)
	var end int
	if r.inner, end = scan.Fields(r.inner, r.Arena, f.Value, 0); end != len(f.Value) {
		r.inner = r.inner[:from]
		r.rest = append(r.rest, *f)
		return
	}
	count := len(r.inner) - from
	defer func() { r.inner = r.inner[:from] }()
	var left []scan.Field
	for i := range count {
		e := r.inner[from+i]
		below := m.below[e.Key]
		before := len(r.rest)
		switch {
		case below != nil:
			if below = below.of(kindByte(e.Value)); below != nil {
				r.role(x, below, &e)
				break
			}
			fallthrough
		case m.lift:
			if !r.lifted(x, &e) {
				r.rest = append(r.rest, e)
			}
		default:
			left = append(left, e)
			continue
		}
		if !m.lift { // what is left of it stays where it was
			left = append(left, r.rest[before:]...)
			r.rest = r.rest[:before]
			continue
		}
		r.lift(f.Key, before)
	}
	if len(left) > 0 {
		r.rest = append(r.rest, scan.Field{Key: f.Key, Value: scan.BytesOf(r.object(nil, left))})
	}
}

// lift gives the fields of r.rest from an index on, which an object has left, the object's
// name as prefix where their own is taken.
func (r *Parser) lift(container string, from int) {
	for i := from; i < len(r.rest); i++ {
		if taken(r.rest[i].Key, r.rest[:i]) {
			r.rest[i].Key = r.concat(container, ".", r.rest[i].Key)
		}
	}
}

// lifted takes a member of an object that is part of the record. What the record says itself
// is not taken from there.
func (r *Parser) lifted(x *reading, e *scan.Field) bool {
	e.Log, e.Access = r.Keys.Find(e.Key)
	switch e.Log {
	case scan.LogRequestID, scan.LogTraceID, scan.LogSpanID, scan.LogErrorType, scan.LogErrorMessage, scan.LogErrorStack, scan.LogEventName:
		return r.take(x.row, e, x.timed, x.own)
	case scan.LogMessage:
		if x.row.Message == "" && x.dialect != nil && !x.dialect.message {
			return r.take(x.row, e, x.timed, x.own)
		}
	case scan.LogLevel:
		if x.row.Level == "" {
			return r.take(x.row, e, x.timed, x.own)
		}
	}
	if holdsError(e.Key) {
		r.takeError(x.row, e)
		return true
	}
	return false
}

// elements takes a list's elements: texts are joined to the message, errors are the error,
// and what remains stays a list.
func (r *Parser) elements(x *reading, m *member, f *scan.Field) {
	v := f.Value
	a := r.Arena
	var left, lone []byte
	said := ""
	n := 0
	for i := scan.SkipSpace(v, 1); v[i] != ']'; n++ {
		end := scan.Value(v, i)
		e := scan.Field{Key: f.Key, Value: v[i:end:end]}
		switch {
		case e.Value[0] == '"' && m.each.role == roleMessage:
			if s := r.text(e.Value); said == "" {
				said = s
			} else {
				said = r.concat(said, " ", s)
			}
		case e.Value[0] == '{' && x.isError(r, &e):
			before := len(r.rest)
			r.takeError(x.row, &e)
			for _, kept := range r.rest[before:] {
				left = appendElement(left, kept.Value)
			}
			r.rest = r.rest[:before]
		case e.Value[0] == '{' && lone == nil && n > 0:
			lone = e.Value
		default:
			left = appendElement(left, e.Value)
		}
		if i = scan.SkipSpace(v, end); v[i] == ',' {
			i = scan.SkipSpace(v, i+1)
		}
	}
	if said != "" {
		SetEmpty(&x.row.Message, said)
	}
	if lone != nil {
		r.memberwise(x, &member{role: roleInto, lift: true}, &scan.Field{Key: f.Key, Value: lone})
	}
	if len(left) > 0 {
		a.Room(len(left) + 2)
		from := len(a.Text)
		a.Text = append(append(append(a.Text, '['), left...), ']')
		r.rest = append(r.rest, scan.Field{Key: f.Key, Value: a.Text[from:len(a.Text):len(a.Text)]})
	}
}

func appendElement(list, v []byte) []byte {
	if len(list) > 0 {
		list = append(list, ',')
	}
	return append(list, v...)
}

// maxIDDepth is how deep ids are looked for.
const maxIDDepth = 3

// ids looks for ids in an object, or in the objects of a list, which stays whole.
func (r *Parser) ids(x *reading, v []byte, depth int) {
	if depth == maxIDDepth {
		return
	}
	if v[0] == '[' {
		for i := scan.SkipSpace(v, 1); v[i] != ']'; {
			end := scan.Value(v, i)
			if v[i] == '{' && !r.keyValue(x, v[i:end]) {
				r.ids(x, v[i:end], depth+1)
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
		case e.Key == "id" && depth > 0 && e.Value[0] == '"' && isUUID(r.text(e.Value)):
			r.takeText(&x.row.RequestID, e.Value)
		case e.Value[0] == '{' && (e.Key == "request" || e.Key == "trace" || e.Key == "span" || e.Key == "dd"):
			r.ids(x, e.Value, depth+1)
		}
	}
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

// lines reports whether the record inside may be a line of any form.
func (d *dialect) lines() bool { return d.inner == "log" || strings.HasPrefix(d.name, "Fluentd") }

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

// filled is a template with {Name} replaced by the member of that name in r.rest or r.fields.
func (r *Parser) filled(template string) string {
	var b strings.Builder
	s := template
	for n := 0; n < 64; n++ {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			break
		}
		name := s[open+1 : open+length]
		if i := strings.IndexAny(name, ":,"); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimLeft(name, "@$")
		b.WriteString(s[:open])
		if v, ok := r.valueOf(name); ok {
			b.WriteString(v)
		} else {
			b.WriteString(s[open : open+length+1])
		}
		s = s[open+length+1:]
		if b.Len() > 64<<10 {
			break
		}
	}
	b.WriteString(s)
	return r.concat(b.String())
}

func (r *Parser) valueOf(name string) (string, bool) {
	for i := range r.rest {
		if r.rest[i].Key == name {
			return r.text(r.rest[i].Value), true
		}
	}
	for i := range r.fields {
		if r.fields[i].Key == name {
			return r.text(r.fields[i].Value), true
		}
	}
	return "", false
}
