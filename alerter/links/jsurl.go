package links

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// pair is one key of a JSURL object, which keeps the order in which it is written.
type pair struct {
	key   string
	value any
}

// jsurl writes v the way the CloudWatch console keeps its state in a URL: ~(key~'text~list~(~'a)).
// Known types: string, bool, int, []any and []pair.
//
// Grammar: https://github.com/Sage/jsurl. The result needs no percent-encoding.
func jsurl(v any) string {
	var b strings.Builder
	writeJSURL(&b, v)
	return b.String()
}

func writeJSURL(b *strings.Builder, v any) {
	b.WriteByte('~')
	switch v := v.(type) {
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case string:
		b.WriteByte('\'')
		writeJSURLText(b, v)
	case []any:
		b.WriteByte('(')
		if len(v) == 0 {
			b.WriteByte('~')
		}
		for _, e := range v {
			writeJSURL(b, e)
		}
		b.WriteByte(')')
	case []pair:
		b.WriteByte('(')
		for i, p := range v {
			if i > 0 {
				b.WriteByte('~')
			}
			writeJSURLText(b, p.key)
			writeJSURL(b, p.value)
		}
		b.WriteByte(')')
	default:
		b.WriteString("null")
	}
}

// writeJSURLText keeps letters, digits, '-', '.' and '_', writes $ as !, a character up
// to 0xff as *hh and any other UTF-16 unit as **hhhh.
func writeJSURLText(b *strings.Builder, s string) {
	for _, u := range utf16.Encode([]rune(s)) {
		switch {
		case u < 0x80 && unreserved(byte(u)):
			b.WriteByte(byte(u))
		case u == '$':
			b.WriteByte('!')
		case u < 0x100:
			fmt.Fprintf(b, "*%02x", u)
		default:
			fmt.Fprintf(b, "**%04x", u)
		}
	}
}
