package lines

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// Access logs that can be told from their bytes: the common and combined log formats,
// and the CLF, CSV and XML that API Gateway's console offers.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

// The CSV formats of API Gateway's guides, the longest first: of REST APIs with and without the
// extended request id, of WebSocket APIs, and of HTTP APIs with and without it.
var knownCSV = []*Format{
	CompileFormat(csvHead + "$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId"),
	CompileFormat(csvHead + "$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId"),
	CompileFormat(csvHead + "$context.eventType,$context.routeKey,$context.connectionId,$context.requestId"),
	CompileFormat("$context.identity.sourceIp,$context.requestTime,$context.httpMethod,$context.routeKey,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId"),
	CompileFormat("$context.identity.sourceIp,$context.requestTime,$context.httpMethod,$context.routeKey,$context.protocol,$context.status,$context.responseLength,$context.requestId"),
	CompileFormat(csvShort + "$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId"),
}

const (
	csvHead  = "$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,"
	csvShort = "$context.identity.sourceIp,$context.identity.caller,$context.requestTime,"
)

// knownAccessLine takes a line of one of these formats apart into r.fields.
func (r *Parser) knownAccessLine(s string) bool {
	if len(s) < 40 || len(s) > 64<<10 {
		return false
	}
	switch {
	case s[0] == '<':
		return strings.HasPrefix(s, "<request") && r.takeXML(s)
	case s[0] == '[':
		return r.placedLine(s)
	case !isWord(s[0]) && s[0] != ':':
		return false
	}
	end := strings.IndexAny(s[:min(len(s), 64)], " ,\t")
	if end < 2 {
		return false
	}
	if s[end] == ',' {
		return isAddress(s[:end]) && r.takeCSV(s)
	}
	return s[end] == ' ' && r.takeCLF(s) || r.placedLine(s) || r.haproxyLine(s)
}

// takeCSV takes a line of one of the guides' formats apart.
func (r *Parser) takeCSV(s string) bool {
	commas := strings.Count(s, ",")
	for _, f := range knownCSV {
		if commas >= len(f.parts)-1 && r.takeFormat(f, s) && r.soundAccess() {
			return true
		}
	}
	return false
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// soundAccess reports whether the fields hold a method, a status and a time, so that a
// line was not taken for an access log by chance. A WebSocket API has events for methods and
// no status. No value may look like two.
func (r *Parser) soundAccess() bool {
	found := 0
	for i := range r.fields {
		f := &r.fields[i]
		switch f.Access {
		case scan.AccessMethod:
			if isMethod(string(unquoted(f.Value))) {
				found |= 1
			}
		case scan.AccessStatus:
			if n, ok := wholeNumber(f.Value); ok && n >= 100 && n <= 599 {
				found |= 2
			}
		case scan.AccessTimestamp:
			if _, ok := ParseTime(f.Value); ok {
				found |= 4
			}
		case scan.AccessRequestID:
			if bytes.IndexByte(f.Value, ',') >= 0 {
				return false
			}
		case 0:
			if f.Key == "eventType" && IsSocketEvent(f.Value) {
				found |= 3
			}
		}
	}
	return found == 7
}

// isMethod reports whether s is like an HTTP method: 3 to 16 capitals.
func isMethod(s string) bool {
	if len(s) < 3 || len(s) > 16 {
		return false
	}
	for i := range len(s) {
		if !isUpper(s[i]) {
			return false
		}
	}
	return true
}

// takeCLF takes a line of the common log format apart: host ident user [time] "request"
// status bytes, and behind it nothing, or "referer" "agent", or API Gateway's request ids.
func (r *Parser) takeCLF(s string) bool {
	open := strings.IndexByte(s[:min(len(s), 256)], '[')
	if open < 5 || open+29 > len(s) || s[open+3] != '/' || s[open+27] != ']' {
		return false
	}
	host := strings.Fields(s[:open])
	if len(host) != 3 {
		return false
	}
	r.fields = r.fields[:0]
	r.addWord("ip", host[0], scan.AccessIP)
	r.addWord("identity.caller", host[1], 0)
	r.addWord("identity.user", host[2], 0)
	r.addText("requestTime", s[open+1:open+27], scan.AccessTimestamp)
	request, rest, ok := quotedWord(strings.TrimLeft(s[open+28:], " "))
	if !ok {
		return false
	}
	if event, more := cutWord(request); IsSocketEvent([]byte(`"` + event + `"`)) {
		route, connection := cutWord(more)
		r.addWord("eventType", event, 0)
		r.addWord("routeKey", route, scan.AccessRoute)
		r.addWord("connectionId", connection, 0)
		r.takeIDs(strings.TrimLeft(rest, " "))
		return r.soundAccess()
	}
	status, rest := cutWord(strings.TrimLeft(rest, " "))
	bytes, rest := cutWord(rest)
	r.addWord("status", status, scan.AccessStatus)
	r.addWord("responseLength", bytes, scan.AccessBytes)
	gateway := rest != "" && rest[0] != '"'
	if !r.takeRequest(request, gateway) {
		return false
	}
	if gateway {
		r.takeIDs(rest)
	} else {
		r.takeCombined(rest)
	}
	return r.soundAccess()
}

// takeRequest takes "GET /bookings HTTP/1.1" apart. API Gateway writes the resource or
// the route where a web server writes the path.
func (r *Parser) takeRequest(request string, gateway bool) bool {
	method, rest := cutWord(request)
	i := strings.LastIndexByte(rest, ' ')
	if i < 0 {
		return false
	}
	target, protocol := rest[:i], rest[i+1:]
	r.addWord("httpMethod", method, scan.AccessMethod)
	r.addWord("protocol", protocol, scan.AccessProtocol)
	if gateway {
		r.addWord("resourcePath", target, scan.AccessRoute)
		return true
	}
	if _, behind, ok := strings.Cut(target, "://"); ok && target[0] != '/' { // load balancers write the whole address
		host := cutAt(cutAt(behind, '/'), '?')
		r.addWord("host", host, 0)
		if target = behind[len(host):]; target == "" {
			target = "/"
		}
	}
	path, query, _ := strings.Cut(target, "?")
	r.addWord("path", path, scan.AccessPath)
	r.addWord("query", query, 0)
	return true
}

func (r *Parser) takeIDs(s string) {
	id, rest := cutWord(s)
	r.addWord("requestId", id, scan.AccessRequestID)
	if extended, more := cutWord(rest); more == "" {
		r.addWord("extendedRequestId", extended, 0)
		return
	}
	r.addWord("rest", rest, 0)
}

func (r *Parser) takeCombined(s string) {
	referer, rest, ok := quotedWord(s)
	agent, rest, ok2 := quotedWord(strings.TrimLeft(rest, " "))
	if !ok || !ok2 {
		r.addWord("rest", s, 0)
		return
	}
	r.addWord("referer", referer, 0)
	r.addWord("userAgent", agent, scan.AccessUserAgent)
	r.addWord("rest", strings.TrimSpace(rest), 0)
}

// addWord adds a value unless it is absent.
func (r *Parser) addWord(key, value string, access scan.Column) {
	if value != "" && value != "-" {
		r.addText(key, value, access)
	}
}

// quotedWord cuts a text in quotes off s; a backslash escapes.
func quotedWord(s string) (word, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			word = s[1:i]
			if strings.IndexByte(word, '\\') >= 0 {
				word = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(word)
			}
			return word, s[i+1:], true
		}
	}
	return "", s, false
}
