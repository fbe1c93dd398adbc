package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Lambda's platform writes its lines as text or as JSON; both give the same row: the
// event's name, the request id, and the figures as event data.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html

// platformLines are the beginnings of text lines, and what Lambda calls them in JSON.
var platformLines = []struct{ prefix, name string }{
	{"START RequestId: ", "platform.start"},
	{"END RequestId: ", "platform.end"},
	{"REPORT RequestId: ", "platform.report"},
	{"INIT_START ", "platform.initStart"},
	{"INIT_REPORT ", "platform.initReport"},
	{"RESTORE_START ", "platform.restoreStart"},
	{"RESTORE_REPORT ", "platform.restoreReport"},
	{"EXTENSION\t", "platform.extension"},
	{"LOGS\t", "platform.logsSubscription"},
	{"TELEMETRY\t", "platform.telemetrySubscription"},
	{"XRAY TraceId: ", "platform.report"},
}

// reportFigures are the labels of a REPORT line, and their names in JSON.
var reportFigures = []struct{ label, name string }{
	{"Duration", "durationMs"},
	{"Billed Duration", "billedDurationMs"},
	{"Memory Size", "memorySizeMB"},
	{"Max Memory Used", "maxMemoryUsedMB"},
	{"Init Duration", "initDurationMs"},
	{"Restore Duration", "restoreDurationMs"},
	{"Billed Restore Duration", "billedRestoreDurationMs"},
	{"Status", "status"},
	{"Error Type", "errorType"},
	{"Phase", "phase"},
	{"Version", "version"},
	{"Runtime Version", "runtimeVersion"},
	{"Runtime Version ARN", "runtimeVersionArn"},
	{"SegmentId", "segmentId"},
	{"Sampled", "sampled"},
}

// parsePlatformText parses a line of the Lambda platform; false: it is none.
func (r *Parser) parsePlatformText(row *seamark.Log, s string) bool {
	if len(s) < 8 || !isUpper(s[0]) {
		return false
	}
	for _, line := range platformLines {
		if rest, ok := strings.CutPrefix(s, line.prefix); ok {
			row.EventName, row.Level = line.name, seamark.LevelInfo
			if strings.HasSuffix(line.prefix, ": ") && line.prefix[0] != 'X' {
				row.RequestID, rest = cutWord(rest)
			} else if line.prefix[0] == 'X' {
				row.TraceID, rest = cutWord(rest)
			}
			r.platformFigures(row, rest)
			return true
		}
	}
	return false
}

