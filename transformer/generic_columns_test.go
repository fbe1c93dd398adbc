package transformer

import (
	"encoding/json"
	"regexp"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/lines"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// take puts a member into column c; false leaves it for event_data.
func (r *record) take(c scan.Column, f member) bool {
	v := f.value
	null, nested := string(v) == "null", v[0] == '{' || v[0] == '['
	switch c {
	case 0:
		return r.takeUnknown(f)
	case scan.LogTimestamp:
		return null || !nested && r.takeTime(v)
	case scan.LogAccount:
		return r.envelope(&r.row.AccountID, v, r.owner == "")
	case scan.LogRegion:
		return r.envelope(&r.row.Region, v, r.workload.Region == "")
	case scan.LogTeam:
		return r.envelope(&r.row.Team, v, r.workload.Team == "")
	case scan.LogComponent:
		return r.envelope(&r.row.Component, v, r.workload.Component == "" && r.row.Component == "")
	case scan.LogSource:
		return r.takeSource(v)
	case scan.KeyProduct:
		return r.takeClaim(v, &r.own.Product, r.workload.Product)
	case scan.KeyEnvironment:
		return r.takeClaim(v, &r.own.Environment, r.workload.Environment)
	case scan.LogLevel:
		return null || r.takeLevel(v)
	case scan.LogErrorStack:
		return r.takeStack(v)
	case scan.LogMessage:
		return r.takeMessage(v)
	case scan.LogErrorMessage, scan.LogErrorType, scan.LogEventName, scan.LogRequestID, scan.LogTraceID, scan.LogSpanID:
		return r.takeText(c, v)
	}
	return false
}

func (r *record) takeText(c scan.Column, v []byte) bool {
	at := lines.TextColumn(&r.row, c)
	if string(v) == "null" {
		return true
	}
	if *at != "" || v[0] == '{' || v[0] == '[' {
		return false
	}
	*at = textOf(v)
	if c == scan.LogRequestID || c == scan.LogTraceID || c == scan.LogSpanID {
		id := lines.IDOf(c, *at)
		known := id != "" || *at == ""
		*at = id
		return known
	}
	return true
}

func (r *record) takeTime(v []byte) bool {
	ms, ok := lines.ParseTime(v)
	if !ok || !r.timed && r.own.TimeMs != 0 {
		return false
	}
	if !r.timed {
		r.own.TimeMs = ms
		return true
	}
	return ms >= r.row.Timestamp-1000 && ms <= r.row.Timestamp+1000
}

func (r *record) envelope(at *string, v []byte, silent bool) bool {
	if string(v) == "null" {
		return true
	}
	if v[0] == '{' || v[0] == '[' {
		return false
	}
	s := textOf(v)
	if silent && s != "" {
		*at = s
	}
	return *at == s
}

func (r *record) takeSource(v []byte) bool {
	if v[0] != '"' {
		return string(v) == "null"
	}
	s := textOf(v)
	if s == "" || s == r.row.Source {
		return true
	}
	if r.row.Source == "" {
		r.row.Source = s
		return true
	}
	if r.row.Component == "" {
		r.row.Component = s
	}
	return r.row.Component == s
}

func (r *record) takeClaim(v []byte, mine *string, theirs string) bool {
	if v[0] != '"' {
		return string(v) == "null"
	}
	s := textOf(v)
	if r.claimed {
		return seamark.Slug(s) == theirs
	}
	if *mine != "" {
		return *mine == s
	}
	*mine = s
	return seamark.Slug(s) == s
}

func (r *record) takeLevel(v []byte) bool {
	level := ""
	if v[0] == '"' {
		level = lines.LevelOf(textOf(v))
	} else if n, ok := scan.ParseInt(v); ok {
		level = lines.LevelOfNumber(n)
	}
	if level == "" || r.row.Level != "" && r.row.Level != level {
		return false
	}
	r.row.Level = level
	return true
}

func (r *record) takeStack(v []byte) bool {
	if r.row.ErrorStack != "" {
		return false
	}
	switch v[0] {
	case 'n':
		return true
	case '"':
		r.row.ErrorStack = textOf(v)
		return true
	case '[':
		s, ok := joinedLines(v)
		if ok {
			r.row.ErrorStack = s
		}
		return ok
	}
	return false
}

// joinedLines joins an array of strings with line feeds, but none before the first text.
func joinedLines(v []byte) (string, bool) {
	var list []json.RawMessage
	if err := json.Unmarshal(v, &list); err != nil {
		panic(err)
	}
	out := ""
	for _, l := range list {
		if l[0] != '"' {
			return "", false
		}
		if out != "" {
			out += "\n"
		}
		out += textOf(l)
	}
	return out, true
}

func (r *record) takeMessage(v []byte) bool {
	if r.row.Message != "" {
		return false
	}
	switch v[0] {
	case 'n':
	case '{':
		r.errorIn(v)
		r.row.Message = textOf(v)
		if m, ok := membersOf(v); ok && len(m) == 1 && m[0].key == "stringValue" {
			r.row.Message = textOf(m[0].value)
		}
	default:
		r.row.Message = textOf(v)
	}
	return true
}

// errorIn takes the parts of an error that stand where the message should.
func (r *record) errorIn(v []byte) {
	members, _ := membersOf(v)
	for _, m := range members {
		switch c := r.logKeys[m.key]; c {
		case scan.LogErrorType, scan.LogErrorMessage:
			r.takeText(c, m.value)
		case scan.LogErrorStack:
			r.takeStack(m.value)
		}
	}
}

// takeUnknown takes a member that is not among the synonyms: a group or an error's text.
func (r *record) takeUnknown(f member) bool {
	prefix, group := lines.GroupPrefix(f.key)
	if group && f.value[0] == '{' {
		return r.takeGroup(f, prefix)
	}
	if f.value[0] != '"' {
		return false
	}
	s := textOf(f.value)
	switch f.key {
	case "error", "err", "exception", "exc_info", "thrown", "throwable", "Exception", "Error", "exc":
		return r.takeErrorText(s)
	case "trace":
		return (traceForm.MatchString(s) || strings.HasPrefix(s, "projects/") && strings.Contains(s, "/traces/")) && r.takeText(scan.LogTraceID, f.value)
	case "span":
		return spanForm.MatchString(s) && r.takeText(scan.LogSpanID, f.value)
	}
	return false
}

var (
	traceForm = regexp.MustCompile(`^([0-9a-fA-F]{32}|1-.{33})$`)
	spanForm  = regexp.MustCompile(`^[0-9a-fA-F]{16}$`)
)

func (r *record) takeErrorText(s string) bool {
	column := &r.row.ErrorMessage
	if lines.IsStack(s) {
		column = &r.row.ErrorStack
	}
	if s != "" && *column == "" {
		*column = s
	}
	return s == "" || *column == s
}

func (r *record) takeGroup(f member, prefix string) bool {
	members, ok := membersOf(f.value)
	if !ok {
		return false
	}
	var left []member
	for _, m := range members {
		name := m.key
		if prefix != "" && len(prefix)+len(name) <= 96 {
			name = prefix + name
		}
		c := r.logKeys[name]
		if c == 0 && prefix == "error." {
			c = lines.ErrorMember(m.key)
		}
		if c == 0 || !r.take(c, m) {
			left = append(left, m)
		}
	}
	if len(left) == len(members) {
		return len(left) == 0
	}
	if len(left) > 0 {
		r.rest = append(r.rest, member{key: f.key, value: []byte(eventDataOf(nil, left))})
	}
	return true
}
