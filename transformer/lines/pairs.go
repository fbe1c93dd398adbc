package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// maxPairs bounds the pairs taken from one line.
const maxPairs = 64

// pairs finds key=[value], key="value" and key=value in a line. Keys that have a column
// (level, msg, requestId, …) fill it when it is empty, as logfmt means them; the rest
// becomes event data, values as text.
func (r *Parser) pairs(row *seamark.Log, s string) {
	if nl := strings.IndexByte(s, '\n'); nl >= 0 {
		s = s[:nl]
	}
	s = s[:min(len(s), 16<<10)]
	first := len(r.rest)
	for n := 0; n < maxPairs; n++ {
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			return
		}
		key := keyBefore(s[:eq])
		value, rest, ok := valueBehind(s[eq+1:])
		s = rest
		if key == "" || !ok || taken(key, r.rest[first:]) {
			continue
		}
		if !r.takePair(row, key, value) {
			r.keepText(key, value)
		}
	}
}

// keyBefore is the key that ends s: it begins the line or follows a separator.
func keyBefore(s string) string {
	i := len(s)
	for i > 0 && (isWord(s[i-1]) || s[i-1] == '.' || s[i-1] == '-') {
		i--
	}
	key := s[i:]
	if key == "" || len(key) > 64 || key[0] >= '0' && key[0] <= '9' || key[0] == '-' || key[0] == '.' {
		return ""
	}
	if i > 0 && !strings.ContainsRune(" \t,;({[|", rune(s[i-1])) {
		return ""
	}
	return key
}

// valueBehind is the value that begins s, and what follows it.
func valueBehind(s string) (value, rest string, ok bool) {
	if s == "" {
		return "", s, true
	}
	switch s[0] {
	case '[':
		if end := strings.IndexByte(s, ']'); end > 0 {
			return s[1:end], s[end+1:], true
		}
		return "", s[1:], false
	case '"':
		if end := strings.IndexAny(s[1:], `"\`); end >= 0 && s[1+end] == '"' {
			return s[1 : 1+end], s[2+end:], true
		}
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '"':
				return b.String(), s[i+1:], true
			case s[i] == '\\' && i+1 < len(s):
				i++
			}
			b.WriteByte(s[i])
		}
		return "", s[1:], false
	case '=', '>', ' ': // "==", "=>", "a = b"
		return "", s[1:], false
	}
	for i := range len(s) {
		switch s[i] {
		case ' ', '\t', ',', ';', ')', '}':
			return s[:i], s[i:], true
		}
	}
	return s, "", true
}

// takePair fills the column that a key means; only where that cannot mislead.
func (r *Parser) takePair(row *seamark.Log, key, value string) bool {
	log, _ := r.Keys.Find(key)
	switch log {
	case scan.LogLevel:
		if l := LevelOf(value); l != "" && row.Level == "" {
			row.Level = l
			return true
		}
	case scan.LogRequestID, scan.LogTraceID, scan.LogSpanID, scan.LogErrorType, scan.LogErrorMessage:
		if c := TextColumn(row, log); *c == "" && value != "" {
			*c = value
			return true
		}
	}
	if (key == "err" || key == "error") && row.ErrorMessage == "" && value != "" {
		row.ErrorMessage = value
		return true
	}
	return false
}
