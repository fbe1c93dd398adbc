package query

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/words"
)

// field reads the values of a field whose name stood at byte at.
func (p *parser) field(at int, name string) Expr {
	column, key, inner := strings.Cut(name, ".")
	k, ok := kindOf(p.table, column)
	switch {
	case !ok, inner && k != object:
		p.unknown(at, name)
	case k == object && (!inner || key == ""):
		p.fail(at, name+" is an object", "name what is in it: "+name+".orderId:5; its text is found without a field")
	}
	f := Field{Column: column, Key: key}
	if p.peek() != '(' {
		f.Any = []Value{p.value(f, k)}
		return f
	}
	open := p.i
	p.next()
	p.space()
	for {
		if p.terms++; p.terms > MaxTerms {
			p.fail(p.i, "too many terms", fmt.Sprintf("use at most %d", MaxTerms))
		}
		f.Any = append(f.Any, p.value(f, k))
		p.space()
		if p.peek() == ')' {
			p.next()
			return f
		}
		if p.i == len(p.s) {
			p.fail(open, "unbalanced bracket", "close it with )")
		}
		if !p.take("OR") {
			p.fail(p.i, "OR is missing between two values", "write field:(a OR b), or the value in quotes")
		}
	}
}

// unknown fails for a field that the table has not.
func (p *parser) unknown(at int, name string) {
	known := Columns(p.table)
	end := p.i
	for end < len(p.s) && !unicode.IsSpace(rune(p.s[end])) && p.s[end] != '"' && p.s[end] != ')' {
		end++
	}
	remedy := fmt.Sprintf(`to find the text, put it in quotes: %s`, quote(p.s[at:end]))
	other := seamark.TableLogs
	if p.table == seamark.TableLogs {
		other = seamark.TableAccessLogs
	}
	head, _, _ := strings.Cut(name, ".")
	if near := seamark.Nearest(name, known); near != "" {
		remedy = "did you mean " + near + "? Else " + remedy
	} else if _, elsewhere := kindOf(other, head); elsewhere {
		remedy = fmt.Sprintf("%s have it. Else %s", strings.ReplaceAll(string(other), "_", " "), remedy)
	} else if head == "num" || head == "kw" {
		remedy = "name the key as it is in the JSON: event_data.key, or extra.key"
	}
	p.fail(at, fmt.Sprintf("%s have no field %q", strings.ReplaceAll(string(p.table), "_", " "), name), remedy)
}

// value reads one value of f.
func (p *parser) value(f Field, k kind) Value {
	at := p.i
	switch {
	case p.ends():
		p.fail(at, "a value is missing", `write field:value, field:"a b" or field:*`)
	case p.peek() == '"':
		s := p.quoted()
		if s == "" {
			p.fail(at, "the value is empty", "write -"+f.name()+":* for rows that do not have it")
		}
		return p.whole(at, f, k, []string{s})
	case p.peek() == '>' || p.peek() == '<':
		return p.compared(at, f, k)
	case p.peek() == '[':
		return p.between(at, f, k)
	}
	pieces := p.pattern()
	if slices.Max(lengths(pieces)) == 0 {
		if k == object {
			p.fail(at, "no index can tell whether a key is there", "compare it with a value, as "+f.name()+":a*")
		}
		return Value{Exists: true}
	}
	return p.whole(at, f, k, pieces)
}

func lengths(pieces []string) []int {
	out := make([]int, len(pieces))
	for i, s := range pieces {
		out[i] = len(s)
	}
	return out
}

// pattern reads a value up to where it ends, as the pieces between its stars.
func (p *parser) pattern() []string {
	pieces := []string{""}
	for !p.ends() {
		switch r := p.next(); {
		case r == '"':
			p.fail(p.i-1, "a quote within a value", `put all of the value in quotes, and write \" for the sign itself`)
		case r == '*':
			if n := len(pieces); n < 2 || pieces[n-1] != "" {
				pieces = append(pieces, "")
			}
		case r == '\\' && p.i < len(p.s):
			pieces[len(pieces)-1] += string(p.next())
		default:
			pieces[len(pieces)-1] += string(r)
		}
	}
	if p.peek() == '(' {
		p.fail(p.i, "a bracket within a value", "put the value in quotes")
	}
	return pieces
}

