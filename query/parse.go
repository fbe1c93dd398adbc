package query

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/words"
)

// Parse reads a query about rows of t. Of blank text the expression is nil, which holds for every
// row. A fault names the column, counted in characters from 1, of what cannot be understood.
func Parse(t seamark.Table, s string) (e Expr, err error) {
	if len(s) > MaxBytes {
		return nil, reject(fmt.Sprintf("the query is %d bytes long", len(s)), fmt.Sprintf("use at most %d", MaxBytes))
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, reject("the query is not text", "send UTF-8")
	}
	p := &parser{s: s, table: t}
	defer func() {
		if stop, ok := recover().(stopped); ok {
			e, err = nil, stop.fault
		}
	}()
	p.space()
	if p.i == len(p.s) {
		return nil, nil
	}
	e = p.query(0)
	if p.i < len(p.s) {
		p.fail(p.i, "unbalanced bracket", "take it away, or put the text in quotes")
	}
	return e, nil
}

func reject(what, remedy string) *seamark.Fault {
	return &seamark.Fault{Class: seamark.Rejected, Where: "query", What: what, Remedy: remedy}
}

type parser struct {
	s     string
	i     int // of the next byte
	table seamark.Table
	terms int
}

// stopped ends a parse from within.
type stopped struct{ fault error }

// fail ends the parse with a fault at byte i.
func (p *parser) fail(i int, what, remedy string) {
	column := utf8.RuneCountInString(p.s[:i]) + 1
	panic(stopped{reject(fmt.Sprintf("column %d: %s", column, what), remedy)})
}

func (p *parser) rest() string { return p.s[p.i:] }

// peek is the next character; 0 at the end.
func (p *parser) peek() rune {
	if p.i == len(p.s) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(p.rest())
	return r
}

func (p *parser) next() rune {
	r, n := utf8.DecodeRuneInString(p.rest())
	p.i += n
	return r
}

func (p *parser) space() {
	for p.i < len(p.s) && unicode.IsSpace(p.peek()) {
		p.next()
	}
}

// ends reports whether a term may end here.
func (p *parser) ends() bool {
	r := p.peek()
	return r == 0 || r == '(' || r == ')' || unicode.IsSpace(r)
}

// keyword reports whether a word in upper case is next.
func (p *parser) keyword(word string) bool {
	if !strings.HasPrefix(p.rest(), word) {
		return false
	}
	after := parser{s: p.s, i: p.i + len(word)}
	return after.ends()
}

// take skips a keyword and the space behind it, if it is next.
func (p *parser) take(word string) bool {
	if !p.keyword(word) {
		return false
	}
	p.i += len(word)
	p.space()
	return true
}

