package scan

import "strconv"

// The scanners below walk JSON (RFC 8259) in place. They return the index behind what
// they read, or one of these:
const (
	Short = -1 // the text ends before the value does
	Bad   = -2 // not JSON
)

// MaxDepth is how deep arrays and objects may nest; a deeper value is not taken for JSON.
const MaxDepth = 512

// SkipSpace returns the index of the first byte of b, from i on, that is no white space.
func SkipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// Number walks the number at b[i].
func Number(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return Short
	case b[i] == '0':
		i++
	case b[i] >= '1' && b[i] <= '9':
		i = SkipDigits(b, i)
	default:
		return Bad
	}
	if i < len(b) && b[i] == '.' {
		n := SkipDigits(b, i+1)
		if n == i+1 {
			return ShortOr(b, n)
		}
		i = n
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := SkipDigits(b, i)
		if n == i {
			return ShortOr(b, n)
		}
		i = n
	}
	return i
}

// ParseInt reads a JSON number that is a whole one.
func ParseInt(v []byte) (int64, bool) {
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
		n, err := strconv.ParseInt(View(v), 10, 64)
		return n, err == nil
	}
	if len(digits) < len(v) {
		return -int64(sum), true
	}
	return int64(sum), true
}

// SkipDigits returns the index of the first byte of b, from i on, that is no digit.
func SkipDigits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}

// ShortOr tells a text that ends at i from one that is wrong there.
func ShortOr(b []byte, i int) int {
	if i >= len(b) {
		return Short
	}
	return Bad
}

func scanLiteral(b []byte, i int, word string) int {
	for j := 0; j < len(word); j++ {
		if i+j >= len(b) {
			return Short
		}
		if b[i+j] != word[j] {
			return Bad
		}
	}
	return i + len(word)
}

// Value walks any JSON value at b[i], iteratively.
func Value(b []byte, i int) int {
	if i >= len(b) {
		return Short
	}
	switch b[i] {
	case '"':
		end, _ := String(b, i)
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
		return Number(b, i)
	}
}

// scanNested walks the array or object at b[i].
func scanNested(b []byte, i int) int {
	var stack [MaxDepth]byte // the closing byte of each open array or object
	depth := 0
	for {
		// A value begins at i.
		if i = SkipSpace(b, i); i >= len(b) {
			return Short
		}
		switch c := b[i]; c {
		case '{', '[':
			if depth == MaxDepth {
				return Bad
			}
			stack[depth] = c + 2 // '{' + 2 == '}', '[' + 2 == ']'
			depth++
			if i = SkipSpace(b, i+1); i >= len(b) {
				return Short
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
			if i = Value(b, i); i < 0 {
				return i
			}
			i--
		}
		// b[i] is the last byte of a value.
		for i++; ; i++ {
			if i = SkipSpace(b, i); i >= len(b) {
				return Short
			}
			if b[i] != stack[depth-1] {
				break
			}
			if depth--; depth == 0 {
				return i + 1
			}
		}
		if b[i] != ',' {
			return Bad
		}
		i++
		if stack[depth-1] == '}' {
			if i = SkipSpace(b, i); i >= len(b) {
				return Short
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
		return Bad
	}
	i, _ = String(b, i)
	if i < 0 {
		return i
	}
	if i = SkipSpace(b, i); i >= len(b) {
		return Short
	}
	if b[i] != ':' {
		return Bad
	}
	return i + 1
}

// Field is one member of a JSON object, as spans of the text.
type Field struct {
	Key         string // unescaped
	Value       []byte // raw JSON
	Log, Access Column // where it belongs, once classified
	hash        uint32
}

// Hash is a hash of the key.
func (f *Field) Hash() uint64 {
	if f.hash == 0 {
		f.hash = hashOf(f.Key)
	}
	return uint64(f.hash)
}

func hashOf(key string) uint32 {
	h := uint64(len(key)) + 1
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return uint32(h>>32) | 1
}

// MaxFields is how many members an object may have to be taken apart; a larger one is kept whole.
const MaxFields = 1000

// Fields takes the object at b[i] apart into dst. Keys with escapes are unescaped
// into the arena.
func Fields(dst []Field, a *Arena, b []byte, i int) ([]Field, int) {
	i = SkipSpace(b, i+1)
	if i < len(b) && b[i] == '}' {
		return dst, i + 1
	}
	for n := 0; ; n++ {
		if i >= len(b) {
			return dst, Short
		}
		if b[i] != '"' || n == MaxFields {
			return dst, Bad
		}
		from := i
		end, escaped := String(b, i)
		if end < 0 {
			return dst, end
		}
		key := View(b[from+1 : end-1])
		if escaped {
			key = a.Unquote(b[from:end])
		}
		if i = SkipSpace(b, end); i >= len(b) {
			return dst, Short
		}
		if b[i] != ':' {
			return dst, Bad
		}
		from = SkipSpace(b, i+1)
		if i = Value(b, from); i < 0 {
			return dst, i
		}
		dst = append(dst, Field{Key: key, Value: b[from:i:i]})
		if i = SkipSpace(b, i); i >= len(b) {
			return dst, Short
		}
		switch b[i] {
		case '}':
			return dst, i + 1
		case ',':
			i = SkipSpace(b, i+1)
		default:
			return dst, Bad
		}
	}
}
