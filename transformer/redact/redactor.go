package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
)

// Redactor holds compiled rules. It is safe for concurrent use.
type Redactor struct {
	rules []compiled
	sets  sync.Map // product -> *Set
}

// compiled is a rule ready for use.
type compiled struct {
	name   string
	mask   string // what stands for a value
	action string
	fields []string
	finder []*finder // none: the whole value
	only   []string  // products
	key    []byte
}

// New compiles rules; key is that of hash and may be nil when no rule hashes. It fails
// with a Rejected fault, of the first rule at fault.
func New(rules []Rule, key []byte) (*Redactor, error) {
	var fault *seamark.Fault
	Validate(rules, len(key) >= MinKey, func(at, what, remedy string) {
		if fault == nil {
			fault = &seamark.Fault{Class: seamark.Rejected, What: what, Where: "redact.rules" + at, Remedy: remedy}
		}
	})
	if fault != nil {
		return nil, fault
	}
	r := &Redactor{}
	for _, one := range rules {
		c := compiled{name: one.Name, mask: "[redacted-" + one.Name + "]", action: one.Action, fields: one.Fields, only: one.Products, key: key}
		if c.action == "" {
			c.action = Mask
		}
		for _, p := range one.Patterns {
			c.finder = append(c.finder, finders()[p])
		}
		if one.Regex != "" {
			c.finder = append(c.finder, &finder{find: expression(regexp.MustCompile(one.Regex))})
		}
		r.rules = append(r.rules, c)
	}
	return r, nil
}

// For returns what must be redacted in rows of a product; nil is nothing.
func (r *Redactor) For(product string) *Set {
	if r == nil {
		return nil
	}
	if s, ok := r.sets.Load(product); ok {
		return s.(*Set)
	}
	s := &Set{}
	for i := range r.rules {
		if c := &r.rules[i]; len(c.only) == 0 || slices.Contains(c.only, product) {
			s.add(c)
		}
	}
	if len(s.columns) == 0 {
		s = nil
	}
	r.sets.Store(strings.Clone(product), s)
	return s
}

// Set is what must be redacted in the rows of one product.
type Set struct {
	columns map[string]*Column
}

// Column is what must be redacted in one column.
type Column struct {
	whole  []*compiled // the value as a whole
	within []*compiled // matches in it
	paths  []path      // of a JSON column
}

// path is a place inside a JSON column.
type path struct {
	name string
	rule *compiled
}

func (s *Set) add(c *compiled) {
	if s.columns == nil {
		s.columns = map[string]*Column{}
	}
	fields := c.fields
	if len(fields) == 0 {
		fields = Columns()
	}
	for _, f := range fields {
		name, inside, nested := strings.Cut(f, ".")
		col := s.columns[name]
		if col == nil {
			col = &Column{}
			s.columns[name] = col
		}
		switch {
		case nested:
			col.paths = append(col.paths, path{inside, c})
		case len(c.finder) == 0:
			col.whole = append(col.whole, c)
		default:
			col.within = append(col.within, c)
		}
	}
}

// Column returns what must be redacted in a column; nil is nothing.
func (s *Set) Column(name string) *Column {
	if s == nil {
		return nil
	}
	return s.columns[name]
}

// Text redacts a text; one in which nothing is found is returned as it is.
func (c *Column) Text(s string) string {
	if c == nil || s == "" {
		return s
	}
	if len(c.whole) > 0 {
		return c.whole[0].replace(s)
	}
	return apply(c.within, s)
}

// maxPasses bounds how often a text is gone over: a replacement may bring to light
// what another rule finds.
const maxPasses = 4

// apply replaces what the rules find in s, until they find nothing.
func apply(rules []*compiled, s string) string {
	for range maxPasses {
		before := s
		for _, c := range rules {
			if s = c.within(s); s == "" {
				return ""
			}
		}
		if len(s) == len(before) && s == before {
			break
		}
	}
	return s
}

// within replaces what the rule finds in s.
func (c *compiled) within(s string) string {
	for i := range c.finder {
		if len(s) < c.finder[i].least {
			continue
		}
		found := c.finder[i].find(nil, s)
		if len(found) == 0 {
			continue
		}
		if c.action == Drop {
			return ""
		}
		var b strings.Builder
		from := 0
		for _, m := range found {
			b.WriteString(s[from:m[0]])
			b.WriteString(c.replace(s[m[0]:m[1]]))
			from = m[1]
		}
		b.WriteString(s[from:])
		s = b.String()
	}
	return s
}

// replace is what stands in the place of a value. A replacement stays as it is.
func (c *compiled) replace(value string) string {
	switch {
	case c.action == Drop:
		return ""
	case c.action == Mask:
		return c.mask
	case isToken(value, c.name):
		return value
	}
	h := hmac.New(sha256.New, c.key)
	h.Write([]byte(value))
	return "[" + c.name + "-" + letters(h.Sum(nil)[:8]) + "]"
}

// letters writes bytes as letters a to p, so that no pattern finds anything in them.
func letters(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, 'a'+c>>4, 'a'+c&15)
	}
	return string(out)
}

// isToken reports whether s is what hash has put in place of a value.
func isToken(s, name string) bool {
	rest, ok := strings.CutPrefix(s, "["+name+"-")
	return ok && len(rest) == 17 && rest[16] == ']' && strings.Trim(rest[:16], "abcdefghijklmnop") == ""
}
