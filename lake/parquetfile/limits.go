package parquetfile

import (
	"encoding/binary"
	"unicode/utf8"
)

// limitBytes is how much of a least or greatest text is kept.
const limitBytes = 64

// textLimits are the least and the greatest of the texts added, in the order of their
// bytes, as far as their first limitBytes tell.
type textLimits struct {
	any            bool
	minCut, maxCut bool   // the text goes on
	minKey, maxKey uint64 // the first 8 bytes: most texts lie clearly between
	min, max       []byte
}

func (l *textLimits) reset() {
	*l = textLimits{min: l.min[:0], max: l.max[:0]}
}

// add takes a text that is not empty. It does not keep it.
func (l *textLimits) add(s []byte) {
	key := keyOf(s)
	if l.any && key > l.minKey && key < l.maxKey {
		return
	}
	cut := len(s) > limitBytes
	s = s[:min(len(s), limitBytes)]
	if !l.any || string(s) < string(l.min) {
		l.min, l.minKey, l.minCut = append(l.min[:0], s...), key, cut
	}
	switch {
	case !l.any || string(s) > string(l.max):
		l.max, l.maxKey, l.maxCut = append(l.max[:0], s...), key, cut
	case cut && string(s) == string(l.max):
		l.maxCut = true
	}
	l.any = true
}

// keyOf is the first 8 bytes of s as a number of the same order, a shorter s filled up
// with zeros. Equal keys say nothing; a smaller key is a smaller text.
func keyOf(s []byte) uint64 {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64(s)
	}
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}

// lower is a bound at or below all texts, valid UTF-8 if they are, and whether it is one of them.
func (l *textLimits) lower() (b []byte, exact bool) {
	if l.minCut {
		return wholeRunes(l.min), false
	}
	return l.min, true
}

// upper is a bound at or above all texts, valid UTF-8, and whether it is one of them. ok
// is false if there is none that is short. It may be asked for once.
func (l *textLimits) upper() (b []byte, exact, ok bool) {
	if !l.maxCut {
		return l.max, true, true
	}
	for b = wholeRunes(l.max); len(b) > 0; {
		r, size := utf8.DecodeLastRune(b)
		if r == utf8.RuneError && size == 1 {
			return nil, false, false
		}
		b = b[:len(b)-size]
		if r == utf8.MaxRune {
			continue
		}
		if r++; r == 0xD800 { // surrogates are not text
			r = 0xE000
		}
		l.max = utf8.AppendRune(b, r)
		return l.max, false, true
	}
	return nil, false, false
}

// wholeRunes is b without a rune that was cut in two at its end.
func wholeRunes(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return b
			}
			return b[:i]
		}
	}
	return b
}
