package redact

import (
	"bytes"
	"encoding/json"
	"strings"
)

// JSON redacts a JSON text: the strings and numbers in it, its keys, and the places that
// paths name. What is found is put back as a JSON string, so that the text stays JSON; with
// drop a member goes, and an element of an array becomes null. Text in which
// nothing is found is returned as it is.
func (c *Column) JSON(s string) string {
	if c == nil || s == "" {
		return s
	}
	if len(c.whole) > 0 {
		return c.wholeJSON(s)
	}
	if !c.mayJSON(s) {
		return s
	}
	for range maxPasses {
		w := walker{column: c, in: s}
		if !w.value(0, "", nil) || w.at != len(s) {
			return s // not JSON: nothing of ours
		}
		if !w.changed {
			return s
		}
		if s = string(w.out); w.gone {
			return ""
		}
	}
	return s
}

// wholeJSON replaces all of a JSON column, by an object still.
func (c *Column) wholeJSON(s string) string {
	rule := c.whole[0]
	if rule.action == Drop || strings.HasPrefix(s, `{"redacted":`) {
		if rule.action == Drop {
			return ""
		}
		return s
	}
	return `{"redacted":"` + rule.replace(s) + `"}`
}

// mayJSON reports whether a walk could find anything.
func (c *Column) mayJSON(s string) bool {
	if strings.Contains(s, `\u`) {
		return true
	}
	for _, p := range c.paths {
		name := p.name[strings.LastIndexByte(p.name, '.')+1:]
		if strings.Contains(s, name) || strings.ContainsAny(name, "\"\\/") {
			return true
		}
	}
	for _, r := range c.within {
		for _, f := range r.finder {
			if f.may == nil || f.may(s) {
				return true
			}
		}
	}
	return false
}

// walker copies a JSON text and redacts on the way. at is its place in the text.
type walker struct {
	column  *Column
	in      string
	at      int
	out     []byte
	changed bool
	gone    bool // the value read last is dropped
	masked  int  // keys so far that were changed
}

// maxDepth is how deep a text may nest; the transformer stores none that nests deeper.
const maxDepth = 600

// value reads a value at the given path; above are the rules of paths that lead through it.
func (w *walker) value(depth int, at string, above []*compiled) bool {
	w.gone = false
	if w.at >= len(w.in) || depth > maxDepth {
		return false
	}
	inside := above
	if depth > 0 {
		for i := range w.column.paths {
			if p := &w.column.paths[i]; p.name == at {
				if len(p.rule.finder) == 0 {
					return w.whole(p.rule)
				}
				inside = append(inside[:len(inside):len(inside)], p.rule)
			}
		}
	}
	switch w.in[w.at] {
	case '{':
		return w.object(depth, at, inside)
	case '[':
		return w.array(depth, at, inside)
	case '"':
		return w.string(inside)
	}
	return w.scalar(inside)
}

// whole replaces the value at hand, of whatever kind.
func (w *walker) whole(rule *compiled) bool {
	end := skip(w.in, w.at)
	if end < 0 {
		return false
	}
	raw := w.in[w.at:end]
	w.at = end
	text := raw
	if raw[0] == '"' {
		text = unquote(raw)
	}
	to := rule.replace(text)
	if rule.action == Drop {
		w.gone, w.changed = true, true
		return true
	}
	if raw == "null" || text == to {
		w.out = append(w.out, raw...)
		return true
	}
	w.changed = true
	w.out = append(w.out, quote(to)...)
	return true
}

func (w *walker) object(depth int, at string, inside []*compiled) bool {
	w.copySpace(1)
	start := len(w.out)
	for first := true; ; first = false {
		if w.at >= len(w.in) {
			return false
		}
		if w.in[w.at] == '}' && first {
			w.copySpace(1)
			return true
		}
		mark := len(w.out)
		if w.in[w.at] != '"' {
			return false
		}
		end := skip(w.in, w.at)
		if end < 0 {
			return false
		}
		raw := w.in[w.at:end]
		w.at = end
		w.out = append(w.out, w.key(raw, inside)...)
		w.copySpace(0)
		if w.at >= len(w.in) || w.in[w.at] != ':' {
			return false
		}
		w.copySpace(1)
		if !w.value(depth+1, join(at, raw, len(w.column.paths) > 0), inside) {
			return false
		}
		if w.gone {
			w.out = w.out[:mark]
		}
		w.copySpace(0)
		if w.at >= len(w.in) {
			return false
		}
		c := w.in[w.at]
		if c != ',' && c != '}' {
			return false
		}
		if c == '}' && w.gone {
			w.out = bytes.TrimRight(w.out, " \t\r\n")
			if len(w.out) > start {
				w.out = bytes.TrimSuffix(w.out, []byte(","))
			}
		}
		if c == ',' && w.gone {
			w.skipSpace()
			w.gone = false
			continue
		}
		w.copySpace(1)
		if c == '}' {
			w.gone = false
			return true
		}
	}
}

