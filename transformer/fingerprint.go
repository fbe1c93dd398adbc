package transformer

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// fingerprintVersion is the version of the rules below; it stands before the hash, so
// that fingerprints of different rules are never taken for one another.
const fingerprintVersion = "1:"

// stackFrames is how many frames of a stack trace count.
const stackFrames = 5

// fingerprint hashes the template of a severe record: what remains of its error or
// message when numbers, ids, quoted texts and bracketed values are left out. Records of
// one cause share it across hosts, requests and days.
func (r *rows) fingerprint(row *seamark.Log) string {
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
	}
	a := r.arena
	a.room(18)
	from := len(a.text)
	a.text = append(a.text, fingerprintVersion...)
	for shift := 60; shift >= 0; shift -= 4 {
		a.text = append(a.text, hexDigits[h.sum>>shift&15])
	}
	return view(a.text[from:len(a.text):len(a.text)])
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}

// templateHash is FNV-1a over the constant parts of texts.
type templateHash struct{ sum uint64 }

func newTemplateHash() templateHash { return templateHash{14695981039346656037} }

func (h *templateHash) byte(c byte) { h.sum = (h.sum ^ uint64(c)) * 1099511628211 }

func (h *templateHash) words(s string) {
	for i := range len(s) {
		h.byte(s[i])
	}
	h.byte(0)
}

// line hashes a text of which words with a digit, quoted texts and what stands in
// brackets behind '=' count only as being there.
func (h *templateHash) line(s string) {
	s = s[:min(len(s), 1024)]
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case isWord(c):
			j, variable := wordEnd(s, i)
			if variable {
				h.byte('#')
			} else {
				for ; i < j; i++ {
					h.byte(s[i])
				}
			}
			i = j
		case c == '"' || c == '\'' && (i == 0 || !isWord(s[i-1])):
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				i++
				break
			}
			h.byte('#')
			i += end + 2
		case c == '[' && i > 0 && s[i-1] == '=':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				end = len(s) - i - 1
			}
			h.byte('#')
			i += end + 1
		default:
			if c != ' ' && c != '\t' {
				h.byte(c)
			}
			i++
		}
	}
	h.byte(0)
}

// wordEnd finds the end of the word at i, ids with their hyphens and dots included, and
// whether it holds a digit.
func wordEnd(s string, i int) (end int, variable bool) {
	for end = i; end < len(s); end++ {
		c := s[end]
		if c >= '0' && c <= '9' {
			variable = true
		}
		if isWord(c) {
			continue
		}
		if (c == '-' || c == '.' || c == ':' || c == '@' || c == '/') && variable && end+1 < len(s) && isWord(s[end+1]) {
			continue
		}
		break
	}
	return end, variable
}

// frames hashes the innermost frames of a stack trace, without line numbers.
func (h *templateHash) frames(stack string) {
	n := 0
	for line := range strings.SplitSeq(stack, "\n") {
		trimmed := strings.TrimLeft(line, " \t")
		at := strings.HasPrefix(trimmed, "at ") || strings.HasPrefix(trimmed, "File ") || strings.HasPrefix(trimmed, "from ")
		if !at || len(trimmed) == len(line) {
			continue
		}
		// Line and column numbers, and generated class names, change from build to build.
		for i := range len(trimmed) {
			if c := trimmed[i]; c < '0' || c > '9' {
				h.byte(c)
			}
		}
		h.byte(0)
		if n++; n == stackFrames {
			return
		}
	}
}
