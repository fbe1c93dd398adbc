package check

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
)

// eventID names an event as AWS does: by owner, log group and id.
type eventID struct{ owner, group, id string }

func (e eventID) String() string { return e.owner + " " + e.group + " " + e.id }

// isHash reports whether an id is one that the transformer makes for an event without.
func isHash(id string) bool { return hashID.MatchString(id) }

var hashID = regexp.MustCompile(`^[0-9a-f]{56}$`)

// counted is what a landing object holds.
type counted struct {
	events      int64 // of payloads that are whole
	control     int64
	undecodable int64 // JSON objects that are no payloads
	damaged     bool  // bytes that are neither gzip nor JSON, or break off
	bare        bool  // JSON objects without any key of the envelope, or text
	ids         map[eventID]int
	anonymous   int64 // events without an id

	partial    int64 // events that may be complete in payloads that are not whole
	partialIDs map[eventID]int
}

// recount reads a landing object in the simplest way there is: as a whole, with
// compress/gzip and encoding/json.
func recount(object []byte) counted {
	c := counted{ids: map[eventID]int{}, partialIDs: map[eventID]int{}}
	c.read(object, 0)
	return c
}

// maxInflated bounds what one gzip member may make us hold, in bytes.
const maxInflated = 1 << 30

// read counts the documents in b, at depth gzip members deep.
func (c *counted) read(b []byte, depth int) {
	for len(b) > 0 {
		switch {
		case strings.ContainsRune(" \t\r\n", rune(b[0])):
			b = b[1:]
		case isGzip(b) && depth < 2:
			b = c.member(b, depth)
		case b[0] == '{':
			b = c.document(b)
		default:
			c.damaged = true
			if b[0] < 0x80 && b[0] >= ' ' && c.events+c.control+c.undecodable == 0 {
				c.bare = true // lines of text, perhaps
			}
			b = resync(b)
		}
	}
}

// isGzip reports whether a gzip member begins with b: RFC 1952 forbids the three upper flags.
func isGzip(b []byte) bool {
	return len(b) >= 4 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8 && b[3] < 0x20
}

func (c *counted) member(b []byte, depth int) []byte {
	r := bytes.NewReader(b)
	gz, err := gzip.NewReader(r)
	if err != nil {
		c.damaged = true
		return resync(b)
	}
	gz.Multistream(false)
	inner, err := io.ReadAll(io.LimitReader(gz, maxInflated))
	c.read(inner, depth+1)
	if err != nil {
		c.damaged = true
		return resync(b)
	}
	return b[len(b)-r.Len():]
}

// resync returns what follows from where the next payload may begin.
func resync(b []byte) []byte {
	for i := 1; i < len(b); i++ {
		if b[i] == '{' && beginsEnvelope.Match(b[i:min(len(b), i+200)]) || b[i] == 0x1f && inflates(b[i:]) {
			return b[i:]
		}
	}
	return nil
}

var beginsEnvelope = regexp.MustCompile(`^\{[ \t\r\n]*"(?:messageType|owner|logGroup|logStream|subscriptionFilters|logEvents)"`)

func inflates(b []byte) bool {
	if !isGzip(b) {
		return false
	}
	gz, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return false
	}
	gz.Multistream(false)
	head := make([]byte, 64)
	n, err := io.ReadFull(gz, head)
	text := bytes.TrimLeft(head[:n], " \t\r\n")
	if len(text) == 0 {
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	return text[0] == '{' || isGzip(text)
}

// payload is a JSON object taken apart, with the keys as they stand.
type payload struct {
	fields  map[string]json.RawMessage
	events  []json.RawMessage // of logEvents, also of a payload that breaks off
	doubled bool
}

var envelopeKeys = map[string]bool{"messageType": true, "owner": true, "logGroup": true, "logStream": true, "subscriptionFilters": true, "logEvents": true}

