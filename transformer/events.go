package transformer

// events reads the array at b[i]. On a fault it returns its kind and its place.
func (p *payloads) events(b []byte, i int, out *outcome) (end, faultAt int) {
	if i = skipSpace(b, i+1); i < len(b) && b[i] == ']' {
		return i + 1, 0
	}
	for {
		at := i
		if i >= len(b) {
			return short, at
		}
		e := &p.current
		*e = event{}
		var end int
		if b[i] == '{' {
			if end = p.usual(e, b, i); end < 0 {
				end = p.one(e, b, i)
			}
		} else if end = scanValue(b, i); end >= 0 {
			e.message, e.size = p.arena.valid(b[i:end]), end-i // not an event: kept as text
		}
		if end < 0 {
			return end, at
		}
		// Only a separator proves that the event is whole.
		next := skipSpace(b, end)
		if next >= len(b) {
			return short, at
		}
		if b[next] != ',' && b[next] != ']' {
			return bad, next
		}
		p.event(e, at)
		out.events++
		out.end = end
		if b[next] == ']' {
			return next + 1, 0
		}
		i = skipSpace(b, next+1)
	}
}

// usual reads the event at b[i] == '{' if it is written as CloudWatch Logs writes it; else
// it returns a negative index, and what it did is done again by one (BenchmarkParse).
func (p *payloads) usual(e *event, b []byte, i int) int {
	const head, middle, last = `{"id":"`, `","timestamp":`, `,"message":"`
	if !startsWith(b, i, head) {
		return bad
	}
	id := i + len(head)
	idEnd := plainEnd(b, id)
	if idEnd == id || !startsWith(b, idEnd, middle) {
		return bad
	}
	from := idEnd + len(middle)
	i = skipDigits(b, from)
	ms, ok := parseInt(b[from:i])
	if !ok || b[from] == '0' || !startsWith(b, i, last) {
		return bad
	}
	e.id, e.timestamp, e.timed = view(p.arena.valid(b[id:idEnd])), ms, true
	i += len(last) - 1
	end := p.messageOf(e, b, i)
	size := end - i
	if end >= 0 && end < len(b) && b[end] == ',' {
		end = p.usualSystem(e, b, end)
	}
	if end < 0 || end >= len(b) || b[end] != '}' {
		*e = event{}
		return bad
	}
	e.size = size
	return end + 1
}

func startsWith(b []byte, i int, s string) bool {
	return len(b)-i >= len(s) && string(b[i:i+len(s)]) == s
}

// one reads the event at b[i] == '{'. An event whose members are not what they should
// be is kept as text.
func (p *payloads) one(e *event, b []byte, i int) int {
	start, messages, messageAt, odd := i, 0, 0, false
	i = skipSpace(b, i+1)
	for {
		if i >= len(b) {
			return short
		}
		if b[i] == '}' && !odd && messages == 0 { // "{}"
			odd = true
			i++
			break
		}
		if b[i] != '"' {
			return bad
		}
		end, escaped := scanString(b, i)
		if end < 0 {
			return end
		}
		key := b[i+1 : end-1]
		if i = skipSpace(b, end); i >= len(b) || b[i] != ':' {
			return shortOr(b, i)
		}
		if i = skipSpace(b, i+1); i >= len(b) {
			return short
		}
		from := i
		switch {
		case !escaped && string(key) == "message" && b[i] == '"':
			messages, messageAt = messages+1, i
			if i = p.messageOf(e, b, i); i < 0 {
				return i
			}
			e.size = i - from
		case !escaped && string(key) == "message":
			if i = scanValue(b, i); i < 0 { // somebody put JSON in place of its text
				return i
			}
			messages++
			e.message, e.size = p.arena.valid(b[from:i]), i-from
		default:
			if i = scanValue(b, i); i < 0 {
				return i
			}
			switch {
			case !escaped && string(key) == "id" && b[from] == '"':
				e.id, _ = p.text(b[from:i])
			case !escaped && string(key) == "timestamp":
				e.timestamp, e.timed = parseInt(b[from:i])
			case !escaped && string(key) == "extractedFields" && b[from] == '{':
				p.takeSystem(e, b[from:i])
			}
		}
		if i = skipSpace(b, i); i >= len(b) {
			return short
		}
		if b[i] == '}' {
			i++
			break
		}
		if b[i] != ',' {
			return bad
		}
		i = skipSpace(b, i+1)
	}
	switch {
	case messages != 1:
		e.message, e.fields, e.size = p.arena.valid(b[start:i]), nil, i-start
	case e.id == "" && e.fields != nil: // the message's bytes will name it
		e.fields = nil
		e.message, _ = p.message(b, messageAt)
	}
	return i
}

// messageOf reads the message at b[i], a string: as fields if the escaped reader can.
func (p *payloads) messageOf(e *event, b []byte, i int) int {
	e.fields = nil
	if i+1 < len(b) && b[i+1] == '{' {
		fields, end, ok := p.inner.object(p.fields[:0], b, i)
		if p.fields = fields; ok {
			e.fields = fields
			return end
		}
	}
	e.message, i = p.message(b, i)
	return i
}

// message unescapes the text at b[i] into the arena.
func (p *payloads) message(b []byte, i int) ([]byte, int) {
	from := i + 1
	if from < len(b) && b[from] != '{' { // JSON has something to unescape, text often not: no copy
		if end := plainEnd(b, from); end < len(b) && b[end] == '"' {
			return p.arena.valid(b[from:end]), end + 1
		}
	}
	a := p.arena
	a.room(64 << 10)
	start := len(a.text)
	n, i, ascii, done := unescape(a.text[start:cap(a.text)], b, from)
	a.text = a.text[:start+n]
	if !done {
		if a.text, i = appendRest(a.text, b, i); i < 0 {
			return nil, i
		}
	}
	s := a.text[start:len(a.text):len(a.text)]
	if ascii {
		return s, i
	}
	return a.valid(s), i
}
