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

// labelled is what the Serverless Framework sets for a REST API.
// Source: https://www.serverless.com/framework/docs/providers/aws/events/apigateway
var labelled = CompileFormat("requestId: $context.requestId, ip: $context.identity.sourceIp, caller: $context.identity.caller, user: $context.identity.user, requestTime: $context.requestTime, " +
	"httpMethod: $context.httpMethod, resourcePath: $context.resourcePath, status: $context.status, protocol: $context.protocol, responseLength: $context.responseLength")

const (
	csvHead  = "$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,"
	csvShort = "$context.identity.sourceIp,$context.identity.caller,$context.requestTime,"
)

// knownAccessLine takes a line of one of these formats apart into r.fields.
func (r *Parser) knownAccessLine(s string) bool {
	if len(s) < 16 || len(s) > 64<<10 {
		return false
	}
	return len(s) >= 40 && r.serverLine(s) || r.webLine(s)
}

// serverLine takes a line of a server, a proxy or a load balancer apart.
func (r *Parser) serverLine(s string) bool {
	if s[0] == 'A' && strings.HasPrefix(s, "ACCESS [") { // Ambassador's Envoy
		s = s[len("ACCESS "):]
	}
	if rest, ok := behindSyslog(s); ok && len(rest) >= 40 {
		s = rest
	}
	switch {
	case s[0] == '<':
		return strings.HasPrefix(s, "<request") && r.takeXML(s)
	case s[0] == '[':
		return r.placedLine(s)
	case s[0] == 'r' && strings.HasPrefix(s, "requestId: "):
		return r.takeFormat(labelled, s) && r.soundAccess()
	case !isWord(s[0]) && s[0] != ':':
		return false
	}
	end := strings.IndexAny(s[:min(len(s), 80)], " ,\t") // a bucket's owner has 64 digits
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
func (r *Parser) soundAccess() bool { return r.accessFound() == 7 }

// refusedAccess is soundAccess for a line whose form is certain, though its request is none.
func (r *Parser) refusedAccess() bool { return r.accessFound()&6 == 6 }

// accessFound tells method, status and time by a bit each; 0: a value is not like its column.
func (r *Parser) accessFound() int {
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
				return 0
			}
		case 0:
			if f.Key == "eventType" && IsSocketEvent(f.Value) {
				found |= 3
			}
		}
	}
	return found
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
	if open < 5 || open+29 > len(s) || s[open+3] != '/' {
		return false
	}
	if s[open+21] == ']' && s[open+12] == ' ' { // werkzeug
		return r.takeCLF(r.concat(s[:open+12], ":", s[open+13:open+21], " +0000", s[open+21:]))
	}
	if s[open+21] == ']' && s[open+12] == ':' { // daphne: without a zone
		return r.takeCLF(r.concat(s[:open+21], " +0000", s[open+21:]))
	}
	if s[open+27] != ']' {
		return false
	}
	host := strings.Fields(s[:open])
	vhost := ""
	switch {
	case len(host) == 4 && isAddress(host[1]): // Apache's vhost_combined
		vhost, host = host[0], host[1:]
	case len(host) == 1 && isAddress(host[0]): // aiohttp's, Sanic's: no identity
		host = append(host, "-", "-")
	case len(host) == 2 && len(host[0]) > 15:
		return r.bucketLine(host[0], host[1], s[open:])
	case len(host) != 3:
		return false
	}
	r.fields = r.fields[:0]
	r.addWord("host", vhost, 0)
	if address, port, ok := cutPort(host[0]); ok && isAddress(address) {
		r.addWord("ip", address, scan.AccessIP)
		r.addWord("client_port", port, 0)
	} else {
		r.addWord("ip", host[0], scan.AccessIP)
	}
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
	next, _ := cutWord(rest)
	_, seconds := strings.CutPrefix(strings.TrimLeft(rest, "0123456789"), ".") // Rack
	gateway := rest != "" && rest[0] != '"' && strings.Trim(next, "0123456789.") != ""
	if !r.takeRequest(request, gateway) { // what was no request was refused
		r.addText("request", request, 0)
		r.takeCombined(rest)
		return r.refusedAccess()
	}
	switch {
	case gateway:
		r.takeIDs(rest)
	case seconds && strings.Trim(rest, "0123456789.") == "":
		r.addWord("request_time", rest, 0)
	default:
		r.takeCombined(rest)
	}
	return r.soundAccess()
}

