package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// FieldUse is where a key of a structured message belongs.
type FieldUse struct {
	Key    string `json:"key"`
	Column string `json:"column"` // "event_data" or "extra" when it has none of its own
}

// Why says which parser takes a message and by which rule, with the functions by which
// the parsers themselves decide. It is for people: Explained.
func (r *Parser) Why(message string, isAccess bool, eventName string) (parser, reason string, fields []FieldUse) {
	format := ""
	body := trimSpace([]byte(message))
	if len(body) > 1 && body[0] == '{' {
		found, end := scan.Fields(nil, r.Arena, body, 0)
		if end == len(body) {
			return r.whyObject(found)
		}
		return "text", "it begins like a JSON object but is none: " + textRule(message), nil
	}
	if isAccess {
		reason = "a line that is an access log by its form"
		if f := r.Workload.Format; f != "" {
			reason = "the filter's name gives the access-log format " + f
		}
		return "access log", reason, nil
	}
	if f := r.Workload.Format; f != "" && r.Format == nil {
		format = "; the access-log format " + f + " that the filter names is not in the lake"
	} else if f != "" {
		format = "; it does not follow the access-log format " + f + " that the filter names"
	}
	if len(body) > 1 && body[0] == '[' && strings.HasPrefix(eventName, "platform.") {
		return "lambda platform", "a JSON array of Telemetry API events" + format, nil
	}
	if r.parseExecution(new(seamark.Log), message) {
		return "text", "a line of API Gateway's execution logs: (request id) and a step" + format, nil
	}
	if p, ok := cutLambdaPrefix(message); ok {
		if b := trimSpace([]byte(p.rest)); len(b) > 1 && b[0] == '{' {
			if found, end := scan.Fields(nil, r.Arena, b, 0); end == len(b) {
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

func textRule(s string) string {
	if FindStack(s) >= 0 {
		return "a stack trace is in it"
	}
	return "level, request id and pairs are looked for in the line"
}

// whyObject says what kind of object it is and where each key belongs.
func (r *Parser) whyObject(found []scan.Field) (parser, reason string, fields []FieldUse) {
	var status, where string
	kind := classify(found, r.Keys)
	table, rest := schemas.Logs, "event_data"
	if kind == kindAccess {
		table, rest = schemas.AccessLogs, "extra"
	}
	for i := range found {
		f := &found[i]
		key, column := strings.Clone(f.Key), f.Log
		if kind == kindAccess {
			column = f.Access
		}
		switch f.Access {
		case scan.AccessStatus:
			status = key
		case scan.AccessMethod, scan.AccessPath, scan.AccessRoute:
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

func columnName(t schemas.Table, id scan.Column, rest string) string {
	switch id {
	case 0:
		return rest
	case scan.KeyProduct:
		return "product"
	case scan.KeyEnvironment:
		return "environment"
	}
	for _, c := range t.Columns {
		if scan.Column(c.ID) == id {
			return c.Name
		}
	}
	return rest
}
