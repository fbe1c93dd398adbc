package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Dialects are schemas.Dialects compiled. They are read only.
type Dialects struct {
	list       []*dialect
	containers map[string]bool
	keys       *scan.Keys
}

// dialect is one entry.
type dialect struct {
	name    string
	when    [][]term
	members map[string]*member
	level   bool // says itself where the level is
	message bool // and the message
	scale   schemas.Scale
	inner   string
	fill    bool
	reason  bool   // says where the error's message is
	silent  string // level of a record that names none
}

// term is a condition on the members of a record.
type term struct {
	key   string
	kinds string // first bytes of the values allowed; "" any
	not   bool
	value string   // text that it must be; checked on each line
	only  []string // no keys but these
}

// role is what a member of a record is for.
type role uint8

const (
	roleTake    role = iota // by the synonyms
	roleRest                // event_data
	roleLevel               // the level
	roleMessage             // the message, by rank
	roleTime                // the time
	roleSeconds             // the time's seconds
	roleNanos               // and nanoseconds
	roleError               // the error, in whatever form
	roleColumn              // the column of the member
	roleInto                // an object, or a list: look into it
	roleInner               // the record as text or object
)

// member says what a member, or one below it, is for.
type member struct {
	role   role
	rank   uint8 // of a message or level: the least wins
	column scan.Column
	below  map[string]*member
	each   *member // of the elements of a list
	lift   bool    // members without a role of their own are the record's
	ids    bool    // ids are looked for, and it stays whole
}

// NewDialects compiles schemas.Dialects.
func NewDialects(keys *scan.Keys) *Dialects {
	d := &Dialects{containers: map[string]bool{}, keys: keys}
	for i := range schemas.Dialects {
		d.list = append(d.list, compileDialect(&schemas.Dialects[i]))
	}
	for _, c := range schemas.Containers {
		d.containers[c] = true
	}
	return d
}

func compileDialect(s *schemas.Dialect) *dialect {
	d := &dialect{name: s.Name, members: map[string]*member{}, scale: s.Scale, inner: s.Inner, fill: s.Fill, reason: s.Reason != "", silent: s.Silent, level: s.Level != "", message: s.Message != ""}
	for _, w := range s.When {
		d.when = append(d.when, compileTerms(w))
	}
	for _, p := range strings.Fields(s.Lift) {
		d.at(p).lift = true
	}
	for _, p := range strings.Fields(s.IDs) {
		d.at(p).ids = true
	}
	for rank, p := range strings.Fields(s.Level) {
		m := d.at(p)
		m.role, m.rank = roleLevel, uint8(rank)
	}
	for rank, p := range strings.Fields(s.Message) {
		m := d.at(p)
		m.role, m.rank = roleMessage, uint8(rank)
	}
	for _, p := range strings.Fields(s.Error) {
		d.at(p).role = roleError
	}
	if seconds, nanos, two := strings.Cut(s.Time, "+"); two {
		d.at(seconds).role, d.at(nanos).role = roleSeconds, roleNanos
	} else if s.Time != "" {
		d.at(s.Time).role = roleTime
	}
	for _, c := range []struct {
		paths  string
		column scan.Column
	}{{s.Event, scan.LogEventName}, {s.Class, scan.LogErrorType}, {s.Reason, scan.LogErrorMessage}, {s.Stack, scan.LogErrorStack}, {s.Request, scan.LogRequestID}, {s.Trace, scan.LogTraceID}, {s.Span, scan.LogSpanID}} {
		for _, p := range strings.Fields(c.paths) {
			m := d.at(p)
			m.role, m.column = roleColumn, c.column
		}
	}
	if s.Inner != "" {
		d.at(s.Inner).role = roleInner
	}
	return d
}

// at is the member at a path. A key may itself hold dots, where Google's do.
func (d *dialect) at(path string) *member {
	var m *member
	into := d.members
	for path != "" {
		key, rest := path, ""
		if i := strings.IndexByte(path, '.'); i > 0 && !strings.HasPrefix(path, "logging.") {
			key, rest = path[:i], path[i+1:]
		}
		path = rest
		key, each := strings.CutSuffix(key, "[]")
		if into[key] == nil {
			into[key] = &member{}
		}
		m = into[key]
		if each {
			m.role, m.lift = roleInto, true
			if m.each == nil {
				m.each = &member{lift: true}
			}
			m = m.each
		}
		if path != "" {
			m.role = roleInto
			if m.below == nil {
				m.below = map[string]*member{}
			}
			into = m.below
		}
	}
	return m
}