// takeRequest takes "GET /bookings HTTP/1.1" apart. API Gateway writes the resource or
// the route where a web server writes the path.
func (r *Parser) takeRequest(request string, gateway bool) bool {
	method, rest := cutWord(request)
	i := strings.LastIndexByte(rest, ' ')
	if i < 0 && strings.HasPrefix(rest, "/") && isMethod(method) { // daphne leaves the protocol out
		rest, i = rest+" -", len(rest)
	}
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
	r.behindCombined(strings.TrimSpace(rest))
}

// behindCombined takes what proxies put behind the combined format: the ingress controller's
// lengths, times and request id, Traefik's names and time, pairs of nginx's variables.
// Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
func (r *Parser) behindCombined(s string) {
	words := strings.Fields(s)
	switch {
	case len(words) == 9 && words[2][0] == '[' && words[3][0] == '[':
		for i, name := range [...]string{"request_length", "request_time", "upstream_name", "alternative_upstream_name", "upstream_addr", "upstream_response_length", "upstream_response_time", "upstream_status"} {
			r.addWord(name, strings.Trim(words[i], "[]"), 0)
		}
		r.addWord("requestId", words[8], scan.AccessRequestID)
	case len(words) == 4 && allDigits(words[0]) && words[1][0] == '"' && strings.HasSuffix(words[3], "ms"):
		r.addWord("requestCount", words[0], 0)
		r.addWord("router", strings.Trim(words[1], `"`), 0)
		r.addWord("server", strings.Trim(words[2], `"`), 0)
		r.addWord("latency_ms", strings.TrimSuffix(words[3], "ms"), scan.AccessLatency)
	case strings.IndexByte(s, '=') > 0:
		var rest []string
		for _, w := range words {
			name, value, ok := strings.Cut(w, "=")
			if !ok || !isName(name) {
				rest = append(rest, w)
				continue
			}
			switch name {
			case "rt":
				name = "request_time"
			case "urt", "uprt":
				name = "upstream_response_time"
			}
			_, access := r.Keys.Find(name)
			r.addWord(name, strings.Trim(value, `"`), access)
		}
		r.addWord("rest", strings.Join(rest, " "), 0)
	default:
		r.addWord("rest", s, 0)
	}
}

// bucketLine takes a line of S3's server access log apart, whose owner and bucket stand before
// the time.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
func (r *Parser) bucketLine(owner, bucket, s string) bool {
	r.fields = r.fields[:0]
	r.addWord("bucket_owner", owner, 0)
	r.addWord("bucket", bucket, 0)
	r.addText("requestTime", s[1:27], scan.AccessTimestamp)
	s = strings.TrimLeft(s[28:], " ")
	for _, name := range [...]string{"ip", "requester", "requestId", "operation", "key", "request", "status", "error_code", "bytes_sent", "object_size", "latency_ms", "turn_around_ms", "referer", "userAgent"} {
		var value string
		if strings.HasPrefix(s, `"`) {
			var ok bool
			if value, s, ok = quotedWord(s); !ok {
				return false
			}
			s = strings.TrimLeft(s, " ")
		} else {
			value, s = cutWord(s)
		}
		if name == "request" {
			if !r.takeRequest(value, false) {
				r.addWord(name, value, 0)
			}
			continue
		}
		_, access := r.Keys.Find(name)
		r.addWord(name, value, access)
	}
	r.addWord("rest", s, 0)
	return r.refusedAccess()
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
