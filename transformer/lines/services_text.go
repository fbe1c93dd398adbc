package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// What AWS's services write to CloudWatch Logs as text. The whole line stays in message.

// parseServiceLine parses a line of one of these services; false: it is none.
func (r *Parser) parseServiceLine(row *seamark.Log, s string) bool {
	if len(s) < 20 {
		return false
	}
	switch c := s[0]; {
	case c == '[':
		return strings.HasPrefix(s, "[Container] ") && r.codeBuild(row, s[len("[Container] "):])
	case c == '#':
		return r.mysqlSlow(row, s)
	case c >= '0' && c <= '9':
		return r.flowLog(row, s) || r.resolverLog(row, s) || r.mariaAudit(row, s) || looksLikeTime(s) && (r.postgres(row, s) || r.mysqlError(row, s))
	case c == 'E' || c == 'W' || c == 'I' || c == 'F':
		return r.klog(row, s)
	}
	return false
}

// mysqlError parses "2022-04-20T10:15:32.123456Z 12 [Warning] [MY-013360] [Server] text".
// Source: https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html
func (r *Parser) mysqlError(row *seamark.Log, s string) bool {
	_, rest := cutWord(s)
	if s[10] == ' ' { // MariaDB
		_, rest = cutWord(rest)
	}
	thread, rest := cutWord(strings.TrimLeft(rest, " "))
	label, rest, ok := strings.Cut(rest, "] ")
	if !ok || thread == "" || strings.Trim(thread, "0123456789") != "" || !strings.HasPrefix(label, "[") {
		return false
	}
	switch label[1:] {
	case "ERROR", "Error":
		row.Level = seamark.LevelError
	case "Warning":
		row.Level = seamark.LevelWarn
	case "System", "Note":
		row.Level = seamark.LevelInfo
	default:
		return false
	}
	if strings.HasPrefix(rest, "[MY-") {
		code, more, _ := strings.Cut(rest[1:], "] ")
		rest = more
		if Severe(row.Level) {
			row.ErrorType = code
		} else {
			r.keepText("code", code)
		}
		if subsystem, more, ok := strings.Cut(rest, "] "); ok && strings.HasPrefix(subsystem, "[") {
			r.keepText("subsystem", subsystem[1:])
			rest = more
		}
	}
	if Severe(row.Level) {
		row.ErrorMessage = firstLine(rest)
	}
	return true
}

// mysqlSlow parses an entry of MySQL's and MariaDB's slow query log.
// Source: https://dev.mysql.com/doc/refman/8.4/en/slow-query-log.html
func (r *Parser) mysqlSlow(row *seamark.Log, s string) bool {
	at := strings.Index(s[:min(len(s), 1024)], "# Query_time: ")
	if at < 0 {
		return false
	}
	row.Level, row.EventName = seamark.LevelWarn, "mysql.slowQuery"
	words := strings.Fields(firstLine(s[at+2:]))
	for i := 0; i+1 < len(words); i += 2 {
		key := strings.TrimSuffix(words[i], ":")
		if v := words[i+1]; scan.Number(scan.BytesOf(v), 0) == len(v) {
			r.rest = append(r.rest, scan.Field{Key: key, Value: scan.BytesOf(v)})
		} else {
			r.keepText(key, v)
		}
	}
	if _, user, ok := strings.Cut(s[:at], "# User@Host: "); ok {
		r.keepText("user", cutAt(firstLine(user), '['))
	}
	return true
}

// klog parses what Kubernetes' control plane writes: "E0630 07:55:35.341488       1 main.go:7] text".
// Source: https://github.com/kubernetes/klog
func (r *Parser) klog(row *seamark.Log, s string) bool {
	if !isGlog(s) {
		return false
	}
	place, text, ok := strings.Cut(s, "] ")
	space := strings.LastIndexByte(place, ' ')
	if !ok || space < 20 || strings.IndexByte(place[space:], ':') < 0 {
		return false
	}
	row.Level = levelOfInitial(s[0])
	r.keepText("caller", place[space+1:])
	r.pairs(row, text)
	if Severe(row.Level) && row.ErrorMessage == "" {
		row.ErrorMessage = firstLine(text)
	}
	return true
}

