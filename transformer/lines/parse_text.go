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
	body := r.uncoloured(r.unixLines(s))
	p, prefixed := cutLambdaPrefix(body)
	if prefixed {
		body = p.rest
		row.RequestID, row.Level = p.requestID, p.level
		if !timed && own.TimeMs == 0 {
			own.TimeMs, _ = ParseTime(scan.BytesOf(p.time))
		}
	} else if !timed {
		own.TimeMs = leadingTime(body)
	}
	if !prefixed && len(body) > 38 && (body[36] == ' ' || body[36] == '\t') && isUUID(body[:36]) { // AppSync, Bref
		row.RequestID, body = body[:36], body[37:]
	}
	if r.recordInText(row, body, timed, own) {
		return
	}
	if !r.parseRuntimeError(row, body) && !r.parseExecution(row, body) && !r.parseServiceLine(row, body) {
		r.words(row, body, prefixed, own)
	}
	row.EventData = r.eventData(nil)
}

// words finds level, error and pairs in a text.
func (r *Parser) words(row *seamark.Log, body string, prefixed bool, own *Claim) {
	if strings.Contains(body, "\n! ") {
		body = behindBangs.Replace(body)
	}
	switch {
	case isConsoleTrace(body): // where a line was reached; no error
		SetEmpty(&row.Level, seamark.LevelTrace)
	case FindStack(body) >= 0:
		row.ErrorType, row.ErrorMessage = ErrorOfStack(body)
		row.ErrorStack = body
	case strings.IndexByte(body, '\n') > 0:
		if t, m := errorBelowSource(body); t != "" {
			row.Level, row.ErrorType, row.ErrorMessage = seamark.LevelError, t, m
		}
	}
	said := belowHeader(body)
	if row.Level == "" {
		row.Level = levelInText(said)
	}
	r.pairs(row, said)
	if row.Level == "" && row.ErrorStack != "" {
		row.Level = seamark.LevelError
	}
	r.jsonTail(row, firstLine(body), prefixed, own)
	if row.ErrorType == "" && Severe(row.Level) {
		r.errorInWords(row, body)
	}
	if strings.HasPrefix(body, "{\n") { // an object as Node.js prints it
		r.idsInWords(row, body[:min(len(body), maxErrorText)])
	}
	r.idsInWords(row, firstLine(body))
}

// behindBangs takes off what Dropwizard puts before each line of a trace: "! at com.example.A".
// Source: https://www.dropwizard.io/en/stable/manual/core.html#logging
var behindBangs = strings.NewReplacer("\n! at ", "\n at ", "\n! ", "\n")

// belowHeader is a text without a first line that says only when and where it was written: of
// tinylog's console and of java.util.logging's SimpleFormatter, whose second line begins with
// the level.
func belowHeader(s string) string {
	nl := strings.IndexByte(s, '\n')
	if nl < 19 || nl > 300 {
		return s
	}
	first := s[:nl]
	if looksLikeTime(first) && (strings.HasSuffix(first, "()") || isTimeLike(first)) || // Oracle's alert log has the time alone
		isUpper(first[0]) && first[3] == ' ' && strings.Contains(first[4:8], ", ") && (strings.Contains(first[:min(nl, 32)], " AM ") || strings.Contains(first[:min(nl, 32)], " PM ")) {
		return s[nl+1:]
	}
	return s
}

// errorInWords names the error of a severe line without a stack: in the value of a pair, or in
// the line itself. Rust's causes below it belong to its message.
func (r *Parser) errorInWords(row *seamark.Log, body string) {
	first, rest, _ := strings.Cut(body, "\n")
	if row.ErrorMessage != "" {
		if strings.HasPrefix(strings.TrimLeft(rest, "\n"), "Caused by:\n") && strings.HasSuffix(first, row.ErrorMessage) {
			row.ErrorMessage = withMore(body[len(first)-len(row.ErrorMessage):len(first)], body[len(first)+1:])
			return
		}
		if t, m := errorInLine(row.ErrorMessage, false); t != "" {
			row.ErrorType, row.ErrorMessage = t, m
		}
		return
	}
	t, m, ok := errorOfLanguage(first, rest)
	if !ok {
		t, m = splitError(first)
	}
	if t != "" {
		row.ErrorType, row.ErrorMessage = t, m
	}
}

// isConsoleTrace reports whether a text is what Node.js's console.trace prints.
func isConsoleTrace(s string) bool {
	return strings.HasPrefix(s, "Trace: ") || strings.HasPrefix(s, "Trace\n    at ")
}

// jsonBehindPrefix parses what console.log(JSON.stringify(…)) writes: Lambda's prefix
// and an object.
func (r *Parser) jsonBehindPrefix(row *seamark.Log, body string, timed bool, own *Claim) bool {
	var end int
	b := trimSpace(scan.BytesOf(body))
	if r.fields, end = scan.Fields(r.fields[:0], r.Arena, b, 0); end != len(b) {
		return len(r.fields) == scan.MaxFields && r.parseWide(row, b, timed, own)
	}
	kind := classify(r.fields, r.Keys)
	level, requestID := row.Level, row.RequestID
	row.Message, row.Level = "", ""
	if hasColumn(r.fields, scan.LogRequestID) { // one further in is of a call that the function made
		row.RequestID = ""
	}
	if kind == kindService {
		r.parseService(row, timed, own)
	} else {
		r.record(row, timed, own)
	}
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
		level := levelOfPrefix(s[1:end])
		if !ok || level == "" || !looksLikeTime(parts[0]) {
			return lambdaPrefix{}, false
		}
		return lambdaPrefix{parts[0], parts[1], level, parts[2]}, true
	}
	if !looksLikeTime(s) || s[23] != 'Z' || s[24:] == "" || s[24] != '\t' {
		return lambdaPrefix{}, false
	}
	parts, ok := cutTwice(s[25:])
	level := ""
	if ok {
		level = levelOfPrefix(parts[1])
	}
	if level == "" { // Node.js 8 wrote no level
		id, rest, ok := strings.Cut(s[25:], "\t")
		return lambdaPrefix{s[:24], id, "", rest}, ok && isUUID(id)
	}
	id := parts[0]
	if id == "undefined" { // before the first request
		id = ""
	}
	return lambdaPrefix{s[:24], id, level, parts[2]}, true
}

// levelOfPrefix is the level that a runtime names between tabs; .NET's has labels of its own.
func levelOfPrefix(s string) string {
	if l := LevelOf(s); l != "" {
		return l
	}
	if len(s) != 4 {
		return ""
	}
	return levelOfLabel(s)
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
