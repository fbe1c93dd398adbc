package lines

import "strings"

// maxTemplate bounds the part of a line that counts, in bytes.
const maxTemplate = 1024

// line hashes the pattern of a line of text.
func (h *patternHash) line(s string) {
	s = s[:min(len(s), maxTemplate)]
	h.variable, h.word = false, ""
	h.text(s)
	h.byte(0)
}

func (h *patternHash) text(s string) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case isTokenStart(c):
			i = h.token(s, i)
		case c == '"' || c == '`' || c == '\'' && (i == 0 || !isWord(s[i-1])):
			i = h.quoted(s, i)
		case c == '[' || c == '{':
			i = h.bracket(s, i)
		case h.variable && strings.IndexByte(",;:.|&+-/*()<>", c) >= 0:
			i++ // between values
		default:
			h.byte(c)
			h.variable = false
			i++
		}
	}
}

// quoted hashes what stands in quotes: data, unless the word before it says that it is a
// name out of the code.
func (h *patternHash) quoted(s string, i int) int {
	closing := s[i : i+1]
	if closing == "`" {
		closing = "`'"
	}
	end := strings.IndexAny(s[i+1:], closing)
	if end < 0 {
		return i + 1
	}
	inner := s[i+1 : i+1+end]
	if namesCode(h.word) && !strings.ContainsAny(inner, " \t") {
		h.text(inner)
	} else {
		h.any()
	}
	return i + end + 2
}

// namesCode reports whether a word is followed by a name that programmers gave.
func namesCode(word string) bool {
	switch word {
	case "column", "relation", "table", "field", "property", "attribute", "module", "named", "function", "method", "type", "class", "parameter",
		"argument", "package", "constraint", "reading", "setting", "variable", "constant", "operator", "index", "schema", "command", "option", "key",
		"Table", "Column", "Field", "Unknown", "Property", "Parameter", "Module", "import", "name", "properties", "construct", "identifier", "argument:":
		return true
	}
	return false
}

// bracket hashes a list, an object or a logger's field.
func (h *patternHash) bracket(s string, i int) int {
	closing := byte(']')
	if s[i] == '{' {
		closing = '}'
	}
	end := strings.IndexByte(s[i:], closing)
	if s[i] == '{' {
		end = strings.LastIndexByte(s[i:], closing)
	}
	if end > 0 {
		inner := s[i+1 : i+end]
		data := i > 0 && s[i-1] == '=' || strings.ContainsAny(inner, "0123456789") && strings.IndexByte(inner, ' ') < 0 ||
			h.variable || LevelOf(h.word) != "" || s[i] == '{' && strings.ContainsAny(inner, ":=")
		if data {
			h.any()
			return i + end + 1
		}
	}
	h.byte(s[i])
	h.variable = false
	return i + 1
}

func isTokenStart(c byte) bool {
	return isWord(c) || c >= 0x80 || c == '/' || c == '~' || c == '$' || c == '@'
}

// isJoint reports whether a byte joins the parts of a token.
func isJoint(c byte) bool { return strings.IndexByte("-.:/@%+~$\\#&?!*", c) >= 0 }

// tokenEnd is the end of the token at i: words with what joins them, and no punctuation
// at its end.
func tokenEnd(s string, i int) int {
	end := i
	for j := i; j < len(s); j++ {
		switch c := s[j]; {
		case isWord(c) || c >= 0x80:
			end = j + 1
		case !isJoint(c) && !(c == '=' && strings.Contains(s[i:j], "?")):
			return max(end, i+1)
		}
	}
	return max(end, i+1)
}

// token hashes the token at i and what belongs to it, and returns what follows.
func (h *patternHash) token(s string, i int) int {
	end := tokenEnd(s, i)
	t := s[i:end]
	if end < len(s) && s[end] == '=' && end+1 < len(s) && s[end+1] != '=' && s[end+1] != ' ' {
		h.constant(t)
		h.byte('=')
		if tellsCause(t) {
			return end + 1
		}
		h.any()
		return valueEnd(s, end+1)
	}
	switch {
	case h.variable && isUnit(t):
	case isUnit(t) && beforeNumber(s[end:]): // EUR 12.00
		h.any()
	case strings.Contains(t, "://"):
		h.url(t)
	case strings.IndexByte(t, '@') > 0:
		h.any()
	case isCalendarWord(t) && (h.variable || beforeDate(s[end:])):
		h.any()
	case isPath(t):
		h.path(t)
	default:
		h.plain(t)
	}
	return end
}

// valueEnd is the end of the value of a pair that begins at i.
func valueEnd(s string, i int) int {
	if i == len(s) {
		return i
	}
	switch s[i] {
	case '[':
		if end := strings.IndexByte(s[i:], ']'); end > 0 {
			return i + end + 1
		}
		return i
	case '"':
		for j := i + 1; j < len(s); j++ {
			switch s[j] {
			case '"':
				return j + 1
			case '\\':
				j++
			}
		}
		return i
	case '=', '>', ' ': // "==", "=>", "a = b"
		return i
	}
	if end := strings.IndexAny(s[i:], " \t,;)}"); end >= 0 {
		return i + end
	}
	return len(s)
}

