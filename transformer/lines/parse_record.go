package lines

import (
	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// parseRecord parses a structured log record: the agreed format, and what Lambda,
// Powertools, pino, bunyan, logback, log4j2, zap, slog, zerolog, ECS and OpenTelemetry
// write. Each key is looked up among the synonyms in schemas; what has no column goes
// to event_data, never away.
func (r *Parser) parseRecord(row *seamark.Log, timed bool, own *Claim) (isAccess bool) {
	if c := r.planOf(r.fields); !c.plain {
		return r.interpret(row, c, timed, own)
	}
	var data []byte // the record's own event data, an object
	for i := range r.fields {
		f := &r.fields[i]
		if f.Log == scan.LogEventData && f.Value[0] == '{' && data == nil {
			data = f.Value
			continue
		}
		if !r.take(row, f, timed, own) {
			r.rest = append(r.rest, *f)
		}
	}
	row.EventData = r.eventData(data)
	Conclude(row)
	return false
}

// record is parseRecord where the row is one of logs, whatever the record wraps.
func (r *Parser) record(row *seamark.Log, timed bool, own *Claim) {
	before := r.noAccess
	r.noAccess = true
	r.parseRecord(row, timed, own)
	r.noAccess = before
}

// take puts one member of a record into its column; false leaves it for event_data.
func (r *Parser) take(row *seamark.Log, f *scan.Field, timed bool, own *Claim) bool {
	v := f.Value
	switch f.Log {
	case 0:
		if prefix, ok := GroupPrefix(f.Key); ok && v[0] == '{' {
			return r.takeGroup(row, f, prefix, timed, own)
		}
		return r.takeLoose(row, f.Key, v)
	case scan.LogTimestamp:
		return r.takeTime(row, v, timed, own)
	case scan.LogAccount:
		return r.envelopeWins(&row.AccountID, v, !r.Owned)
	case scan.LogRegion:
		return r.envelopeWins(&row.Region, v, r.Workload.Region == "")
	case scan.LogTeam:
		return r.envelopeWins(&row.Team, v, r.Workload.Team == "")
	case scan.LogComponent:
		return r.envelopeWins(&row.Component, v, r.Workload.Component == "" && row.Component == "")
	case scan.LogSource:
		return r.takeSource(row, v)
	case scan.KeyProduct, scan.KeyEnvironment:
		return r.takeClaim(f, own)
	case scan.LogLevel:
		return r.takeLevel(row, v)
	case scan.LogErrorStack:
		return row.ErrorStack == "" && r.takeStack(row, v)
	case scan.LogMessage:
		if row.Message == "" {
			row.Message = r.message(row, v)
			return true
		}
		return false
	case scan.LogRequestID, scan.LogTraceID, scan.LogSpanID:
		return r.takeID(TextColumn(row, f.Log), f.Log, v)
	case scan.LogErrorMessage, scan.LogErrorType, scan.LogEventName:
		return r.takeText(TextColumn(row, f.Log), v)
	}
	return false
}

// TextColumn is the place of a column that simply holds text.
func TextColumn(row *seamark.Log, c scan.Column) *string {
	switch c {
	case scan.LogErrorMessage:
		return &row.ErrorMessage
	case scan.LogErrorType:
		return &row.ErrorType
	case scan.LogEventName:
		return &row.EventName
	case scan.LogRequestID:
		return &row.RequestID
	case scan.LogTraceID:
		return &row.TraceID
	default:
		return &row.SpanID
	}
}

// takeText fills an empty text column with a scalar. Null says nothing.
func (r *Parser) takeText(column *string, v []byte) bool {
	if isNull(v) {
		return true
	}
	if *column != "" || v[0] == '{' || v[0] == '[' {
		return false
	}
	*column = r.text(v)
	return true
}

// takeID fills an empty column of ids; an id of zeros is none.
func (r *Parser) takeID(column *string, c scan.Column, v []byte) bool {
	if isNull(v) {
		return true
	}
	if *column != "" || v[0] == '{' || v[0] == '[' {
		return false
	}
	s := r.text(v)
	id := IDOf(c, s)
	*column = id
	return id != "" || s == ""
}

// message returns a record's message; OpenTelemetry wraps it in {"stringValue": …}, and
// Lambda's JSON format puts an error there as an object.
func (r *Parser) message(row *seamark.Log, v []byte) string {
	switch v[0] {
	case 'n':
		return ""
	case '{':
		r.errorIn(row, v)
		from := len(r.inner)
		members, end := scan.Fields(r.inner, r.Arena, v, 0)
		if members = members[from:]; end == len(v) && len(members) == 1 && members[0].Key == "stringValue" {
			return r.text(members[0].Value)
		}
	}
	return r.text(v)
}

// envelopeWins fills a column of the envelope from the record only where the envelope
// is silent; an equal value says nothing new, and a different one is left over.
func (r *Parser) envelopeWins(column *string, v []byte, silent bool) bool {
	if isNull(v) {
		return true
	}
	if v[0] == '{' || v[0] == '[' {
		return false
	}
	s := r.text(v)
	if silent && s != "" {
		*column = s
	}
	return *column == s
}

// takeSource reads a record's source: the log group, or else what the record calls its component.
func (r *Parser) takeSource(row *seamark.Log, v []byte) bool {
	if v[0] != '"' {
		return isNull(v)
	}
	switch s := r.text(v); {
	case s == row.Source || s == "":
	case row.Source == "": // there is no envelope
		row.Source = s
	case row.Component == "":
		row.Component = s
	default:
		return row.Component == s
	}
	return true
}

func (r *Parser) takeClaim(f *scan.Field, own *Claim) bool {
	if f.Value[0] != '"' {
		return isNull(f.Value)
	}
	s := r.text(f.Value)
	mine, theirs := &own.Product, r.Workload.Product
	if f.Log == scan.KeyEnvironment {
		mine, theirs = &own.Environment, r.Workload.Environment
	}
	if r.Claimed {
		return seamark.Slug(s) == theirs
	}
	if *mine != "" {
		return *mine == s
	}
	*mine = s
	return seamark.Slug(s) == s // another spelling is kept in the data
}

// takeTime compares a record's time with the envelope's: within a second it says
// nothing new.
func (r *Parser) takeTime(row *seamark.Log, v []byte, timed bool, own *Claim) bool {
	if isNull(v) {
		return true
	}
	if v[0] == '{' || v[0] == '[' {
		return false
	}
	ms, ok := ParseTime(v)
	if !ok {
		return false
	}
	if !timed {
		if own.TimeMs != 0 {
			return false
		}
		own.TimeMs = ms
		return true
	}
	d := ms - row.Timestamp
	return d >= -1000 && d <= 1000
}

func (r *Parser) takeLevel(row *seamark.Log, v []byte) bool {
	if isNull(v) {
		return true
	}
	level := ""
	if v[0] == '"' {
		level = r.levelOfText(v)
	} else if n, ok := scan.ParseInt(v); ok {
		level = LevelOfNumber(n)
	}
	if level == "" || row.Level != "" && row.Level != level {
		return false
	}
	row.Level = level
	return true
}

// takeStack reads a stack trace: text, or an array of lines.
func (r *Parser) takeStack(row *seamark.Log, v []byte) bool {
	switch v[0] {
	case 'n':
		return true
	case '"':
		row.ErrorStack = r.text(v)
		return true
	case '[':
		s, ok := r.joinLines(v)
		if ok {
			row.ErrorStack = s
		}
		return ok
	}
	return false
}

// joinLines joins an array of strings with line feeds.
func (r *Parser) joinLines(v []byte) (string, bool) {
	a := r.Arena
	a.Room(len(v))
	from := len(a.Text)
	for i := scan.SkipSpace(v, 1); v[i] != ']'; {
		if v[i] != '"' {
			a.Text = a.Text[:from]
			return "", false
		}
		if len(a.Text) > from {
			a.Text = append(a.Text, '\n')
		}
		a.Text, i = scan.AppendString(a.Text, v, i)
		if i = scan.SkipSpace(v, i); v[i] == ',' {
			i = scan.SkipSpace(v, i+1)
		}
	}
	return scan.View(a.Text[from:]), true
}

// takeLoose reads keys whose meaning hangs on their type: "error": "text" is an error's
// message, but "error": {…} the error itself (see groupPrefix).
func (r *Parser) takeLoose(row *seamark.Log, key string, v []byte) bool {
	if v[0] != '"' {
		return false
	}
	switch key {
	case "trace":
		return isTraceID(r.text(v)) && r.takeText(&row.TraceID, v)
	case "span":
		return isSpanID(r.text(v)) && r.takeText(&row.SpanID, v)
	}
	return holdsError(key) && r.takeErrorText(row, r.text(v))
}

// SetEmpty fills a column that is empty.
func SetEmpty(column *string, s string) {
	if *column == "" {
		*column = s
	}
}

// GroupPrefix names the objects whose members are looked up one level down, and what
// is put before their keys.
func GroupPrefix(key string) (string, bool) {
	switch key {
	case "error", "err", "exception", "thrown":
		return "error.", true
	case "log":
		return "log.", true
	case "trace":
		return "trace.", true
	case "span":
		return "span.", true
	case "service":
		return "service.", true
	case "event":
		return "event.", true
	case "cloud":
		return "cloud.", true
	case "faas":
		return "faas.", true
	case "attributes", "Attributes", "resource", "Resource", "aws":
		return "", true
	}
	return "", false
}

// takeGroup looks the members of an object up; those without a column stay in it.
func (r *Parser) takeGroup(row *seamark.Log, f *scan.Field, prefix string, timed bool, own *Claim) bool {
	from := len(r.inner)
	var end int
	r.inner, end = scan.Fields(r.inner, r.Arena, f.Value, 0)
	members := r.inner[from:]
	defer func() { r.inner = r.inner[:from] }()
	if end != len(f.Value) {
		return false
	}
	left := 0
	key := &r.grouped
	for i := range members {
		m := members[i]
		name := m.Key
		if prefix != "" && len(prefix)+len(name) <= len(key) {
			n := copy(key[:], prefix)
			n += copy(key[n:], name)
			name = scan.View(key[:n])
		}
		m.Log, _ = r.Keys.Find(name)
		if m.Log == 0 && prefix == "error." {
			m.Log = ErrorMember(m.Key)
		}
		if m.Log == 0 || !r.take(row, &m, timed, own) {
			members[left] = members[i]
			left++
		}
	}
	return r.kept(f, members, left)
}

// kept keeps the first left of the members of f, those that no column took, and reports
// whether any was taken.
func (r *Parser) kept(f *scan.Field, members []scan.Field, left int) bool {
	if left == len(members) {
		return left == 0
	}
	if left > 0 {
		rebuilt := r.object(nil, members[:left])
		r.rest = append(r.rest, scan.Field{Key: f.Key, Value: scan.BytesOf(rebuilt)})
	}
	return true
}

// errorIn fills the error's columns from {"errorType":…,"errorMessage":…,"stackTrace":[…]}
// and reports whether it is one.
func (r *Parser) errorIn(row *seamark.Log, v []byte) bool {
	from := len(r.inner)
	members, end := scan.Fields(r.inner, r.Arena, v, 0)
	if end != len(v) {
		return false
	}
	found := false
	for _, m := range members[from:] {
		switch m.Log, _ = r.Keys.Find(m.Key); m.Log {
		case scan.LogErrorType, scan.LogErrorMessage:
			found = r.takeText(TextColumn(row, m.Log), m.Value) || found
		case scan.LogErrorStack:
			found = row.ErrorStack == "" && r.takeStack(row, m.Value) || found
		}
	}
	return found
}

// ErrorMember names the columns of what loggers call the parts of an error.
func ErrorMember(key string) scan.Column {
	switch key {
	case "type", "name", "class", "kind", "exception_class", "Type", "Name", "ClassName", "className", "exceptionType", "exc_type", "exceptionClass", "errorClass", "error_class", "__type":
		return scan.LogErrorType
	case "message", "msg", "exception_message", "Message", "exc_value", "value", "reason", "text", "description", "detail":
		return scan.LogErrorMessage
	case "stack", "stackTrace", "stacktrace", "stack_trace", "StackTrace", "StackTraceString", "backtrace", "trace", "traceback", "frames", "stepArray", "extendedStackTrace", "exc_traceback", "full_stack", "formatted":
		return scan.LogErrorStack
	}
	return 0
}
