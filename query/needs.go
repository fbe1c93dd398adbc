package query

import (
	"slices"

	"github.com/seamark-hq/seamark/query/words"
)

// Needs are words that a row cannot match without. The zero value: it needs none.
type Needs struct {
	words []uint64 // hashes, all of them
	all   []Needs  // each of these
	any   []Needs  // and one of these, when there are some
}

// None reports whether nothing is needed.
func (n Needs) None() bool { return len(n.words)+len(n.all)+len(n.any) == 0 }

// Met reports whether a row may match when has says of the hashes of words whether they are there; see
// words.Hashes.
func (n Needs) Met(has func(word uint64) bool) bool {
	met := func(x Needs) bool { return x.Met(has) }
	return !slices.ContainsFunc(n.words, func(w uint64) bool { return !has(w) }) &&
		!slices.ContainsFunc(n.all, func(x Needs) bool { return !x.Met(has) }) &&
		(len(n.any) == 0 || slices.ContainsFunc(n.any, met))
}

// And is what a row needs that needs both.
func (n Needs) And(other Needs) Needs {
	switch {
	case n.None():
		return other
	case other.None():
		return n
	}
	return Needs{all: []Needs{n, other}}
}

// Either is what a row needs that needs one of several.
func Either(some []Needs) Needs {
	if slices.ContainsFunc(some, Needs.None) {
		return Needs{}
	}
	return Needs{any: some}
}

// WordsOf is what a row needs that holds a text.
func WordsOf(text string) Needs { return Needs{words: words.Hashes(nil, text)} }

// NeedsOf are the words that rows need which e asks for, as far as words of whole texts tell. known
// says of a column besides the text columns whether its words are known.
func NeedsOf(e Expr, known func(column string) bool) Needs {
	switch e := e.(type) {
	case And:
		n := Needs{}
		for _, x := range e {
			n = n.And(NeedsOf(x, known))
		}
		return n
	case Or:
		some := make([]Needs, len(e))
		for i, x := range e {
			some[i] = NeedsOf(x, known)
		}
		return Either(some)
	case Text:
		return e.needs()
	case Field:
		if e.Key != "" || !known(e.Column) {
			return Needs{}
		}
		some := make([]Needs, len(e.Any))
		for i, v := range e.Any {
			switch {
			case v.Text != nil:
				some[i] = v.Text.needs()
			case len(v.Pattern) == 1:
				some[i] = WordsOf(v.Pattern[0])
			}
		}
		return Either(some)
	}
	return Needs{}
}

// needs are the words of a text, unless the only one may go on.
func (t Text) needs() (n Needs) {
	if t.OpenBefore || t.OpenAfter {
		return n
	}
	for _, w := range t.Words {
		n.words = words.Hashes(n.words, w)
	}
	return n
}
