package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// What Lambda's runtimes and its platform say of a function that fails, as text. In Lambda's
// JSON format the same is a record.
// Sources: awslambdaric/bootstrap.py, aws-lambda-ric (Node.js) Errors.js, aws-lambda-go
// invoke_loop.go, aws_lambda_ric (Ruby) lambda_logger.rb, UserFault.java,
// https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html

// parseRuntimeError parses an error that a runtime or the platform has written.
func (r *Parser) parseRuntimeError(row *seamark.Log, body string) bool {
	if at := errorObject(body); at >= 0 && r.errorIn(row, scan.BytesOf(strings.TrimSpace(body[at:]))) {
		SetEmpty(&row.Level, seamark.LevelError)
		return true
	}
	if rest, ok := strings.CutPrefix(body, "IMAGE\tLaunch error: "); ok {
		row.Level, row.ErrorType, row.ErrorMessage = seamark.LevelError, "Runtime.InvalidEntrypoint", cutAt(firstLine(rest), '\t')
		return true
	}
	if first, rest, two := strings.Cut(body, "\n"); two && FindStack(body) < 0 { // Java: "text: class", and below it the trace
		t, m := errorInLine(firstLine(rest), false)
		if t != "" && isErrorName(t) && strings.HasSuffix(first, ": "+t) {
			row.Level, row.ErrorType, row.ErrorMessage, row.ErrorStack = seamark.LevelError, t, m, rest
			return true
		}
	}
	id, rest, ok := platformRequest(body)
	if !ok {
		return false
	}
	row.RequestID = id
	return platformError(row, rest)
}

// errorObject finds the JSON object behind the words of a runtime: "Invoke Error \t{…}" of
// Node.js, "2024/05/02 10:00:01 {…}" of Go, "Error raised from handler method\n{…}" of Ruby.
func errorObject(body string) int {
	if !strings.HasSuffix(body, "}") {
		return -1
	}
	brace := strings.IndexByte(body[:min(len(body), 512)], '{')
	if brace < 1 {
		return -1
	}
	switch head := body[:brace]; {
	case brace < 64 && head[brace-1] == '\t' && strings.IndexByte(head[:brace-1], '\t') < 0: // zap's console has more of them
		return brace
	case head[brace-1] == '\n' && (strings.HasPrefix(head, "Error raised from handler") || strings.HasPrefix(head, "Critical exception from handler") || strings.HasPrefix(head, "Init error when loading handler")):
		return brace
	case head[brace-1] == ' ' && goLogPrefix(head) == brace:
		return brace
	}
	return -1
}

// goLogPrefix is how long the time is that Go's log package puts before a line, with the blank
// behind it: "2009/01/23 01:23:23.123123 "; 0: there is none.
func goLogPrefix(s string) int {
	const form = "0000/00/00 00:00:00"
	if len(s) <= len(form) {
		return 0
	}
	for i := range len(form) {
		if form[i] == '0' && (s[i] < '0' || s[i] > '9') || form[i] != '0' && s[i] != form[i] {
			return 0
		}
	}
	i := len(form)
	if s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		}
	}
	if i == len(s) || s[i] != ' ' {
		return 0
	}
	return i + 1
}

// platformRequest takes off what the platform puts before what it says of a request:
// "RequestId: <id> " or "<time> <id> ".
func platformRequest(body string) (id, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(body, "RequestId: "); !ok {
		if !looksLikeTime(body) || len(body) < 26 || body[23] != 'Z' || body[24] != ' ' {
			return "", "", false
		}
		rest = body[25:]
	}
	if len(rest) < 38 || rest[36] != ' ' || !isUUID(rest[:36]) {
		return "", "", false
	}
	return rest[:36], rest[37:], true
}

// isUUID reports whether s has the form of a UUID; AWS's examples have letters that are no hex.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case !isWord(c) || c == '_':
			return false
		}
	}
	return true
}

// platformError reads "Error: <text>\n<type>", "Task timed out after 3.00 seconds" and
// "Process exited before completing request".
func platformError(row *seamark.Log, s string) bool {
	text, more, _ := strings.Cut(s, "\n")
	text = strings.TrimRight(text, " \r")
	var kind string
	told, isError := strings.CutPrefix(text, "Error: ")
	switch {
	case strings.HasPrefix(text, "Task timed out after "):
		kind = "Sandbox.Timedout"
	case strings.HasPrefix(text, "Process exited before completing request"), strings.HasPrefix(text, "Runtime exited"):
		kind = "Runtime.ExitError"
	case isError:
		kind, text = strings.TrimSpace(firstLine(more)), told
		if at := strings.LastIndexByte(text, ' '); kind == "" && isPlatformType(text[at+1:]) { // a tool has joined the lines
			kind, text = text[at+1:], text[:max(at, 0)]
		}
		if !isPlatformType(kind) && strings.HasPrefix(text, "Runtime exited") {
			kind = "Runtime.ExitError"
		} else if !isPlatformType(kind) {
			kind = "Error"
		}
	default:
		return false
	}
	row.Level, row.ErrorType, row.ErrorMessage = seamark.LevelError, kind, text
	return true
}

// isPlatformType reports whether s is like Runtime.ExitError or Extension.Crash.
func isPlatformType(s string) bool {
	for _, group := range [...]string{"Runtime.", "Extension.", "Sandbox.", "Function.", "Platform."} {
		if rest, ok := strings.CutPrefix(s, group); ok {
			return isPythonName(rest)
		}
	}
	return false
}

// unixLines is a text whose lines end in LF: a container's runtime writes CR in its place, as
// it may not end the event, and Windows both.
func (r *Parser) unixLines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	alone := strings.IndexByte(s, '\n') < 0
	a := r.Arena
	a.Room(len(s))
	from := len(a.Text)
	for i := range len(s) {
		switch c := s[i]; {
		case c != '\r':
			a.Text = append(a.Text, c)
		case alone:
			a.Text = append(a.Text, '\n')
		case i+1 < len(s) && s[i+1] != '\n':
			a.Text = append(a.Text, c)
		}
	}
	return strings.TrimRight(scan.View(a.Text[from:len(a.Text):len(a.Text)]), "\r\n")
}

// uncoloured is a text without a terminal's sequences such as ESC [31m.
func (r *Parser) uncoloured(s string) string {
	if strings.IndexByte(s, '\x1b') < 0 {
		return s
	}
	a := r.Arena
	a.Room(len(s))
	from := len(a.Text)
	for i := 0; i < len(s); i++ {
		if s[i] == '\x1b' && i+1 < len(s) && s[i+1] == '[' {
			end := i + 2
			for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ';' || s[end] == '?') {
				end++
			}
			if end < len(s) && (s[end] >= 'A' && s[end] <= 'Z' || s[end] >= 'a' && s[end] <= 'z') {
				i = end
				continue
			}
		}
		a.Text = append(a.Text, s[i])
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}
