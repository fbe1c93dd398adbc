package transformer

import "unicode/utf8"

// arena holds the texts and numbers that rows point to until they are written. It is
// reset for each payload and reuses its memory, so that the steady state allocates
// nothing (BenchmarkTransform, -benchmem).
type arena struct {
	text   []byte
	int32s []int32
	int64s []int64
	floats []float64
}

func (a *arena) reset() {
	if cap(a.text) > keptBuffer { // do not keep what one huge payload needed
		a.text = nil
	}
	a.text, a.int32s, a.int64s, a.floats = a.text[:0], a.int32s[:0], a.int64s[:0], a.floats[:0]
}

// A block that is full is left to the rows that point into it, and a larger one begun.
func (a *arena) room(n int) {
	if cap(a.text)-len(a.text) < n {
		a.text = make([]byte, 0, max(2*cap(a.text), n, 64<<10))
	}
}

// unquote returns the text of a quoted JSON string that scanString has accepted.
func (a *arena) unquote(quoted []byte) string {
	a.room(len(quoted))
	from := len(a.text)
	a.text, _ = appendString(a.text, quoted, 0)
	return view(a.text[from:])
}

// valid returns s, or s with U+FFFD for each byte that is not UTF-8.
func (a *arena) valid(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	a.room(3 * len(s))
	from := len(a.text)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		a.text = utf8.AppendRune(a.text, r)
		i += n
	}
	return a.text[from:]
}

func (a *arena) int32(v int32) *int32 {
	a.int32s = grown(a.int32s, v)
	return &a.int32s[len(a.int32s)-1]
}

func (a *arena) int64(v int64) *int64 {
	a.int64s = grown(a.int64s, v)
	return &a.int64s[len(a.int64s)-1]
}

func (a *arena) float(v float64) *float64 {
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
