package lines

import (
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// A runtime that prints a stack trace line by line, through the CloudWatch agent or by
// console.error for each line, makes an event of each. They stay rows of their own, so that
// the accounts hold; joinStacks gathers the trace in error_stack of the first and names
// that one in event_data of the others.

// ContinuationOf is the key of event_data that names the event in which a stack begins.
const ContinuationOf = "continuation_of"

// stackGroup is a trace in the making. Its rows are of one request.
type stackGroup struct {
	logs    []seamark.Log
	added   int64 // bytes of text
	members []int // indices of rows; the first is the head
	kind    stackKind
	ended   bool // Python has named the error: only another trace may follow
	behind  int  // index behind the last row of the group before
}

type stackKind int

const (
	framesAt    stackKind = iota // Java, Node.js, .NET, Ruby
	framesFile                   // Python
	framesPanic                  // Go
)

// JoinStacks joins the traces among the rows of one payload, and so of one stream. It
// returns how many bytes of text that added to them.
func (r *Parser) JoinStacks(logs []seamark.Log) (added int64) {
	g := &r.stack
	g.logs, g.added, g.members, g.behind = logs, 0, g.members[:0], 0
	for i := range logs {
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
		if kind, ok := opensStack(row); ok {
			r.openStack(i, kind)
		}
	}
	r.closeStack()
	g.logs = nil
	return g.added
}

// opensStack reports whether a row holds the first frame of a trace.
func opensStack(row *seamark.Log) (stackKind, bool) {
	body := lineBody(row.Message)
	if len(body) < 5 || row.ErrorStack != "" {
		return 0, false
	}
	switch body[0] {
	case ' ', '\t':
		line := strings.TrimLeft(body, " \t")
		switch {
		case strings.HasPrefix(line, `File "`):
			return framesFile, true
		case strings.HasPrefix(line, "at "), strings.HasPrefix(line, "from ") && strings.Contains(line, ":in "):
			return framesAt, true
		}
	case 'g':
		return framesPanic, strings.HasPrefix(body, "goroutine ") && strings.Contains(body, " [") && strings.HasSuffix(body, ":")
	}
	return 0, false
}

// openStack begins a group whose first frame is in row i. Its head is the row before when
// that one announces an error.
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
		if strings.HasPrefix(body, "[signal ") || strings.HasPrefix(body, " ---> ") {
			g.members = append(g.members, at)
			between++
			continue
		}
		if announces(row, body, kind) {
			g.members = append(g.members, at)
			between = 0
		}
		break
	}
	g.members = g.members[:len(g.members)-between] // without a head they are not known to belong
	slices.Reverse(g.members)
	g.members = append(g.members, i)
}

// announces reports whether a row can be the head of a trace of that kind.
func announces(row *seamark.Log, body string, kind stackKind) bool {
	switch {
	case strings.HasPrefix(row.EventName, "platform."):
		return false
	case kind == framesFile:
		return strings.HasPrefix(body, "Traceback (most recent call last)")
	case kind == framesPanic:
		return strings.HasPrefix(body, "panic: ") || strings.HasPrefix(body, "fatal error: ")
	}
	if Severe(row.Level) {
		return true
	}
	errorType, _ := ErrorOfStack(firstLine(body))
	return errorType != ""
}

// continues reports whether a line goes on with the trace.
func (g *stackGroup) continues(body string) bool {
	line := strings.TrimLeft(body, " \t\r\n")
	if g.ended {
		return line == "" || strings.HasPrefix(line, "During handling of the above exception") ||
			strings.HasPrefix(line, "The above exception was the direct cause") || g.again(line)
	}
	if len(line) < len(body) || line == "" {
		return true
	}
	switch g.kind {
	case framesFile:
		if isPythonError(line) {
			g.ended = true
			return true
		}
		return strings.HasPrefix(line, "Traceback (most recent call last)")
	case framesPanic:
		paren := strings.IndexByte(line, '(')
		return paren > 0 && strings.HasSuffix(line, ")") && strings.IndexByte(line[:paren], ' ') < 0 ||
			strings.HasPrefix(line, "goroutine ") || strings.HasPrefix(line, "created by ") || strings.HasPrefix(line, "exit status ")
	}
	return strings.HasPrefix(line, "Caused by: ") || strings.HasPrefix(line, "Suppressed: ") || strings.HasPrefix(line, "--- End of ") ||
		line == "}" || strings.HasPrefix(line, "... ") && strings.HasSuffix(line, " more")
}

