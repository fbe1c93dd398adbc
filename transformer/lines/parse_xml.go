package lines

import (
	"html"
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// takeXML takes an access log in XML apart into r.fields: a request element whose
// children, and whose attributes, are the values, as API Gateway's console offers it.
// Elements inside elements, comments and declarations are not looked for.
func (r *Parser) takeXML(s string) bool {
	r.fields = r.fields[:0]
	head, rest, ok := strings.Cut(s, ">")
	if !ok || !r.takeAttributes(strings.TrimPrefix(head, "<request")) {
		return false
	}
	for {
		rest = strings.TrimSpace(rest)
		if rest == "</request>" {
			return r.xmlColumns() && r.soundAccess()
		}
		if !strings.HasPrefix(rest, "<") {
			return false
		}
		name, behind, ok := strings.Cut(rest[1:], ">")
		if !ok || !isElementName(name) {
			return false
		}
		value, after, ok := strings.Cut(behind, "</"+name+">")
		if !ok || strings.IndexByte(value, '<') >= 0 {
			return false
		}
		r.addXML(name, value)
		rest = after
	}
}

// takeAttributes reads the attributes of the request element; its id is the request's.
func (r *Parser) takeAttributes(s string) bool {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		name, rest, ok := strings.Cut(s, "=")
		if !ok || !isElementName(name) || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			return false
		}
		value, after, ok := strings.Cut(rest[1:], rest[:1])
		if !ok {
			return false
		}
		if name == "id" {
			name = "requestId"
		}
		r.addXML(name, value)
		s = after
	}
	return true
}

func (r *Parser) addXML(name, value string) {
	if strings.IndexByte(value, '&') >= 0 {
		value = html.UnescapeString(value)
	}
	r.addWord(name, strings.TrimSpace(value), 0)
}

// xmlColumns finds the columns of the elements among the synonyms.
func (r *Parser) xmlColumns() bool {
	for i := range r.fields {
		f := &r.fields[i]
		f.Log, f.Access = r.Keys.Find(f.Key)
	}
	return len(r.fields) > 0 && len(r.fields) <= scan.MaxFields
}

func isElementName(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}
