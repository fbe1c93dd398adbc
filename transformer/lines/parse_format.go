package lines

import (
	"html"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// parseLine parses a message that is not a JSON object: an access log in a format that
// does not say its own names, a batch of the Telemetry API, or any other text.
func (r *Parser) parseLine(row *seamark.Log, timed bool, message []byte, own *Claim) (isAccess bool) {
	line := strings.TrimRight(scan.View(message), "\r\n")
	if r.Format != nil && r.Format.notation != selfTold {
		if r.takeFormat(r.Format, line) {
			r.parseAccess(row, timed, own)
			return true
		}
		r.Odd.FormatMismatches++
	}
	if (r.told != nil || line != "" && line[0] == '#') && r.toldLine(line) || r.knownAccessLine(line) || line != "" && line[0] == '{' && r.spoiltAccess(line) {
		r.parseAccess(row, timed, own)
		return true
	}
	if prefix, rest := cutCRI(line); prefix != "" && r.wrapped < maxWrapped {
		return r.criLine(row, timed, prefix, rest, own)
	}
	if r.Workload.Format != "" && r.Format == nil {
		r.Odd.UnknownFormats++
	}
	if r.parseTelemetry(row, timed, message, own) {
		return false
	}
	r.parseText(row, timed, message, own)
	return false
}

// criLine parses a line of containerd or CRI-O, "<time> <stream> F <line>": the line is the
// record, time and stream go to the data.
func (r *Parser) criLine(row *seamark.Log, timed bool, prefix, line string, own *Claim) (isAccess bool) {
	at := strings.IndexByte(prefix, ' ')
	r.keepText("stream", prefix[at+1:at+7])
	if !r.takeTime(row, r.quoted(prefix[:at]), timed, own) {
		r.keepText("time", prefix[:at])
	}
	r.wrapped++
	body := trimSpace(scan.BytesOf(line))
	var end int
	if len(body) > 1 && body[0] == '{' {
		r.fields, end = scan.Fields(r.fields[:0], r.Arena, body, 0)
	}
	if end == len(body) && end > 0 {
		isAccess = r.parseObject(classify(r.fields, r.Keys), row, timed, own)
	} else {
		isAccess = r.parseLine(row, timed, scan.BytesOf(line), own)
	}
	r.wrapped--
	return isAccess
}

// quoted is s as a JSON string.
func (r *Parser) quoted(s string) []byte {
	a := r.Arena
	a.Room(6*len(s) + 2)
	from := len(a.Text)
	a.Text = AppendQuoted(a.Text, s)
	return a.Text[from:len(a.Text):len(a.Text)]
}

// takeFormat takes a line apart into r.fields, or reports that it does not follow the format.
func (r *Parser) takeFormat(f *Format, line string) bool {
	r.fields = r.fields[:0]
	if len(f.parts) == 0 {
		return false
	}
	if f.notation == markup { // blanks between elements mean nothing
		line = strings.TrimSpace(line)
	}
	for i, p := range f.parts {
		rest, ok := strings.CutPrefix(line, p.before)
		if !ok {
			return false
		}
		next := f.tail
		if i+1 < len(f.parts) {
			next = f.parts[i+1].before
		}
		var value string
		if value, line, ok = f.value(rest, next, i+1 == len(f.parts)); !ok {
			return false
		}
		if strings.HasSuffix(p.key, "messageString") && len(value) > 1 && value[0] == '"' { // API Gateway quotes it
			value = strings.Trim(value, `"`)
		}
		if value != "-" && value != "" {
			r.addText(p.key, value, p.access)
		}
	}
	return line == f.tail && len(r.fields) > 0
}

// value cuts off the value that ends where next begins; the last one ends the line.
func (f *Format) value(s, next string, last bool) (value, rest string, ok bool) {
	if f.notation == commaValues && strings.HasPrefix(s, `"`) && !strings.HasPrefix(next, `"`) {
		return quotedValue(s, next, last)
	}
	end := strings.Index(s, next)
	switch {
	case last:
		if !strings.HasSuffix(s, next) {
			return "", s, false
		}
		end = len(s) - len(next)
	case next == "" || end < 0: // two variables without anything between
		return "", s, false
	case next[0] == '"':
		end = endOfQuoted(s, next)
	}
	if end < 0 {
		return "", s, false
	}
	value, rest = s[:end], s[end:]
	switch {
	case f.notation == markup && strings.IndexByte(value, '&') >= 0:
		value = html.UnescapeString(value)
	case next != "" && next[0] == '"' && strings.Contains(value, `\"`):
		value = strings.ReplaceAll(value, `\"`, `"`)
	}
	return value, rest, true
}

// endOfQuoted finds next, which begins with a quote, where no backslash stands before it.
func endOfQuoted(s, next string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], next)
		if i < 0 {
			return -1
		}
		if i += from; i == 0 || s[i-1] != '\\' {
			return i
		}
		from = i + 1
	}
}

// quotedValue reads a CSV value in quotes (RFC 4180), of which API Gateway writes those of
// error messages. A backslash may escape a quote too. A quote that does not close before a
// separator is part of the value.
func quotedValue(s, next string, last bool) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '"', s[i] == '"' && i+1 < len(s) && s[i+1] == '"':
			i++
		case s[i] == '"':
			rest = s[i+1:]
			if last {
				return b.String(), rest, rest == next
			}
			return b.String(), rest, strings.HasPrefix(rest, next)
		}
		b.WriteByte(s[i])
	}
	return "", s, false
}

// addText adds a field whose value is text.
func (r *Parser) addText(key, value string, access scan.Column) {
	r.fields = append(r.fields, scan.Field{Key: key, Value: r.quoted(value), Access: access})
}
