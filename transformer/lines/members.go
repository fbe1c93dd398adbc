package lines

import (
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Members of objects and elements of lists that are part of a record.

// into looks into an object, or the objects of a list.
func (r *Parser) into(x *reading, m *member, f *scan.Field) {
	if m.ids {
		r.ids(x, f.Key, f.Value, 0)
		if f.Value[0] == '{' && x.row.ErrorType == "" && x.row.ErrorStack == "" && r.hasStack(f.Value, Severe(x.row.Level)) {
			r.errorOf(x, f)
		}
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

// hasStack reports whether an object is an error that has its stack, in a severe record also one
// that has nothing else.
func (r *Parser) hasStack(v []byte, severe bool) bool {
	from := len(r.inner)
	p, ok := r.problem(v)
	r.inner = r.inner[:from]
	return ok && p.stack != "" && IsStack(p.stack) && (severe || p.kind != "" || p.message != "")
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
