package transformer

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// why says which parser takes a message and by which rule, with the functions by which
// the parsers themselves decide. It is for people: Explained.
func (r *rows) why(message string, isAccess bool) (parser, reason string, fields []FieldUse) {
	format := ""
	body := trimSpace([]byte(message))
	if len(body) > 1 && body[0] == '{' {
		found, end := scanFields(nil, r.arena, body, 0)
		if end == len(body) {
			return r.whyObject(found)
		}
		return "text", "it begins like a JSON object but is none: " + textRule(message), nil
	}
	if isAccess {
		reason = "a line that is an access log by its form"
		if f := r.workload.Format; f != "" {
			reason = "the filter's name gives the access-log format " + f
		}
		return "access log", reason, nil
	}
	if f := r.workload.Format; f != "" && r.format == nil {
		format = "; the access-log format " + f + " that the filter names is not in the lake"
	} else if f != "" {
		format = "; it does not follow the access-log format " + f + " that the filter names"
	}
	if len(body) > 1 && body[0] == '[' && strings.HasPrefix(r.lastEventName(), "platform.") {
		return "lambda platform", "a JSON array of Telemetry API events" + format, nil
	}
	if r.parseExecution(new(seamark.Log), message) {
		return "text", "a line of API Gateway's execution logs: (request id) and a step" + format, nil
	}
	if p, ok := cutLambdaPrefix(message); ok {
		if b := trimSpace([]byte(p.rest)); len(b) > 1 && b[0] == '{' {
			if found, end := scanFields(nil, r.arena, b, 0); end == len(b) {
				_, _, fields = r.whyObject(found)
				return "record", "Lambda's prefix (time, request id, level) and behind it a JSON object", fields
			}
		}
		return "text", "Lambda's prefix (time, request id, level); " + textRule(p.rest), nil
	}
	for _, line := range platformLines {
		if strings.HasPrefix(message, line.prefix) {
			return "lambda platform", "a text line that begins with " + strings.TrimRight(line.prefix, ": \t") + ": " + line.name, nil
		}
	}
	return "text", "no JSON object: " + textRule(message) + format, nil
}

// lastEventName is that of the row parsed last.
func (r *rows) lastEventName() string {
	if n := len(r.logs); n > 0 {
		return r.logs[n-1].EventName
	}
	return ""
}

func textRule(s string) string {
	if findStack(s) >= 0 {
		return "a stack trace is in it"
	}
	return "level, request id and pairs are looked for in the line"
}

// whyObject says what kind of object it is and where each key belongs.
func (r *rows) whyObject(found []field) (parser, reason string, fields []FieldUse) {
	var status, where string
	kind := classify(found, r.keys)
	table, rest := schemas.Logs, "event_data"
	if kind == kindAccess {
		table, rest = schemas.AccessLogs, "extra"
	}
	for i := range found {
		f := &found[i]
		key, column := strings.Clone(f.key), f.log
		if kind == kindAccess {
			column = f.access
		}
		switch f.access {
		case accessStatus:
			status = key
		case accessMethod, accessPath, accessRoute:
			if where == "" {
				where = key
			}
		}
		fields = append(fields, FieldUse{Key: key, Column: columnName(table, column, rest)})
	}
	switch kind {
	case kindAccess:
		return "access log", "a JSON object with a status (" + status + ") and a method, route or path (" + where + "), and no key that only a logger writes", fields
	case kindPlatform:
		return "lambda platform", "a JSON object with type platform.* and record", fields
	}
	return "record", "a JSON object that is neither an access log nor a platform event: a log record", fields
}

func columnName(t schemas.Table, id column, rest string) string {
	switch id {
	case 0:
		return rest
	case keyProduct:
		return "product"
	case keyEnvironment:
		return "environment"
	}
	for _, c := range t.Columns {
		if column(c.ID) == id {
			return c.Name
		}
	}
	return rest
}
