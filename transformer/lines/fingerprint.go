package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// FingerprintVersion is the version of the rules below; it stands before the hash, so
// that fingerprints of different rules are never taken for one another.
const FingerprintVersion = "3:"

// Fingerprint hashes the pattern of a severe record: what remains of its error or
// message when numbers, ids, hosts, quoted data and the like are left out, and the frames
// of our own code in its stack trace. Records of one cause share it across hosts,
// requests, builds and days. It depends on the record alone: not on locale, time or order.
// TestFingerprintQuality holds how well that works on testdata/fingerprints.jsonl.
func (r *Parser) Fingerprint(row *seamark.Log) string {
	h := newPatternHash()
	if row.ErrorType != "" || row.ErrorStack != "" {
		h.words(row.ErrorType)
		h.said = false // a class alone is not yet a cause
		if row.ErrorType == "" {
			h.text1(r, row.Message)
		}
		h.line(firstLine(row.ErrorMessage))
		h.frames(row.ErrorStack)
		if !h.said && row.ErrorType != "" {
			h.text1(r, row.Message)
		}
	} else {
		text := row.Message
		if text == "" {
			text = row.EventName
		}
		h.words(row.EventName)
		h.text1(r, text)
		if row.ErrorMessage != "" {
			h.line(firstLine(row.ErrorMessage))
		}
	}
	if !h.said {
		h.shape(r, row)
	}
	a := r.Arena
	a.Room(18)
	from := len(a.Text)
	a.Text = append(a.Text, FingerprintVersion...)
	for shift := 60; shift >= 0; shift -= 4 {
		a.Text = append(a.Text, hexDigits[h.sum>>shift&15])
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}

// patternHash is FNV-1a over the constant parts of texts.
type patternHash struct {
	sum      uint64
	variable bool   // what was hashed last stands for any value
	word     string // the constant word before, which may say what follows
	said     bool   // something constant was hashed: not all records have this sum
}

func newPatternHash() patternHash { return patternHash{sum: 14695981039346656037} }

func (h *patternHash) byte(c byte) { h.sum = (h.sum ^ uint64(c)) * 1099511628211 }

func (h *patternHash) bytes(s string) {
	h.said = h.said || s != ""
	for i := range len(s) {
		h.byte(s[i])
	}
}

func (h *patternHash) words(s string) {
	h.bytes(s)
	h.byte(0)
}

// any hashes a value that may differ. Values in a row, a list for example, count once.
func (h *patternHash) any() {
	if !h.variable {
		h.byte('#')
	}
	h.variable = true
}

// constant hashes a word that says what happened.
func (h *patternHash) constant(word string) {
	h.byte(' ')
	h.bytes(word)
	h.variable, h.word = false, word
}

// text1 hashes the first line of a message. JSON in its place is hashed by its members, and a
// message that stands in quotes as a whole without them.
func (h *patternHash) text1(r *Parser, s string) {
	if p, ok := cutLambdaPrefix(s); ok {
		s = p.rest
	}
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '{' {
		from := len(r.inner)
		var end int
		r.inner, end = scan.Fields(r.inner, r.Arena, scan.BytesOf(s), 0)
		members := r.inner[from:]
		r.inner = r.inner[:from]
		if end == len(s) {
			h.members(r, members)
			return
		}
	}
	line := firstLine(s)
	if n := len(line); n > 2 && line[0] == line[n-1] && (line[0] == '"' || line[0] == '\'') && strings.IndexByte(line[1:n-1], line[0]) < 0 {
		line = line[1 : n-1]
	}
	h.line(line)
}

// maxShape bounds the members of a record that count.
const maxShape = 32

// members hashes the names of members, and the constant parts of those that are text.
func (h *patternHash) members(r *Parser, members []scan.Field) {
	for i := range members[:min(len(members), maxShape)] {
		m := &members[i]
		h.words(m.Key)
		if m.Value[0] == '"' && saysWhat(m.Key) {
			h.line(firstLine(r.text(m.Value)))
		}
	}
}

// saysWhat reports whether the text of a member says what happened rather than to whom.
func saysWhat(key string) bool {
	switch key {
	case "message", "msg", "error", "err", "text", "event", "reason", "logger", "loggerName", "logger_name", "caller", "target", "module", "name", "code", "type", "operation", "action",
		"errorType", "errorMessage", "errorCode", "status", "title", "detail", "description", "category", "channel", "file", "function", "location", "cause":
		return true
	}
	return tellsCause(key)
}

// shape hashes a record in which nothing was said: by what its data is called, else by the
// form of its text and the component.
func (h *patternHash) shape(r *Parser, row *seamark.Log) {
	h.words(row.Component)
	if row.EventData != "" {
		from := len(r.inner)
		r.inner, _ = scan.Fields(r.inner, r.Arena, scan.BytesOf(row.EventData), 0)
		h.members(r, r.inner[from:])
		r.inner = r.inner[:from]
	}
	s := firstLine(row.Message)
	for i := range len(s[:min(len(s), maxTemplate)]) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			h.byte('0')
		case isWord(c) && c < 0x80:
			h.byte('a')
		default:
			h.byte(c)
		}
	}
}
