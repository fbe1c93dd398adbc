package landing

import (
	"github.com/seamark-hq/seamark/transformer/scan"
)

// events reads the array at b[i]. On a fault it returns its kind and its place.
func (p *payloads) events(b []byte, i int, out *outcome) (end, faultAt int) {
	if i = scan.SkipSpace(b, i+1); i < len(b) && b[i] == ']' {
		return i + 1, 0
	}
	for {
		at := i
		if i >= len(b) {
			return scan.Short, at
		}
		e := &p.current
		*e = Event{}
		var end int
		if b[i] == '{' {
			if end = p.usual(e, b, i); end < 0 {
				end = p.one(e, b, i)
			}
		} else if end = scan.Value(b, i); end >= 0 {
			e.Message, e.Size = p.arena.Valid(b[i:end]), end-i // not an event: kept as text
		}
		if end < 0 {
			return end, at
		}
		// Only a separator proves that the event is whole.
		next := scan.SkipSpace(b, end)
		if next >= len(b) {
			return scan.Short, at
		}
		if b[next] != ',' && b[next] != ']' {
			return scan.Bad, next
		}
		p.event(e, at)
		out.events++
		out.end = end
		if b[next] == ']' {
			return next + 1, 0
		}
		i = scan.SkipSpace(b, next+1)
	}
}

// usual reads the event at b[i] == '{' if it is written as CloudWatch Logs writes it; else
// it returns a negative index, and what it did is done again by one (BenchmarkParse).
func (p *payloads) usual(e *Event, b []byte, i int) int {
	const head, middle, last = `{"id":"`, `","timestamp":`, `,"message":"`
	if !startsWith(b, i, head) {
		return scan.Bad
	}
	id := i + len(head)
	idEnd := scan.PlainEnd(b, id)
	if idEnd == id || !startsWith(b, idEnd, middle) {
		return scan.Bad
	}
	from := idEnd + len(middle)
	i = scan.SkipDigits(b, from)
	ms, ok := scan.ParseInt(b[from:i])
	if !ok || b[from] == '0' || !startsWith(b, i, last) {
		return scan.Bad
	}
	e.ID, e.Timestamp, e.Timed = scan.View(p.arena.Valid(b[id:idEnd])), ms, true
	i += len(last) - 1
	end := p.messageOf(e, b, i)
	size := end - i
	if end >= 0 && end < len(b) && b[end] == ',' {
		end = p.usualSystem(e, b, end)
	}
	if end < 0 || end >= len(b) || b[end] != '}' {
		*e = Event{}
		return scan.Bad
	}
	e.Size = size
	return end + 1
}

func startsWith(b []byte, i int, s string) bool {
	return len(b)-i >= len(s) && string(b[i:i+len(s)]) == s
}

// one reads the event at b[i] == '{'. An event whose members are not what they should
// be is kept as text.
func (p *payloads) one(e *Event, b []byte, i int) int {
	start, messages, messageAt := i, 0, 0
	i = scan.SkipSpace(b, i+1)
	for first := i; ; {
		if i >= len(b) {
			return scan.Short
		}
		if b[i] == '}' && i == first { // "{}"
			i++
			break
		}
		if b[i] != '"' {
			return scan.Bad
		}
		end, escaped := scan.String(b, i)
		if end < 0 {
			return end
		}
		key := b[i+1 : end-1]
		if i = scan.SkipSpace(b, end); i >= len(b) || b[i] != ':' {
			return scan.ShortOr(b, i)
		}
		if i = scan.SkipSpace(b, i+1); i >= len(b) {
			return scan.Short
		}
		from := i
		switch {
		case !escaped && string(key) == "message" && b[i] == '"':
			messages, messageAt = messages+1, i
			if i = p.messageOf(e, b, i); i < 0 {
				return i
			}
			e.Size = i - from
		case !escaped && string(key) == "message":
			if i = scan.Value(b, i); i < 0 { // somebody put JSON in place of its text
				return i
			}
			messages++
			e.Message, e.Size = p.arena.Valid(b[from:i]), i-from
		default:
			if i = scan.Value(b, i); i < 0 {
				return i
			}
			switch {
			case !escaped && string(key) == "id" && b[from] == '"':
				e.ID, _ = p.text(b[from:i])
			case !escaped && string(key) == "timestamp":
				e.Timestamp, e.Timed = scan.ParseInt(b[from:i])
			case !escaped && string(key) == "extractedFields" && b[from] == '{':
				p.takeSystem(e, b[from:i])
			}
		}
		if i = scan.SkipSpace(b, i); i >= len(b) {
			return scan.Short
		}
		if b[i] == '}' {
			i++
			break
		}
		if b[i] != ',' {
			return scan.Bad
		}
		i = scan.SkipSpace(b, i+1)
	}
	switch {
	case messages != 1:
		e.Message, e.Fields, e.Size = p.arena.Valid(b[start:i]), nil, i-start
	case e.ID == "" && e.Fields != nil: // the message's bytes will name it
		e.Fields = nil
		e.Message, _ = p.message(b, messageAt)
	}
	return i
}

// messageOf reads the message at b[i], a string: as fields if the escaped reader can.
func (p *payloads) messageOf(e *Event, b []byte, i int) int {
	e.Fields = nil
	if i+1 < len(b) && b[i+1] == '{' {
		fields, end, ok := p.inner.Object(p.fields[:0], b, i)
		if p.fields = fields; ok {
			e.Fields = fields
			return end
		}
	}
	e.Message, i = p.message(b, i)
	return i
}

// message unescapes the text at b[i] into the arena.
func (p *payloads) message(b []byte, i int) ([]byte, int) {
	from := i + 1
	if from < len(b) && b[from] != '{' { // JSON has something to unescape, text often not: no copy
		if end := scan.PlainEnd(b, from); end < len(b) && b[end] == '"' {
			return p.arena.Valid(b[from:end]), end + 1
		}
	}
	a := p.arena
	a.Room(64 << 10)
	start := len(a.Text)
	n, i, ascii, done := scan.Unescape(a.Text[start:cap(a.Text)], b, from)
	a.Text = a.Text[:start+n]
	if !done {
		if a.Text, i = scan.AppendRest(a.Text, b, i); i < 0 {
			return nil, i
		}
	}
	s := a.Text[start:len(a.Text):len(a.Text)]
	if ascii {
		return s, i
	}
	return a.Valid(s), i
}
