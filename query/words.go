package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isWord reports whether r is part of a word.
func isWord(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// Lower is s in lower case, code point by code point, as the words of a text are compared.
func Lower(s string) string { return strings.Map(unicode.ToLower, s) }

// Words are the words of a text, in lower case.
func Words(s string) []string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !isWord(r) })
	for i, w := range words {
		words[i] = Lower(w)
	}
	return words
}

// In reports whether the words follow each other in s.
func (t Text) In(s string) bool {
	if s == "" {
		return false
	}
	first := t.Words[0]
	s = Lower(s)
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
	if r, n := utf8.DecodeLastRuneInString(s[:at]); n > 0 && isWord(r) && !t.OpenBefore {
		return false
	}
	rest := s[at:]
	for i, w := range t.Words {
		if i > 0 {
			trimmed := strings.TrimLeftFunc(rest, func(r rune) bool { return !isWord(r) })
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
	return n == 0 || !isWord(r) || t.OpenAfter
}
