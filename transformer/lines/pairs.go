package lines

import (
	"strconv"
	"strings"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// maxPairs bounds the pairs taken from one line.
const maxPairs = 64

// pairs finds key=[value], key="value" and key=value in a line. Keys that have a column
// (level, msg, requestId, …) fill it when it is empty, as logfmt means them; the rest
// becomes event data, values as text. A pair inside braces is a value of somebody's data,
// unless a word stands before the brace, as tracing writes a span: request{request_id=7}.
func (r *Parser) pairs(row *seamark.Log, s string) {
	if nl := strings.IndexByte(s, '\n'); nl >= 0 {
		s = s[:nl]
	}
	s = s[:min(len(s), 16<<10)]
	first, dumped := len(r.rest), 0
	var at lead // a level stands before the words, or among pairs only
	for n := 0; n < maxPairs; n++ {
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			return
		}
		key, flag := keyBefore(s[:eq])
		dumped = braces(dumped, s[:eq-len(key)])
		if row.Level == "" && !at.broken {
			for word := range strings.FieldsSeq(s[:eq-len(key)]) {
				at.pass(word)
			}
		}
		value, rest, ok := r.valueBehind(key, s[eq+1:])
		s = rest
		if key == "" || !ok || taken(key, r.rest[first:]) {
			continue
		}
		if flag || dumped > 0 || !r.takePair(row, key, value, !at.broken) {
			r.keepText(key, value)
		}
	}
}

// braces counts how many braces of data are open behind s.
func braces(open int, s string) int {
	for i := range len(s) {
		switch {
		case s[i] == '{' && (open > 0 || i == 0 || !isWord(s[i-1])):
			open++
		case s[i] == '}' && open > 0:
			open--
		}
	}
	return open
}

// keyBefore is the key that ends s: it begins the line or follows a separator. A flag has a
// hyphen before it.
func keyBefore(s string) (key string, flag bool) {
	i := len(s)
	for i > 0 && (isWord(s[i-1]) || s[i-1] == '.' || s[i-1] == '-') {
		i--
	}
	key = strings.TrimLeft(s[i:], "-")
	if flag = len(key) < len(s)-i; flag && i+1 < len(s) && s[i+1] != '-' && i > 0 && s[i-1] == ' ' && !isWord(s[i+1]) {
		return "", false
	}
	if key == "" || len(key) > 64 || key[0] >= '0' && key[0] <= '9' || key[0] == '.' {
		return "", false
	}
	if i > 0 {
		switch s[i-1] { // a set would be searched by rune (BenchmarkParse/platform)
		case ' ', '\t', ',', ';', '(', '{', '[', '|':
		default:
			return "", false
		}
	}
	return key, flag
}

// isErrorKey reports whether a key's value is an error's text, which has blanks in it also
// where nobody has quoted it.
func isErrorKey(key string) bool {
	switch key {
	case "err", "error", "error.message", "exception", "exc_info", "thrown", "cause":
		return true
	}
	return false
}

// valueBehind is the value that begins s, and what follows it.
func (r *Parser) valueBehind(key, s string) (value, rest string, ok bool) {
	if s == "" {
		return "", s, true
	}
	switch s[0] {
	case '[':
		if end := closing(s, '[', ']'); end > 0 {
			return s[1:end], s[end+1:], true
		}
		return "", s[1:], false
	case '{':
		if end := closing(s, '{', '}'); end > 0 {
			return s[:end+1], s[end+1:], true
		}
		return "", s[1:], false
	case '"':
		return r.quotedPair(s)
	case '\'':
		if strings.HasPrefix(s[1:], tracebackHead) { // Python's repr of one
			return r.quotedPair(s)
		}
		if end := strings.IndexByte(s[1:], '\''); end >= 0 && (end+2 == len(s) || !isWord(s[end+2])) {
			return s[1 : 1+end], s[end+2:], true
		}
	case '=', '>', ' ': // "==", "=>", "a = b"
		return "", s[1:], false
	}
	if isErrorKey(key) {
		end := nextPair(s)
		return strings.TrimRight(s[:end], " \t,;"), s[end:], true
	}
	end := strings.IndexAny(s, " \t,;)}]|")
	if end < 0 {
		return s, "", true
	}
	if s[end] == ']' && strings.IndexByte(s[:end], '[') >= 0 {
		end++
	}
	if isUpper(s[0]) && strings.HasPrefix(s[end:], " {") { // Rust's {:?} of a struct
		if brace := closing(s[end+1:], '{', '}'); brace > 0 {
			end += brace + 2
		}
	}
	return s[:end], s[end:], true
}