// whole is the value that consists of pieces, with anything between them.
func (p *parser) whole(at int, f Field, k kind, pieces []string) Value {
	fold := func(to func(string) string) Value {
		for i := range pieces {
			pieces[i] = to(pieces[i])
		}
		return Value{Pattern: pieces}
	}
	switch k {
	case slug:
		return fold(words.Lower)
	case level:
		return fold(strings.ToUpper)
	case text:
		return p.inText(at, pieces)
	case number, instant:
		if len(pieces) > 1 {
			p.fail(at, f.name()+" is a "+k.String()+", in which a * means nothing", "write "+f.name()+":>=… or "+f.name()+":[… TO …]")
		}
		if c := pieces[0]; f.Column == "status" && len(c) == 3 && c[0] >= '1' && c[0] <= '5' && strings.EqualFold(c[1:], "xx") {
			n := float64(c[0]-'0') * 100
			return Value{Range: &Range{&Limit{Number: n}, &Limit{Number: n + 99}}}
		}
		l := p.limit(at, f, k, pieces[0])
		return Value{Range: &Range{&l, &Limit{Number: l.Number}}}
	}
	return Value{Pattern: pieces}
}

func (k kind) String() string {
	if k == instant {
		return "time"
	}
	return "number"
}

// inText is text in one column.
func (p *parser) inText(at int, pieces []string) Value {
	before, after := false, false
	if len(pieces) > 1 && pieces[0] == "" {
		before, pieces = true, pieces[1:]
	}
	if len(pieces) > 1 && pieces[len(pieces)-1] == "" {
		after, pieces = true, pieces[:len(pieces)-1]
	}
	if len(pieces) > 1 {
		p.fail(at, "a * may stand at an end of a word only", "search for the pieces of the text")
	}
	t := p.words(at, pieces[0])
	if before || after {
		p.oneWord(at, t, pieces[0])
	}
	t.OpenBefore, t.OpenAfter = before, after
	return Value{Text: &t}
}

// compared reads >5, >=5, <5 or <=5.
func (p *parser) compared(at int, f Field, k kind) Value {
	sign := p.next()
	open := true
	if p.peek() == '=' {
		p.next()
		open = false
	}
	l := p.limit(at, f, k, p.literal())
	l.Open = open
	if sign == '>' {
		return Value{Range: &Range{Low: &l}}
	}
	return Value{Range: &Range{High: &l}}
}

// between reads [a TO b].
func (p *parser) between(at int, f Field, k kind) Value {
	p.next()
	p.space()
	lowAt := p.i
	low := p.literal()
	p.space()
	if !p.take("TO") {
		p.fail(at, "a range is not understood", "write field:[400 TO 499]")
	}
	highAt := p.i
	high := p.literal()
	p.space()
	if p.peek() != ']' {
		p.fail(at, "unbalanced [", "write field:[400 TO 499]")
	}
	p.next()
	if !p.ends() {
		p.fail(p.i, "a range is followed by something", "put a space there")
	}
	a, b := p.limit(lowAt, f, k, low), p.limit(highAt, f, k, high)
	if a.Number > b.Number {
		p.fail(at, "the range ends before it begins", "write the smaller limit first")
	}
	if k == level && a == b {
		return p.whole(at, f, k, []string{low})
	}
	return Value{Range: &Range{&a, &b}}
}

// literal reads a limit.
func (p *parser) literal() string {
	if p.peek() == '"' {
		return p.quoted()
	}
	at := p.i
	for !p.ends() && p.peek() != ']' && p.peek() != '"' {
		p.next()
	}
	return p.s[at:p.i]
}

// maxNumber bounds limits, so that each is exact in a double.
const maxNumber = 1 << 53

// limit reads a limit of a column.
func (p *parser) limit(at int, f Field, k kind, s string) Limit {
	switch k {
	case level:
		if n := slices.Index(seamark.Levels(), strings.ToUpper(s)); n >= 0 {
			return Limit{Number: float64(n)}
		}
		p.fail(at, fmt.Sprintf("%s is no level", excerpt(s)), "use one of "+strings.Join(seamark.Levels(), ", "))
	case number:
		if n, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(n) <= maxNumber && !strings.ContainsAny(s, "xX_pP") {
			return Limit{Number: n + 0} // no -0
		}
		p.fail(at, fmt.Sprintf("%s is no number", excerpt(s)), "write digits, as in "+f.name()+":>=500")
	case instant:
		if ms, ok := parseTime(s); ok {
			return Limit{Number: float64(ms)}
		}
		p.fail(at, fmt.Sprintf("%s is no time", excerpt(s)), "write 2026-11-22, 2026-11-22T17:40:00Z or Unix milliseconds")
	case object:
		p.fail(at, f.name()+" cannot be compared", "promote the key by `fields:` in seamark.yml, or name a value")
	default:
		p.fail(at, f.name()+" has no order", "only numbers, times and levels have ranges: "+f.name()+":a* finds what begins with a")
	}
	return Limit{}
}

// parseTime reads a date, an RFC 3339 time or Unix milliseconds, all in UTC where they name no zone.
func parseTime(s string) (ms int64, ok bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, n >= -maxNumber && n <= maxNumber
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

func (f Field) name() string {
	if f.Key == "" {
		return f.Column
	}
	return f.Column + "." + f.Key
}
