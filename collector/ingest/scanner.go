package ingest

import (
	"bytes"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON (RFC 8259) as it comes, in a buffer of fixed size. It accepts what
// encoding/json accepts.
type scanner struct {
	in      io.Reader
	buf     [scanBuffer]byte
	pos     int
	end     int
	before  int64 // bytes of the input before buf
	readErr error // why no more bytes come
}

const (
	scanBuffer = 64 << 10
	maxDepth   = 10_000 // encoding/json's own limit
	maxKey     = 64     // a longer key is not one of ours
)

func (s *scanner) reset(in io.Reader) {
	s.in, s.pos, s.end, s.before, s.readErr = in, 0, 0, 0, nil
}

// bad is an error at the current place.
func (s *scanner) bad(what string) error { return &badBody{s.before + int64(s.pos), what} }

// fill gets more bytes; false at the end of the input.
func (s *scanner) fill() bool {
	s.before += int64(s.end)
	s.pos, s.end = 0, 0
	for empty := 0; s.end == 0; empty++ {
		if s.readErr != nil {
			return false
		}
		if empty == 100 {
			s.readErr = io.ErrNoProgress
			return false
		}
		s.end, s.readErr = s.in.Read(s.buf[:])
	}
	return true
}

// peek returns the next byte that is not white space, without taking it; 0 at the end.
func (s *scanner) peek() byte {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n':
				s.pos++
			default:
				return c
			}
		}
		if !s.fill() {
			return 0
		}
	}
}

// next takes the next byte.
func (s *scanner) next() (byte, error) {
	if s.pos == s.end && !s.fill() {
		return 0, s.bad("body ends early")
	}
	c := s.buf[s.pos]
	s.pos++
	return c, nil
}

func (s *scanner) expect(c byte) error {
	got := s.peek()
	if s.pos == s.end {
		return s.bad("body ends early")
	}
	if got != c {
		return s.bad("expected '" + string(rune(c)) + "'")
	}
	s.pos++
	return nil
}

// finish makes sure that nothing but white space is left.
func (s *scanner) finish() error {
	s.peek()
	if s.pos < s.end {
		return s.bad("something follows the end of the JSON")
	}
	return nil
}

// object reads an object; member must read the value of each key.
func (s *scanner) object(member func(key string) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		key, _, err := s.text(maxKey)
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect('}')
	}
}

// array reads an array; element must read each of its values.
func (s *scanner) array(element func() error) error {
	if err := s.expect('['); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect(']')
	}
}

// skip reads any value, in memory bounded by its depth.
func (s *scanner) skip(depth int) error {
	if depth > maxDepth {
		return s.bad("JSON is nested too deep")
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(func(string) error { return s.skip(depth + 1) })
	case c == '[':
		return s.array(func() error { return s.skip(depth + 1) })
	case c == '"':
		return s.string(func([]byte, bool) error { return nil })
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	default:
		_, err := s.number()
		return err
	}
}

func (s *scanner) word(w string) error {
	for i := range len(w) {
		c, err := s.next()
		if err != nil {
			return err
		}
		if c != w[i] {
			return s.bad("expected " + w)
		}
	}
	return nil
}

// number reads a number and returns the start of its text, 64 characters at most.
func (s *scanner) number() (string, error) {
	s.peek()
	var text []byte
	// state: which characters may come, and whether the number may end here (RFC 8259, 6).
	const (
		start = iota
		minus
		zero
		whole
		point
		fraction
		exponent
		sign
		power
	)
	state := start
	for {
		if s.pos == s.end && !s.fill() {
			break
		}
		c := s.buf[s.pos]
		next := -1
		digit := c >= '0' && c <= '9'
		switch {
		case c == '-' && state == start:
			next = minus
		case c == '0' && (state == start || state == minus):
			next = zero
		case digit && (state == start || state == minus || state == whole):
			next = whole
		case c == '.' && (state == zero || state == whole):
			next = point
		case digit && (state == point || state == fraction):
			next = fraction
		case (c == 'e' || c == 'E') && (state == zero || state == whole || state == fraction):
			next = exponent
		case (c == '+' || c == '-') && state == exponent:
			next = sign
		case digit && (state == exponent || state == sign || state == power):
			next = power
		}
		if next < 0 {
			break
		}
		state = next
		if len(text) < 64 {
			text = append(text, c)
		}
		s.pos++
	}
	if state != zero && state != whole && state != fraction && state != power {
		return "", s.bad("expected a JSON value")
	}
	return string(text), nil
}

// text reads a string of at most limit bytes; whole is false when it was longer and cut.
func (s *scanner) text(limit int) (text string, whole bool, err error) {
	var b []byte
	whole = true
	err = s.string(func(piece []byte, _ bool) error {
		if room := limit - len(b); len(piece) > room {
			piece, whole = piece[:room], false
		}
		b = append(b, piece...)
		return nil
	})
	return string(b), whole, err
}

// string reads a string and hands it on in pieces: runs of plain bytes, and the bytes of
// each escape sequence, decoded, by itself.
func (s *scanner) string(piece func(b []byte, escaped bool) error) error {
	if err := s.expect('"'); err != nil {
		return err
	}
	for {
		if s.pos == s.end && !s.fill() {
			return s.bad("body ends early")
		}
		run := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(run, '"'); i >= 0 {
			run = run[:i]
		}
		if i := bytes.IndexByte(run, '\\'); i >= 0 {
			run = run[:i]
		}
		if hasControl(run) {
			return s.bad("control character in a string")
		}
		if len(run) > 0 {
			s.pos += len(run)
			if err := piece(run, false); err != nil {
				return err
			}
		}
		if s.pos == s.end {
			continue
		}
		c := s.buf[s.pos]
		s.pos++
		if c == '"' {
			return nil
		}
		if err := s.escape(piece); err != nil {
			return err
		}
	}
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < 0x20 {
			return true
		}
	}
	return false
}

// escape reads what follows a backslash.
func (s *scanner) escape(piece func(b []byte, escaped bool) error) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return s.unicode(piece)
	default:
		return s.bad("unknown escape in a string")
	}
	return piece([]byte{c}, true)
}

// unicode reads the four digits of \u, and a low surrogate after a high one.
func (s *scanner) unicode(piece func(b []byte, escaped bool) error) error {
	r, err := s.hex4()
	if err != nil {
		return err
	}
	for utf16.IsSurrogate(r) {
		low := rune(-1)
		if s.pos < s.end || s.fill() {
			if s.buf[s.pos] == '\\' {
				s.pos++
				c, err := s.next()
				if err != nil {
					return err
				}
				if c != 'u' { // another escape: the surrogate stands alone
					s.pos--
					if err := piece([]byte("\ufffd"), true); err != nil {
						return err
					}
					return s.escape(piece)
				}
				if low, err = s.hex4(); err != nil {
					return err
				}
			}
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError || low < 0 {
			r = pair
			break
		}
		if err := piece([]byte("\ufffd"), true); err != nil {
			return err
		}
		r = low
	}
	return piece(utf8.AppendRune(nil, r), true)
}

func (s *scanner) hex4() (rune, error) {
	var r rune
	for range 4 {
		c, err := s.next()
		if err != nil {
			return 0, err
		}
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, s.bad("\\u without four hex digits")
		}
		r = r<<4 | rune(c)
	}
	return r, nil
}