// skipSpace passes over a separator that goes with a dropped member.
func (w *walker) skipSpace() {
	for w.at++; w.at < len(w.in) && isSpace(w.in[w.at]); w.at++ {
	}
}

// key redacts a key. Changed keys get as many underscores before them as it takes to
// keep them apart.
func (w *walker) key(raw string, inside []*compiled) string {
	text := raw[1 : len(raw)-1]
	if strings.IndexByte(text, '\\') >= 0 {
		text = unquote(raw)
	}
	to := w.text(text, inside)
	if to == text {
		return raw
	}
	if to == "" {
		to = "dropped"
	}
	w.changed = true
	to = strings.Repeat("_", w.masked) + to
	w.masked++
	return quote(to)
}

func (w *walker) array(depth int, at string, inside []*compiled) bool {
	w.copySpace(1)
	if w.at < len(w.in) && w.in[w.at] == ']' {
		w.copySpace(1)
		return true
	}
	for {
		if !w.value(depth+1, at, inside) {
			return false
		}
		if w.gone {
			w.out = append(w.out, "null"...)
			w.gone = false
		}
		w.copySpace(0)
		if w.at >= len(w.in) {
			return false
		}
		c := w.in[w.at]
		if c != ',' && c != ']' {
			return false
		}
		w.copySpace(1)
		if c == ']' {
			return true
		}
	}
}

func (w *walker) string(inside []*compiled) bool {
	end := skip(w.in, w.at)
	if end < 0 {
		return false
	}
	raw := w.in[w.at:end]
	w.at = end
	text := raw[1 : len(raw)-1]
	if strings.IndexByte(text, '\\') >= 0 {
		text = unquote(raw)
	}
	w.put(raw, text, w.text(text, inside))
	return true
}

// scalar reads a number, true, false or null.
func (w *walker) scalar(inside []*compiled) bool {
	end := skip(w.in, w.at)
	if end <= w.at {
		return false
	}
	raw := w.in[w.at:end]
	w.at = end
	if raw == "null" {
		w.out = append(w.out, raw...)
		return true
	}
	w.put(raw, raw, w.text(raw, inside))
	return true
}

// put writes what became of a value.
func (w *walker) put(raw, text, to string) {
	switch {
	case to == text:
		w.out = append(w.out, raw...)
	case to == "":
		w.gone, w.changed = true, true
	default:
		w.changed = true
		w.out = append(w.out, quote(to)...)
	}
}

// text redacts a text by the column's rules and those of the paths that lead to it.
func (w *walker) text(s string, inside []*compiled) string {
	if s == "" {
		return s
	}
	if s = apply(w.column.within, s); len(inside) > 0 && s != "" {
		s = apply(inside, s)
	}
	return s
}

// copySpace copies n bytes and the white space behind them.
func (w *walker) copySpace(n int) {
	from := w.at
	for w.at += n; w.at < len(w.in) && isSpace(w.in[w.at]); w.at++ {
	}
	w.out = append(w.out, w.in[from:w.at]...)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// join is the path of a member; keys are joined by dots. Without paths nobody asks.
func join(at, rawKey string, asked bool) string {
	if !asked {
		return ""
	}
	key := rawKey[1 : len(rawKey)-1]
	if strings.IndexByte(key, '\\') >= 0 {
		key = unquote(rawKey)
	}
	if at == "" {
		return key
	}
	return at + "." + key
}

// skip returns the end of the value at i, or -1.
func skip(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			if i >= len(s) {
				return -1
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return -1
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			continue
		default:
			for i+1 < len(s) && !strings.ContainsRune(",:]} \t\r\n", rune(s[i+1])) {
				i++
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

func unquote(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return raw
	}
	return s
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