// document counts the JSON object at the beginning of b and returns what follows.
func (c *counted) document(b []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(b))
	p, err := decode(d)
	if err != nil {
		c.damaged = true
		c.partial += int64(len(p.events))
		for _, e := range p.events {
			c.partialIDs[p.id(e)]++
		}
		return resync(b)
	}
	switch p.kind() {
	case "bare":
		c.bare = true
	case "control":
		c.control++
	case "data":
		c.events += int64(len(p.events))
		for _, e := range p.events {
			if id := p.id(e); id.id == "" {
				c.anonymous++
			} else {
				c.ids[id]++
			}
		}
	default:
		c.undecodable++
	}
	return b[d.InputOffset():]
}

// decode reads one object; after an error it holds what came before.
func decode(d *json.Decoder) (payload, error) {
	p := payload{fields: map[string]json.RawMessage{}}
	if _, err := d.Token(); err != nil {
		return p, err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return p, err
		}
		key, _ := t.(string)
		if _, twice := p.fields[key]; twice && envelopeKeys[key] {
			p.doubled = true
		}
		if key == "logEvents" && !p.doubled {
			if err := p.decodeEvents(d); err != nil {
				return p, err
			}
			continue
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return p, err
		}
		p.fields[key] = v
	}
	_, err := d.Token()
	return p, err
}

func (p *payload) decodeEvents(d *json.Decoder) error {
	p.fields["logEvents"] = json.RawMessage("null")
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		if open, ok := t.(json.Delim); ok && open == '{' {
			return skipObject(d)
		}
		return nil
	}
	p.fields["logEvents"] = json.RawMessage("[]")
	for d.More() {
		var e json.RawMessage
		if err := d.Decode(&e); err != nil {
			return err
		}
		p.events = append(p.events, e)
	}
	_, err = d.Token()
	return err
}

// skipObject reads to the end of an object whose brace is read.
func skipObject(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// kind tells data and control messages from what is neither.
func (p *payload) kind() string {
	known := 0
	for key := range p.fields {
		if envelopeKeys[key] {
			known++
		}
	}
	if known == 0 {
		return "bare"
	}
	var filters []*string
	var text *string
	for key, v := range p.fields {
		switch key {
		case "messageType", "owner", "logGroup", "logStream":
			if text = nil; json.Unmarshal(v, &text) != nil || text == nil {
				return ""
			}
		case "subscriptionFilters":
			if json.Unmarshal(v, &filters) != nil || filters == nil {
				return ""
			}
		}
	}
	for _, f := range filters {
		if f == nil {
			return ""
		}
	}
	switch kind := p.text("messageType"); {
	case p.doubled:
		return ""
	case kind == "CONTROL_MESSAGE":
		return "control"
	case kind != "DATA_MESSAGE", string(p.fields["logEvents"]) != "[]":
		return ""
	}
	for _, key := range []string{"owner", "logGroup", "logStream"} {
		if p.fields[key] == nil {
			return ""
		}
	}
	return "data"
}

func (p *payload) text(key string) string {
	var s string
	_ = json.Unmarshal(p.fields[key], &s) // what is no text is none
	return s
}

// id names an event; without an id of its own the id is empty.
func (p *payload) id(event json.RawMessage) eventID {
	var fields map[string]json.RawMessage
	var id string
	if json.Unmarshal(event, &fields) == nil {
		_ = json.Unmarshal(fields["id"], &id)
	}
	if id == "" {
		return eventID{}
	}
	owner := p.text("owner")
	if copied := copiedFrom(fields["extractedFields"]); copied != "" {
		owner = copied
	}
	return eventID{owner, p.text("logGroup"), id}
}

var anAccount = regexp.MustCompile(`^"([0-9]{12})"$`)

// copiedFrom is the account that an event of a centralised copy comes from; else empty.
func copiedFrom(extracted json.RawMessage) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(extracted, &fields) != nil {
		return ""
	}
	if m := anAccount.FindSubmatch(fields["@aws.account"]); m != nil {
		return string(m[1])
	}
	return ""
}
