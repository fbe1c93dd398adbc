package transformer

import "strconv"

// The scanners below walk JSON (RFC 8259) in place. They return the index behind what
// they read, or one of these:
const (
	short = -1 // the text ends before the value does
	bad   = -2 // not JSON
)

// maxDepth is how deep arrays and objects may nest; a deeper value is not taken for JSON.
const maxDepth = 512

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// scanNumber walks the number at b[i].
func scanNumber(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return short
	case b[i] == '0':
		i++
	case b[i] >= '1' && b[i] <= '9':
		i = skipDigits(b, i)
	default:
		return bad
	}
	if i < len(b) && b[i] == '.' {
		n := skipDigits(b, i+1)
		if n == i+1 {
			return shortOr(b, n)
		}
		i = n
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := skipDigits(b, i)
		if n == i {
			return shortOr(b, n)
		}
		i = n
	}
	return i
}

// parseInt reads a JSON number that is a whole one.
func parseInt(v []byte) (int64, bool) {
	if len(v) == 0 || len(v) > 20 {
		return 0, false
	}
	digits, sum := v, uint64(0)
	if v[0] == '-' {
		digits = v[1:]
	}
	for _, c := range digits { // strconv's error would be an allocation, and this is no rare case
		if c < '0' || c > '9' {
			return 0, false
		}
		sum = sum*10 + uint64(c-'0')
	}
	if len(digits) == 0 {
		return 0, false
	}
	if len(digits) > 18 { // sum may be wrong
		n, err := strconv.ParseInt(view(v), 10, 64)
		return n, err == nil
	}
	if len(digits) < len(v) {
		return -int64(sum), true
	}
	return int64(sum), true
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}

// shortOr tells a text that ends at i from one that is wrong there.
func shortOr(b []byte, i int) int {
	if i >= len(b) {
		return short
	}
	return bad
}

func scanLiteral(b []byte, i int, word string) int {
	for j := 0; j < len(word); j++ {
		if i+j >= len(b) {
			return short
		}
		if b[i+j] != word[j] {
			return bad
		}
	}
	return i + len(word)
}

// scanValue walks any JSON value at b[i], iteratively.
func scanValue(b []byte, i int) int {
	if i >= len(b) {
		return short
	}
	switch b[i] {
	case '"':
		end, _ := scanString(b, i)
		return end
	case '{', '[':
		return scanNested(b, i)
	case 't':
		return scanLiteral(b, i, "true")
	case 'f':
		return scanLiteral(b, i, "false")
	case 'n':
		return scanLiteral(b, i, "null")
	default:
		return scanNumber(b, i)
	}
}

// scanNested walks the array or object at b[i].
func scanNested(b []byte, i int) int {
	var stack [maxDepth]byte // the closing byte of each open array or object
	depth := 0
	for {
		// A value begins at i.
		if i = skipSpace(b, i); i >= len(b) {
			return short
		}
		switch c := b[i]; c {
		case '{', '[':
			if depth == maxDepth {
				return bad
			}
			stack[depth] = c + 2 // '{' + 2 == '}', '[' + 2 == ']'
			depth++
			if i = skipSpace(b, i+1); i >= len(b) {
				return short
			}
			if b[i] != c+2 {
				if c == '{' {
					if i = scanKey(b, i); i < 0 {
						return i
					}
				}
				continue
			}
			if depth--; depth == 0 {
				return i + 1
			}
		default:
			if i = scanValue(b, i); i < 0 {
				return i
			}
			i--
		}
		// b[i] is the last byte of a value.
		for i++; ; i++ {
			if i = skipSpace(b, i); i >= len(b) {
				return short
			}
			if b[i] != stack[depth-1] {
				break
			}
			if depth--; depth == 0 {
				return i + 1
			}
		}
		if b[i] != ',' {
			return bad
		}
		i++
		if stack[depth-1] == '}' {
			if i = skipSpace(b, i); i >= len(b) {
				return short
			}
			if i = scanKey(b, i); i < 0 {
				return i
			}
		}
	}
}

// scanKey walks a key and its colon.
func scanKey(b []byte, i int) int {
	if b[i] != '"' {
		return bad
	}
	i, _ = scanString(b, i)
	if i < 0 {
		return i
	}
	if i = skipSpace(b, i); i >= len(b) {
		return short
	}
	if b[i] != ':' {
		return bad
	}
	return i + 1
}

// field is one member of a JSON object, as spans of the text.
type field struct {
	key         string // unescaped
	value       []byte // raw JSON
	log, access column // where it belongs, once classified
}

// maxFields is how many members an object may have to be taken apart; a larger one is kept whole.
const maxFields = 1000

// scanFields takes the object at b[i] apart into dst. Keys with escapes are unescaped
// into the arena.
func scanFields(dst []field, a *arena, b []byte, i int) ([]field, int) {
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return dst, i + 1
	}
	for n := 0; ; n++ {
		if i >= len(b) {
			return dst, short
		}
		if b[i] != '"' || n == maxFields {
			return dst, bad
		}
		from := i
		end, escaped := scanString(b, i)
		if end < 0 {
			return dst, end
		}
		key := view(b[from+1 : end-1])
		if escaped {
			key = a.unquote(b[from:end])
		}
		if i = skipSpace(b, end); i >= len(b) {
			return dst, short
		}
		if b[i] != ':' {
			return dst, bad
		}
		from = skipSpace(b, i+1)
		if i = scanValue(b, from); i < 0 {
			return dst, i
		}
		dst = append(dst, field{key: key, value: b[from:i:i]})
		if i = skipSpace(b, i); i >= len(b) {
			return dst, short
		}
		switch b[i] {
		case '}':
			return dst, i + 1
		case ',':
			i = skipSpace(b, i+1)
		default:
			return dst, bad
		}
	}
}
