package lines

import (
	"bytes"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Bounds of what is read of an error.
const (
	maxCauses = 16  // causes of causes that are joined
	maxFrames = 500 // frames of a list
)

// holdsError reports whether loggers put an error under a key.
func holdsError(key string) bool {
	switch key {
	case "error", "err", "exception", "exc_info", "thrown", "throwable", "Exception", "Error", "exc", "ex", "exceptions":
		return true
	}
	return false
}

// takeError reads an error in whatever form: an object with its parts, its text, a list of
// frames, of lines, or of errors of which the further ones are causes. What has no column
// stays in event_data.
func (r *Parser) takeError(row *seamark.Log, f *scan.Field) {
	switch f.Value[0] {
	case '"':
		if !r.takeErrorText(row, r.text(f.Value)) {
			r.rest = append(r.rest, *f)
		}
	case '{':
		r.errorObject(row, f)
	case '[':
		if !(f.Log == scan.LogErrorStack && row.ErrorStack == "" && r.takeStack(row, f.Value)) && !r.errorList(row, f.Value) {
			r.rest = append(r.rest, *f)
		}
	case 'n':
	default:
		r.rest = append(r.rest, *f)
	}
}

// takeErrorText reads an error that is text: its stack where it holds one, else its message.
func (r *Parser) takeErrorText(row *seamark.Log, s string) bool {
	if s == "" {
		return true
	}
	if IsStack(s) {
		if row.ErrorStack != "" {
			return row.ErrorStack == s
		}
		row.ErrorStack = s
		return true
	}
	if row.ErrorMessage != "" {
		return row.ErrorMessage == s
	}
	row.ErrorMessage = s
	return true
}

// IsStack reports whether the text of an error holds its stack.
func IsStack(s string) bool { return FindStack(s) >= 0 || flatStack(s) > 0 }

// flatStack tells where the frames of a .NET stack begin whose line feeds were made blanks,
// or -1: Microsoft's JSON console does so.
func flatStack(s string) int {
	i := strings.Index(s, "   at ")
	if i > 0 && strings.IndexByte(s[i+6:], '(') > 0 {
		return i
	}
	return -1
}

// problem is an error as its object says it.
type problem struct {
	kind, message, stack string
	cause                []byte
	wrapped              []byte // the error inside an object that is none itself
	list                 []byte // of frames
	used                 uint64 // members that are in the columns, as bits
}

// errorObject reads {"type":…,"message":…,"stack":…} under the names that loggers use.
func (r *Parser) errorObject(row *seamark.Log, f *scan.Field) {
	from := len(r.inner)
	defer func() { r.inner = r.inner[:from] }()
	p, ok := r.problem(f.Value)
	members := r.inner[from:]
	if !ok {
		r.rest = append(r.rest, *f)
		return
	}
	if p.kind == "" && p.message == "" && p.stack == "" && p.wrapped != nil && p.wrapped[0] == '[' {
		r.errorList(row, p.wrapped)
		r.rest = append(r.rest, *f)
		return
	}
	stack := r.stackOf(&p)
	if p.cause != nil {
		stack, _ = r.withCauses(stack, &p)
	}
	taken := r.fill(row, p.kind, p.message, stack)
	left := members[:0:0]
	for i, m := range members {
		if !taken || i >= 64 || p.used>>i&1 == 0 {
			left = append(left, m)
		}
	}
	if len(left) > 0 {
		r.rest = append(r.rest, scan.Field{Key: f.Key, Value: scan.BytesOf(r.object(nil, left))})
	}
}

// fill puts an error into the columns; false: they hold another one.
func (r *Parser) fill(row *seamark.Log, kind, message, stack string) bool {
	if row.ErrorType != "" && kind != "" && row.ErrorType != kind || row.ErrorMessage != "" && message != "" && row.ErrorMessage != message ||
		row.ErrorStack != "" && stack != "" && row.ErrorStack != stack {
		SetEmpty(&row.ErrorType, kind)
		SetEmpty(&row.ErrorMessage, message)
		SetEmpty(&row.ErrorStack, stack)
		return false
	}
	SetEmpty(&row.ErrorType, kind)
	SetEmpty(&row.ErrorMessage, message)
	SetEmpty(&row.ErrorStack, stack)
	return true
}

// problem takes an error's object apart; its members stay in r.inner from the caller's mark on.
func (r *Parser) problem(v []byte) (p problem, ok bool) {
	from := len(r.inner)
	var end int
	if r.inner, end = scan.Fields(r.inner, r.Arena, v, 0); end != len(v) {
		return p, false
	}
	for i := range r.inner[from:] {
		m := &r.inner[from+i]
		use := uint64(1) << min(i, 63)
		switch part := r.partOf(m.Key); {
		case m.Value[0] == 'n':
			p.used |= use
		case part == scan.LogErrorType && isScalar(m.Value) && p.kind == "":
			p.kind = r.text(m.Value)
			p.used |= use
		case part == scan.LogErrorMessage && isScalar(m.Value) && p.message == "":
			p.message = r.text(m.Value)
			p.used |= use
		case part == scan.LogErrorStack && m.Value[0] == '"' && p.stack == "":
			p.stack = r.text(m.Value)
			p.used |= use
		case part == scan.LogErrorStack && m.Value[0] == '[' && p.list == nil && p.stack == "":
			p.list = m.Value
			if s, ok := r.joinLines(m.Value); ok {
				p.stack, p.list = s, nil
				p.used |= use
			} else if _, all := r.frames(p.list); all {
				p.used |= use
			}
		case isCauseKey(m.Key) && (m.Value[0] == '{' || m.Value[0] == '[' || m.Value[0] == '"'):
			p.cause = m.Value // it stays in the data besides
		case m.Value[0] == '{' && holdsError(m.Key), m.Value[0] == '[' && m.Key == "values": // Sentry's are a list
			p.wrapped = m.Value
		}
	}
	return p, true
}

func isScalar(v []byte) bool { return v[0] != '{' && v[0] != '[' }

// partOf names the column of a part of an error.
func (r *Parser) partOf(key string) scan.Column {
	if c := ErrorMember(key); c != 0 {
		return c
	}
	if c, _ := r.Keys.Find(key); c == scan.LogErrorType || c == scan.LogErrorMessage || c == scan.LogErrorStack {
		return c
	}
	return 0
}

func isCauseKey(key string) bool {
	switch key {
	case "cause", "causes", "causedBy", "caused_by", "innerException", "InnerException", "inner_exception", "previous", "rootCause", "aggregateErrors", "errors":
		return true
	}
	return false
}

// stackOf is the stack of a problem as text.
func (r *Parser) stackOf(p *problem) string {
	if p.stack != "" || p.list == nil {
		return p.stack
	}
	frames, _ := r.frames(p.list)
	if frames == "" {
		return ""
	}
	if strings.HasPrefix(frames, `  File "`) {
		return r.concat("Traceback (most recent call last):\n", frames, "\n", headline(p))
	}
	if p.kind == "" && p.message == "" {
		return frames
	}
	return r.concat(headline(p), "\n", frames)
}

func headline(p *problem) string {
	switch {
	case p.kind == "":
		return p.message
	case p.message == "":
		return p.kind
	}
	return p.kind + ": " + p.message
}

// withCauses joins the causes of a problem to its stack.
func (r *Parser) withCauses(stack string, p *problem) (joined string, causes int) {
	head := stack
	if head == "" {
		head = headline(p)
	}
	cause := p.cause
	for range maxCauses {
		if len(cause) == 0 {
			break
		}
		if cause[0] == '[' {
			first := scan.SkipSpace(cause, 1)
			end := scan.Value(cause, first)
			if end < 0 || cause[first] == ']' {
				break
			}
			cause = cause[first:end]
		}
		if cause[0] == '"' {
			if s := r.text(cause); s != "" && !strings.Contains(head, s) {
				head = r.concat(head, "\nCaused by: ", s)
				causes++
			}
			break
		}
		if cause[0] != '{' {
			break
		}
		from := len(r.inner)
		c, ok := r.problem(cause)
		r.inner = r.inner[:from]
		if ok && c.kind == "" && c.message == "" && c.wrapped != nil && c.wrapped[0] == '{' { // Quarkus: {"exception":{…}}
			cause = c.wrapped
			continue
		}
		if !ok || c.kind == "" && c.message == "" && c.stack == "" {
			break
		}
		text := r.stackOf(&c)
		if text == "" {
			text = headline(&c)
		}
		if !strings.Contains(head, text) && (c.message == "" || !strings.Contains(head, "aused by: "+headline(&c))) {
			head = r.concat(head, "\nCaused by: ", text)
			causes++
		}
		cause = c.cause
	}
	if causes == 0 {
		return stack, 0
	}
	return head, causes
}

// concat joins texts in the arena.
func (r *Parser) concat(parts ...string) string {
	a := r.Arena
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	a.Room(n)
	from := len(a.Text)
	for _, p := range parts {
		a.Text = append(a.Text, p...)
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}

// errorList reads a list of lines, of frames, or of errors.
func (r *Parser) errorList(row *seamark.Log, v []byte) bool {
	if s, ok := r.joinLines(v); ok {
		return s == "" || r.takeErrorText(row, s)
	}
	if frames, all := r.frames(v); frames != "" && all {
		if row.ErrorStack != "" {
			return false
		}
		row.ErrorStack = frames
		return true
	}
	first := scan.SkipSpace(v, 1)
	if v[first] != '{' {
		return false
	}
	end := scan.Value(v, first)
	from := len(r.inner)
	p, ok := r.problem(v[first:end])
	r.inner = r.inner[:from]
	if !ok || p.kind == "" && p.message == "" && p.stack == "" {
		return false
	}
	stack := r.stackOf(&p)
	if next := scan.SkipSpace(v, end); v[next] == ',' { // the further ones
		rest := problem{kind: p.kind, message: p.message, cause: v[scan.SkipSpace(v, next+1):]}
		if to := scan.Value(rest.cause, 0); to > 0 {
			rest.cause = rest.cause[:to]
			stack, _ = r.withCauses(stack, &rest)
		}
	}
	r.fill(row, p.kind, p.message, stack)
	return false // there is more in it than the columns hold
}

// frames writes a list of frames that are objects as text; all: nothing of them is left out.
// "" is no such list.
func (r *Parser) frames(v []byte) (text string, all bool) {
	var b bytes.Buffer
	all = true
	n := 0
	for i := scan.SkipSpace(v, 1); v[i] != ']'; {
		if v[i] != '{' || n == maxFrames {
			return "", false
		}
		from := len(r.inner)
		var end int
		r.inner, end = scan.Fields(r.inner, r.Arena, v, i)
		if end < 0 {
			r.inner = r.inner[:from]
			return "", false
		}
		f, whole := r.listedFrame(r.inner[from:])
		r.inner = r.inner[:from]
		if f == "" {
			return "", false
		}
		if n > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f)
		all = all && whole
		n++
		if i = scan.SkipSpace(v, end); v[i] == ',' {
			i = scan.SkipSpace(v, i+1)
		}
	}
	return r.concat(b.String()), all
}

// listedFrame writes one frame as its language does; "" is none.
func (r *Parser) listedFrame(members []scan.Field) (text string, all bool) {
	var class, function, file, line string
	python, node := false, false
	all = true
	for i := range members {
		m := &members[i]
		if !isScalar(m.Value) {
			all = false
			continue
		}
		s := r.text(m.Value)
		switch m.Key {
		case "class", "className", "declaringClass", "declaring_class":
			class = s
		case "method", "methodName", "func", "function", "Function", "name", "label", "Method":
			function = s
			python = python || m.Key == "name"
		case "file", "fileName", "filename", "source", "path", "File", "abs_path":
			if file == "" {
				file = s
			}
		case "fullFilePath":
			file, node = s, true
		case "line", "lineNumber", "lineno", "lineNo", "Line":
			line = s
			python = python && m.Key == "lineno" || m.Key == "lineno"
		case "code", "source_line":
			all = all && s == ""
		case "fileLine", "fileColumn", "fileNameWithLine", "filePath", "filePathWithLine":
		default:
			all = false
		}
	}
	switch {
	case function == "" && file == "" || line == "" && !node && class == "":
		return "", false
	case node:
		if function == "" {
			return "    at " + file, all
		}
		return "    at " + function + " (" + file + ")", all
	case class != "":
		if line != "" && file != "" {
			line = ":" + line
		}
		return "\tat " + class + "." + function + "(" + file + line + ")", all
	case python:
		return `  File "` + file + `", line ` + line + ", in " + function, all
	}
	return file + ":" + line + " " + function, all
}
