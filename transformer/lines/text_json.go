package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// JSON inside text: behind a prefix, several documents in one event, and an object at the end
// of a line of words.

// maxDocuments bounds how many documents of one event are taken apart.
const maxDocuments = 1000

// recordInText parses a text that is a JSON object behind a time, or more than one object.
func (r *Parser) recordInText(row *seamark.Log, body string, timed bool, own *Claim) bool {
	whole := ""
	if n := goLogPrefix(body); n > 0 && n < len(body) && body[n] == '{' {
		whole, body = body, body[n:]
	} else if n := r.carrierPrefix(body); n > 0 {
		whole, body = body, body[n:]
	}
	if len(body) < 2 || body[0] != '{' {
		return false
	}
	b := trimSpace(scan.BytesOf(strings.TrimRight(body, ", \t\r\n"))) // log4js separates by commas
	end := scan.Value(b, 0)
	switch {
	case end == len(b):
		ok := r.jsonBehindPrefix(row, scan.View(b), timed, own)
		SetEmpty(&row.Message, whole)
		return ok
	case end <= 0:
		return false
	}
	return r.documents(row, b, timed, own)
}

// documents parses several JSON objects in one event. The whole of them stays in message; the
// columns are those of the worst, and event_data has the fields of all.
func (r *Parser) documents(row *seamark.Log, b []byte, timed bool, own *Claim) bool {
	for i := 0; i < len(b); {
		if b[i] != '{' {
			return false
		}
		end := scan.Value(b, i)
		if end <= i {
			return false
		}
		if i = scan.SkipSpace(b, end); i < len(b) && b[i] == ',' {
			i = scan.SkipSpace(b, i+1)
		}
	}
	base, kept := *row, append([]scan.Field(nil), r.rest...)
	worst := base
	for i, n := 0, 0; i < len(b) && n < maxDocuments; n++ {
		end := scan.Value(b, i)
		one := base
		one.Message, one.Level, one.RequestID = "", "", ""
		r.rest = r.rest[:0]
		r.fields, _ = scan.Fields(r.fields[:0], r.Arena, b[i:end], 0)
		classify(r.fields, r.Keys)
		r.record(&one, timed, own)
		if one.EventData != "" {
			kept, _ = scan.Fields(kept, r.Arena, scan.BytesOf(one.EventData), 0)
		}
		if n == 0 || severity(one.Level) > severity(worst.Level) {
			worst = one
		}
		if i = scan.SkipSpace(b, end); i < len(b) && b[i] == ',' {
			i = scan.SkipSpace(b, i+1)
		}
	}
	worst.Message = base.Message
	SetEmpty(&worst.Level, base.Level)
	SetEmpty(&worst.RequestID, base.RequestID)
	*row = worst
	r.rest = append(r.rest[:0], kept...)
	row.EventData = r.eventData(nil)
	return true
}

// severity orders levels; none is below all.
func severity(level string) int {
	for i, l := range [...]string{seamark.LevelTrace, seamark.LevelDebug, seamark.LevelInfo, seamark.LevelWarn, seamark.LevelError, seamark.LevelFatal} {
		if l == level {
			return i + 1
		}
	}
	return 0
}

// jsonTail takes the object that ends a line of words: "warn: late {"bookingId":1}". Behind a
// tab it is the record's own (zap's console), so that its error counts, and behind a prefix of
// Lambda's its level.
func (r *Parser) jsonTail(row *seamark.Log, line string, prefixed bool, own *Claim) {
	line = strings.TrimRight(line, " \t")
	if line == "" || line[len(line)-1] != '}' {
		return
	}
	at, tabbed := strings.Index(line, "\t{"), true
	if at < 0 {
		at, tabbed = strings.Index(line, ` {"`), false
	}
	if at < 0 {
		return
	}
	from := len(r.inner)
	members, end := scan.Fields(r.inner, r.Arena, scan.BytesOf(line[at+1:]), 0)
	if members = members[from:]; end != len(line)-at-1 {
		return
	}
	for i := range members {
		m := &members[i]
		m.Log, m.Access = r.Keys.Find(m.Key)
		switch m.Log {
		case scan.LogLevel:
			if tabbed && prefixed {
				row.Level = ""
				if r.takeLevel(row, m.Value) {
					continue
				}
			}
		case scan.LogRequestID, scan.LogTraceID, scan.LogSpanID, scan.LogErrorStack, scan.LogErrorType, scan.LogErrorMessage, 0:
			if (tabbed || m.Log != 0) && m.Value[0] == '"' && r.take(row, m, true, own) {
				continue
			}
		}
		r.rest = append(r.rest, *m)
	}
}
