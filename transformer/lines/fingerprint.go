package lines

import (
	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// FingerprintVersion is the version of the rules below; it stands before the hash, so
// that fingerprints of different rules are never taken for one another.
const FingerprintVersion = "2:"

// Fingerprint hashes the template of a severe record: what remains of its error or
// message when numbers, ids, hosts, quoted data and the like are left out, and the frames
// of our own code in its stack trace. Records of one cause share it across hosts,
// requests, builds and days. It depends on the record alone: not on locale, time or order.
// TestFingerprintQuality holds how well that works on testdata/fingerprints.jsonl.
func (r *Parser) Fingerprint(row *seamark.Log) string {
	h := newTemplateHash()
	if row.ErrorType != "" || row.ErrorStack != "" {
		h.words(row.ErrorType)
		h.line(firstLine(row.ErrorMessage))
		h.frames(row.ErrorStack)
	} else {
		text := row.Message
		if p, ok := cutLambdaPrefix(text); ok {
			text = p.rest
		}
		if text == "" {
			text = row.EventName
		}
		h.words(row.EventName)
		h.line(firstLine(text))
		if row.ErrorMessage != "" {
			h.line(firstLine(row.ErrorMessage))
		}
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

// templateHash is FNV-1a over the constant parts of texts.
type templateHash struct {
	sum      uint64
	variable bool   // what was hashed last stands for any value
	word     string // the constant word before, which may say what follows
}

func newTemplateHash() templateHash { return templateHash{sum: 14695981039346656037} }

func (h *templateHash) byte(c byte) { h.sum = (h.sum ^ uint64(c)) * 1099511628211 }

func (h *templateHash) bytes(s string) {
	for i := range len(s) {
		h.byte(s[i])
	}
}

func (h *templateHash) words(s string) {
	h.bytes(s)
	h.byte(0)
}

// any hashes a value that may differ. Values in a row, a list for example, count once.
func (h *templateHash) any() {
	if !h.variable {
		h.byte('#')
	}
	h.variable = true
}

// constant hashes a word that says what happened.
func (h *templateHash) constant(word string) {
	h.byte(' ')
	h.bytes(word)
	h.variable, h.word = false, word
}
