package transformer

import "strings"

// findStack tells where the stack trace in a text begins, or -1: the frames of Java,
// Node.js and .NET ("\n    at "), of Python ("Traceback"), Go ("goroutine 1 [") and
// Ruby ("\n\tfrom ").
func findStack(s string) int {
	nl := strings.IndexByte(s, '\n')
	if nl < 0 {
		return -1
	}
	if i := strings.Index(s, "Traceback (most recent call last)"); i >= 0 {
		return i
	}
	for i := nl; i >= 0 && i < len(s); {
		line := strings.TrimLeft(s[i+1:], " \t")
		indented := len(line) < len(s)-i-1
		if indented && (strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "from ")) {
			return i
		}
		if strings.HasPrefix(line, "goroutine ") && strings.Contains(line[:min(len(line), 40)], " [") {
			return i
		}
		next := strings.IndexByte(s[i+1:], '\n')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return -1
}

// errorOfStack names the error of a text with a stack trace.
func errorOfStack(s string) (errorType, message string) {
	if strings.Contains(s, "Traceback (most recent call last)") { // Python names it last
		lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
		for i := len(lines) - 1; i >= 0; i-- {
			if line := lines[i]; line != "" && line[0] != ' ' && line[0] != '\t' {
				if t, m := splitError(line); t != "" {
					return t, m
				}
				return line, ""
			}
		}
	}
	first, _, _ := strings.Cut(s, "\n")
	first = strings.TrimPrefix(first, "Exception in thread ")
	if rest, ok := strings.CutPrefix(first, `"`); ok {
		if _, after, ok := strings.Cut(rest, `" `); ok {
			first = after
		}
	}
	return splitError(first)
}

// splitError splits "com.example.BookingException: no such booking" (with whatever
// stands before) into type and message. A type is a word that ends like an error's name.
func splitError(s string) (errorType, message string) {
	if rest, ok := strings.CutPrefix(s, "panic: "); ok {
		return "panic", rest
	}
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && (isWord(s[j]) || s[j] == '.' || s[j] == '$' || s[j] == ':' && j+2 < len(s) && s[j+1] == ':') {
			if s[j] == ':' {
				j++
			}
			j++
		}
		if word := s[i:j]; isErrorName(word) && (j == len(s) || s[j] == ':' || i == 0 && s[j] == ' ') {
			return word, strings.TrimLeft(s[j:], ": ")
		}
		i = max(j, i+1)
	}
	return "", ""
}

func isErrorName(w string) bool {
	if len(w) < 5 {
		return false
	}
	last := w[strings.LastIndexAny(w, ".:")+1:]
	if last == "" || !isUpper(last[0]) {
		return false
	}
	for _, suffix := range [...]string{"Exception", "Error", "Failure", "Fault", "Warning", "Interrupt", "Timeout", "Exit"} {
		if strings.HasSuffix(last, suffix) {
			return true
		}
	}
	return false
}
