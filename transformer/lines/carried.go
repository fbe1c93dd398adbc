package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// carrierPrefix is the length of what docker compose, kubectl, PM2, a syslog daemon and others
// put before a line that is a record in JSON, or 0. The object must be one that a logger wrote:
// words before a dump are a message.
func (r *Parser) carrierPrefix(s string) int {
	if len(s) < 20 || s[len(s)-1] != '}' || s[0] == '{' {
		return 0
	}
	at := strings.IndexByte(s[:min(len(s), 160)], '{')
	if at < 2 || !isCarrier(s[:at]) || levelBeforeWords(s[:at]) != "" { // "WARN | {…}" is a line with data
		return 0
	}
	from := len(r.inner)
	members, end := scan.Fields(r.inner, r.Arena, scan.BytesOf(s[at:]), 0)
	if members = members[from:]; end != len(s)-at {
		return 0
	}
	kind := classify(members, r.Keys)
	if kind == kindAccess || !r.tellsMore(members, kind) {
		return 0
	}
	return at
}

// isCarrier reports whether a prefix is one of "web-1  | ", "10:00:00 web.1    | ", "0|parcels  | ",
// "[pod/parcels-7d9/app] ", "<time> " and "Nov 30 10:00:00 host parcels[31]: ".
func isCarrier(s string) bool {
	s = strings.TrimRight(s, " ")
	if name, ok := strings.CutSuffix(s, "|"); ok {
		return len(name) > 1 && len(strings.Fields(name)) <= 2
	}
	if strings.HasPrefix(s, "[pod/") {
		return strings.IndexByte(s, ']') == len(s)-1
	}
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 6 {
		return false
	}
	last := words[len(words)-1]
	program := strings.HasSuffix(last, "]:") && isProgram(last[:len(last)-1])
	for i, w := range words {
		switch {
		case isTimeLike(w), isCalendarWord(w), program && i == len(words)-1, program && isName(w):
		default:
			return false
		}
	}
	return program || looksTimed(s)
}

// hasColumn reports whether a member of an object has a column.
func hasColumn(fields []scan.Field, c scan.Column) bool {
	for i := range fields {
		if fields[i].Log == c {
			return true
		}
	}
	return false
}
