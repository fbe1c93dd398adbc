package lines

import (
	"strings"
)

// Messages that are templates.

// filled is a template with {Name} replaced by the member of that name in r.rest or r.fields.
func (r *Parser) filled(template string) string {
	var b strings.Builder
	s := template
	for n := 0; n < 64; n++ {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			break
		}
		name := s[open+1 : open+length]
		if i := strings.IndexAny(name, ":,"); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimLeft(name, "@$")
		b.WriteString(s[:open])
		if v, ok := r.valueOf(name); ok {
			b.WriteString(v)
		} else {
			b.WriteString(s[open : open+length+1])
		}
		s = s[open+length+1:]
		if b.Len() > 64<<10 {
			break
		}
	}
	b.WriteString(s)
	return r.concat(b.String())
}

func (r *Parser) valueOf(name string) (string, bool) {
	for i := range r.rest {
		if r.rest[i].Key == name {
			return r.text(r.rest[i].Value), true
		}
	}
	for i := range r.fields {
		if r.fields[i].Key == name {
			return r.text(r.fields[i].Value), true
		}
	}
	return "", false
}
