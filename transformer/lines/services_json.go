package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// What AWS's services write to CloudWatch Logs as JSON, where a key means something else than it
// does in a logger's record. What has no column stays in event_data as with every record.

// serviceKey reports whether a key, or the value under it, is one that only such a service
// writes.
func serviceKey(key string) bool {
	switch key {
	case "eventSource", "insightDetails", "execution_arn", "webaclId", "query_timestamp", "detail-type", "graphQLAPIId", "fieldInError", "resourceLogs", "scopeLogs":
		return true
	}
	return false
}

// IsService reports whether an object is of a service that parseService knows, by its keys.
func IsService(has func(key string) bool) bool {
	return (has("eventSource") || has("insightDetails")) && has("eventVersion") || has("execution_arn") && has("type") || has("webaclId") && has("action") ||
		has("query_timestamp") && has("query_name") || has("detail-type") && has("detail") || has("graphQLAPIId") && has("logType") || has("resourceLogs") || has("scopeLogs")
}

func (r *Parser) has(key string) bool { return r.member(key) != nil }

// member is the value of a member of the object in r.fields, or nil.
func (r *Parser) member(key string) []byte {
	for i := range r.fields {
		if r.fields[i].Key == key {
			return r.fields[i].Value
		}
	}
	return nil
}

// textMember is a member's text, or nothing when it is none.
func (r *Parser) textMember(key string) string {
	if v := r.member(key); v != nil && v[0] == '"' {
		return r.text(v)
	}
	return ""
}

// takeMember is textMember of a member that then has its column and is left out.
func (r *Parser) takeMember(key string) string {
	for i := range r.fields {
		if v := r.fields[i].Value; r.fields[i].Key == key && v[0] == '"' {
			s := r.text(v)
			r.fields = append(r.fields[:i], r.fields[i+1:]...)
			return s
		}
	}
	return ""
}

// parseService parses such an object.
func (r *Parser) parseService(row *seamark.Log, timed bool, own *Claim) {
	var set seamark.Log // what the service says that a record would not
	switch {
	case r.has("eventVersion"):
		r.cloudTrail(&set)
	case r.has("execution_arn"):
		r.stepFunctions(&set, timed, row, own)
	case r.has("webaclId"):
		r.webACL(&set)
	case r.has("query_timestamp"):
		set.EventName, set.Level = "route53.query", rcodeLevel(r.textMember("rcode"))
		if r.textMember("firewall_rule_action") == "BLOCK" {
			set.Level = seamark.LevelWarn
		}
	case r.has("resourceLogs") || r.has("scopeLogs"):
		r.exportedLogs(&set)
	case r.has("detail-type"): // an event that a function has printed
		set.EventName = r.takeMember("detail-type")
	default:
		r.appSync(&set)
	}
	r.record(row, timed, own)
	for _, c := range [...]struct{ to, from *string }{
		{&row.Level, &set.Level}, {&row.EventName, &set.EventName}, {&row.ErrorType, &set.ErrorType}, {&row.ErrorMessage, &set.ErrorMessage}, {&row.RequestID, &set.RequestID}, {&row.Region, &set.Region},
		{&row.Message, &set.Message}, {&row.ErrorStack, &set.ErrorStack}, {&row.TraceID, &set.TraceID}, {&row.SpanID, &set.SpanID},
	} {
		if *c.from != "" {
			*c.to = *c.from
		}
	}
}

// cloudTrail reads an event of CloudTrail: the code of a refused call, and the region of the
// call, as one log group holds those of all regions.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func (r *Parser) cloudTrail(set *seamark.Log) {
	set.Region = r.takeMember("awsRegion")
	set.Level = seamark.LevelInfo
	set.ErrorType = r.takeMember("errorCode")
	if set.ErrorType != "" || r.textMember("errorMessage") != "" { // a login that failed has no code
		set.Level = seamark.LevelError
	}
}

