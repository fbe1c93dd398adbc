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
	case "eventSource", "execution_arn", "webaclId", "query_timestamp", "detail-type", "graphQLAPIId", "fieldInError":
		return true
	}
	return false
}

// IsService reports whether an object is of a service that parseService knows, by its keys.
func IsService(has func(key string) bool) bool {
	return has("eventSource") && has("eventVersion") || has("execution_arn") && has("type") || has("webaclId") && has("action") ||
		has("query_timestamp") && has("query_name") || has("detail-type") && has("detail") || has("graphQLAPIId") && has("logType")
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
	case r.has("detail-type"): // an event that a function has printed
		set.EventName = r.takeMember("detail-type")
	default:
		r.appSync(&set)
	}
	r.record(row, timed, own)
	for _, c := range [...]struct{ to, from *string }{
		{&row.Level, &set.Level}, {&row.EventName, &set.EventName}, {&row.ErrorType, &set.ErrorType}, {&row.ErrorMessage, &set.ErrorMessage}, {&row.RequestID, &set.RequestID}, {&row.Region, &set.Region},
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
	if set.ErrorType = r.takeMember("errorCode"); set.ErrorType != "" {
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
