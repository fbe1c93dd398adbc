package transformer

import (
	seamark "github.com/seamark-hq/seamark"
)

// parseRecord parses a structured log record: the agreed format, and what Lambda,
// Powertools, pino, bunyan, logback, log4j2, zap, slog, zerolog, ECS and OpenTelemetry
// write. Each key is looked up among the synonyms in schemas; what has no column goes
// to event_data, never away.
func (r *rows) parseRecord(row *seamark.Log, timed bool, own *claim) {
	var data []byte // the record's own event data, an object
	for i := range r.fields {
		f := &r.fields[i]
		if f.log == logEventData && f.value[0] == '{' && data == nil {
			data = f.value
			continue
		}
		if !r.take(row, f, timed, own) {
			r.rest = append(r.rest, *f)
		}
	}
	row.EventData = r.eventData(data)
	if row.ErrorType == "" && row.ErrorStack != "" {
		t, m := errorOfStack(row.ErrorStack)
		row.ErrorType = t
		setEmpty(&row.ErrorMessage, m)
	}
	if row.Level == "" && (row.ErrorType != "" || row.ErrorStack != "") {
		row.Level = seamark.LevelError
	}
}

// take puts one member of a record into its column; false leaves it for event_data.
func (r *rows) take(row *seamark.Log, f *field, timed bool, own *claim) bool {
	v := f.value
	switch f.log {
	case 0:
		if prefix, ok := groupPrefix(f.key); ok && v[0] == '{' {
			return r.takeGroup(row, f, prefix, timed, own)
		}
		return r.takeLoose(row, f.key, v)
	case logTimestamp:
		return r.takeTime(row, v, timed, own)
	case logAccount:
		return r.envelopeWins(&row.AccountID, v, r.env.owner == "")
	case logRegion:
		return r.envelopeWins(&row.Region, v, r.workload.Region == "")
	case logTeam:
		return r.envelopeWins(&row.Team, v, r.workload.Team == "")
	case logComponent:
		return r.envelopeWins(&row.Component, v, r.workload.Component == "" && row.Component == "")
	case logSource:
		return r.takeSource(row, v)
	case keyProduct, keyEnvironment:
		return r.takeClaim(f, own)
	case logLevel:
		return takeLevel(row, v)
	case logErrorStack:
		return row.ErrorStack == "" && r.takeStack(row, v)
	case logMessage:
		if row.Message == "" {
			row.Message = r.message(row, v)
			return true
		}
		return false
	case logErrorMessage, logErrorType, logEventName, logRequestID, logTraceID, logSpanID:
		return r.takeText(textColumn(row, f.log), v)
	}
	return false
}

// textColumn is the place of a column that simply holds text.
func textColumn(row *seamark.Log, c column) *string {
	switch c {
	case logErrorMessage:
		return &row.ErrorMessage
	case logErrorType:
		return &row.ErrorType
	case logEventName:
		return &row.EventName
	case logRequestID:
		return &row.RequestID
	case logTraceID:
		return &row.TraceID
	default:
		return &row.SpanID
	}
}

// takeText fills an empty text column with a scalar. Null says nothing.
func (r *rows) takeText(column *string, v []byte) bool {
	if isNull(v) {
		return true
	}
	if *column != "" || v[0] == '{' || v[0] == '[' {
		return false
	}
	*column = r.text(v)
	return true
}

// message returns a record's message; OpenTelemetry wraps it in {"stringValue": …}, and
// Lambda's JSON format puts an error there as an object.
func (r *rows) message(row *seamark.Log, v []byte) string {
	switch v[0] {
	case 'n':
		return ""
	case '{':
		r.errorIn(row, v)
		from := len(r.inner)
		members, end := scanFields(r.inner, r.arena, v, 0)
		if members = members[from:]; end == len(v) && len(members) == 1 && members[0].key == "stringValue" {
			return r.text(members[0].value)
		}
	}
	return r.text(v)
}