// tellsCause reports whether the value of a pair says what happened, not to whom.
func tellsCause(key string) bool {
	switch strings.ToLower(key) {
	case "code", "status", "statuscode", "status_code", "error", "err", "reason", "errno", "state", "type", "op", "operation", "exception", "cause", "action", "msg", "message", "level", "error_code", "errorcode":
		return true
	}
	return false
}

// plain hashes a token that is neither path nor address.
func (h *patternHash) plain(t string) {
	digits, after := countDigits(t)
	dots := strings.Count(t, ".")
	switch {
	case digits > 0 && isCodeCue(h.word) && len(t) <= 12, digits > 0 && isAPIAction(t), digits > 0 && isNameWithDigits(t, digits, after):
		h.constant(t)
	case dots >= 2 && isLowerHost(t):
		label := t[:strings.IndexByte(t, '.')]
		if n, _ := countDigits(label); n == 0 {
			h.constant(label)
		}
		h.any()
	case digits > 0, isPairOfCodes(t), len(t) > 40 && !strings.ContainsAny(t, "._-:"):
		h.any()
	default:
		h.constant(t)
	}
}

// countDigits counts the digits of a token, and those that a letter follows before anything else.
func countDigits(t string) (digits, followed int) {
	run := 0
	for i := range len(t) {
		c := t[i]
		if c >= '0' && c <= '9' {
			digits++
			run++
			continue
		}
		if run > 0 && (c|0x20 >= 'a' && c|0x20 <= 'z') {
			followed += run
		}
		run = 0
	}
	return digits, followed
}

// isCodeCue reports whether a word is followed by a code that says what happened: an HTTP
// status, an exit code, an SQLSTATE.
func isCodeCue(word string) bool {
	switch strings.ToLower(word) {
	case "status", "code", "statuscode", "errno", "exit", "signal", "sqlstate", "http", "state", "error", "err", "codes":
		return true
	}
	return false
}

// isAPIAction reports whether a token is like s3:GetObject.
func isAPIAction(t string) bool {
	service, action, ok := strings.Cut(t, ":")
	if !ok || len(service) < 2 || len(action) < 4 || !isUpper(action[0]) {
		return false
	}
	for i := range len(action) {
		if c := action[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// isNameWithDigits reports whether a token is a name such as Base64DecodeError or log4j:
// two digits at most, letters behind them, and more letters than hexadecimal has.
func isNameWithDigits(t string, digits, followed int) bool {
	if digits > 2 || followed < digits || strings.ContainsAny(t, "-_@/") {
		return false
	}
	letters, beyond := 0, false
	for i := range len(t) {
		c := t[i] | 0x20
		if c >= 'a' && c <= 'z' {
			letters++
			beyond = beyond || c > 'f'
		}
	}
	return letters >= 4 && beyond
}

// isLowerHost reports whether a token with dots could be a host's name.
func isLowerHost(t string) bool {
	for i := range len(t) {
		if c := t[i]; isUpper(c) || c == '_' || c == '/' || c == '$' {
			return false
		}
	}
	return true
}

// isPairOfCodes reports whether a token is of codes in capitals, such as CNSHA-NLRTM.
func isPairOfCodes(t string) bool {
	if strings.IndexByte(t, '-') < 2 {
		return false
	}
	for part := range strings.SplitSeq(t, "-") {
		if len(part) < 2 || len(part) > 5 {
			return false
		}
		for i := range len(part) {
			if !isUpper(part[i]) {
				return false
			}
		}
	}
	return true
}

// isUnit reports whether a word behind a number is its unit.
func isUnit(t string) bool {
	switch t {
	case "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hour", "hours", "us", "µs", "ns", "millis", "milliseconds",
		"B", "bytes", "byte", "KB", "kB", "MB", "GB", "KiB", "MiB", "GiB", "AM", "PM", "UTC", "GMT", "Z", "CET", "CEST", "EUR", "USD", "day", "days":
		return true
	}
	return false
}

// isCalendarWord reports whether a word names a month or a day of the week.
func isCalendarWord(t string) bool {
	if len(t) < 3 || !isUpper(t[0]) {
		return false
	}
	switch t {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
		"January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday":
		return true
	}
	return false
}

func beforeNumber(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return rest != "" && rest[0] >= '0' && rest[0] <= '9'
}

// beforeDate reports whether a number or another calendar word follows.
func beforeDate(rest string) bool {
	rest = strings.TrimLeft(rest, " ,")
	if rest == "" {
		return false
	}
	return rest[0] >= '0' && rest[0] <= '9' || isCalendarWord(rest[:tokenEnd(rest, 0)])
}
