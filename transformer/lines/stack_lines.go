package lines

import (
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// A runtime that prints a stack trace line by line, through the CloudWatch agent or by
// console.error for each line, makes an event of each. They stay rows of their own, so that
// the accounts hold; JoinStacks gathers the trace in error_stack of the first, names that one
// in event_data of the others and takes their level away, so that one failure counts once.

// ContinuationOf is the key of event_data that names the event in which a stack begins.
const ContinuationOf = "continuation_of"

// CutKey is the key of event_data that marks what the end of a payload has cut.
const CutKey = "cut"

// stackGroup is a trace in the making. Its rows are of one request.
type stackGroup struct {
	logs    []seamark.Log
	added   int64 // bytes of text
	members []int // indices of rows; the first is the head
	kind    stackKind
	ended   bool // Python has named the error: only another trace may follow
	behind  int  // index behind the last row of the group before

	record   int    // index of a printed record that the payload's end has cut,
	brackets string // and what would close it
}

type stackKind int

const (
	framesAt     stackKind = iota // Java, Node.js, .NET, Ruby
	framesFile                    // Python
	framesPanic                   // Go's panics
	framesGo                      // Go: function and place, as zap, hclog and pkg/errors print them
	framesPHP                     // PHP
	framesCauses                  // Rust's anyhow: "Caused by:" and numbers
	framesDotnet                  // .NET's console logger: what stands below the category
	framesRust                    // Rust's panics
)

// cutStack is a trace that the end of a payload may have cut.
type cutStack struct {
	source, stream, request, head string
	kind                          stackKind
	ended, open                   bool
	brackets                      string // that would close a printed record; "" is a trace
	severe                        bool   // the record has said its level
}

// Reset forgets what a payload before has left open; for a new landing object.
func (r *Parser) Reset() {
	r.cut = cutStack{}
	r.BeginPayload()
}

// JoinStacks joins the traces and the pretty-printed records among the rows of one payload,
// and so of one stream. It returns how many bytes of text that added to them.
func (r *Parser) JoinStacks(logs []seamark.Log) (added int64) {
	g := &r.stack
	g.logs, g.added, g.members, g.behind, g.brackets = logs, 0, g.members[:0], 0, ""
	for i := r.resume(); i < len(logs); i++ {
		row := &logs[i]
		if len(g.members) > 0 {
			head := &logs[g.members[0]]
			if row.RequestID != "" && head.RequestID != "" && row.RequestID != head.RequestID {
				continue // of another request in between
			}
			if row.ErrorStack == "" && g.continues(lineBody(row.Message)) {
				g.members = append(g.members, i)
				continue
			}
			r.closeStack()
		}
		if n := r.prettyRecord(i); n > 0 {
			i += n - 1
			g.behind = i + 1
			continue
		}
		if kind, ok := opensStack(row); ok {
			r.openStack(i, kind)
		} else if i > g.behind && strings.HasPrefix(row.Message, dotnetIndent) && isDotnetHead(lineBody(logs[i-1].Message)) {
			g.kind, g.members = framesDotnet, append(g.members, i-1, i)
		}
	}
	r.keepCut()
	r.closeStack()
	g.logs = nil
	return g.added
}

// opensStack reports whether a row holds the first frame of a trace.
func opensStack(row *seamark.Log) (stackKind, bool) {
	body := lineBody(row.Message)
	if len(body) < 4 || row.ErrorStack != "" {
		return 0, false
	}
	if isLoggedRubyFrame(body) {
		return framesAt, true
	}
	switch body[0] {
	case ' ', '\t', '>':
		line := strings.TrimLeft(body, " \t|>")
		switch {
		case strings.HasPrefix(line, `File "`):
			return framesFile, true
		case body[0] == '>':
		case strings.HasPrefix(line, "at "), strings.HasPrefix(line, "from ") && strings.Contains(line, ":in "):
			return framesAt, true
		case isGoPlace(line):
			return framesGo, true
		case isElixirFrame(line):
			return framesAt, true
		case line == "stacktrace=": // hclog, and bars below
			return framesGo, true
		}
	case 'g':
		return framesPanic, strings.HasPrefix(body, "goroutine ") && strings.Contains(body, " [") && strings.HasSuffix(body, ":")
	case 'C':
		return framesCauses, body == "Caused by:"
	case 's':
		return framesRust, body == "stack backtrace:"
	case 'n':
		return framesRust, strings.HasPrefix(body, "note: run with `RUST_BACKTRACE=")
	case '#':
		return framesPHP, strings.HasPrefix(body, "#0 ")
	}
	return 0, false
}

// openStack begins a group whose first frame is in row i. Its head is the row before when
// that one announces an error, or the logger's line above that.
func (r *Parser) openStack(i int, kind stackKind) {
	g := &r.stack
	g.kind, g.ended = kind, false
	request := g.logs[i].RequestID
	between := 0
	for at := i - 1; at >= max(g.behind, i-8); at-- {
		row := &g.logs[at]
		if request != "" && row.RequestID != "" && row.RequestID != request {
			continue
		}
		body := lineBody(row.Message)
		if goesBetween(row, body, kind) {
			g.members = append(g.members, at)
			between++
			continue
		}
		if !announces(row, body, kind) {
			break
		}
		g.members = append(g.members, at)
		between = 0
		if header := g.headerAbove(at, kind); header >= 0 {
			for at--; at >= header; at-- {
				g.members = append(g.members, at)
			}
		}
		break
	}
	g.members = g.members[:len(g.members)-between] // without a head they are not known to belong
	slices.Reverse(g.members)
	g.members = append(g.members, i)
}

// goesBetween reports whether a row may stand between the head of a trace and its first frame.
func goesBetween(row *seamark.Log, body string, kind stackKind) bool {
	switch kind {
	case framesPanic:
		return body == "" || strings.HasPrefix(body, "[signal ") || strings.HasPrefix(body, "\tpanic: ")
	case framesGo: // the function, and further lines of the message
		return row.Level == "" && body != "" && !isIndented(body)
	case framesPHP:
		return body == "Stack trace:" || body == "[stacktrace]" || strings.HasPrefix(body, "PHP Stack trace:")
	case framesFile:
		return body == ""
	case framesCauses:
		return body == ""
	case framesRust: // what was said
		return !isRustPanic(body)
	}
	return strings.HasPrefix(body, " ---> ")
}

// announces reports whether a row can be the head of a trace of that kind.
func announces(row *seamark.Log, body string, kind stackKind) bool {
	switch {
	case strings.HasPrefix(row.EventName, "platform."):
		return false
	case kind == framesFile:
		return strings.Contains(body, tracebackHead)
	case kind == framesRust:
		return isRustPanic(body)
	case kind == framesPanic:
		return strings.HasPrefix(body, "panic: ") || strings.HasPrefix(body, "fatal error: ") || strings.Contains(body, "http: panic serving ")
	case kind == framesGo, kind == framesCauses:
		return Severe(row.Level)
	case kind == framesPHP:
		return Severe(row.Level) || strings.Contains(body, "Uncaught ")
	}
	if Severe(row.Level) || isConsoleTrace(body) {
		return true
	}
	errorType, _ := errorInLine(body, false)
	if errorType == "" {
		errorType, _ = ErrorOfStack(firstLine(body))
	}
	return errorType != ""
}

// headerAbove finds the line with which a logger begins a trace whose error, or "Traceback",
// stands in row at; else it is -1.
func (g *stackGroup) headerAbove(at int, kind stackKind) int {
	indented := isIndented(lineBody(g.logs[at].Message))
	body := strings.TrimLeft(lineBody(g.logs[at].Message), " \t") // Tornado, Tomcat and Twisted indent a trace
	errorType, _ := errorInLine(body, false)
	if errorType == "" && kind == framesAt {
		errorType, _, _ = errorOfLanguage(firstLine(body), "")
	}
	if kind == framesFile {
		if !strings.HasPrefix(strings.TrimLeft(body, " +"), "Exception Group ") && !strings.HasPrefix(body, tracebackHead) {
			return -1 // the logger's line is this one
		}
	} else if kind != framesAt && kind != framesPHP || errorType == "" {
		return -1
	}
	up := at - 1
	for up >= g.behind && (at-up < 3 && g.logs[up].Message == "" || indented && at-up < 8 && g.logs[up].Level == "" && isIndented(lineBody(g.logs[up].Message))) {
		up-- // Spring Boot leaves a line empty; pino-pretty indents the error's fields
	}
	if up < g.behind || up < 0 {
		return -1
	}
	row := &g.logs[up]
	switch {
	case !Severe(row.Level), row.ErrorStack != "", strings.HasPrefix(row.EventName, "platform."):
		return -1
	case row.ErrorType != "" && errorType != "" && row.ErrorType != errorType:
		return -1
	case g.logs[at].RequestID != row.RequestID && row.RequestID != "" && g.logs[at].RequestID != "":
		return -1
	}
	return up
}

// continues reports whether a line goes on with the trace.
func (g *stackGroup) continues(body string) bool {
	line := strings.TrimLeft(body, " \t\r\n")
	indented := len(line) < len(body) || isIndented(body)
	switch {
	case g.kind == framesDotnet:
		return strings.HasPrefix(body, dotnetIndent)
	case g.ended:
		return line == "" || indented || strings.HasPrefix(line, "During handling of the above exception") ||
			strings.HasPrefix(line, "The above exception was the direct cause") || goesOnInPython(line) || g.again(line)
	case indented || line == "":
		return true
	}
	switch g.kind {
	case framesFile:
		if name, _, _ := strings.Cut(firstLine(line), ":"); isPythonName(name) {
			g.ended = true
			return true
		}
		return strings.HasPrefix(line, tracebackHead) || strings.HasPrefix(line, `> File "`)
	case framesPanic:
		paren := strings.IndexByte(line, '(')
		return paren > 0 && strings.HasSuffix(line, ")") && strings.IndexByte(line[:paren], ' ') < 0 ||
			strings.HasPrefix(line, "goroutine ") || strings.HasPrefix(line, "created by ") || strings.HasPrefix(line, "exit status ")
	case framesGo:
		return isGoFunction(line)
	case framesPHP:
		return line[0] == '#' || strings.HasPrefix(line, "thrown in ") || strings.HasPrefix(line, `"}`)
	case framesRust:
		return strings.HasPrefix(line, "note: ")
	case framesCauses:
		return strings.HasPrefix(line, "Stack backtrace:")
	}
	return isLoggedRubyFrame(line) || strings.HasPrefix(line, "Caused by: ") || strings.HasPrefix(line, "Causing: ") || strings.HasPrefix(line, "Suppressed: ") || strings.HasPrefix(line, "--- End of ") ||
		line == "}" || strings.HasPrefix(line, "Node.js v") || strings.HasPrefix(line, "... ") && strings.HasSuffix(line, " more")
}

// goesOnInPython reports whether a line below a Python error belongs to its message: those of
// SQLAlchemy and of PostgreSQL's drivers.
func goesOnInPython(line string) bool {
	for _, p := range [...]string{"[SQL: ", "[parameters: ", "(Background on this error at: ", "DETAIL: ", "HINT: ", "LINE ", "CONTEXT: "} {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

// isGoFunction reports whether a line is a function of Go: "main.(*Server).handle".
func isGoFunction(line string) bool {
	line = strings.TrimRight(line, " ")
	at := strings.LastIndexByte(line, '.')
	return at > 0 && at+1 < len(line) && strings.IndexByte(line, ' ') < 0 && (isWord(line[0]) || line[0] == '(')
}

// again reports whether a further Python trace begins, and expects its frames.
func (g *stackGroup) again(line string) bool {
	if !strings.HasPrefix(line, tracebackHead) {
		return false
	}
	g.ended = false
	return true
}
