package seamark

import "strings"

// patternTextBytes bounds a pattern's text.
const patternTextBytes = 300

// PatternText is what two records of one fingerprint have in common: the first line of their
// error or message, with "…" in the place of what differs. Of one record it is that line, of two
// that have no word in common the line of b.
func PatternText(a, b *Log) string {
	x, y := said(a), said(b)
	if x == y {
		return clip(x)
	}
	v, w := strings.Fields(x), strings.Fields(y)
	n := 0
	for n < min(len(v), len(w)) && v[n] == w[n] {
		n++
	}
	text := ""
	if len(v) == len(w) {
		for i := n; i < len(v); i++ {
			if v[i] != w[i] {
				v[i] = common(v[i], w[i])
			}
		}
		text = strings.Join(v, " ")
	} else {
		m := 0
		for m < min(len(v), len(w))-n && v[len(v)-1-m] == w[len(w)-1-m] {
			m++
		}
		text = strings.Join(append(append(v[:n:n], "…"), v[len(v)-m:]...), " ")
	}
	if strings.Trim(text, "… ") == "" {
		text = y
	}
	return clip(text)
}

// common is what two words begin and end with, as far as that ends at a sign: "userId=[u12]" and
// "userId=[u7]" have "userId=[…]" in common.
func common(a, b string) string {
	sign := func(c byte) bool {
		return c == '=' || c == '[' || c == ']' || c == '(' || c == ')' || c == ':' || c == '"' || c == '\'' || c == ',' || c == '/' || c == '.'
	}
	head, tail := 0, 0
	for i := 0; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if sign(a[i]) {
			head = i + 1
		}
	}
	for i := 1; i <= min(len(a), len(b))-head && a[len(a)-i] == b[len(b)-i]; i++ {
		if sign(a[len(a)-i]) {
			tail = i
		}
	}
	return a[:head] + "…" + a[len(a)-tail:]
}

// said is the first line of what a record says went wrong.
func said(l *Log) string {
	text := l.Message
	switch {
	case l.ErrorMessage != "" && l.ErrorType != "":
		text = l.ErrorType + ": " + l.ErrorMessage
	case l.ErrorMessage != "":
		text = l.ErrorMessage
	case text == "":
		text = l.ErrorType
	}
	if text == "" {
		text = l.EventName
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(text)
}

func clip(s string) string {
	if len(s) <= patternTextBytes {
		return s
	}
	return strings.ToValidUTF8(s[:patternTextBytes], "") + "…"
}
