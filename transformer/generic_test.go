package transformer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// The generic path reads payloads with encoding/json, in the plainest way: the oracle
// that FuzzFastEqualsGeneric and TestFastEqualsGeneric hold the fast path against. What
// a text line means has one implementation, which both use.

// member is one member of a JSON object.
type member struct {
	key     string
	escaped bool // the key was written with a backslash
	value   []byte
}

// membersOf takes a JSON object apart; false for whatever the fast path keeps as text.
func membersOf(b []byte) ([]member, bool) {
	trimmed := bytes.Trim(b, " \t\r\n")
	if !json.Valid(b) || len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.Token()
	var out []member
	for d.More() {
		m, err := nextMember(d, b)
		if err != nil || nesting(m.value) > scan.MaxDepth || len(out) == scan.MaxFields {
			return nil, false
		}
		out = append(out, m)
	}
	return out, true
}

// nextMember reads one member of the object that d, which reads b, is in.
func nextMember(d *json.Decoder, b []byte) (member, error) {
	key, err := d.Token()
	if err != nil {
		return member{}, err
	}
	m := member{}
	m.key, _ = key.(string)
	m.escaped = !bytes.HasSuffix(b[:d.InputOffset()], []byte(`"`+m.key+`"`)) && bytes.IndexByte(b[:d.InputOffset()], '\\') >= 0
	var raw json.RawMessage
	err = d.Decode(&raw)
	m.value = raw
	return m, err
}

// nesting is how deep the arrays and objects of a JSON text nest.
func nesting(b []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// textOf is a JSON string's text, or any other value as it stands.
func textOf(v []byte) string {
	if v[0] != '"' {
		return string([]rune(string(v)))
	}
	var s string
	if err := json.Unmarshal(v, &s); err != nil {
		panic(err)
	}
	return s
}

// genericEvent is one log event with its index in the payload.
type genericEvent struct {
	id        string
	timestamp int64
	timed     bool
	message   string
	at        int
	account   string // of a centralised copy
	region    string
}

// genericPayload is what a payload says, as far as it goes.
type genericPayload struct {
	status  landing.Status
	owner   string
	group   string
	stream  string
	kind    string // message type
	filters []string
	events  []genericEvent
}

// readGeneric reads the payload that b begins with.
func readGeneric(b []byte) genericPayload {
	var whole json.RawMessage
	p := genericPayload{}
	verdict := landing.Complete
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&whole); errors.Is(err, io.ErrUnexpectedEOF) {
		verdict = landing.Incomplete
	} else if err != nil {
		verdict = landing.Malformed
	}
	wrong := p.walk(b)
	switch p.status = verdict; {
	case wrong:
		p.events = nil
		if verdict == landing.Complete {
			p.status = landing.WrongShape
		}
	case verdict == landing.Complete && p.kind == "CONTROL_MESSAGE":
		p.status = landing.Control
	}
	return p
}

// walk goes through the members of a payload, until one is not JSON; true: it is none.
func (p *genericPayload) walk(b []byte) (wrong bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.Token()
	seen := map[string]bool{}
	var late []byte
	lateAt := 0
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return false
		}
		name, _ := key.(string)
		known := slices.Contains([]string{"messageType", "owner", "logGroup", "logStream", "subscriptionFilters", "logEvents"}, name)
		if known && !followedBy(b, d, ':') {
			return false
		}
		if known && seen[name] {
			return true
		}
		ready := seen["messageType"] && seen["owner"] && seen["logGroup"] && seen["logStream"] && seen["subscriptionFilters"]
		if name == "logEvents" && ready && p.kind == "DATA_MESSAGE" {
			first := scan.SkipSpace(b, scan.SkipSpace(b, int(d.InputOffset()))+1)
			if first < len(b) && b[first] != '[' {
				return true
			}
			if !p.readEvents(d, b, 0) {
				return false
			}
			seen[name] = true
			continue
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return false
		}
		if name == "logEvents" {
			late, lateAt = raw, int(d.InputOffset())-len(raw)
		} else if known && !p.take(name, raw) {
			return true
		}
		if known {
			seen[name] = true
		}
	}
	if _, err := d.Token(); err != nil {
		return false
	}
	return p.settle(seen, late, lateAt)
}

