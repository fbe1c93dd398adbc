package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Ids in a line of words.

// idsInWords finds the request's and the trace's id where no pair has said them.
func (r *Parser) idsInWords(row *seamark.Log, line string) {
	if row.RequestID == "" && len(line) >= 36 {
		row.RequestID = cmpOr(requestBehindTime(line), cmpOr(requestOfRuby(line), requestLabelled(line)))
	}
	if row.TraceID != "" || len(line) < 35 {
		return
	}
	if row.TraceID, row.SpanID = correlation(line, row.SpanID); row.TraceID == "" {
		if row.TraceID = xrayID(line); row.TraceID == "" {
			r.idsOfScope(row, line)
		}
	}
}

// requestOfRuby is the request id that Rails' tags, or Lambda's Ruby runtime, put before what is
// said: "-- : [<id>] text", "[<id>] text", "ERROR <id> -- : text".
func requestOfRuby(s string) string {
	if len(s) < 40 {
		return ""
	}
	if s[0] == '[' && s[37] == ']' && isUUID(s[1:37]) {
		return s[1:37]
	}
	if !strings.HasPrefix(s[1:], ", [") {
		return ""
	}
	at := strings.Index(s, " -- ")
	if at < 0 {
		return ""
	}
	if at > 36 && isUUID(s[at-36:at]) {
		return s[at-36 : at]
	}
	if open := strings.Index(s[at:], ": ["); open > 0 && at+open+39 < len(s) && s[at+open+39] == ']' && isUUID(s[at+open+3:at+open+39]) {
		return s[at+open+3 : at+open+39]
	}
	return ""
}

// requestLabelled is a UUID that a line calls a request id: "RequestId: <id>", "[request-id: <id>]".
func requestLabelled(s string) string {
	for from := 0; ; {
		at := strings.Index(s[from:], "equest")
		if at < 0 {
			return ""
		}
		from += at + len("equest")
		if at = from - len("equest") - 1; at < 0 || s[at]|0x20 != 'r' {
			continue
		}
		rest := strings.TrimLeft(s[from:], "-_ ")
		if len(rest) < 38 || !strings.EqualFold(rest[:2], "id") {
			continue
		}
		rest = strings.TrimLeft(rest[2:], ":=[(#'\" ")
		if len(rest) >= 36 && isUUID(rest[:36]) && (len(rest) == 36 || !isWord(rest[36])) {
			return rest[:36]
		}
	}
}

// idsOfScope finds the ids of .NET's scopes, "=> SpanId:<16 digits>, TraceId:<32 digits>", and
// those that a pattern calls "[trace_id: <32 digits>]".
func (r *Parser) idsOfScope(row *seamark.Log, s string) {
	for {
		at := strings.IndexByte(s, ':')
		if at < 0 || at+17 > len(s) {
			return
		}
		label, rest := s[:at], strings.TrimLeft(s[at+1:], " ")
		if s = s[at+1:]; at < 6 || label[at-1]|0x20 != 'd' || label[at-2]|0x20 != 'i' {
			continue
		}
		label = strings.TrimRight(label[:at-2], "_- ")
		switch {
		case len(rest) >= 32 && isHex(rest[:32]) && hasLabel(label, "trace"):
			SetEmpty(&row.TraceID, IDOf(scan.LogTraceID, rest[:32]))
		case len(rest) >= 16 && isHex(rest[:16]) && hasLabel(label, "span"):
			SetEmpty(&row.SpanID, IDOf(scan.LogSpanID, rest[:16]))
		}
	}
}

// hasLabel reports whether a text ends in a word of any spelling.
func hasLabel(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}

// xrayID is an id of X-Ray's in a line: 1-<8 hexadecimal digits>-<24>.
func xrayID(s string) string {
	const length = 35
	for from := 0; ; {
		at := strings.Index(s[from:], "1-")
		if at < 0 || from+at+length > len(s) {
			return ""
		}
		at += from
		from = at + 2
		if id := s[at : at+length]; id[10] == '-' && isHex(id[2:10]) && isHex(id[11:]) && (at == 0 || !isWord(s[at-1]) && s[at-1] != '-') && (at+length == len(s) || !isWord(s[at+length])) {
			return id
		}
	}
}

// correlation is the trace and span id that Spring Boot puts in brackets before the logger:
// "[shop] [<trace>-<span>]", and Sleuth's "[shop,<trace>,<span>]".
// Source: https://docs.spring.io/spring-boot/reference/actuator/tracing.html
func correlation(s, span string) (string, string) {
	if len(s) > maxLevelHead { // it stands before the logger
		s = s[:maxLevelHead]
	}
	for n := 0; n < 6; n++ {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], ']')
		if end < 0 {
			break
		}
		inner := s[open+1 : open+end]
		if i := strings.IndexByte(inner, ','); i >= 0 {
			inner = inner[i+1:]
		}
		for _, n := range [...]int{32, 16} { // Sleuth may have 64 bits
			if len(inner) >= n+17 && (inner[n] == '-' && n == 32 || inner[n] == ',') && isHex(inner[:n]) && isHex(inner[n+1:n+17]) && strings.Trim(inner[:n], "0") != "" {
				SetEmpty(&span, inner[n+1:n+17])
				return inner[:n], span
			}
		}
		s = s[open+1:]
	}
	return "", span
}

// requestBehindTime is the request id of AWS's log4j2 pattern for Lambda, "%d %X{AWSRequestId}
// %-5p %c{1}", or none.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/java-logging.html
func requestBehindTime(s string) string {
	if !looksLikeTime(s) {
		return ""
	}
	at := strings.IndexByte(s[19:min(len(s), 40)], ' ')
	if at < 0 {
		return ""
	}
	word, rest := cutWord(s[19+at+1:])
	if !isUUID(word) || rest == "" || !isUpper(rest[0]) && rest[0] != '<' {
		return ""
	}
	return word
}