// stepFunctions reads an event of a state machine's history.
// Source: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
func (r *Parser) stepFunctions(set *seamark.Log, timed bool, row *seamark.Log, own *Claim) {
	set.EventName, set.Level = r.takeMember("type"), seamark.LevelInfo
	switch name := set.EventName; {
	case strings.HasSuffix(name, "Failed"), strings.HasSuffix(name, "TimedOut"):
		set.Level = seamark.LevelError
	case strings.HasSuffix(name, "Aborted"):
		set.Level = seamark.LevelWarn
	}
	for i := range r.fields {
		f := &r.fields[i]
		if f.Key == "event_timestamp" && r.takeTime(row, f.Value, timed, own) {
			f.Value = nil
		}
	}
	left := r.fields[:0]
	for _, f := range r.fields {
		if f.Value != nil {
			left = append(left, f)
		}
	}
	r.fields = left
	details := r.member("details")
	if details == nil || details[0] != '{' || set.Level == seamark.LevelInfo {
		return
	}
	from := len(r.inner)
	members, _ := scan.Fields(r.inner, r.Arena, details, 0)
	for _, m := range members[min(from, len(members)):] {
		if m.Value[0] != '"' {
			continue
		}
		switch m.Key {
		case "error":
			set.ErrorType = r.text(m.Value)
		case "cause":
			set.ErrorMessage = r.text(m.Value)
		}
	}
	var inner seamark.Log // a function's error comes as JSON text
	if c := strings.TrimSpace(set.ErrorMessage); strings.HasPrefix(c, "{") && r.errorIn(&inner, scan.BytesOf(c)) {
		set.ErrorMessage = cmpOr(inner.ErrorMessage, set.ErrorMessage)
		set.ErrorType = cmpOr(inner.ErrorType, set.ErrorType)
	}
}

// webACL reads a request that AWS WAF has judged.
// Source: https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
func (r *Parser) webACL(set *seamark.Log) {
	set.EventName, set.Level = r.textMember("action"), seamark.LevelInfo
	if set.EventName != "ALLOW" && set.EventName != "COUNT" {
		set.Level = seamark.LevelWarn
	}
	request := r.member("httpRequest")
	if request == nil || request[0] != '{' {
		return
	}
	from := len(r.inner)
	members, _ := scan.Fields(r.inner, r.Arena, request, 0)
	for _, m := range members[min(from, len(members)):] {
		if m.Key == "requestId" && m.Value[0] == '"' {
			set.RequestID = r.text(m.Value)
		}
	}
}

// appSync reads a summary or a trace of a GraphQL API.
// Source: https://docs.aws.amazon.com/appsync/latest/devguide/cwl.html
func (r *Parser) appSync(set *seamark.Log) {
	set.EventName, set.Level = r.takeMember("logType"), seamark.LevelInfo
	if v := r.member("statusCode"); v != nil {
		switch n, ok := number(v); {
		case ok && n >= 500:
			set.Level = seamark.LevelError
		case ok && n >= 400:
			set.Level = seamark.LevelWarn
		}
	}
	if v := r.member("fieldInError"); string(v) == "true" {
		set.Level = seamark.LevelError
	}
}

// exportedLogs reads log records as OpenTelemetry's exporters print them, inside of resourceLogs
// and scopeLogs: the columns are those of the worst. All of it stays in event_data.
// Source: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
func (r *Parser) exportedLogs(set *seamark.Log) {
	outer, rest := r.fields, r.rest
	n := 0
	for i := range outer {
		if f := &outer[i]; f.Key == "resourceLogs" || f.Key == "scopeLogs" {
			r.eachLogRecord(f.Value, 0, func(fields []scan.Field) {
				var one seamark.Log
				r.fields, r.rest = fields, nil
				classify(r.fields, r.Keys)
				r.record(&one, true, &Claim{})
				if n++; n == 1 || severity(one.Level) > severity(set.Level) {
					*set = one
				}
			})
		}
	}
	r.fields, r.rest = outer, rest
}

// eachLogRecord calls do with the members of each log record in a list of groups of them.
func (r *Parser) eachLogRecord(v []byte, depth int, do func([]scan.Field)) {
	if v[0] != '[' || depth > 2 {
		return
	}
	for i, n := scan.SkipSpace(v, 1), 0; v[i] != ']' && n < maxDocuments; n++ {
		fields, end := scan.Fields(nil, r.Arena, v, i)
		if end < 0 {
			return
		}
		inner := false
		for _, f := range fields {
			if f.Key == "scopeLogs" || f.Key == "logRecords" {
				inner = true
				r.eachLogRecord(f.Value, depth+1, do)
			}
		}
		if !inner {
			do(fields)
		}
		if i = scan.SkipSpace(v, end); v[i] == ',' {
			i = scan.SkipSpace(v, i+1)
		}
	}
}