func cutWord(s string) (word, rest string) {
	for i := range len(s) {
		if s[i] == ' ' || s[i] == '\t' || s[i] == '\n' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// platformFigures reads "Label: value unit" pairs, separated by tabs.
func (r *Parser) platformFigures(row *seamark.Log, s string) {
	if strings.IndexByte(s, '\t') < 0 && strings.Index(s, ": ") != strings.LastIndex(s, ": ") {
		s = r.tabbedFigures(s)
	}
	for len(s) > 0 {
		part := s
		if i := endOfFigure(s); i >= 0 {
			part, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		label, value, ok := strings.Cut(strings.TrimSpace(part), ": ")
		if !ok {
			continue
		}
		switch label {
		case "XRAY TraceId":
			row.TraceID = value
			continue
		case "RequestId":
			row.RequestID = value
			continue
		}
		for _, f := range reportFigures {
			if f.label == label {
				r.platformFigure(row, f.name, value)
			}
		}
	}
}

// tabbedFigures puts the tabs back that a tool has turned into blanks: before each label.
func (r *Parser) tabbedFigures(s string) string {
	a := r.Arena
	a.Room(2 * len(s))
	from := len(a.Text)
	for i := 0; i < len(s); {
		if n := labelAt(s, i); n > 0 {
			a.Text = append(append(a.Text, '\t'), s[i:i+n]...)
			i += n
			continue
		}
		a.Text = append(a.Text, s[i])
		i++
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}

// labelAt is the length of the longest figure's label that stands at s[i] behind a blank.
func labelAt(s string, i int) (n int) {
	if i > 0 && s[i-1] != ' ' {
		return 0
	}
	for _, f := range reportFigures {
		if l := len(f.label); l > n && strings.HasPrefix(s[i:], f.label) && strings.HasPrefix(s[i+l:], ": ") {
			n = l
		}
	}
	if strings.HasPrefix(s[i:], "XRAY TraceId: ") {
		n = len("XRAY TraceId")
	}
	return n
}

// endOfFigure finds the tab or line feed behind a figure, or is -1.
func endOfFigure(s string) int {
	for i := range len(s) {
		if s[i] == '\t' || s[i] == '\n' {
			return i
		}
	}
	return -1
}

func (r *Parser) platformFigure(row *seamark.Log, name, value string) {
	figure, _, _ := strings.Cut(value, " ") // without the unit
	isNumber := strings.HasSuffix(name, "Ms") || strings.HasSuffix(name, "MB")
	switch {
	case isNumber && len(figure) > 0 && scan.Number(scan.BytesOf(figure), 0) == len(figure):
		r.rest = append(r.rest, scan.Field{Key: name, Value: scan.BytesOf(figure)})
	case name == "errorType":
		row.ErrorType, row.Level = value, seamark.LevelError
	default:
		if name == "status" && value != "success" {
			row.Level = seamark.LevelError
		}
		r.keepText(name, value)
	}
}

// parsePlatformJSON parses {"time":…,"type":"platform.report","record":{…}}.
func (r *Parser) parsePlatformJSON(row *seamark.Log, timed bool, own *Claim) {
	row.Level = seamark.LevelInfo
	var written []byte // a record that a function or an extension has written
	for i := range r.fields {
		f := &r.fields[i]
		switch {
		case f.Key == "type":
			row.EventName = r.text(f.Value)
		case f.Key == "record" && f.Value[0] == '{' && !r.ofPlatform():
			written = f.Value
		case f.Key == "record" && f.Value[0] == '{':
			r.platformRecord(row, f.Value)
		case f.Key == "record" && f.Value[0] == '"' && row.EventName == "platform.fault":
			r.platformFault(row, r.text(f.Value))
		case f.Key == "record" && f.Value[0] == '"': // of type function or extension: a line it has written
			r.telemetryLine(row, r.text(f.Value))
		case f.Log == scan.LogTimestamp && r.takeTime(row, f.Value, timed, own):
		default:
			r.rest = append(r.rest, *f)
		}
	}
	if written != nil {
		r.telemetryRecord(row, written, timed, own)
		return
	}
	if row.EventName == "platform.logsDropped" { // lines are missing
		row.Level = seamark.LevelWarn
	}
	row.EventData = r.eventData(nil)
}

// platformFault takes the line in which the platform says how a function ended.
func (r *Parser) platformFault(row *seamark.Log, line string) {
	row.Message, row.Level = strings.TrimRight(line, "\r\n"), seamark.LevelError
	if id, rest, ok := platformRequest(row.Message); ok {
		row.RequestID = id
		if !platformError(row, rest) {
			row.ErrorMessage = firstLine(rest)
		}
	}
}

func (r *Parser) platformRecord(row *seamark.Log, v []byte) {
	from := len(r.inner)
	r.inner, _ = scan.Fields(r.inner, r.Arena, v, 0)
	defer func() { r.inner = r.inner[:from] }()
	for _, m := range r.inner[from:] {
		switch {
		case m.Key == "requestId" && m.Value[0] == '"':
			row.RequestID = r.text(m.Value)
			continue
		case m.Key == "errorType" && m.Value[0] == '"':
			row.ErrorType, row.Level = r.text(m.Value), seamark.LevelError
			continue
		case m.Key == "status" && m.Value[0] == '"' && string(m.Value) != `"success"`:
			row.Level = seamark.LevelError
		case m.Key == "metrics" && m.Value[0] == '{':
			r.rest, _ = scan.Fields(r.rest, r.Arena, m.Value, 0)
			continue
		case m.Key == "tracing" && m.Value[0] == '{':
			parts := len(r.inner)
			r.inner, _ = scan.Fields(r.inner, r.Arena, m.Value, 0)
			for _, p := range r.inner[parts:] {
				if p.Key == "value" && p.Value[0] == '"' {
					row.TraceID = rootOf(r.text(p.Value))
				}
			}
		}
		r.rest = append(r.rest, m)
	}
}

// rootOf takes the trace id out of an X-Ray header: "Root=1-…;Parent=…;Sampled=1".
func rootOf(header string) string {
	if len(header) == 35 { // an id alone
		return header
	}
	for part := range strings.SplitSeq(header, ";") {
		if id, ok := strings.CutPrefix(part, "Root="); ok {
			return id
		}
	}
	return header
}

// IsKnownText reports whether a line is one that Lambda itself writes as text.
func (r *Parser) IsKnownText(b []byte) bool {
	s := scan.View(b)
	for _, line := range platformLines {
		if strings.HasPrefix(s, line.prefix) {
			return true
		}
	}
	_, ok := cutLambdaPrefix(s)
	return ok
}
