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
		return r.flowLog(row, s) || r.resolverLog(row, s) || looksLikeTime(s) && (r.postgres(row, s) || r.mysqlError(row, s))
	case c == 'E' || c == 'W' || c == 'I' || c == 'F':
		return r.klog(row, s)
	}
	return false
}

// postgresLevels are the severities of PostgreSQL; "" are lines that go on with one before.
// Source: https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS
var postgresLevels = map[string]string{
	"PANIC": seamark.LevelFatal, "FATAL": seamark.LevelFatal, "ERROR": seamark.LevelError, "WARNING": seamark.LevelWarn, "NOTICE": seamark.LevelInfo, "INFO": seamark.LevelInfo, "LOG": seamark.LevelInfo,
	"DEBUG": seamark.LevelDebug, "DEBUG1": seamark.LevelDebug, "DEBUG2": seamark.LevelDebug, "DEBUG3": seamark.LevelDebug, "DEBUG4": seamark.LevelDebug, "DEBUG5": seamark.LevelTrace,
	"STATEMENT": "", "DETAIL": "", "HINT": "", "CONTEXT": "", "QUERY": "", "LOCATION": "",
}

// postgres parses a line with RDS's prefix "%t:%r:%u@%d:[%p]:" or the usual "%m [%p] ".
func (r *Parser) postgres(row *seamark.Log, s string) bool {
	if s[10] != ' ' || s[19] != ' ' && s[19] != '.' {
		return false
	}
	head := s[:min(len(s), 256)]
	at, rds := strings.Index(head, "]:"), true
	if at < 0 {
		at, rds = strings.Index(head, "] "), false
	}
	if at < 24 || !strings.Contains(s[19:at], "UTC") && !strings.Contains(s[19:at], "GMT") {
		return false
	}
	rest := s[at+2:]
	word, text, ok := strings.Cut(rest, ":  ")
	if !ok {
		return false
	}
	if space := strings.LastIndexByte(word, ' '); space >= 0 { // user@db of the usual prefix
		word = word[space+1:]
	}
	level, ok := postgresLevels[word]
	if !ok {
		return false
	}
	row.Level = level
	if Severe(level) {
		row.ErrorMessage = firstLine(text)
	}
	if rds {
		r.postgresPrefix(s[19 : at+1])
	}
	return true
}

// postgresPrefix keeps user and database of " UTC:10.0.0.9(51234):app@shop:[4711]".
func (r *Parser) postgresPrefix(s string) {
	parts := strings.Split(s, ":")
	if len(parts) < 4 {
		return
	}
	r.keepText("client", parts[1])
	if user, db, ok := strings.Cut(parts[len(parts)-2], "@"); ok {
		r.keepText("user", user)
		r.keepText("database", db)
	}
	r.keepText("pid", strings.Trim(parts[len(parts)-1], "[]"))
}

// mysqlError parses "2022-04-20T10:15:32.123456Z 12 [Warning] [MY-013360] [Server] text".
// Source: https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html
func (r *Parser) mysqlError(row *seamark.Log, s string) bool {
	_, rest := cutWord(s)
	thread, rest := cutWord(rest)
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
	if s[5] != ' ' || s[8] != ':' || s[11] != ':' || strings.Trim(s[1:5], "0123456789") != "" {
		return false
	}
	place, text, ok := strings.Cut(s, "] ")
	space := strings.LastIndexByte(place, ' ')
	if !ok || space < 20 || strings.IndexByte(place[space:], ':') < 0 {
		return false
	}
	row.Level = map[byte]string{'I': seamark.LevelInfo, 'W': seamark.LevelWarn, 'E': seamark.LevelError, 'F': seamark.LevelFatal}[s[0]]
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

// flowLog parses a VPC flow log in its default format.
// Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
func (r *Parser) flowLog(row *seamark.Log, s string) bool {
	if s[0] != '2' || s[1] != ' ' || !strings.Contains(s[:min(len(s), 24)], " eni-") {
		return false
	}
	words := strings.Fields(s)
	if len(words) != len(flowNames) {
		return false
	}
	row.EventName, row.Level = "vpc.flow", seamark.LevelInfo
	r.keepWords(flowNames, words)
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