func compileTerms(s string) []term {
	var terms []term
	for _, w := range strings.Fields(s) {
		t := term{}
		if keys, ok := strings.CutPrefix(w, "only:"); ok {
			t.only = strings.Split(keys, ",")
			terms = append(terms, t)
			continue
		}
		w, t.not = strings.CutPrefix(w, "!")
		if key, value, ok := strings.Cut(w, "="); ok {
			t.key, t.kinds, t.value = key, `"`, value
		} else if key, kinds, ok := strings.Cut(w, ":"); ok {
			t.key = key
			for k := range strings.SplitSeq(kinds, "|") {
				t.kinds += map[string]string{"string": `"`, "object": "{", "array": "[", "number": "0"}[k]
			}
		} else {
			t.key = w
		}
		terms = append(terms, t)
	}
	return terms
}

// kindByte tells the kind of a JSON value by one byte: its first, or 0 for any number, t for
// true and false.
func kindByte(v []byte) byte {
	switch c := v[0]; c {
	case '"', '{', '[', 'n', 't':
		return c
	case 'f':
		return 't'
	}
	return '0'
}

// match reports whether the shape of a record meets the terms, and the terms on values.
func match(terms []term, fields []scan.Field) (values []term, ok bool) {
	for _, t := range terms {
		if t.only != nil {
			for i := range fields {
				if !contains(t.only, fields[i].Key) {
					return nil, false
				}
			}
			continue
		}
		found := false
		for i := range fields {
			if fields[i].Key == t.key && (t.kinds == "" || strings.IndexByte(t.kinds, kindByte(fields[i].Value)) >= 0) {
				found = true
			}
		}
		if found == t.not {
			return nil, false
		}
		if t.value != "" {
			values = append(values, t)
		}
	}
	return values, true
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// plan says for each member of a record of one shape what it is for.
type plan struct {
	fields  int
	choices []choice // the first whose values hold
}

// choice is a dialect; the last has no values.
type choice struct {
	values  []term
	dialect *dialect
	members []*member // nil: by the synonyms
	plain   bool      // all of them are
}

// plan makes the plan of a shape.
func (d *Dialects) plan(fields []scan.Field) *plan {
	p := &plan{fields: len(fields)}
	for _, dialect := range d.list {
		for _, when := range dialect.when {
			if values, ok := match(when, fields); ok {
				p.choices = append(p.choices, d.choice(dialect, values, fields))
				if len(values) == 0 {
					return p
				}
				break
			}
		}
	}
	p.choices = append(p.choices, d.choice(nil, nil, fields))
	return p
}

func (d *Dialects) choice(of *dialect, values []term, fields []scan.Field) choice {
	c := choice{values: values, dialect: of, members: make([]*member, len(fields)), plain: true}
	best := bestRanks(of, fields)
	for i := range fields {
		f := &fields[i]
		m := d.member(of, f)
		if of != nil && m == nil && (of.level && f.Log == scan.LogLevel || best.message >= 0 && f.Log == scan.LogMessage) {
			m = &member{role: roleRest}
		}
		if m != nil && (m.role == roleMessage && int(m.rank) != best.message || m.role == roleLevel && int(m.rank) != best.level) {
			m = &member{role: roleRest}
		}
		c.members[i] = m
		c.plain = c.plain && m == nil
	}
	return c
}

// ranks are the best of the paths of message and level whose first members are there; -1: none.
type ranks struct{ message, level int }

func bestRanks(of *dialect, fields []scan.Field) ranks {
	best := ranks{-1, -1}
	if of == nil {
		return best
	}
	for i := range fields {
		m := of.members[fields[i].Key]
		if m == nil || fields[i].Value[0] == 'n' {
			continue
		}
		if r := m.least(roleMessage); r >= 0 && (best.message < 0 || r < best.message) {
			best.message = r
		}
		if r := m.least(roleLevel); r >= 0 && (best.level < 0 || r < best.level) {
			best.level = r
		}
	}
	return best
}

// least is the least rank of a role in or below m, or -1.
func (m *member) least(of role) int {
	least := -1
	if m.role == of {
		least = int(m.rank)
	}
	if m.each != nil {
		if r := m.each.least(of); r >= 0 && (least < 0 || r < least) {
			least = r
		}
	}
	for _, b := range m.below {
		if r := b.least(of); r >= 0 && (least < 0 || r < least) {
			least = r
		}
	}
	return least
}

// member says what a field is for; nil is by the synonyms.
func (d *Dialects) member(of *dialect, f *scan.Field) *member {
	kind := kindByte(f.Value)
	if of != nil {
		if m := of.members[f.Key]; m != nil {
			return m.of(kind)
		}
	}
	switch {
	case f.Log == scan.LogMessage && kind == '{':
		return &member{role: roleInner}
	case f.Log == scan.LogErrorStack && kind == '[', holdsError(f.Key) && (kind == '{' || kind == '['):
		return &member{role: roleError}
	case f.Log == 0 && (kind == '{' || kind == '[') && d.containers[f.Key], kind == '[' && (f.Key == "attributes" || f.Key == "Attributes"):
		return &member{role: roleInto, ids: true}
	case f.Log == scan.LogTimestamp && kind == '{':
		return &member{role: roleInto, below: map[string]*member{"epochSecond": {role: roleSeconds}, "nanoOfSecond": {role: roleNanos}}}
	}
	return nil
}

// of is m for a value of that kind, which may not be what m looks into.
func (m *member) of(kind byte) *member {
	if (m.lift || m.ids || m.role == roleInto) && kind != '{' && kind != '[' {
		if m.role == roleTake || m.role == roleInto {
			return nil
		}
	}
	return m
}

// maxPlans bounds the shapes that a parser remembers. Beyond them it makes plans anew.
const maxPlans = 1024

// planOf finds the plan of a record's shape.
func (r *Parser) planOf(fields []scan.Field) *choice {
	h := shapeSeed
	for i := range fields {
		h = (h ^ fields[i].Hash() ^ uint64(kindByte(fields[i].Value))) * shapePrime
	}
	p := r.last
	if p == nil || h != r.lastShape || p.fields != len(fields) {
		p = r.plans[h]
		if p == nil || p.fields != len(fields) {
			p = r.Dialects.plan(fields)
			if r.plans == nil {
				r.plans = map[uint64]*plan{}
			}
			if len(r.plans) < maxPlans {
				r.plans[h] = p
			}
		}
		r.last, r.lastShape = p, h
	}
	if len(p.choices) == 1 {
		return &p.choices[0]
	}
	return r.choose(p, fields)
}

const (
	shapeSeed  uint64 = 14695981039346656037
	shapePrime uint64 = 0x9E3779B97F4A7C15
)

// choose finds the first choice whose values hold.
func (r *Parser) choose(p *plan, fields []scan.Field) *choice {
	for i := range p.choices {
		c := &p.choices[i]
		hold := true
		for _, t := range c.values {
			for j := range fields {
				if fields[j].Key == t.key {
					hold = hold && r.text(fields[j].Value) == t.value
				}
			}
		}
		if hold {
			return c
		}
	}
	return &p.choices[len(p.choices)-1]
}

// Plain reports whether the columns of a record follow from the synonyms alone; the
// generic parser of the tests asks, as it knows these only.
func (d *Dialects) Plain(fields []scan.Field) bool {
	p := d.plan(fields)
	return len(p.choices) == 1 && p.choices[0].plain
}

// timed reports whether a record matches a dialect that says its own time: without an
// envelope, it is a record.
func (d *Dialects) timed(fields []scan.Field) bool {
	for _, c := range d.plan(fields).choices {
		if c.dialect == nil {
			continue
		}
		for i := range fields {
			if m := c.dialect.members[fields[i].Key]; m != nil && m.tellsTime() {
				return true
			}
		}
	}
	return false
}

func (m *member) tellsTime() bool {
	if m.role == roleTime || m.role == roleSeconds {
		return true
	}
	for _, b := range m.below {
		if b.tellsTime() {
			return true
		}
	}
	return false
}
