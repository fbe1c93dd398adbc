package transformer

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

func severe(level string) bool {
	return level == seamark.LevelError || level == seamark.LevelWarn || level == seamark.LevelFatal
}

// levelOf names the level that a logger calls s, or none.
func levelOf(s string) string {
	if len(s) < 1 || len(s) > 13 {
		return ""
	}
	var buf [13]byte
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	switch string(buf[:len(s)]) {
	case "INFO", "INFORMATION", "INFORMATIONAL", "NOTICE", "I", "CONFIG", "LOG":
		return seamark.LevelInfo
	case "ERROR", "ERR", "SEVERE", "E":
		return seamark.LevelError
	case "WARN", "WARNING", "W":
		return seamark.LevelWarn
	case "DEBUG", "DBG", "FINE", "VERBOSE", "D":
		return seamark.LevelDebug
	case "TRACE", "FINER", "FINEST", "SILLY", "T":
		return seamark.LevelTrace
	case "FATAL", "CRITICAL", "CRIT", "PANIC", "DPANIC", "ALERT", "EMERG", "EMERGENCY", "F":
		return seamark.LevelFatal
	}
	return ""
}

// levelOfNumber reads pino's and bunyan's levels (10 to 60), or none.
func levelOfNumber(n int64) string {
	if n < 10 || n > 69 {
		return ""
	}
	return seamark.Levels()[n/10-1]
}

// levelInText finds the level that a line of text names: as a word in capitals or in
// brackets near its beginning, or by how runtimes announce an error.
func levelInText(s string) string {
	head := s[:min(len(s), 120)]
	if nl := strings.IndexByte(head, '\n'); nl > 0 {
		head = head[:nl]
	}
	for i := 0; i < len(head); {
		if !isUpper(head[i]) || i > 0 && isWord(head[i-1]) {
			i++
			continue
		}
		j := i
		for j < len(head) && isUpper(head[j]) {
			j++
		}
		if j-i >= 3 && (j == len(head) || !isWord(head[j])) {
			if l := levelOf(head[i:j]); l != "" {
				return l
			}
		}
		i = j
	}
	return levelByPhrase(s, head)
}

func levelByPhrase(s, head string) string {
	switch {
	case strings.HasPrefix(head, "panic: "), strings.HasPrefix(head, "fatal error: "):
		return seamark.LevelFatal
	case strings.HasPrefix(head, "Traceback (most recent call last)"),
		strings.Contains(head, "Task timed out after"),
		strings.Contains(head, "Runtime exited"),
		strings.HasPrefix(head, "Exception in thread "),
		strings.HasPrefix(head, "Unhandled exception"),
		strings.HasPrefix(head, "Uncaught "):
		return seamark.LevelError
	}
	if t, _ := splitError(head); t != "" && findStack(s) >= 0 {
		return seamark.LevelError
	}
	return ""
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