// codeBuild parses "[Container] 2022/06/30 07:55:35.341 Phase complete: BUILD State: FAILED".
// Source: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
func (r *Parser) codeBuild(row *seamark.Log, s string) bool {
	n := goLogPrefix(s)
	if n == 0 {
		return false
	}
	row.Level = seamark.LevelInfo
	switch text := s[n:]; {
	case strings.HasPrefix(text, "Phase complete: "):
		phase, state, _ := strings.Cut(text[len("Phase complete: "):], " State: ")
		row.EventName = "codebuild.phase"
		r.keepText("phase", phase)
		r.keepText("state", firstLine(state))
		if state = firstLine(state); state != "SUCCEEDED" {
			row.Level, row.ErrorMessage = seamark.LevelError, firstLine(text)
		}
	case strings.HasPrefix(text, "Phase context status code: "):
		code, message, _ := strings.Cut(text[len("Phase context status code: "):], " Message: ")
		if code = strings.TrimSpace(code); code != "" {
			row.Level, row.ErrorType, row.ErrorMessage = seamark.LevelError, code, firstLine(message)
		}
	case strings.HasPrefix(text, "Command did not exit successfully"):
		row.Level, row.ErrorMessage = seamark.LevelError, firstLine(text)
	}
	return true
}

var flowNames = strings.Fields("version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status")

// flowLog parses a VPC or transit gateway flow log: the values of the default format have
// names, those of another keep the whole line.
// Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
func (r *Parser) flowLog(row *seamark.Log, s string) bool {
	head := s[:min(len(s), 96)]
	if s[0] < '2' || s[1] != ' ' || !strings.Contains(head, " eni-") && !strings.Contains(head, " TransitGateway ") {
		return false
	}
	words := strings.Fields(s)
	if len(words) < 10 || s[0] == '2' && len(words) != len(flowNames) {
		return false
	}
	row.EventName, row.Level = "vpc.flow", seamark.LevelInfo
	if s[0] == '2' {
		r.keepWords(flowNames, words)
	}
	return true
}

// mariaAudit parses a record of MariaDB's audit plugin, which RDS offers for MySQL too:
// "20240502 10:00:01,<server>,<user>,<host>,<connection>,<query>,<operation>,<database>,<object>,<code>".
// Source: https://mariadb.com/kb/en/mariadb-audit-plugin-log-format/
func (r *Parser) mariaAudit(row *seamark.Log, s string) bool {
	comma := strings.IndexByte(s[:min(len(s), 24)], ',')
	if comma < 16 || strings.Trim(s[:comma], "0123456789 :") != "" {
		return false
	}
	parts := strings.SplitN(s[comma+1:], ",", 7)
	if len(parts) < 7 || !allDigits(parts[3]) || !allDigits(parts[4]) {
		return false
	}
	switch parts[5] {
	case "CONNECT", "DISCONNECT", "FAILED_CONNECT", "QUERY", "READ", "WRITE", "CREATE", "ALTER", "RENAME", "DROP", "TABLE", "CHANGEUSER", "PROXY_CONNECT":
	default:
		return false
	}
	row.EventName, row.Level = "mysql.audit", seamark.LevelInfo
	if parts[5] == "FAILED_CONNECT" {
		row.Level, row.ErrorType = seamark.LevelWarn, s[strings.LastIndexByte(s, ',')+1:]
	}
	for i, name := range [...]string{"server", "user", "host", "connection", "query", "operation"} {
		if parts[i] != "" {
			r.keepText(name, parts[i])
		}
	}
	return true
}

var resolverNames = strings.Fields("version timestamp hosted_zone query_name query_type rcode protocol edge_location resolver_ip client_subnet")

// resolverLog parses a query log of a public hosted zone of Route 53.
// Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
func (r *Parser) resolverLog(row *seamark.Log, s string) bool {
	if !strings.HasPrefix(s, "1.0 ") || !looksLikeTime(s[4:]) {
		return false
	}
	words := strings.Fields(s)
	if len(words) != len(resolverNames) {
		return false
	}
	row.EventName, row.Level = "route53.query", rcodeLevel(words[5])
	r.keepWords(resolverNames, words)
	return true
}

// rcodeLevel is the level of a DNS answer: a name that is not there is no fault of the server's.
func rcodeLevel(rcode string) string {
	switch rcode {
	case "SERVFAIL", "REFUSED", "FORMERR", "NOTIMP":
		return seamark.LevelWarn
	}
	return seamark.LevelInfo
}

// keepWords keeps the values of a line by their names.
func (r *Parser) keepWords(names, words []string) {
	for i, w := range words {
		switch {
		case w == "-":
		case scan.Number(scan.BytesOf(w), 0) == len(w) && len(w) < 12:
			r.rest = append(r.rest, scan.Field{Key: names[i], Value: scan.BytesOf(w)})
		default:
			r.keepText(names[i], w)
		}
	}
}
