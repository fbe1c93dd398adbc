package lines

import (
	"strings"
	"time"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// Access logs of load balancers, proxies and web servers, whose values stand at fixed places.

// placed names the values of a line by their place. "" is left out.
type placed struct {
	separator byte // between values; a blank leaves those in quotes whole
	names     []string
}

// The forms, as their makers document them.
var (
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
	albLine = placed{' ', strings.Fields("type time elb client:port target:port request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request user_agent " +
		"ssl_cipher ssl_protocol target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url error_reason target:port_list target_status_code_list classification classification_reason conn_trace_id")}
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
	elbLine = placed{' ', strings.Fields("time elb client:port backend:port request_processing_time target_processing_time response_processing_time elb_status_code backend_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol")}
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
	cloudFrontLine = placed{'\t', strings.Fields("date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken " +
		"x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end")}
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html
	cloudFrontRealTime = placed{'\t', strings.Fields("timestamp c-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host cs-uri-stem cs-bytes x-edge-location x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs(User-Agent) cs(Referer) cs(Cookie) " +
		"cs-uri-query x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern cs-headers cs-header-names cs-headers-count")}
	// https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string
	envoyLine = placed{' ', strings.Fields("start_time request response_code response_flags bytes_received bytes_sent duration upstream_service_time x-forwarded-for user_agent x-request-id authority upstream_host")}
	// https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format
	istioLine = placed{' ', strings.Fields("start_time request response_code response_flags response_code_details connection_termination_details upstream_transport_failure_reason bytes_received bytes_sent duration upstream_service_time x-forwarded-for user_agent x-request-id authority upstream_host upstream_cluster upstream_local_address downstream_local_address downstream_remote_address requested_server_name route_name")}
	// https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging, the fields that IIS chooses
	iisLine = placed{' ', strings.Fields("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken")}
)

// placedLine takes a line of one of these forms apart into r.fields.
func (r *Parser) placedLine(s string) bool {
	switch {
	case s[0] == 'h' || s[0] == 'w' || s[0] == 'g':
		kind, rest := cutWord(s)
		switch kind {
		case "http", "https", "h2", "grpcs", "ws", "wss":
			return looksLikeTime(rest) && r.takePlaced(&albLine, s)
		}
	case s[0] == '[':
		if strings.HasPrefix(s, "[pid: ") {
			return r.uwsgiLine(s)
		}
		if looksLikeTime(s[1:]) {
			end := strings.IndexByte(s[:min(len(s), 40)], ']')
			return end > 0 && strings.HasPrefix(s[end+1:], ` "`) && r.takePlaced(envoyForm(s[end+2:]), s[1:end]+s[end+1:])
		}
	case s[0] >= '0' && s[0] <= '9':
		return r.placedBehindTime(s)
	}
	return false
}

// envoyForm tells Istio's form, in which words stand between the flags and the bytes, from Envoy's.
func envoyForm(s string) *placed {
	_, rest, _ := quotedWord(s)
	words := strings.Fields(rest[:min(len(rest), 96)])
	if len(words) > 2 && !allDigits(words[2]) {
		return &istioLine
	}
	return &envoyLine
}

// placedBehindTime takes lines that begin with a time, or with a number of seconds.
func (r *Parser) placedBehindTime(s string) bool {
	if len(s) > 19 && s[4] == '-' && s[10] == '\t' && s[13] == ':' {
		return s[19] == '\t' && r.takePlaced(&cloudFrontLine, s)
	}
	if at := strings.IndexByte(s[:min(len(s), 20)], '\t'); at >= 10 && (at == 10 || s[10] == '.') {
		return r.takePlaced(&cloudFrontRealTime, s)
	}
	if !looksLikeTime(s) {
		return false
	}
	if s[10] == ' ' {
		host, rest := cutWord(s[min(len(s), 20):])
		method, _ := cutWord(rest)
		return s[19] == ' ' && isMethod(method) && isAddress(host) && r.takePlaced(&iisLine, s)
	}
	_, rest := cutWord(s)
	_, rest = cutWord(rest)
	client, _ := cutWord(rest)
	host, port, ok := cutPort(client)
	return ok && port != "" && isAddress(host) && r.takePlaced(&elbLine, s)
}

// cutPort parts "192.0.2.1:2817" or "[::1]:2817".
func cutPort(s string) (host, port string, ok bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 1 || at+1 == len(s) || strings.Trim(s[at+1:], "0123456789") != "" {
		return s, "", false
	}
	return strings.Trim(s[:at], "[]"), s[at+1:], true
}

// takePlaced names the values of a line. They must make an access log.
func (r *Parser) takePlaced(p *placed, s string) bool {
	r.fields = r.fields[:0]
	date := ""
	for n := 0; s != "" && n < len(p.names); n++ {
		var value string
		if p.separator == ' ' && s[0] == '"' {
			var ok bool
			if value, s, ok = quotedWord(s); !ok {
				return false
			}
			s = strings.TrimPrefix(s, " ")
		} else if at := strings.IndexByte(s, p.separator); at >= 0 {
			value, s = s[:at], s[at+1:]
		} else {
			value, s = s, ""
		}
		switch name := p.names[n]; {
		case value == "" || value == "-":
		case name == "date":
			date = value
		case name == "time" && date != "":
			r.addText("timestamp", date+"T"+value+"Z", scan.AccessTimestamp)
		case name == "request" || name == "time" || strings.HasSuffix(name, "_port") || strings.HasSuffix(name, ":port"):
			r.placedValue(name, value)
		case name == "cs(User-Agent)":
			r.addText(name, agentText(p, value), scan.AccessUserAgent)
		default:
			_, access := r.Keys.Find(name)
			r.addText(name, value, access)
		}
	}
	r.addWord("rest", s, 0)
	return r.soundAccess() || (p == &albLine || p == &envoyLine || p == &istioLine) && r.refusedAccess()
}

// placedValue takes a value that holds more than one.
func (r *Parser) placedValue(name, value string) {
	switch name {
	case "request": // GET http://host:80/path HTTP/1.1
		if r.takeRequest(value, false) {
			return
		}
	case "time":
		r.addText(name, value, scan.AccessTimestamp)
		return
	case "client:port":
		if host, port, ok := cutPort(value); ok {
			r.addText("client_ip", host, scan.AccessIP)
			r.addText("client_port", port, 0)
			return
		}
	}
	r.addText(name, value, 0)
}

// agentText is a user agent without what its writer has put for blanks.
func agentText(p *placed, s string) string {
	if p == &iisLine || p.separator == ' ' {
		return strings.ReplaceAll(s, "+", " ")
	}
	for range 2 { // CloudFront encodes the percent too
		s = strings.NewReplacer("%2520", " ", "%20", " ", "%2522", `"`, "%22", `"`).Replace(s)
	}
	return s
}

// haproxyLine takes a line of HAProxy's "option httplog" apart, behind syslog's header or bare.
// Source: https://docs.haproxy.org/3.0/configuration.html#8.2.3
func (r *Parser) haproxyLine(s string) bool {
	at := strings.Index(s[:min(len(s), 96)], "haproxy[")
	if at >= 0 {
		_, rest, ok := strings.Cut(s[at:], "]: ")
		if !ok {
			return false
		}
		s = rest
	}
	client, rest := cutWord(s)
	host, port, ok := cutPort(client)
	if !ok || !strings.HasPrefix(rest, "[") || len(rest) < 30 || rest[3] != '/' || !isAddress(host) {
		return false
	}
	stamp, rest, ok := strings.Cut(rest[1:], "] ")
	words := strings.Fields(rest)
	open := strings.IndexByte(rest, '"')
	if !ok || len(words) < 8 || open < 0 {
		return false
	}
	request, _, ok := quotedWord(rest[open:])
	if !ok {
		return false
	}
	r.fields = r.fields[:0]
	r.addText("client_ip", host, scan.AccessIP)
	r.addText("client_port", port, 0)
	if dot := strings.IndexByte(stamp, '.'); dot > 0 { // without zone: UTC
		stamp = stamp[:dot]
	}
	r.addText("requestTime", stamp+" +0000", scan.AccessTimestamp)
	for i, name := range [...]string{"frontend", "backend", "timers", "status", "bytes_sent"} {
		_, access := r.Keys.Find(name)
		if name == "status" {
			access = scan.AccessStatus
		}
		r.addWord(name, words[i], access)
	}
	if timers := strings.Split(words[2], "/"); len(timers) == 5 { // TR/Tw/Tc/Tr/Ta, milliseconds
		r.addWord("integration_latency_ms", strings.TrimPrefix(timers[3], "-1"), scan.AccessIntegration)
		r.addWord("latency_ms", timers[4], scan.AccessLatency)
	}
	r.addText("rest", strings.TrimSpace(rest[strings.Index(rest, words[4])+len(words[4]):open]), 0)
	if !r.takeRequest(request, false) { // <BADREQ>
		r.addText("request", request, 0)
		return r.refusedAccess()
	}
	return r.soundAccess()
}

// uwsgiLine takes a line of uWSGI's request logger apart: "[pid: 7|app: 0|req: 1/1] <ip> (<user>)
// {28 vars in 330 bytes} [<time>] GET /a => generated 12 bytes in 3 msecs (HTTP/1.1 200) …".
// Source: https://uwsgi-docs.readthedocs.io/en/latest/LogFormat.html
func (r *Parser) uwsgiLine(s string) bool {
	_, rest, ok := strings.Cut(s, "] ")
	ip, rest := cutWord(rest)
	_, rest, timed := strings.Cut(rest, "} [")
	stamp, rest, closed := strings.Cut(rest, "] ")
	request, rest, answered := strings.Cut(rest, " => generated ")
	if !ok || !timed || !closed || !answered || !isAddress(ip) {
		return false
	}
	method, path := cutWord(request)
	bytes, rest := cutWord(rest)
	words := strings.Fields(rest) // bytes in 3 msecs (HTTP/1.1 200) 2 headers …
	if len(words) < 6 || words[2] == "" {
		return false
	}
	at, err := time.Parse("Mon Jan _2 15:04:05 2006", stamp)
	if err != nil {
		return false
	}
	r.fields = r.fields[:0]
	r.addText("ip", ip, scan.AccessIP)
	r.addText("timestamp", at.Format(time.RFC3339), scan.AccessTimestamp)
	r.addWord("httpMethod", method, scan.AccessMethod)
	r.addWord("path", cutAt(path, '?'), scan.AccessPath)
	if _, query, ok := strings.Cut(path, "?"); ok {
		r.addWord("query", query, 0)
	}
	r.addWord("bytes", bytes, scan.AccessBytes)
	r.addWord("latency_ms", words[2], scan.AccessLatency)
	r.addWord("protocol", strings.TrimLeft(words[4], "("), scan.AccessProtocol)
	r.addWord("status", strings.TrimRight(words[5], ")"), scan.AccessStatus)
	r.addText("rest", s[:strings.Index(s, "] ")+1]+" "+strings.Join(words[6:], " "), 0)
	return r.soundAccess()
}
