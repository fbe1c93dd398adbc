package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// closeStack writes what a group came to into its rows.
func (r *Parser) closeStack() {
	g := &r.stack
	if len(g.members) < 2 {
		g.members = g.members[:0]
		return
	}
	g.behind = g.members[len(g.members)-1] + 1
	head := &g.logs[g.members[0]]
	switch body := lineBody(head.Message); {
	case isConsoleTrace(body):
	case g.kind == framesCauses:
		head.ErrorMessage = r.joined(cmpOr(head.ErrorMessage, firstLine(body)), false)
		g.added += int64(len(head.ErrorMessage))
	case g.kind == framesDotnet:
		r.closeDotnet(head)
	default:
		r.closeFrames(head)
	}
	if Severe(head.Level) {
		head.Fingerprint = r.Fingerprint(head)
	}
	for _, i := range g.members[1:] {
		r.continuation(&g.logs[i], head.EventID, false)
	}
	g.members = g.members[:0]
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// closeFrames gives the head the stack, and the error that it names.
func (r *Parser) closeFrames(head *seamark.Log) {
	g := &r.stack
	first := lineBody(head.Message)
	if head.ErrorStack != "" {
		first = head.ErrorStack
	}
	head.ErrorStack = r.joined(first, false)
	g.added += int64(len(head.ErrorStack))
	errorType, message := ErrorOfStack(head.ErrorStack)
	if errorType != "" && (head.ErrorType == "" || g.kind == framesFile) {
		head.ErrorType, head.ErrorMessage = errorType, message
	} else if head.ErrorType == errorType { // Rust says the text on a line of its own
		SetEmpty(&head.ErrorMessage, message)
	}
	SetEmpty(&head.Level, seamark.LevelError)
}

// closeDotnet gives the category's line of .NET's console logger what stands below it.
func (r *Parser) closeDotnet(head *seamark.Log) {
	if !Severe(head.Level) {
		return
	}
	text := r.joined("", true)
	r.stack.added += int64(len(text))
	if FindStack(text) >= 0 {
		head.ErrorStack = text
		head.ErrorType, head.ErrorMessage = ErrorOfStack(text)
		return
	}
	SetEmpty(&head.ErrorMessage, text)
}

// dotnetIndent stands before each line below the category.
const dotnetIndent = "      "

// isDotnetHead reports whether a line is "fail: Shop.Orders[0]".
func isDotnetHead(line string) bool {
	return levelOfDotnet(line) != "" && strings.HasSuffix(line, "]")
}

// continuation marks a row that goes on with the one of that event. It counts for nothing.
func (r *Parser) continuation(row *seamark.Log, head string, cut bool) {
	row.Level, row.Fingerprint, row.ErrorType, row.ErrorMessage, row.ErrorStack = "", "", "", "", ""
	r.rest = r.rest[:0]
	r.keepText(ContinuationOf, head)
	if cut {
		r.rest = append(r.rest, scan.Field{Key: CutKey, Value: []byte("true")})
	}
	var data []byte
	if row.EventData != "" {
		data = []byte(row.EventData)
	}
	row.EventData = r.object(data, r.rest)
}

// joined is the text of the open group behind first, a line for each event; those of .NET's
// logger without what indents them.
func (r *Parser) joined(first string, dotnet bool) string {
	n := len(first)
	for _, i := range r.stack.members[1:] {
		n += 1 + len(r.stack.logs[i].Message)
	}
	a := r.Arena
	a.Room(n)
	from := len(a.Text)
	a.Text = append(a.Text, first...)
	for _, i := range r.stack.members[1:] {
		if len(a.Text) > from {
			a.Text = append(a.Text, '\n')
		}
		body := lineBody(r.stack.logs[i].Message)
		if dotnet {
			body = strings.TrimPrefix(body, dotnetIndent)
		}
		a.Text = append(a.Text, body...)
	}
	return scan.View(a.Text[from:len(a.Text):len(a.Text)])
}

// keepCut remembers the trace at the end of a payload: the next one of the stream may go on
// with it.
func (r *Parser) keepCut() {
	g := &r.stack
	r.cut = cutStack{}
	if len(g.logs) == 0 {
		return
	}
	if g.brackets != "" {
		head := &g.logs[g.record]
		r.cut = cutStack{source: strings.Clone(head.Source), stream: strings.Clone(head.Stream), head: strings.Clone(head.EventID), brackets: g.brackets, severe: Severe(head.Level)}
		return
	}
	head, open := &g.logs[len(g.logs)-1], len(g.members) > 0
	if open {
		head = &g.logs[g.members[0]]
	} else if !Severe(head.Level) || head.ErrorStack != "" || g.behind == len(g.logs) {
		return
	}
	if head.Stream == "" || isConsoleTrace(lineBody(head.Message)) {
		return
	}
	r.cut = cutStack{
		source: strings.Clone(head.Source), stream: strings.Clone(head.Stream), request: strings.Clone(head.RequestID), head: strings.Clone(head.EventID),
		kind: g.kind, ended: g.ended, open: open,
	}
}

// resume marks the rows at the beginning of a payload that go on with a trace of the payload
// before, and returns how many there are. Their text cannot be added to its head any more.
func (r *Parser) resume() int {
	g, cut := &r.stack, r.cut
	r.cut = cutStack{}
	if cut.head == "" || len(g.logs) == 0 || g.logs[0].Source != cut.source || g.logs[0].Stream != cut.stream {
		return 0
	}
	if cut.brackets != "" {
		return r.resumeRecord(cut)
	}
	g.kind, g.ended = cut.kind, cut.ended
	if !cut.open {
		kind, ok := opensStack(&g.logs[0])
		if !ok {
			return 0
		}
		g.kind, g.ended = kind, false
	}
	n := 0
	for ; n < len(g.logs); n++ {
		row := &g.logs[n]
		if row.RequestID != "" && cut.request != "" && row.RequestID != cut.request || row.ErrorStack != "" || !g.continues(lineBody(row.Message)) {
			break
		}
		r.continuation(row, cut.head, true)
	}
	g.behind = n
	return n
}

// resumeRecord is resume for a printed record: its lines go on until its brackets are closed. A
// level that stands behind the cut stays where it is, as the record's row is written.
func (r *Parser) resumeRecord(cut cutStack) int {
	g := &r.stack
	shape := jsonShape{open: []byte(cut.brackets)}
	n := 0
	for done := false; !done && n < min(len(g.logs), maxPrettyRows); n++ {
		if done = shape.feed(g.logs[n].Message); shape.broken {
			return 0
		}
	}
	for i := range n {
		row := &g.logs[i]
		level, fingerprint := row.Level, row.Fingerprint
		r.continuation(row, cut.head, true)
		if !cut.severe && Severe(level) {
			row.Level, row.Fingerprint, cut.severe = level, fingerprint, true
		}
	}
	g.behind = n
	return n
}

// lineBody is a message without the prefix that Lambda's runtimes put before a line of
// text; cutLambdaPrefix without its checks. php-fpm's is one too.
func lineBody(s string) string {
	if rest, ok := strings.CutPrefix(s, "! "); ok { // Dropwizard
		if strings.HasPrefix(rest, "at ") {
			return s[1:]
		}
		return rest
	}
	if len(s) < 40 || s[0] != '[' && (s[0] < '0' || s[0] > '9') {
		return s
	}
	rest := s
	if s[0] == '[' { // "[LEVEL]\ttime\tid\t"
		at := strings.IndexByte(s[:12], '\t')
		if at < 0 {
			return childSaid(s)
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

// childSaid takes off what php-fpm puts around a line of a child.
func childSaid(s string) string {
	const said = ` said into stderr: "`
	at := strings.Index(s[:min(len(s), 120)], said)
	if at < 0 {
		return s
	}
	return strings.TrimSuffix(s[at+len(said):], `"`)
}
