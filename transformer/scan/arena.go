package scan

import (
	"unicode/utf8"
)

// keptBuffer is what is kept of a buffer that one huge payload has made grow, in bytes.
const keptBuffer = 4 << 20

// Arena holds the texts and numbers that rows point to until they are written. It is
// reset for each payload and reuses its memory, so that the steady state allocates
// nothing (BenchmarkTransform, -benchmem).
type Arena struct {
	Text   []byte
	int32s []int32
	int64s []int64
	floats []float64
}

// Reset forgets everything; what points into it must not be read any more.
func (a *Arena) Reset() {
	if cap(a.Text) > keptBuffer { // do not keep what one huge payload needed
		a.Text = nil
	}
	a.Text, a.int32s, a.int64s, a.floats = a.Text[:0], a.int32s[:0], a.int64s[:0], a.floats[:0]
}

// Room makes room for n more bytes of Text. A block that is full is left to the rows that point into it, and a larger one begun.
func (a *Arena) Room(n int) {
	if cap(a.Text)-len(a.Text) < n {
		a.Text = make([]byte, 0, max(2*cap(a.Text), n, 64<<10))
	}
}

// Unquote returns the text of a quoted JSON string that scanString has accepted.
func (a *Arena) Unquote(quoted []byte) string {
	a.Room(len(quoted))
	from := len(a.Text)
	a.Text, _ = AppendString(a.Text, quoted, 0)
	return View(a.Text[from:])
}

// Valid returns s, or s with U+FFFD for each byte that is not UTF-8.
func (a *Arena) Valid(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	a.Room(3 * len(s))
	from := len(a.Text)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		a.Text = utf8.AppendRune(a.Text, r)
		i += n
	}
	return a.Text[from:]
}

// Int32 keeps a number.
func (a *Arena) Int32(v int32) *int32 {
	a.int32s = grown(a.int32s, v)
	return &a.int32s[len(a.int32s)-1]
}

// Int64 keeps a number.
func (a *Arena) Int64(v int64) *int64 {
	a.int64s = grown(a.int64s, v)
	return &a.int64s[len(a.int64s)-1]
}

// Float keeps a number.
func (a *Arena) Float(v float64) *float64 {
	a.floats = grown(a.floats, v)
	return &a.floats[len(a.floats)-1]
}

// grown appends without moving what is pointed to.
func grown[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = make([]T, 0, max(2*cap(s), 256))
	}
	return append(s, v)
}