// again reports whether a further Python trace begins, and expects its frames.
func (g *stackGroup) again(line string) bool {
	if !strings.HasPrefix(line, "Traceback (most recent call last)") {
		return false
	}
	g.ended = false
	return true
}

// isPythonError reports whether a line is how Python ends a trace: "module.Error: text".
func isPythonError(line string) bool {
	name, _, _ := strings.Cut(firstLine(line), ":")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if !isWord(name[i]) && name[i] != '.' {
			return false
		}
	}
	return true
}

// closeStack writes what a group came to into its rows.
func (r *Parser) closeStack() {
	g := &r.stack
	if len(g.members) < 2 {
		g.members = g.members[:0]
		return
	}
	g.behind = g.members[len(g.members)-1] + 1
	head := &g.logs[g.members[0]]
	head.ErrorStack = r.joinedStack(head)
	g.added += int64(len(head.ErrorStack))
	errorType, message := ErrorOfStack(head.ErrorStack)
	if errorType != "" && (head.ErrorType == "" || g.kind == framesFile) {
		head.ErrorType, head.ErrorMessage = errorType, message
	}
	SetEmpty(&head.Level, seamark.LevelError)
	if Severe(head.Level) {
		head.Fingerprint = r.Fingerprint(head)
	}
	for _, i := range g.members[1:] {
		row := &g.logs[i]
		row.Fingerprint = ""
		if row.ErrorType != "" && strings.HasPrefix(row.Message, row.ErrorType) {
			row.ErrorType, row.ErrorMessage, row.Level = "", "", "" // the head has them
		}
		if strings.HasPrefix(row.Message, "Traceback (") {
			row.Level = "" // we had said so, not the runtime
		}
		r.rest = r.rest[:0]
		r.keepText(ContinuationOf, head.EventID)
		var data []byte
		if row.EventData != "" {
			data = []byte(row.EventData)
		}
		row.EventData = r.object(data, r.rest)
	}
	g.members = g.members[:0]
}

// joinedStack is the trace of the open group, a line for each event.
func (r *Parser) joinedStack(head *seamark.Log) string {
	first := lineBody(head.Message)
	if head.ErrorStack != "" {
		first = head.ErrorStack
	}
	n := len(first)
	for _, i := range r.stack.members[1:] {
		n += 1 + len(r.stack.logs[i].Message)
	}
	a := r.Arena
	a.Room(n)
	from := len(a.Text)
	a.Text = append(a.Text, first...)
	for _, i := range r.stack.members[1:] {
		a.Text = append(a.Text, '\n')
		a.Text = append(a.Text, lineBody(r.stack.logs[i].Message)...)
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}

// lineBody is a message without the prefix that Lambda's runtimes put before a line of
// text; cutLambdaPrefix without its checks.
func lineBody(s string) string {
	if len(s) < 40 || s[0] != '[' && (s[0] < '0' || s[0] > '9') {
		return s
	}
	rest := s
	if s[0] == '[' { // "[LEVEL]\ttime\tid\t"
		at := strings.IndexByte(s[:12], '\t')
		if at < 0 {
			return s
		}
		rest = s[at+1:]
	}
	if len(rest) < 26 || rest[23] != 'Z' || rest[24] != '\t' {
		return s
	}
	rest = rest[25:]
	for range 2 {
		at := strings.IndexByte(rest[:min(len(rest), 64)], '\t')
		if at < 0 {
			return s
		}
		if rest = rest[at+1:]; s[0] == '[' { // the level was before
			break
		}
	}
	return rest
}
