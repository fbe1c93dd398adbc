package links

import (
	"sort"
	"strconv"
	"strings"
)

// rison writes v the way OpenSearch Dashboards keeps its state in a URL. Known types:
// string, bool, int64, nil, []any and map[string]any, whose keys come out sorted.
//
// Grammar: https://github.com/Nanonid/rison. The text is not yet percent-encoded; see urlSafe.
func rison(v any) string {
	var b strings.Builder
	writeRison(&b, v)
	return b.String()
}

func writeRison(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("!n")
	case bool:
		if v {
			b.WriteString("!t")
		} else {
			b.WriteString("!f")
		}
	case int:
		b.WriteString(strconv.Itoa(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case string:
		writeRisonString(b, v)
	case []any:
		b.WriteString("!(")
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeRison(b, e)
		}
		b.WriteByte(')')
	case map[string]any:
		writeRisonObject(b, v)
	}
}

func writeRisonObject(b *strings.Builder, m map[string]any) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b.WriteByte('(')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		writeRisonString(b, k)
		b.WriteByte(':')
		writeRison(b, m[k])
	}
	b.WriteByte(')')
}

// writeRisonString writes s bare where it can be an identifier, else in single quotes
// with ! before ! and '.
func writeRisonString(b *strings.Builder, s string) {
	s = strings.ToValidUTF8(s, "�")
	if s != "" && s[0] != '-' && (s[0] < '0' || s[0] > '9') && !strings.ContainsAny(s, " '!:(),*@$") {
		b.WriteString(s)
		return
	}
	b.WriteByte('\'')
	for i := range len(s) {
		if s[i] == '!' || s[i] == '\'' {
			b.WriteByte('!')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('\'')
}

// urlSafe percent-encodes all of s but the unreserved characters and the punctuation
// that rison lives on: ! ' ( ) , : * @ $ ~.
func urlSafe(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if unreserved(c) || strings.IndexByte("!'(),:*@$~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

const upperHex = "0123456789ABCDEF"

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'
}
