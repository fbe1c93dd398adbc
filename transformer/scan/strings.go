package scan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// View is b as a string without a copy: b must not change while the string lives.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// BytesOf is s as bytes without a copy: they must not be changed.
func BytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Plain marks the bytes that stand for themselves inside a JSON string.
var Plain = func() (t [256]bool) {
	for i := 0x20; i < 256; i++ {
		t[i] = i != '"' && i != '\\'
	}
	return
}()

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special has the high bit of each byte of w that is not plain, from the first such byte
// on; behind it bits may be wrong. Eight bytes are looked at in a dozen instructions
// (BenchmarkParse).
func special(w uint64) uint64 {
	quote, slash := w^lows*'"', w^lows*'\\'
	return ((quote-lows)&^quote | (slash-lows)&^slash | (w-lows*0x20)&^w) & highs
}

// PlainEnd is the index of the first byte of b, from i on, that is not plain.
func PlainEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && Plain[b[i]] {
		i++
	}
	return i
}

// String walks the string that opens at b[i]; escaped tells whether it holds a backslash.
func String(b []byte, i int) (end int, escaped bool) {
	for i++; ; {
		if i = PlainEnd(b, i); i >= len(b) {
			return Short, escaped
		}
		switch b[i] {
		case '"':
			return i + 1, escaped
		case '\\':
			escaped = true
			if i = scanEscape(b, i); i < 0 {
				return i, escaped
			}
		default:
			return Bad, escaped
		}
	}
}

// scanEscape walks the escape sequence at b[i].
func scanEscape(b []byte, i int) int {
	if i+1 >= len(b) {
		return Short
	}
	if escapes[b[i+1]] != 0 {
		return i + 2
	}
	if b[i+1] != 'u' {
		return Bad
	}
	for j := i + 2; j < i+6; j++ {
		if j >= len(b) {
			return Short
		}
		if Unhex(b[j]) < 0 {
			return Bad
		}
	}
	return i + 6
}

// Unhex is the value of a hexadecimal digit, or -1.
func Unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// AppendString appends the text of the string that opens at b[i], unescaped.
func AppendString(dst, b []byte, i int) ([]byte, int) {
	return AppendRest(dst, b, i+1)
}

// AppendRest is appendString from b[i] inside the string on.
func AppendRest(dst, b []byte, i int) ([]byte, int) {
	for {
		from := i
		i = PlainEnd(b, i)
		dst = append(dst, b[from:i]...)
		if i >= len(b) {
			return dst, Short
		}
		switch b[i] {
		case '"':
			return dst, i + 1
		case '\\':
			if dst, i = appendEscape(dst, b, i); i < 0 {
				return dst, i
			}
		default:
			return dst, Bad
		}
	}
}

// Unescape writes the text of the string that b[i] is inside of to dst and returns how
// much that is, the index behind the string, and whether all of it is ASCII. It copies
// whole words, of which what is too much is overwritten by the next. It gives up at an
// index inside the string, with done unset, when dst or b may not hold a word more.
func Unescape(dst, b []byte, i int) (n, next int, ascii, done bool) {
	var seen uint64
	for n+16 <= len(dst) && i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(dst[n:], w)
		m := special(w)
		if m == 0 {
			seen |= w
			i, n = i+8, n+8
			continue
		}
		k := bits.TrailingZeros64(m) >> 3
		seen |= w & (1<<(k*8) - 1)
		i, n = i+k, n+k
		if b[i] == '"' {
			return n, i + 1, seen&highs == 0, true
		}
		if b[i] != '\\' || i+1 >= len(b) {
			break
		}
		c := escapes[b[i+1]]
		if c == 0 { // \u, which may not even be right
			break
		}
		dst[n] = c
		i, n = i+2, n+1
	}
	return n, i, false, false
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func appendEscape(dst, b []byte, i int) ([]byte, int) {
	if i+1 < len(b) {
		if c := escapes[b[i+1]]; c != 0 {
			return append(dst, c), i + 2
		}
	}
	end := scanEscape(b, i)
	if end < 0 {
		return dst, end
	}
	r := hex4(b[i+2:])
	if utf16.IsSurrogate(r) {
		if end+1 < len(b) && b[end] == '\\' && b[end+1] == 'u' {
			low := scanEscape(b, end)
			if low < 0 {
				return dst, low
			}
			if pair := utf16.DecodeRune(r, hex4(b[end+2:])); pair != utf8.RuneError {
				return utf8.AppendRune(dst, pair), low
			}
		} else if end >= len(b) || b[end] == '\\' && end+1 >= len(b) {
			return dst, Short
		}
		r = utf8.RuneError // a lone half
	}
	return utf8.AppendRune(dst, r), end
}

func hex4(b []byte) rune {
	return rune(Unhex(b[0])<<12 | Unhex(b[1])<<8 | Unhex(b[2])<<4 | Unhex(b[3]))
}
