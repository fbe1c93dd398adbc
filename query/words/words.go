// Package words parts texts into words: what a search looks for and what the filters of lake files
// know. A word is a run of letters, marks, numbers and _, in lower case code point by code point
// (Unicode's simple mapping, without folding).
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Is reports whether r is part of a word.
func Is(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// Lower is s in lower case, as the words of a text are compared.
func Lower(s string) string { return strings.Map(unicode.ToLower, s) }

// Of are the words of a text, in lower case.
func Of(s string) []string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !Is(r) })
	for i, w := range words {
		words[i] = Lower(w)
	}
	return words
}

// FNV-1a, whose bits are then mixed.
const (
	basis = 14695981039346656037
	prime = 1099511628211
)

func mixed(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return h
}

// folded holds the ASCII signs of words in lower case, and 0 for the others.
var folded = func() (t [utf8.RuneSelf]byte) {
	for r := range rune(utf8.RuneSelf) {
		if Is(r) {
			t[r] = byte(unicode.ToLower(r))
		}
	}
	return t
}()

// Hashes appends a hash of each word of a text: the same for the same word, whatever its case. They are
// stored in the filters of lake files, and so never change.
func Hashes(to []uint64, s string) []uint64 {
	h, inside := uint64(basis), false
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			i++
			if f := folded[c]; f != 0 {
				h, inside = (h^uint64(f))*prime, true
				continue
			}
		} else {
			r, n := utf8.DecodeRuneInString(s[i:])
			i += n
			if r = unicode.ToLower(r); Is(r) {
				h, inside = hashRune(h, r), true
				continue
			}
		}
		if inside {
			to = append(to, mixed(h))
			h, inside = basis, false
		}
	}
	if inside {
		to = append(to, mixed(h))
	}
	return to
}

func hashRune(h uint64, r rune) uint64 {
	var b [utf8.UTFMax]byte
	for _, c := range b[:utf8.EncodeRune(b[:], r)] {
		h = (h ^ uint64(c)) * prime
	}
	return h
}
