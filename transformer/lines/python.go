package lines

import "strings"

// Python prints a traceback's frames indented and below them, not indented, the class of the
// error and its text, which may go on over lines: notes, pydantic's list of faults, a query.
// Groups of exceptions stand in front of bars ("  | "). Lambda's runtime indents by U+00A0 and
// leaves the last line out: there the line above the traceback names the error.
// Source: https://docs.python.org/3/library/traceback.html, awslambdaric/bootstrap.py

// tracebackHead begins a traceback; "  + Exception Group " may stand before it.
const tracebackHead = "Traceback (most recent call last)"

// maxErrorText bounds a message of several lines, in bytes.
const maxErrorText = 8 << 10

// errorOfPython names the error of a text that holds a traceback: that of the last one, as
// those before it are its causes.
func errorOfPython(s string) (errorType, message string) {
	at, lead := lastTraceback(s)
	if at < 0 {
		return "", ""
	}
	group := strings.Contains(lead, "Exception Group")
	indent := lead[:len(lead)-len(strings.TrimLeft(lead, " \t"))]
	_, rest, _ := strings.Cut(s[at:], "\n")
	var text string // of the message, as far as it is one piece of s
	from := 0
	for i := 0; i < len(rest); {
		line := firstLine(rest[i:])
		next := i + len(line) + 1
		var body string
		inside := true
		if group {
			body, inside = strings.CutPrefix(strings.TrimLeft(line, " "), "|")
			body = strings.TrimPrefix(body, " ")
		} else {
			body = strings.TrimPrefix(line, indent)
		}
		switch {
		case errorType == "" && (body == "" || isIndented(body) || strings.HasPrefix(body, `> File "`)): // a frame; loguru marks one
		case errorType == "" && inside:
			name, told, _ := strings.Cut(body, ":")
			if !isPythonName(name) {
				return errorAboveTraceback(s)
			}
			errorType, text, from = name, strings.TrimSpace(told), next
			if group { // bars stand between the lines that follow
				return errorType, text
			}
		}
		i = next
	}
	if errorType == "" {
		return errorAboveTraceback(s)
	}
	if from < len(rest) {
		more := strings.TrimRight(rest[from:min(len(rest), from+maxErrorText)], " \t\r\n")
		if more != "" {
			text = strings.TrimLeft(text+"\n"+more, "\n")
		}
	}
	return errorType, text
}

// lastTraceback finds where the last traceback begins that is not one of a group's own, and
// what stands before it in its line.
func lastTraceback(s string) (at int, lead string) {
	for end := len(s); ; end = at {
		if at = strings.LastIndex(s[:end], tracebackHead); at < 0 {
			return at, ""
		}
		lead = s[strings.LastIndexByte(s[:at], '\n')+1 : at]
		if strings.IndexByte(lead, '|') < 0 {
			return at, lead
		}
	}
}

// errorAboveTraceback names the error where it stands before the traceback:
// "[ERROR] ValueError: no tariff".
func errorAboveTraceback(s string) (errorType, message string) {
	above := strings.TrimRight(s[:strings.Index(s, tracebackHead)], " +\t\n")
	above = strings.TrimLeft(strings.TrimPrefix(above, "[ERROR]"), " \t")
	name, text, _ := strings.Cut(above, ":")
	if isPythonName(name) {
		return name, strings.TrimSpace(text[:min(len(text), maxErrorText)])
	}
	return "", ""
}

// isIndented reports whether a line begins with a blank, a tab or U+00A0.
func isIndented(line string) bool {
	return line != "" && (line[0] == ' ' || line[0] == '\t' || strings.HasPrefix(line, "\u00a0"))
}

// isPythonName reports whether s is the name of a class, with its module before it or without.
func isPythonName(s string) bool {
	if s == "" || len(s) > 200 || s[0] >= '0' && s[0] <= '9' || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isWord(c) && c != '.' && c != '<' && c != '>' && c < 0x80 {
			return false
		}
	}
	return true
}
