package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// parseText parses a message that is not a JSON object. The whole of it stays in
// message; level, request id, stack trace and key-value pairs are found in it.
func (r *Parser) parseText(row *seamark.Log, timed bool, message []byte, own *Claim) {
	s := strings.TrimRight(scan.View(message), "\r\n")
	row.Message = s
	if r.parsePlatformText(row, s) {
		row.EventData = r.eventData(nil)
		return
	}
	body := s
	if p, ok := cutLambdaPrefix(s); ok {
		body = p.rest
		row.RequestID, row.Level = p.requestID, p.level
		if !timed && own.TimeMs == 0 {
			own.TimeMs, _ = ParseTime(scan.BytesOf(p.time))
		}
		if len(body) > 1 && body[0] == '{' && r.jsonBehindPrefix(row, body, timed, own) {
			return
		}
	} else if !timed {
		own.TimeMs = leadingTime(s)
	}
	if r.parseRuntimeError(row, body) {
		row.EventData = r.eventData(nil)
		return
	}
	if r.parseExecution(row, body) {
		row.EventData = r.eventData(nil)
		return
	}
	if at := FindStack(body); at >= 0 {
		row.ErrorType, row.ErrorMessage = ErrorOfStack(body)
		row.ErrorStack = body
	}
	r.pairs(row, body)
	if row.Level == "" {
		row.Level = levelInText(body)
	}
	if row.Level == "" && row.ErrorStack != "" {
		row.Level = seamark.LevelError
	}
	if row.ErrorType == "" && Severe(row.Level) {
		first, rest, _ := strings.Cut(body, "\n")
		t, m, ok := errorOfLanguage(first, rest)
		if !ok {
			t, m = splitError(first)
		}
		if t != "" {
			row.ErrorType, row.ErrorMessage = t, m
		}
	}
	row.EventData = r.eventData(nil)
}

// parseRuntimeError parses what Lambda's runtimes say when a function fails: an uncaught
// error ("Invoke Error \t{…}"), or "<time> <requestId> Task timed out after 3.00 seconds".
func (r *Parser) parseRuntimeError(row *seamark.Log, body string) bool {
	if i := strings.Index(body, "\t{"); i >= 0 && i < 64 && strings.HasSuffix(body, "}") {
		if r.errorIn(row, scan.BytesOf(body[i+1:])) {
			SetEmpty(&row.Level, seamark.LevelError)
			return true
		}
	}
	if looksLikeTime(body) && len(body) > 62 && body[23] == 'Z' && body[24] == ' ' && body[61] == ' ' && strings.Count(body[25:61], "-") == 4 {
		if rest := body[62:]; strings.HasPrefix(rest, "Task timed out after ") || strings.HasPrefix(rest, "Error: Runtime exited") {
			row.RequestID, row.Level = body[25:61], seamark.LevelError
			row.ErrorType, row.ErrorMessage = "Runtime.ExitError", firstLine(rest)
			if rest[0] == 'T' {
				row.ErrorType = "Sandbox.Timedout"
			}
			return true
		}
	}
	return false
}

// jsonBehindPrefix parses what console.log(JSON.stringify(…)) writes: Lambda's prefix
// and an object.
func (r *Parser) jsonBehindPrefix(row *seamark.Log, body string, timed bool, own *Claim) bool {
	var end int
	b := trimSpace(scan.BytesOf(body))
	if r.fields, end = scan.Fields(r.fields[:0], r.Arena, b, 0); end != len(b) {
		return false
	}
	level, requestID := row.Level, row.RequestID
	row.Message, row.Level, row.RequestID = "", "", ""
	for i := range r.fields {
		r.fields[i].Log, r.fields[i].Access = r.Keys.Find(r.fields[i].Key)
	}
	r.parseRecord(row, timed, own)
	SetEmpty(&row.Level, level)
	SetEmpty(&row.RequestID, requestID)
	return true
}

// lambdaPrefix is what Lambda's runtimes put before a text line.
type lambdaPrefix struct {
	time, requestID, level, rest string
}

// cutLambdaPrefix takes off "time\trequestId\tLEVEL\trest" (Node.js and others) or
// "[LEVEL]\ttime\trequestId\trest" (Python).
func cutLambdaPrefix(s string) (lambdaPrefix, bool) {
	if len(s) < 24 {
		return lambdaPrefix{}, false
	}
	if s[0] == '[' {
		end := strings.IndexByte(s[:min(len(s), 12)], ']')
		if end < 0 || s[end+1] != '\t' {
			return lambdaPrefix{}, false
		}
		parts, ok := cutTwice(s[end+2:])
		level := LevelOf(s[1:end])
		if !ok || level == "" || !looksLikeTime(parts[0]) {
			return lambdaPrefix{}, false
		}
		return lambdaPrefix{parts[0], parts[1], level, parts[2]}, true
	}
	if !looksLikeTime(s) || s[23] != 'Z' || s[24:] == "" || s[24] != '\t' {
		return lambdaPrefix{}, false
	}
	parts, ok := cutTwice(s[25:])
	if !ok {
		return lambdaPrefix{}, false
	}
	level := LevelOf(parts[1])
	if level == "" {
		return lambdaPrefix{}, false
	}
	id := parts[0]
	if id == "undefined" { // before the first request
		id = ""
	}
	return lambdaPrefix{s[:24], id, level, parts[2]}, true
}

// cutTwice parts s at its first two tabs.
func cutTwice(s string) (parts [3]string, ok bool) {
	i := strings.IndexByte(s, '\t')
	j := strings.IndexByte(s[i+1:], '\t') + i + 1
	if i < 0 || j == i {
		return parts, false
	}
	return [3]string{s[:i], s[i+1 : j], s[j+1:]}, true
}

// looksLikeTime reports whether s begins with "2026-11-22T16:04:05".
func looksLikeTime(s string) bool {
	const form = "0000-00-00T00:00:00"
	if len(s) < len(form) {
		return false
	}
	for i := range len(form) {
		digit := s[i] >= '0' && s[i] <= '9'
		if form[i] == '0' && !digit || form[i] == '-' && s[i] != '-' || form[i] == ':' && s[i] != ':' ||
			form[i] == 'T' && s[i] != 'T' && s[i] != ' ' {
			return false
		}
	}
	return true
}

// leadingTime is the time that a bare line begins with, in Unix milliseconds, or 0.
func leadingTime(s string) int64 {
	if !looksLikeTime(s) {
		return 0
	}
	end := strings.IndexAny(s[19:min(len(s), 40)], " \t]")
	if end < 0 {
		end = min(len(s), 40) - 19
	}
	ms, _ := ParseTime(scan.BytesOf(s[:19+end]))
	return ms
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}
