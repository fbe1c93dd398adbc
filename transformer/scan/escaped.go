package scan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Escaped reads objects inside strings. A structured logger's record lies in the payload as JSON inside a JSON string:
//
//	"message":"{\"level\":\"INFO\",\"message\":\"Booked \\\"A1\\\"\"}"
//
// An escaped reader takes such an object apart in one pass over the escaped text, where
// unescaping it and taking it apart afterwards would be two (BenchmarkParse: 1.5 times
// as fast). It knows what loggers really write; whatever else it meets, it gives up and
// leaves to the general way, which FuzzFastEqualsGeneric holds it against.
type Escaped struct {
	Keys  *Keys
	names names
	Arena *Arena

	b    []byte // the payload
	i    int    // the next byte of it
	dst  []byte // free room of the arena, for texts that have to be copied
	n    int    // bytes of it used
	seen uint64 // all bytes copied, to tell whether they are ASCII
}

// Bounds of the fast way; beyond them the general one takes over.
const (
	escapedRoom   = 64 << 10 // bytes of text of one record
	escapedFields = 200
	escapedDepth  = 32
)

// Object takes the object apart that begins at b[i:] == `"{`, the quote of the message's
// string included. It returns the fields and the index behind the string's end; ok is
// false when it gave up.
func (e *Escaped) Object(fields []Field, b []byte, i int) (_ []Field, end int, ok bool) {
	e.Arena.Room(escapedRoom)
	from := len(e.Arena.Text)
	e.b, e.i, e.dst, e.n, e.seen = b, i+2, e.Arena.Text[from:cap(e.Arena.Text)], 0, 0
	if fields, ok = e.members(fields); !ok || !e.close() {
		return fields, 0, false
	}
	if e.seen&highs != 0 && !utf8.Valid(e.dst[:e.n]) {
		return fields, 0, false
	}
	e.Arena.Text = e.Arena.Text[:from+e.n]
	return fields, e.i, true
}

// members reads the members of the object up to and with its closing brace.
func (e *Escaped) members(fields []Field) ([]Field, bool) {
	last := &e.names.first
	for range escapedFields {
		e.spaces()
		name, ok := e.name(last)
		if !ok {
			return fields, false
		}
		last = name
		e.spaces()
		value, ok := e.value()
		if !ok {
			return fields, false
		}
		fields = append(fields, Field{Key: name.key, Value: value, Log: name.log, Access: name.access, hash: name.hash})
		if e.spaces(); e.i >= len(e.b) {
			return fields, false
		}
		c := e.b[e.i]
		if e.i++; c == '}' {
			return fields, true
		}
		if c != ',' {
			return fields, false
		}
	}
	return fields, false
}

func (e *Escaped) spaces() {
	for e.i < len(e.b) && e.b[e.i] == ' ' {
		e.i++
	}
}

// close passes over the line feed that may end a message, and the quote that must.
func (e *Escaped) close() bool {
	b := e.b
	for e.i+1 < len(b) && b[e.i] == '\\' && (b[e.i+1] == 'n' || b[e.i+1] == 'r') {
		e.i += 2
	}
	e.i++
	return e.i <= len(b) && b[e.i-1] == '"'
}

// value reads a value; a number or a literal stays where it is, anything else is copied.
func (e *Escaped) value() ([]byte, bool) {
	if e.i >= len(e.b) {
		return nil, false
	}
	from := e.n
	switch e.b[e.i] {
	case '\\':
		if !e.text() {
			return nil, false
		}
	case '{', '[':
		if !e.nested() {
			return nil, false
		}
	default:
		at := e.i
		if e.i = Value(e.b, at); e.i < 0 || e.b[at] == '"' {
			return nil, false
		}
		return e.b[at:e.i:e.i], true
	}
	return e.dst[from:e.n:e.n], true
}

