package cloud

import (
	"slices"
	"strings"
)

// parsedRule is what counts of a composite's rule.
type parsedRule struct {
	children []string // distinct
	elements int      // children, TRUE, FALSE and pairs of parentheses
}

// ruleReader reads the grammar of AlarmRule: ALARM(…), OK(…), INSUFFICIENT_DATA(…), TRUE and FALSE,
// with NOT, AND, OR and parentheses. A name may stand in double quotes, which it cannot hold.
type ruleReader struct {
	rest string
	parsedRule
	fault string
}

func parseRule(rule string) (parsedRule, string) {
	r := &ruleReader{rest: rule}
	r.either()
	if r.skip(); r.fault == "" && r.rest != "" {
		r.fail("'" + r.rest + "' is not understood")
	}
	return r.parsedRule, r.fault
}

func (r *ruleReader) fail(what string) {
	if r.fault == "" {
		r.fault = what
	}
	r.rest = ""
}

func (r *ruleReader) skip() { r.rest = strings.TrimLeft(r.rest, " \t\r\n") }

func (r *ruleReader) word() string {
	r.skip()
	i := strings.IndexFunc(r.rest, func(c rune) bool { return c != '_' && (c < 'A' || c > 'Z') })
	if i < 0 {
		i = len(r.rest)
	}
	return r.rest[:i]
}

func (r *ruleReader) take(token string) bool {
	r.skip()
	if token != "(" && token != ")" && r.word() != token || !strings.HasPrefix(r.rest, token) {
		return false
	}
	r.rest = r.rest[len(token):]
	return true
}

func (r *ruleReader) either() {
	for r.both(); r.fault == "" && r.take("OR"); r.both() {
	}
}

func (r *ruleReader) both() {
	for r.term(); r.fault == "" && r.take("AND"); r.term() {
	}
}

func (r *ruleReader) term() {
	for r.take("NOT") {
	}
	switch w := r.word(); w {
	case "TRUE", "FALSE":
		r.take(w)
		r.elements++
	case "ALARM", "OK", "INSUFFICIENT_DATA":
		r.take(w)
		if !r.take("(") {
			r.fail("a parenthesis is missing after " + w)
			return
		}
		r.child()
	default:
		if !r.take("(") {
			r.fail("an alarm is missing before '" + r.rest + "'")
			return
		}
		r.elements++
		r.either()
		r.closing()
	}
}

// child reads a name and the parenthesis behind it.
func (r *ruleReader) child() {
	r.skip()
	var name string
	var closed bool
	if quoted, ok := strings.CutPrefix(r.rest, `"`); ok {
		name, r.rest, closed = strings.Cut(quoted, `"`)
	} else {
		i := strings.IndexByte(r.rest, ')')
		if closed = i >= 0; closed {
			name, r.rest = strings.TrimSpace(r.rest[:i]), r.rest[i:]
		}
	}
	if !closed || name == "" {
		r.fail("the name of an alarm does not end")
		return
	}
	r.elements++
	if !slices.Contains(r.children, name) {
		r.children = append(r.children, name)
	}
	r.closing()
}

func (r *ruleReader) closing() {
	if r.fault == "" && !r.take(")") {
		r.fail("a parenthesis is not closed before '" + r.rest + "'")
	}
}
