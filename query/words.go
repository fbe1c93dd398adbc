package query

import (
	"strings"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/query/words"
)

// In reports whether the words follow each other in s.
func (t Text) In(s string) bool {
	if s == "" {
		return false
	}
	first := t.Words[0]
	s = words.Lower(s)
	if len(t.Words) == 1 && t.OpenBefore && t.OpenAfter {
		return strings.Contains(s, first)
	}
	for from := 0; ; {
		at := strings.Index(s[from:], first)
		if at < 0 {
			return false
		}
		at += from
		if t.at(s, at) {
			return true
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		from = at + n
	}
}

// at reports whether the words stand at a place of s, where the first of them is written.
func (t Text) at(s string, at int) bool {
	if r, n := utf8.DecodeLastRuneInString(s[:at]); n > 0 && words.Is(r) && !t.OpenBefore {
		return false
	}
	rest := s[at:]
	for i, w := range t.Words {
		if i > 0 {
			trimmed := strings.TrimLeftFunc(rest, func(r rune) bool { return !words.Is(r) })
			if len(trimmed) == len(rest) {
				return false
			}
			rest = trimmed
		}
		var ok bool
		if rest, ok = strings.CutPrefix(rest, w); !ok {
			return false
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	return n == 0 || !words.Is(r) || t.OpenAfter
}