// closing finds the bracket that closes the one that begins s, or is -1.
func closing(s string, open, shut byte) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// nextPair finds the blank behind which another pair begins; else it is len(s).
func nextPair(s string) int {
	for from := 0; ; {
		eq := strings.IndexByte(s[from:], '=')
		if eq < 0 {
			return len(s)
		}
		eq += from
		key, _ := keyBefore(s[:eq])
		if at := eq - len(key); key != "" && at > 0 && eq+1 < len(s) && s[at-1] == ' ' && s[eq+1] != '=' && s[eq+1] != ' ' {
			return at - 1
		}
		from = eq + 1
	}
}

// quotedPair reads a value in quotes of the kind that begins s, with the escapes of logfmt, which
// are Go's and JSON's: some encoders quote by strconv.Quote (log/slog, logrus), others as JSON does.
func (r *Parser) quotedPair(s string) (value, rest string, ok bool) {
	quote := s[0]
	end := strings.IndexByte(s[1:], quote)
	if end >= 0 && strings.IndexByte(s[1:1+end], '\\') < 0 {
		return s[1 : 1+end], s[2+end:], true
	}
	a := r.Arena
	a.Room(len(s))
	from := len(a.Text)
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == quote:
			return scan.View(a.Text[from:len(a.Text):len(a.Text)]), s[i+1:], true
		case c == '\\' && i+1 < len(s):
			i++
			if r, digits := coded(s[i:]); digits > 0 {
				a.Text = utf8.AppendRune(a.Text, r)
				i += digits
				continue
			}
			c = unescaped(s[i])
		}
		a.Text = append(a.Text, c)
	}
	a.Text = a.Text[:from]
	return "", s[1:], false
}

// coded is the character that s stands for, behind a backslash, where it is written by its number
// in hexadecimal digits: x1b, u001b, U0000001b. digits is 0 where it is not.
func coded(s string) (r rune, digits int) {
	switch s[0] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if digits == 0 || len(s) <= digits {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[1:1+digits], 16, 32)
	if err != nil {
		return 0, 0
	}
	if s[0] == 'x' && n >= utf8.RuneSelf {
		return utf8.RuneError, digits // a byte that is no text
	}
	return rune(n), digits // what is no character is written as U+FFFD
}

// unescaped is the byte that a backslash and c stand for.
func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	}
	return c
}

// takePair fills the column that a key means; only where that cannot mislead.
func (r *Parser) takePair(row *seamark.Log, key, value string, leads bool) bool {
	log, _ := r.Keys.Find(key)
	if key == "at" && len(value) > 3 { // logfmter, Heroku
		log = scan.LogLevel
	}
	switch log {
	case scan.LogLevel:
		if l := LevelOf(value); l != "" && row.Level == "" && leads && (key == "log.level" || !strings.Contains(strings.ToLower(key), "log")) {
			row.Level = l
			return true
		}
	case scan.LogRequestID, scan.LogTraceID, scan.LogSpanID:
		if c, id := TextColumn(row, log), IDOf(log, value); *c == "" && id != "" {
			*c = id
			return true
		}
	case scan.LogErrorStack:
		if row.ErrorStack == "" && strings.IndexByte(value, '\n') > 0 {
			row.ErrorStack = value
			return true
		}
	case scan.LogErrorType, scan.LogErrorMessage:
		if c := TextColumn(row, log); *c == "" && value != "" {
			*c = value
			return true
		}
	}
	if value == "" || key == "cause" || !isErrorKey(key) {
		return false
	}
	if row.ErrorStack == "" && FindStack(value) >= 0 {
		row.ErrorStack = value
		t, m := ErrorOfStack(value)
		SetEmpty(&row.ErrorType, t)
		SetEmpty(&row.ErrorMessage, m)
		return true
	}
	if row.ErrorMessage == "" {
		row.ErrorMessage = value
		return true
	}
	return false
}
