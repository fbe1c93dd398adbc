package lines

import "strings"

// FindStack tells where the stack trace in a text begins, or -1: the frames of Java,
// Node.js and .NET ("\n    at "), of Python ("Traceback"), Go ("goroutine 1 ["),
// Ruby ("\n\tfrom ", "app.rb:7:in "), PHP ("#0 ") and Rust ("stack backtrace:").
func FindStack(s string) int {
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
		if strings.HasPrefix(line, "#0 ") || strings.HasPrefix(line, "stack backtrace:") || isRubyFrame(line) {
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

// ErrorOfStack names the error of a text with a stack trace.
func ErrorOfStack(s string) (errorType, message string) {
	if strings.Contains(s, "Traceback (most recent call last)") { // Python names it last
		lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
		for i := len(lines) - 1; i >= 0; i-- {
			if line := lines[i]; line != "" && line[0] != ' ' && line[0] != '\t' && !strings.HasPrefix(line, "Traceback (") {
				if t, m := splitError(line); t != "" {
					return t, m
				}
				return line, ""
			}
		}
	}
	first, rest, _ := strings.Cut(s, "\n")
	if t, m, ok := errorOfLanguage(first, rest); ok {
		return t, m
	}
	first = strings.TrimPrefix(first, "Exception in thread ")
	if rest, ok := strings.CutPrefix(first, `"`); ok {
		if _, after, ok := strings.Cut(rest, `" `); ok {
			first = after
		}
	}
	if t, m := splitError(first); t != "" {
		return t, phpMessage(s, m)
	}
	return errorBefore(rest)
}

// errorBefore names the error that a line before the first frame does, for loggers that
// begin with a line of their own.
func errorBefore(rest string) (errorType, message string) {
	for range 4 {
		line, more, _ := strings.Cut(rest, "\n")
		line = strings.TrimLeft(line, " \t")
		if line == "" || strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "from ") || strings.HasPrefix(line, "#0 ") {
			break
		}
		if t, m := splitError(line); t != "" && strings.HasPrefix(line, t) {
			return t, m
		}
		rest = more
	}
	return "", ""
}

// phpMessage is an error's message without the place that PHP puts behind it.
func phpMessage(s, message string) string {
	if strings.HasPrefix(s, "PHP ") {
		if at := strings.LastIndex(message, " in /"); at > 0 {
			return message[:at]
		}
	}
	return message
}

// errorOfLanguage names the error where a language has a way of its own to say it.
func errorOfLanguage(first, rest string) (errorType, message string, ok bool) {
	if strings.HasPrefix(first, "thread '") {
		if _, at, found := strings.Cut(first, "' panicked at "); found {
			return "panic", rustMessage(at, rest), true
		}
	}
	if at := strings.Index(first, ":in "); at > 0 && isRubyFrame(first) { // file:7:in `name': text (Class)
		_, text, found := strings.Cut(first[at+4:], ": ")
		if open := strings.LastIndex(text, " ("); found && open > 0 && strings.HasSuffix(text, ")") {
			return text[open+2 : len(text)-1], text[:open], true
		}
	}
	if open := strings.Index(first, " ("); open > 0 && strings.HasSuffix(first, "):") && isRubyClass(first[:open]) { // Rails: Class (text):
		return first[:open], first[open+2 : len(first)-2], true
	}
	return "", "", false
}

// rustMessage is the text of a panic: in quotes before the place, or since 1.73 on the
// line below it.
func rustMessage(at, rest string) string {
	if strings.HasPrefix(at, "'") {
		if end := strings.LastIndex(at, "', "); end > 0 {
			return at[1:end]
		}
	}
	return firstLine(rest)
}

// isRubyFrame reports whether a line begins like "app/booking.rb:7:in ".
func isRubyFrame(line string) bool {
	i := strings.Index(line[:min(len(line), 300)], ":in ")
	if i < 4 {
		return false
	}
	j := i
	for j > 0 && line[j-1] >= '0' && line[j-1] <= '9' {
		j--
	}
	return j < i && j > 0 && line[j-1] == ':' && strings.IndexByte(line[:j], ' ') < 0
}

// isRubyClass reports whether s is like ActiveRecord::RecordNotFound.
func isRubyClass(s string) bool {
	parts := strings.Split(s, "::")
	for _, p := range parts {
		if p == "" || !isUpper(p[0]) || strings.IndexFunc(p, func(c rune) bool { return c > 127 || !isWord(byte(c)) }) >= 0 {
			return false
		}
	}
	return len(parts) > 1
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
