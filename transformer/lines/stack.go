package lines

import "strings"

// FindStack tells where the stack trace in a text begins, or -1: the frames of Java,
// Node.js and .NET ("\n    at "), of Python ("Traceback"), Go ("goroutine 1 [", "\n\tmain.go:7"),
// Ruby ("\n\tfrom ", "app.rb:7:in "), PHP ("#0 ") and Rust ("stack backtrace:").
func FindStack(s string) int {
	nl := strings.IndexByte(s, '\n')
	if nl < 0 {
		return -1
	}
	if i := strings.Index(s, tracebackHead); i >= 0 {
		return i
	}
	for i := nl; i >= 0 && i < len(s); {
		line := strings.TrimLeft(s[i+1:], " \t")
		indented := len(line) < len(s)-i-1
		if indented && (strings.HasPrefix(line, "at ") || strings.HasPrefix(line, "from ") || isGoPlace(firstLine(line))) {
			return i
		}
		if strings.HasPrefix(line, "goroutine ") && strings.Contains(line[:min(len(line), 40)], " [") {
			return i
		}
		if indented && isElixirFrame(line) || strings.HasPrefix(line, "#0 ") || strings.HasPrefix(line, "stack backtrace:") || isRubyFrame(line) {
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

// isGoPlace reports whether a line is the place of a frame of Go: "/app/main.go:7" or
// "/app/main.go:7 +0x1d".
func isGoPlace(line string) bool {
	at := strings.Index(line[:min(len(line), 300)], ".go:")
	if at < 1 || at+4 >= len(line) || line[at+4] < '0' || line[at+4] > '9' || strings.IndexByte(line[:at], ' ') >= 0 {
		return false
	}
	rest := strings.TrimLeft(line[at+4:], "0123456789")
	return strings.TrimSpace(rest) == "" || strings.HasPrefix(rest, " +0x")
}

// ErrorOfStack names the error of a text with a stack trace.
func ErrorOfStack(s string) (errorType, message string) {
	if strings.Contains(s, tracebackHead) { // Python names it last
		if t, m := errorOfPython(s); t != "" {
			return t, m
		}
	}
	first, rest, _ := strings.Cut(s, "\n")
	if t, m, ok := errorOfLanguage(first, rest); ok {
		return t, m
	}
	if t, m := errorAbove(s); t != "" {
		return t, m
	}
	if t, m := splitError(afterThread(first)); t != "" {
		return t, phpMessage(s, m)
	}
	return errorBefore(rest)
}

// afterThread takes off what Java puts before an error that nobody has caught.
func afterThread(line string) string {
	rest, ok := strings.CutPrefix(line, "Exception in thread ")
	if ok && strings.HasPrefix(rest, `"`) {
		if _, after, ok := strings.Cut(rest[1:], `" `); ok {
			return after
		}
	}
	return rest
}

// maxAbove is how many lines above the first frame may hold the error.
const maxAbove = 40

// errorAbove names the error of a trace whose frames begin with "at ": it stands in the line
// above the first frame, or more lines up when its message goes on over lines. A line that
// begins with it wins over one that holds it behind other words.
func errorAbove(s string) (errorType, message string) {
	frames := firstFrameAt(s)
	if frames < 0 {
		return "", ""
	}
	for _, anywhere := range [...]bool{false, true} {
		end := frames
		for n := 0; n < maxAbove && end > 0; n++ {
			from := strings.LastIndexByte(s[:end-1], '\n') + 1
			line := strings.Trim(s[from:end-1], " \t\r")
			if t, m := errorInLine(line, anywhere); t != "" && !strings.HasPrefix(line, "---> ") {
				return t, withMore(m, s[min(end, frames):frames])
			}
			end = from
		}
	}
	from := strings.LastIndexByte(s[:frames-1], '\n') + 1
	return ownError(strings.Trim(s[from:frames-1], " \t\r"))
}

// ownError names an error whose class is called as its author likes, "NoRoom: text" right above
// the frames. A level, a heading and a line of words are none.
func ownError(line string) (errorType, message string) {
	name, message, ok := strings.Cut(line, ": ")
	if more, text, again := strings.Cut(message, ": "); again && strings.IndexByte(name, ' ') > 0 && strings.IndexByte(more, ' ') < 0 {
		if levelOfAny(name[strings.LastIndexByte(name, ' ')+1:]) == "" { // "order failed: NoRoom: text"
			name, message = more, text
		}
	}
	if !ok || len(name) < 5 || !isUpper(name[0]) || strings.ToUpper(name) == name || levelOfAny(name) != "" || strings.HasPrefix(name, "Trace") || strings.HasPrefix(name, "Stack") {
		return "", ""
	}
	for i := range len(name) {
		if !isWord(name[i]) {
			return "", ""
		}
	}
	return name, message
}

// firstFrameAt finds the line of the first frame that begins with "at ", or is -1.
func firstFrameAt(s string) int {
	for i := strings.IndexByte(s, '\n'); i >= 0 && i+1 < len(s); {
		line := strings.TrimLeft(s[i+1:], " \t")
		if len(line) < len(s)-i-1 && strings.HasPrefix(line, "at ") {
			return i + 1
		}
		next := strings.IndexByte(s[i+1:], '\n')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return -1
}

// errorInLine names the error that a line begins with, or holds.
func errorInLine(line string, anywhere bool) (errorType, message string) {
	line = afterThread(line)
	if anywhere {
		if t, m := splitError(line); t != "" {
			return t, m
		}
		return codedError(line)
	}
	word := line
	if end := strings.IndexAny(line, ": "); end >= 0 {
		word = line[:end]
	}
	rest := line[len(word):]
	if strings.HasPrefix(line, "** (") {
		return errorOfElixir(line, "")
	}
	if code, behind, ok := strings.Cut(rest, "]: "); ok && strings.HasPrefix(code, " [") { // Node.js: Error [ERR_MODULE_NOT_FOUND]: text
		rest = ": " + behind
	}
	if rest != "" && rest[0] != ':' || !isErrorName(word) && !isClassName(word) {
		return "", ""
	}
	return word, strings.TrimLeft(rest, ": ")
}

// codedError names an error with a code of Node.js behind words: "refused NoRoom [E_FULL]: text".
func codedError(line string) (errorType, message string) {
	head, message, ok := strings.Cut(line, "]: ")
	name, code, open := strings.Cut(head, " [")
	name = name[strings.LastIndexByte(name, ' ')+1:]
	if !ok || !open || code == "" || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" || !isName(name) || !isUpper(name[0]) {
		return "", ""
	}
	return name, message
}

// withMore joins a message with the lines that go on with it.
func withMore(message, more string) string {
	more = strings.TrimRight(more[:min(len(more), maxErrorText)], " \t\r\n")
	if at := strings.Index(more, " ---> "); at >= 0 && strings.TrimSpace(more[:at]) == "" {
		more = ""
	}
	if more == "" {
		return message
	}
	return strings.TrimLeft(message+"\n"+more, "\n")
}

// isClassName reports whether a word is a class with its package, whatever its name ends in:
// com.example.NoSeat. One with an error's name needs no package.
func isClassName(word string) bool {
	at := strings.LastIndexByte(word, '.')
	if at < 1 || at+1 == len(word) || !isUpper(word[at+1]) {
		return false
	}
	for i := range len(word) {
		if c := word[i]; !isWord(c) && c != '.' && c != '$' {
			return false
		}
	}
	return word[0] >= 'a' && word[0] <= 'z'
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
	if strings.HasPrefix(withoutPHPTime(s), "PHP ") || strings.HasPrefix(s, "Fatal error: ") || strings.Contains(s[:len(s)-len(message)], "PHP Fatal error:  Uncaught ") {
		if at := strings.LastIndex(message, " in /"); at > 0 {
			return message[:at]
		}
	}
	return message
}

// errorOfLanguage names the error where a language has a way of its own to say it.
func errorOfLanguage(first, rest string) (errorType, message string, ok bool) {
	if isRustPanic(first) {
		_, at, _ := strings.Cut(first, " panicked at ")
		return "panic", rustMessage(at, rest), true
	}
	if t, m := errorInBrackets(first); t != "" {
		return t, m, true
	}
	if t, m := errorOfPHP(first); t != "" {
		if thrown, text := nextOfPHP(rest); thrown != "" {
			return thrown, text, true
		}
		return t, m, true
	}
	if t, m := errorOfElixir(first, rest); t != "" {
		return t, m, true
	}
	if t, m := errorOfRuby(first); t != "" {
		return t, m, true
	}
	whole := first
	first = withoutRubyPrefix(first)
	if open := strings.LastIndex(first, " ("); open > 0 && len(first) < len(whole) && strings.HasSuffix(first, ")") && isRubyFrame(firstLine(rest)) { // Logger#error(e): text (Class)
		if class := first[open+2 : len(first)-1]; isRubyClass(class) || isPythonName(class) && isUpper(class[0]) {
			return class, first[:open], true
		}
	}
	if at := strings.Index(first, ":in "); at > 0 && isRubyFrame(first) { // file:7:in `name': text (Class)
		_, text, found := strings.Cut(first[at+4:], ": ")
		if open := strings.LastIndex(text, " ("); found && open > 0 && strings.HasSuffix(text, ")") {
			return text[open+2 : len(text)-1], text[:open], true
		}
	}
	if open := strings.Index(first, " ("); open > 0 && strings.HasSuffix(first, "):") && (isRubyClass(first[:open]) || isErrorName(first[:open])) { // Rails: Class (text):
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
	if _, rest, ok := strings.Cut(s[:min(len(s), 512)], "http: panic serving "); ok { // net/http
		_, text, _ := strings.Cut(rest, ": ")
		return "panic", text
	}
	s = afterThread(s)
	if strings.HasPrefix(s, "ORA-") && isErrorName(s[:min(len(s), 9)]) {
		return s[:9], strings.TrimLeft(s[9:], ": ")
	}
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && (isWord(s[j]) || s[j] == '.' || s[j] == '$' || s[j] == '\\' && j > i && j+1 < len(s) && isWord(s[j+1]) || s[j] == ':' && j+2 < len(s) && s[j+1] == ':') {
			if s[j] == ':' {
				j++
			}
			j++
		}
		if word := s[i:j]; (isErrorName(word) || isPlatformType(word)) && (j == len(s) || s[j] == ':' && (j+1 == len(s) || s[j+1] < '0' || s[j+1] > '9') || i == 0 && s[j] == ' ') {
			return word, phpMessage(s, strings.TrimLeft(s[j:], ": "))
		} else if j < len(s) && s[j] == '(' && isErrorName(word) {
			if m, ok := pythonText(s[j:]); ok {
				return word, m
			}
		}
		i = max(j, i+1)
	}
	return "", ""
}

func isErrorName(w string) bool {
	if len(w) < 5 {
		return false
	}
	if len(w) == 9 && w[3] == '-' && w[:3] == "ORA" && allDigits(w[4:]) { // Oracle's codes
		return true
	}
	last := w[strings.LastIndexAny(w, ".:\\")+1:]
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