// envelopeWins fills a column of the envelope from the record only where the envelope
// is silent; an equal value says nothing new, and a different one is left over.
func (r *rows) envelopeWins(column *string, v []byte, silent bool) bool {
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
func (r *rows) takeSource(row *seamark.Log, v []byte) bool {
	if v[0] != '"' {
		return isNull(v)
	}
	switch s := r.text(v); {
	case s == row.Source || s == "":
	case row.Source == "": // there is no envelope
		row.Source = s
	default:
		row.Component = s
	}
	return true
}

func (r *rows) takeClaim(f *field, own *claim) bool {
	if f.value[0] != '"' {
		return isNull(f.value)
	}
	s := r.text(f.value)
	mine, theirs := &own.product, r.workload.Product
	if f.log == keyEnvironment {
		mine, theirs = &own.environment, r.workload.Environment
	}
	if r.claimed {
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
func (r *rows) takeTime(row *seamark.Log, v []byte, timed bool, own *claim) bool {
	if isNull(v) {
		return true
	}
	if v[0] == '{' || v[0] == '[' {
		return false
	}
	ms, ok := parseTime(v)
	if !ok {
		return false
	}
	if !timed {
		if own.timeMs != 0 {
			return false
		}
		own.timeMs = ms
		return true
	}
	d := ms - row.Timestamp
	return d >= -1000 && d <= 1000
}

func takeLevel(row *seamark.Log, v []byte) bool {
	if isNull(v) {
		return true
	}
	level := ""
	if v[0] == '"' {
		level = levelOf(view(v[1 : len(v)-1]))
	} else if n, ok := parseInt(v); ok {
		level = levelOfNumber(n)
	}
	if level == "" || row.Level != "" && row.Level != level {
		return false
	}
	row.Level = level
	return true
}

// takeStack reads a stack trace: text, or an array of lines.
func (r *rows) takeStack(row *seamark.Log, v []byte) bool {
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
func (r *rows) joinLines(v []byte) (string, bool) {
	a := r.arena
	a.room(len(v))
	from := len(a.text)
	for i := skipSpace(v, 1); v[i] != ']'; {
		if v[i] != '"' {
			a.text = a.text[:from]
			return "", false
		}
		if len(a.text) > from {
			a.text = append(a.text, '\n')
		}
		a.text, i = appendString(a.text, v, i)
		if i = skipSpace(v, i); v[i] == ',' {
			i = skipSpace(v, i+1)
		}
	}
	return view(a.text[from:]), true
}

// takeLoose reads keys whose meaning hangs on their type: "error": "text" is an error's
// message, but "error": {…} the error itself (see groupPrefix).
func (r *rows) takeLoose(row *seamark.Log, key string, v []byte) bool {
	if v[0] != '"' {
		return false
	}
	switch key {
	case "error", "err", "exception", "exc_info", "thrown":
		s := r.text(v)
		if at := findStack(s); at >= 0 {
			if row.ErrorStack != "" {
				return false
			}
			row.ErrorStack = s
			t, m := errorOfStack(s)
			setEmpty(&row.ErrorType, t)
			setEmpty(&row.ErrorMessage, m)
			return true
		}
		if row.ErrorMessage != "" {
			return false
		}
		row.ErrorMessage = s
		return true
	}
	return false
}

func setEmpty(column *string, s string) {
	if *column == "" {
		*column = s
	}
}

// groupPrefix names the objects whose members are looked up one level down, and what
// is put before their keys.
func groupPrefix(key string) (string, bool) {
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
func (r *rows) takeGroup(row *seamark.Log, f *field, prefix string, timed bool, own *claim) bool {
	from := len(r.inner)
	var end int
	r.inner, end = scanFields(r.inner, r.arena, f.value, 0)
	members := r.inner[from:]
	defer func() { r.inner = r.inner[:from] }()
	if end != len(f.value) {
		return false
	}
	left := 0
	key := &r.grouped
	for i := range members {
		m := members[i]
		name := m.key
		if prefix != "" && len(prefix)+len(name) <= len(key) {
			n := copy(key[:], prefix)
			n += copy(key[n:], name)
			name = view(key[:n])
		}
		m.log, _ = r.keys.find(name)
		if m.log == 0 && prefix == "error." {
			m.log = errorMember(m.key)
		}
		if m.log == 0 || !r.take(row, &m, timed, own) {
			members[left] = members[i]
			left++
		}
	}
	if left == len(members) {
		return left == 0
	}
	if left > 0 {
		rebuilt := r.object(nil, members[:left])
		r.rest = append(r.rest, field{key: f.key, value: bytesOf(rebuilt)})
	}
	return true
}

// errorIn fills the error's columns from {"errorType":…,"errorMessage":…,"stackTrace":[…]}
// and reports whether it is one.
func (r *rows) errorIn(row *seamark.Log, v []byte) bool {
	from := len(r.inner)
	members, end := scanFields(r.inner, r.arena, v, 0)
	if end != len(v) {
		return false
	}
	found := false
	for _, m := range members[from:] {
		switch m.log, _ = r.keys.find(m.key); m.log {
		case logErrorType, logErrorMessage:
			found = r.takeText(textColumn(row, m.log), m.value) || found
		case logErrorStack:
			found = row.ErrorStack == "" && r.takeStack(row, m.value) || found
		}
	}
	return found
}

// errorMember names the columns of what loggers call the parts of an error.
func errorMember(key string) column {
	switch key {
	case "type", "name", "class", "kind", "exception_class":
		return logErrorType
	case "message", "msg", "exception_message":
		return logErrorMessage
	case "stack", "stackTrace", "stacktrace", "stack_trace":
		return logErrorStack
	}
	return 0
}
