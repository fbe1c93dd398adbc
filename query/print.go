package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/words"
)

// Format writes an expression in its canonical form, which Parse reads as the same. It is "" of nil.
func Format(e Expr) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	format(&b, e, 0)
	return b.String()
}

// How tightly what stands around an expression binds.
const (
	loose   = iota // nothing around, or brackets
	inAnd          // OR needs brackets
	tightly        // AND and NOT do too
)

func format(b *strings.Builder, e Expr, around int) {
	var needs int
	switch e.(type) {
	case Or:
		needs = inAnd
	case And, Not:
		needs = tightly
	default:
		needs = tightly + 1
	}
	if around >= needs {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e := e.(type) {
	case And:
		for i, x := range e {
			if i > 0 {
				b.WriteByte(' ')
			}
			within := inAnd
			if _, and := x.(And); and {
				within = tightly
			}
			format(b, x, within)
		}
	case Or:
		for i, x := range e {
			if i > 0 {
				b.WriteString(" OR ")
			}
			within := loose
			if _, or := x.(Or); or {
				within = tightly
			}
			format(b, x, within)
		}
	case Not:
		b.WriteByte('-')
		format(b, e.Expr, tightly)
	case Text:
		b.WriteString(e.format())
	case Regexp:
		e.format(b)
	case Field:
		e.format(b)
	}
}

func (t Text) format() string {
	if len(t.Words) > 1 {
		return `"` + strings.Join(t.Words, " ") + `"`
	}
	s := t.Words[0]
	if t.OpenBefore {
		s = "*" + s
	}
	if t.OpenAfter {
		s += "*"
	}
	return s
}

func (r Regexp) format(b *strings.Builder) {
	b.WriteByte('/')
	escaped := false
	for _, c := range r.Source {
		if c == '/' && !escaped {
			b.WriteByte('\\')
		}
		escaped = c == '\\' && !escaped
		b.WriteRune(c)
	}
	b.WriteByte('/')
}

func (f Field) format(b *strings.Builder) {
	b.WriteString(f.name() + ":")
	if len(f.Any) > 1 {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, v := range f.Any {
		if i > 0 {
			b.WriteString(" OR ")
		}
		switch {
		case v.Exists:
			b.WriteByte('*')
		case v.Text != nil:
			b.WriteString(v.Text.format())
		case v.Range != nil:
			b.WriteString(v.Range.format(f.Column))
		default:
			b.WriteString(formatPattern(v.Pattern))
		}
	}
}

func (r Range) format(column string) string {
	if r.Low == nil {
		return "<" + sign(r.High) + r.High.format(column)
	}
	if r.High == nil {
		return ">" + sign(r.Low) + r.Low.format(column)
	}
	switch low, high := r.Low.format(column), r.High.format(column); {
	case low == high:
		return low
	case column == "status" && r.High.Number == r.Low.Number+99 && len(low) == 3 && low[0] >= '1' && low[0] <= '5' && low[1:] == "00":
		return low[:1] + "xx"
	default:
		return "[" + low + " TO " + high + "]"
	}
}

func sign(l *Limit) string {
	if l.Open {
		return ""
	}
	return "="
}

func (l Limit) format(column string) string {
	switch column {
	case "level":
		return seamark.Levels()[int(l.Number)]
	case "timestamp", "ingested_at":
		if t := time.UnixMilli(int64(l.Number)).UTC(); t.Year() >= 1 && t.Year() <= 9999 {
			return t.Format("2006-01-02T15:04:05.000Z")
		}
	}
	return strconv.FormatFloat(l.Number, 'f', -1, 64)
}

// plain signs may stand in a value that is not in quotes.
const plain = "_.:/@+=,-$%&#!?;~'|{}^"

func isPlain(r rune) bool { return words.Is(r) || strings.ContainsRune(plain, r) }

func formatPattern(pieces []string) string {
	if len(pieces) == 1 {
		if s := pieces[0]; !strings.ContainsFunc(s, func(r rune) bool { return !isPlain(r) }) && !slices.Contains([]string{"AND", "OR", "NOT", "TO"}, s) {
			return s
		}
		return quote(pieces[0])
	}
	var b strings.Builder
	for i, s := range pieces {
		if i > 0 {
			b.WriteByte('*')
		}
		for _, r := range s {
			if !isPlain(r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Quote writes a text so that it is found as it is, as far as words go: in quotes.
func Quote(s string) string { return quote(strings.ToValidUTF8(strings.Map(visible, s), "\ufffd")) }

// Is writes that a column is one of some values; "" stands for none.
func Is(column string, values ...string) string {
	f := Field{Column: column}
	absent := ""
	for _, v := range values {
		if v == "" {
			absent = "-" + column + ":*"
			continue
		}
		f.Any = append(f.Any, Value{Pattern: []string{strings.ToValidUTF8(strings.Map(visible, v), "\ufffd")}})
	}
	switch {
	case len(f.Any) == 0:
		return absent
	case absent != "":
		return "(" + Format(f) + " OR " + absent + ")"
	}
	return Format(f)
}

// Containing is a query for rows of which a text contains s, upper and lower case alike.
func Containing(s string) string {
	return "/(?i)" + strings.ReplaceAll(regexp.QuoteMeta(s), "/", `\/`) + "/"
}

func visible(r rune) rune {
	if r == 0 || unicode.Is(unicode.Cc, r) {
		return ' '
	}
	return r
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
