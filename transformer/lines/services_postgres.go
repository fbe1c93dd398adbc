package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// postgresLevels are the severities of PostgreSQL; "" are lines that go on with one before.
// Source: https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS
var postgresLevels = map[string]string{
	"PANIC": seamark.LevelFatal, "FATAL": seamark.LevelFatal, "ERROR": seamark.LevelError, "WARNING": seamark.LevelWarn, "NOTICE": seamark.LevelInfo, "INFO": seamark.LevelInfo, "LOG": seamark.LevelInfo,
	"DEBUG": seamark.LevelDebug, "DEBUG1": seamark.LevelDebug, "DEBUG2": seamark.LevelDebug, "DEBUG3": seamark.LevelDebug, "DEBUG4": seamark.LevelDebug, "DEBUG5": seamark.LevelTrace,
	"STATEMENT": "", "DETAIL": "", "HINT": "", "CONTEXT": "", "QUERY": "", "LOCATION": "",
}

// postgres parses a line with RDS's prefix "%t:%r:%u@%d:[%p]:", the usual "%m [%p] ", or another
// that begins with the time and holds the process in brackets: the severity is the word before
// ":" and two blanks.
func (r *Parser) postgres(row *seamark.Log, s string) bool {
	if s[10] != ' ' || s[19] != ' ' && s[19] != '.' {
		return false
	}
	if r.postgresCSV(row, s) {
		return true
	}
	head := s[:min(len(s), 384)]
	end := strings.Index(head, ":  ")
	if end < 24 {
		return false
	}
	at := strings.LastIndexAny(head[:end], " :]") + 1
	level, ok := postgresLevels[head[at:end]]
	if !ok || strings.IndexByte(head[:at], '[') < 0 {
		return false
	}
	row.Level = level
	if Severe(level) {
		row.ErrorMessage = firstLine(s[end+3:])
	}
	if strings.HasSuffix(head[:at], "]:") {
		r.postgresPrefix(head[19 : at-1])
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

// postgresCSV parses a line of log_destination = csvlog, by its places of severity, SQLSTATE
// and message.
// Source: https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG
func (r *Parser) postgresCSV(row *seamark.Log, s string) bool {
	comma := strings.IndexByte(s[:min(len(s), 48)], ',')
	if comma < 22 || strings.Count(s, ",") < 14 {
		return false
	}
	rest := s
	var values [14]string
	for n := range values {
		var ok bool
		if values[n], rest, ok = csvValue(rest); !ok {
			return false
		}
	}
	level, ok := postgresLevels[values[11]]
	if !ok || level == "" || len(values[12]) != 5 || !allDigits(values[3]) {
		return false
	}
	row.Level = level
	if Severe(level) {
		row.ErrorMessage = firstLine(values[13])
	}
	for _, kept := range [...]struct {
		name string
		at   int
	}{{"user", 1}, {"database", 2}, {"pid", 3}, {"client", 4}, {"code", 12}} {
		if v := values[kept.at]; v != "" {
			r.keepText(kept.name, v)
		}
	}
	return true
}

// csvValue cuts a value off s that may stand in quotes, with a quote inside doubled.
func csvValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, ok = strings.Cut(s, ",")
		return value, rest, ok
	}
	if value, rest, ok = quotedValue(s, ",", false); ok {
		rest = rest[1:]
	}
	return value, rest, ok
}
