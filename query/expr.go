package query

import "regexp"

// Bounds of a query. They are far beyond what people type.
const (
	MaxBytes = 1000
	MaxTerms = 64
	MaxDepth = 16 // of brackets
)

// Expr is a condition on a row: And, Or, Not, Text, Regexp or Field. A nil one holds for every row.
type Expr interface{ isExpr() }

// And holds where all of two or more do.
type And []Expr

// Or holds where one of two or more does.
type Or []Expr

// Not holds where another does not, be it because a value is absent.
type Not struct{ Expr Expr }

// Text holds where the words follow each other in one text column. A single word may be open: part
// of a longer one.
type Text struct {
	Words []string // one or more, in lower case
	// OpenBefore and OpenAfter say that the only word may go on at its beginning, or its end.
	OpenBefore, OpenAfter bool
}

// Regexp holds where a text column matches, as it is written.
type Regexp struct {
	Source string // RE2
	re     *regexp.Regexp
}

// Field holds where a column has one of the values.
type Field struct {
	Column string // of the table, or one of its partitions
	Key    string // within a JSON column: "cart.total"; else empty
	Any    []Value
}

// Value is what a column is compared with. Exactly one of its parts is set.
type Value struct {
	Exists  bool     // any value
	Pattern []string // the pieces of the whole value between the stars; one piece: exactly it
	Text    *Text    // of a text column: these words in it
	Range   *Range   // of a number, a time or a level
}

// Range is the interval between two limits; an absent one is open. The single value x is [x, x].
type Range struct{ Low, High *Limit }

// Limit ends a range.
type Limit struct {
	Number float64 // Unix milliseconds of a time, the rank of a level
	Open   bool    // the limit itself is outside
}

func (And) isExpr()    {}
func (Or) isExpr()     {}
func (Not) isExpr()    {}
func (Text) isExpr()   {}
func (Regexp) isExpr() {}
func (Field) isExpr()  {}

// Marks are the words that rows were found by, for a page to mark: those of Text that is not
// excluded, each once, with a * where they may go on.
func Marks(e Expr) []string {
	seen := map[string]bool{}
	var out []string
	add := func(t Text) {
		for _, w := range t.Words {
			w = Text{[]string{w}, t.OpenBefore, t.OpenAfter}.format()
			if !seen[w] {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	var walk func(Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case And:
			for _, x := range e {
				walk(x)
			}
		case Or:
			for _, x := range e {
				walk(x)
			}
		case Text:
			add(e)
		case Field:
			for _, v := range e.Any {
				if v.Text != nil {
					add(*v.Text)
				}
			}
		}
	}
	walk(e)
	return out
}
