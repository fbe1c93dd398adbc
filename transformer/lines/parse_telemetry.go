package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Lambda extensions receive the Telemetry API's events in arrays, and some log them as
// they come. One log event stays one row: a batch of one is that event, a larger one
// becomes a row whose data holds the events.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html

// telemetryBatch is the event name of a row that holds several events.
const telemetryBatch = "platform.telemetry"

// isTelemetryType reports whether a JSON value is the type of a Telemetry API event.
func isTelemetryType(v []byte) bool {
	return len(v) > 10 && string(v[:10]) == `"platform.` || string(v) == `"function"` || string(v) == `"extension"`
}

// ofPlatform reports whether r.fields are an event of the platform itself.
func (r *Parser) ofPlatform() bool {
	for i := range r.fields {
		if v := r.fields[i].Value; r.fields[i].Key == "type" {
			return string(v) != `"function"` && string(v) != `"extension"`
		}
	}
	return true
}

// telemetryRecord takes a record that a function or an extension has written as JSON.
func (r *Parser) telemetryRecord(row *seamark.Log, v []byte, timed bool, own *Claim) {
	name := row.EventName
	row.EventName, row.Level = "", ""
	r.fields, _ = scan.Fields(nil, r.Arena, v, 0)
	classify(r.fields, r.Keys)
	r.record(row, timed, own)
	SetEmpty(&row.EventName, name)
}

// telemetryLine takes a line that a function or an extension has written.
func (r *Parser) telemetryLine(row *seamark.Log, line string) {
	row.Message = strings.TrimRight(line, "\r\n")
	if p, ok := cutLambdaPrefix(row.Message); ok {
		row.RequestID, row.Level = p.requestID, p.level
	} else if level := levelInText(row.Message); level != "" {
		row.Level = level
	}
	if FindStack(row.Message) >= 0 {
		row.ErrorType, row.ErrorMessage = ErrorOfStack(row.Message)
		row.ErrorStack, row.Level = row.Message, seamark.LevelError
	}
}

// parseTelemetry parses a batch of the Telemetry API; false: it is none.
func (r *Parser) parseTelemetry(row *seamark.Log, timed bool, message []byte, own *Claim) bool {
	b := trimSpace(message)
	if len(b) < 2 || b[0] != '[' || b[scan.SkipSpace(b, 1)] != '{' || scan.Value(b, 0) != len(b) {
		return false
	}
	count := 0
	for i := scan.SkipSpace(b, 1); b[i] != ']'; {
		end := scan.Value(b, i)
		if !r.telemetryEvent(row, b[i:end]) {
			row.RequestID, row.Level = "", ""
			return false
		}
		count++
		if i = scan.SkipSpace(b, end); b[i] == ',' {
			i = scan.SkipSpace(b, i+1)
		}
	}
	if count == 1 {
		r.fields, _ = scan.Fields(r.fields[:0], r.Arena, b[scan.SkipSpace(b, 1):], 0)
		classify(r.fields, r.Keys)
		row.RequestID, row.Level = "", ""
		r.parsePlatformJSON(row, timed, own)
		return true
	}
	row.EventName = telemetryBatch
	r.keepInt("count", int64(count))
	r.rest = append(r.rest, scan.Field{Key: "events", Value: b})
	row.EventData = r.eventData(nil)
	return true
}

// telemetryEvent takes from one event what names the batch: the request, and the worst level.
func (r *Parser) telemetryEvent(row *seamark.Log, v []byte) bool {
	from := len(r.inner)
	members, end := scan.Fields(r.inner, r.Arena, v, 0)
	if members = members[from:]; v[0] != '{' || end != len(v) {
		return false
	}
	var kind string
	var record []byte
	for _, m := range members {
		switch m.Key {
		case "type":
			kind = r.text(m.Value)
		case "record":
			record = m.Value
		}
	}
	if record == nil || !strings.HasPrefix(kind, "platform.") && kind != "function" && kind != "extension" {
		return false
	}
	if record[0] == '{' {
		var one seamark.Log
		kept := len(r.rest)
		r.platformRecord(&one, record)
		r.rest = r.rest[:kept]
		SetEmpty(&row.RequestID, one.RequestID)
		if one.Level == seamark.LevelError {
			row.Level = one.Level
		}
	}
	SetEmpty(&row.Level, seamark.LevelInfo)
	return true
}