// followedBy reports whether the next byte that is no space is c, or lies behind the end.
func followedBy(b []byte, d *json.Decoder, c byte) bool {
	i := scan.SkipSpace(b, int(d.InputOffset()))
	return i < len(b) && b[i] == c
}

func (p *genericPayload) take(name string, raw []byte) bool {
	if name == "subscriptionFilters" {
		var list []json.RawMessage
		if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
			return false
		}
		for _, f := range list {
			if f[0] != '"' {
				return false
			}
			p.filters = append(p.filters, textOf(f))
		}
		return true
	}
	if raw[0] != '"' {
		return false
	}
	*map[string]*string{"messageType": &p.kind, "owner": &p.owner, "logGroup": &p.group, "logStream": &p.stream}[name] = textOf(raw)
	return true
}

// settle decides on a payload that is whole JSON; late are events that came too early.
func (p *genericPayload) settle(seen map[string]bool, late []byte, lateAt int) (wrong bool) {
	switch {
	case len(seen) == 0:
		return true
	case p.kind == "CONTROL_MESSAGE":
		return false
	case p.kind != "DATA_MESSAGE" || !seen["owner"] || !seen["logGroup"] || !seen["logStream"] || !seen["logEvents"]:
		return true
	case late != nil && late[0] != '[':
		return true
	case late != nil:
		p.readEvents(json.NewDecoder(bytes.NewReader(late)), late, lateAt)
	}
	return false
}

// readEvents reads the array that d, which reads b, has before it; the index of an event
// counts from base. An event counts once its separator is there.
func (p *genericPayload) readEvents(d *json.Decoder, b []byte, base int) bool {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return false
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return false
		}
		if !followedBy(b, d, ',') && !followedBy(b, d, ']') {
			return false
		}
		p.events = append(p.events, eventOf(raw, base+int(d.InputOffset())-len(raw)))
	}
	_, err := d.Token()
	return err == nil
}

// eventOf reads one event; one that is not as it should be is kept as text.
func eventOf(raw []byte, at int) genericEvent {
	e := genericEvent{at: at}
	messages := 0
	if raw[0] == '{' {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.Token()
		for d.More() {
			m, err := nextMember(d, raw)
			if err != nil {
				panic(err)
			}
			switch {
			case m.escaped:
			case m.key == "message":
				messages++
				e.message = textOf(m.value)
			case m.key == "id" && m.value[0] == '"':
				e.id = textOf(m.value)
			case m.key == "extractedFields" && m.value[0] == '{':
				e.system(m.value)
			case m.key == "timestamp":
				n, err := strconv.ParseInt(string(m.value), 10, 64)
				e.timestamp, e.timed = n, err == nil
			}
		}
	}
	if messages != 1 {
		e.message = textOf(append([]byte(" "), raw...))[1:]
	}
	return e
}

var (
	plainAccount = regexp.MustCompile(`^"([0-9]{12})"$`)
	plainRegion  = regexp.MustCompile(`^"([a-z0-9-]{1,32})"$`)
)

// system takes the account and the region of a centralised copy's event.
func (e *genericEvent) system(raw []byte) {
	of := map[string]string{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.Token()
	for d.More() {
		m, err := nextMember(d, raw)
		if err != nil {
			panic(err)
		}
		for key, is := range map[string]*regexp.Regexp{"@aws.account": plainAccount, "@aws.region": plainRegion} {
			if v := is.FindSubmatch(m.value); v != nil && m.key == key && !m.escaped {
				of[key] = string(v[1])
			}
		}
	}
	if of["@aws.account"] != "" {
		e.account, e.region = of["@aws.account"], of["@aws.region"]
	}
}

// workloadOf is whose the payload is: that of the first of our filters.
func (p *genericPayload) workloadOf() (w seamark.Workload, ours bool) {
	for _, f := range p.filters[:min(len(p.filters), 16)] {
		if w, err := seamark.ParseFilterName(f); err == nil {
			return w, true
		}
	}
	return seamark.Workload{}, false
}