// text copies the string at the reader's place, its quotes included, by whole words: what
// is too much of one is overwritten by the next.
func (e *Escaped) text() bool {
	b, i, dst, n := e.b, e.i, e.dst, e.n
	if i+2 > len(b) || b[i] != '\\' || b[i+1] != '"' || n >= len(dst) {
		return false
	}
	dst[n] = '"'
	i, n = i+2, n+1
	for n+16 <= len(dst) && i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(dst[n:], w)
		m := special(w)
		if m == 0 {
			e.seen |= w
			i, n = i+8, n+8
			continue
		}
		k := bits.TrailingZeros64(m) >> 3
		e.seen |= w & (1<<(k*8) - 1)
		i, n = i+k, n+k
		if i+2 > len(b) || b[i] != '\\' {
			return false
		}
		if b[i+1] == '"' {
			dst[n] = '"'
			e.i, e.n = i+2, n+1
			return true
		}
		size := innerEscape(b, i)
		if size == 0 {
			return false
		}
		dst[n], dst[n+1] = '\\', b[i+size-1]
		i, n = i+size, n+2
	}
	return false
}

// innerEscape is the length of what stands at b[i:] for an escape sequence of the inner
// JSON, without the digits of a \u: its last byte is the one that the inner sequence has
// behind its backslash. It is 0 for what is none.
func innerEscape(b []byte, i int) int {
	if i+7 > len(b) || b[i+1] != '\\' {
		return 0
	}
	switch b[i+2] {
	case 'b', 'f', 'n', 'r', 't', '/':
		return 3
	case 'u':
		if Unhex(b[i+3]) >= 0 && Unhex(b[i+4]) >= 0 && Unhex(b[i+5]) >= 0 && Unhex(b[i+6]) >= 0 {
			return 3
		}
	case '\\':
		if b[i+3] == '"' || b[i+3] == '\\' {
			return 4
		}
	}
	return 0
}

// nested copies the array or object at the reader's place.
func (e *Escaped) nested() bool {
	var open [escapedDepth]byte // the closing byte of each open array or object
	depth := 0
	for {
		// A value begins here, behind spaces.
		if !e.copySpaces() {
			return false
		}
		switch c := e.b[e.i]; c {
		case '{', '[':
			if depth == len(open) {
				return false
			}
			open[depth] = c + 2 // '{' + 2 == '}', '[' + 2 == ']'
			depth++
			e.take()
			if !e.copySpaces() {
				return false
			}
			if e.b[e.i] == c+2 {
				break
			}
			if c == '{' && !e.copyKey() {
				return false
			}
			continue
		case '\\':
			if !e.text() {
				return false
			}
		default:
			if !e.copyScalar() {
				return false
			}
		}
		for {
			if !e.copySpaces() {
				return false
			}
			if e.b[e.i] != open[depth-1] {
				break
			}
			e.take()
			if depth--; depth == 0 {
				return true
			}
		}
		if e.b[e.i] != ',' {
			return false
		}
		e.take()
		if open[depth-1] == '}' && !(e.copySpaces() && e.copyKey()) {
			return false
		}
	}
}

// take copies one byte; copySpaces has seen to the room for it.
func (e *Escaped) take() {
	e.dst[e.n] = e.b[e.i]
	e.n++
	e.i++
}

// copySpaces copies spaces and reports whether something follows, and room for it.
func (e *Escaped) copySpaces() bool {
	for e.i < len(e.b) && e.n+8 < len(e.dst) {
		if e.b[e.i] != ' ' {
			return true
		}
		e.take()
	}
	return false
}

func (e *Escaped) copyKey() bool {
	if !e.text() || !e.copySpaces() || e.b[e.i] != ':' {
		return false
	}
	e.take()
	return true
}

// copyScalar copies a number or a literal.
func (e *Escaped) copyScalar() bool {
	if e.b[e.i] == '"' {
		return false
	}
	end := Value(e.b, e.i)
	if end < 0 || e.n+end-e.i+8 > len(e.dst) {
		return false
	}
	e.n += copy(e.dst[e.n:], e.b[e.i:end])
	e.i = end
	return true
}