// query reads alternatives.
func (p *parser) query(depth int) Expr {
	if depth > MaxDepth {
		p.fail(p.i, "brackets are too deep", fmt.Sprintf("use at most %d", MaxDepth))
	}
	out := Or{p.and(depth)}
	for {
		at := p.i
		if !p.take("OR") {
			break
		}
		p.needs(at, "OR")
		out = append(out, p.and(depth))
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// needs fails where a keyword at i has nothing behind it.
func (p *parser) needs(i int, word string) {
	if p.i == len(p.s) || p.peek() == ')' || p.keyword("OR") || p.keyword("AND") {
		p.fail(i, word+" has nothing after it", "add what it joins, or write it in quotes")
	}
}

// and reads what must all hold.
func (p *parser) and(depth int) Expr {
	if p.keyword("OR") || p.keyword("AND") {
		p.fail(p.i, "nothing stands before "+p.s[p.i:p.i+2+btoi(p.keyword("AND"))], "add what it joins, or write it in quotes")
	}
	out := And{p.not(depth)}
	for p.i < len(p.s) && p.peek() != ')' && !p.keyword("OR") {
		if at := p.i; p.take("AND") {
			p.needs(at, "AND")
		}
		out = append(out, p.not(depth))
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *parser) not(depth int) Expr {
	if at := p.i; p.take("NOT") {
		p.needs(at, "NOT")
		return Not{p.prim(depth)}
	}
	if p.peek() == '-' {
		p.next()
		if p.ends() && p.peek() != '(' {
			p.fail(p.i-1, "- has nothing after it", "write -word or -field:value, or put the sign in quotes")
		}
		return Not{p.prim(depth)}
	}
	return p.prim(depth)
}

// prim reads one term, and the space behind it.
func (p *parser) prim(depth int) Expr {
	defer p.space()
	at := p.i
	if p.peek() == '(' {
		p.next()
		p.space()
		if p.peek() == ')' {
			p.fail(at, "nothing stands within the brackets", "write a query there")
		}
		e := p.query(depth + 1)
		if p.peek() != ')' {
			p.fail(at, "unbalanced bracket", "close it with ), or put the text in quotes")
		}
		p.next()
		return e
	}
	if p.terms++; p.terms > MaxTerms {
		p.fail(at, "too many terms", fmt.Sprintf("use at most %d", MaxTerms))
	}
	switch p.peek() {
	case '"':
		return p.words(at, p.quoted())
	case '/':
		return p.regexp()
	}
	if name, ok := p.name(); ok {
		return p.field(at, name)
	}
	return p.text()
}

// quoted reads a text in quotes, in which \ stands before " and itself.
func (p *parser) quoted() string {
	at := p.i
	p.next()
	var b strings.Builder
	for p.i < len(p.s) {
		switch r := p.next(); {
		case r == '"':
			return b.String()
		case r == '\\' && (p.peek() == '"' || p.peek() == '\\'):
			b.WriteRune(p.next())
		default:
			b.WriteRune(r)
		}
	}
	p.fail(at, "unbalanced quote", `close it with ", or write \" for the sign itself`)
	return ""
}

// words makes the term of a text.
func (p *parser) words(at int, s string) Text {
	all := words.Of(s)
	if len(all) == 0 {
		p.fail(at, "there is no word in "+excerpt(s), "text is found by words, of letters, digits and _; for other signs write /"+excerptRegexp(s)+"/")
	}
	return Text{Words: all}
}

func excerpt(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return `"` + s + `"`
}

func excerptRegexp(s string) string {
	if r := []rune(s); len(r) > 40 || s == "" {
		return "…"
	}
	return strings.ReplaceAll(regexp.QuoteMeta(s), "/", `\/`)
}

// regexp reads /…/, in which \/ stands for the slash.
func (p *parser) regexp() Expr {
	at := p.i
	p.next()
	var b strings.Builder
	for {
		if p.i == len(p.s) {
			p.fail(at, "unbalanced /", `close the regular expression, or put a path in quotes: "/var/log"`)
		}
		r := p.next()
		if r == '/' {
			break
		}
		if r == '\\' && p.i < len(p.s) {
			next := p.next()
			if next != '/' {
				b.WriteRune(r)
			}
			b.WriteRune(next)
			continue
		}
		b.WriteRune(r)
	}
	if !p.ends() {
		p.fail(at, "what stands between / and / is a regular expression, and must be followed by a space", `put a path in quotes: "/var/log"`)
	}
	return p.compile(at, b.String())
}

func (p *parser) compile(at int, source string) Regexp {
	if source == "" {
		p.fail(at, "the regular expression is empty", `write one, or put // in quotes`)
	}
	re, err := regexp.Compile(source)
	if err != nil {
		p.fail(at, strings.TrimPrefix(err.Error(), "error parsing regexp: "), "see https://github.com/google/re2/wiki/Syntax")
	}
	return Regexp{Source: source, re: re}
}

// name reads the name of a field and its colon, if they are next.
func (p *parser) name() (name string, ok bool) {
	for i := 0; i < len(p.rest()); i++ {
		switch c := p.rest()[i]; {
		case c == ':' && i > 0:
			name = p.rest()[:i]
			p.i += i + 1
			return name, true
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '.' || c == '-'):
		default:
			return "", false
		}
	}
	return "", false
}

// oneWord fails where a * stands at what is more than a word.
func (p *parser) oneWord(at int, t Text, s string) {
	if words.Lower(s) != t.Words[0] {
		p.fail(at, "a * reaches inside one word, and "+excerpt(s)+" is more", "leave the * away, or search for one of its words")
	}
}

// text reads words that stand together.
func (p *parser) text() Expr {
	at := p.i
	var b strings.Builder
	before, after := false, false
	for !p.ends() && p.peek() != '"' {
		r := p.next()
		switch {
		case r == '\\' && p.i < len(p.s):
			b.WriteRune(p.next())
		case r == '*' && b.Len() == 0:
			before = true
		case r == '*' && (p.ends() || p.peek() == '*'):
			after = true
		case r == '*':
			p.fail(p.i-1, "a * may stand at an end of a word only", "search for its pieces, or for field:a*b")
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		p.fail(at, "a * alone finds everything", "leave it away, or write field:* for rows that have the field")
	}
	t := p.words(at, b.String())
	if before || after {
		p.oneWord(at, t, b.String())
		t.OpenBefore, t.OpenAfter = before, after
	}
	return t
}
