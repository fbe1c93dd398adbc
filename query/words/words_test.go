package words_test

import (
	"slices"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/query/words"
)

// TestHashes: a text has the hashes of its words, and words of other texts have others.
func TestHashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aZ09_-. /é中ÅK\u0301\ufffdİſ")))).Draw(t, "text")
		var want []uint64
		for _, w := range words.Of(s) {
			want = append(want, words.Hashes(nil, w)...)
		}
		if got := words.Hashes(nil, s); !slices.Equal(got, want) || len(want) != len(words.Of(s)) {
			t.Fatalf("%q: %d hashes of %d words", s, len(got), len(want))
		}
		if lower := words.Hashes(nil, words.Lower(s)); !slices.Equal(lower, want) {
			t.Fatalf("%q: other hashes in lower case", s)
		}
	})
	seen := map[uint64]int{}
	for i := range 1_000_000 {
		h := words.Hashes(nil, string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676%26))+string(rune('a'+i/17576%26))+string(rune('a'+i/456976)))[0]
		if was, twice := seen[h]; twice {
			t.Fatalf("words %d and %d have one hash", was, i)
		}
		seen[h] = i
	}
}

// TestLowerKeepsWords: what is part of a word is so in either case, and lower case is lower case, so
// that it does not matter whether a text is parted first or lowered.
func TestLowerKeepsWords(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		if l := unicode.ToLower(r); words.Is(r) != words.Is(l) || unicode.ToLower(l) != l {
			t.Errorf("%U and %U", r, l)
		}
	}
}
