package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// A JSON object that is printed over many lines and becomes an event for each is one record:
// the row of its first event has the columns, the others continue it.

// Bounds of a record over many events.
const (
	maxPrettyRows  = 4096
	maxPrettyBytes = 1 << 20
)

// jsonShape follows how deep a JSON text is as it comes in pieces.
type jsonShape struct {
	open     []byte // the brackets that would close it
	inString bool
	broken   bool
}

// feed reads one line and reports whether the value is complete with it.
func (j *jsonShape) feed(line string) (done bool) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case j.inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				j.inString = false
			}
		case c == '"':
			j.inString = true
		case c == '{':
			j.open = append(j.open, '}')
		case c == '[':
			j.open = append(j.open, ']')
		case c == '}' || c == ']':
			if len(j.open) == 0 || j.open[len(j.open)-1] != c {
				j.broken = true
				return false
			}
			if j.open = j.open[:len(j.open)-1]; len(j.open) == 0 {
				j.broken = strings.Trim(line[i+1:], ", \t\r") != ""
				return !j.broken
			}
		}
	}
	j.broken = j.broken || j.inString || len(j.open) > 64
	return false
}

// prettyRecord joins a record that begins in row i and goes on in the next ones; it returns how
// many rows it has, or 0.
func (r *Parser) prettyRecord(i int) int {
	logs := r.stack.logs
	first := logs[i].Message
	if first == "" || first[0] != '{' || i+1 >= len(logs) || !beginsMember(logs[i+1].Message) || logs[i].EventName != "" {
		return 0
	}
	shape := jsonShape{open: r.shape[:0]}
	n, size := 0, 0
	for done := false; !done; n++ {
		if n == maxPrettyRows || size > maxPrettyBytes {
			return 0
		}
		if i+n == len(logs) {
			break
		}
		line := logs[i+n].Message
		size += len(line) + 1
		done = shape.feed(line)
		r.shape = shape.open[:0]
		if shape.broken || done && n == 0 {
			return 0
		}
	}
	return r.joinRecord(i, n, size, shape.open)
}

// beginsMember reports whether a line can be the second one of a JSON object.
func beginsMember(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return line != "" && (line[0] == '"' || line[0] == '}')
}

// joinRecord makes the row of i what its n lines say together. Brackets that are open are those
// of a record that the payload's end has cut: what came before the cut is kept.
func (r *Parser) joinRecord(i, n, size int, open []byte) int {
	logs := r.stack.logs
	if len(open) > 0 && n < 3 {
		return 0
	}
	closing := string(open)
	a := r.Arena
	a.Room(size + len(open))
	from := len(a.Text)
	for k := range n {
		a.Text = append(append(a.Text, strings.TrimRight(logs[i+k].Message, "\r\n")...), '\n')
	}
	text := strings.TrimRight(scan.View(a.Text[from:]), ", \t\r\n")
	a.Text = a.Text[:from+len(text)]
	for k := len(open) - 1; k >= 0; k-- {
		a.Text = append(a.Text, open[k])
	}
	b := a.Text[from:len(a.Text):len(a.Text)]
	fields, end := scan.Fields(r.fields[:0], a, b, 0)
	if r.fields = fields; end != len(b) {
		return 0
	}
	head := &logs[i]
	one := *head
	one.Level, one.Message, one.EventData, one.ErrorType, one.ErrorMessage, one.ErrorStack, one.Fingerprint = "", "", "", "", "", "", ""
	classify(r.fields, r.Keys)
	r.rest = r.rest[:0]
	if len(open) > 0 {
		r.rest = append(r.rest, scan.Field{Key: CutKey, Value: []byte("true")})
	}
	r.record(&one, true, &Claim{})
	SetEmpty(&one.Message, head.Message)
	if Severe(one.Level) {
		one.Fingerprint = r.Fingerprint(&one)
	}
	*head = one
	r.stack.added += int64(len(b))
	r.stack.record, r.stack.brackets = i, closing
	for k := 1; k < n; k++ {
		r.continuation(&logs[i+k], head.EventID, false)
	}
	return n
}
