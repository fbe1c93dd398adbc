package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with everything that is not meant to be seen written out: control
// characters (C0, DEL, C1: ESC above all), characters that reorder or hide text (bidi
// controls, zero width, soft hyphen, tags, variation of the like), line separators and
// invalid UTF-8. A line feed and a tab stay. The result is valid UTF-8 and idempotent.
//
// Every renderer passes untrusted text through it, and escapes for its own medium after that.
func Visible(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] >= ' ' && s[i] < 0x7f || s[i] == '\n' || s[i] == '\t'
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' && i+1 < len(s) && s[i+1] == '\n': // the line feed remains
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case Hidden(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case Hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// Hidden reports whether r changes how text is seen without being seen itself.
func Hidden(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r <= 0x9f, r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs) || r >= 0xe0000 && r <= 0xe0fff
}

// Line is Visible of the first line of s that is not blank, at most limit characters;
// a cut is marked with "…". Runs of blanks become one.
func Line(s string, limit int) string {
	s = Clip(s, 16*limit+4096) // no need to look at a megabyte
	for line := range strings.Lines(s) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			return Cut(Visible(line), limit)
		}
	}
	return ""
}

// Cut shortens s to limit characters, the last of which is then "…".
func Cut(s string, limit int) string {
	if len(s) <= limit || limit <= 0 || utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// Clip shortens s to at most limit bytes without splitting a character.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
