package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Severe reports whether a level is WARN or worse.
func Severe(level string) bool {
	return level == seamark.LevelError || level == seamark.LevelWarn || level == seamark.LevelFatal
}

// LevelOf names the level that a logger's record calls s, or none. Colours around it are taken
// off, and what log/slog puts behind a name ("INFO+2").
func LevelOf(s string) string {
	if l := levelWord(s); l != "" {
		return l
	}
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = withoutColours(s)
	}
	s = strings.Trim(s, " []<>:")
	if i := strings.IndexAny(s, "+-"); i > 0 && i+1 < len(s) && len(s)-i < 5 && s[i+1] >= '0' && s[i+1] <= '9' {
		s = s[:i]
	}
	if n := len(s); n > 1 && s[n-1] >= '1' && s[n-1] <= '5' { // OpenTelemetry's INFO2, MongoDB's D1
		s = s[:n-1]
	}
	if l := levelWord(s); l != "" {
		return l
	}
	var buf [maxLevel]byte
	switch upper(&buf, s) {
	case "SUCCESS", "SUCC", "HTTP", "HELP", "READY", "START", "BOX", "MARK", "DONE", "COMPLETE", "NOTE", "STATUS", "DISPLAY", "BASIC", "AUDIT", "INF", "NOTI", "NTC", "INFORM", "IMPORTANT", "OK", "PENDING", "AWAIT", "PAUSE", "STAR", "FAV", "WATCH":
		return seamark.LevelInfo
	case "EXCEPTION", "ERRO", "EROR", "FAIL", "FAILURE", "FAILED", "SEV", "ERORR", "LOUD":
		return seamark.LevelError
	case "WRN", "WARNI", "CAUTION":
		return seamark.LevelWarn
	case "DEBG", "DBUG", "DATA", "PROMPT", "INPUT", "VERB", "VRB", "DETAIL", "DEBU":
		return seamark.LevelDebug
	case "TRCE", "TRC", "TRAC", "SPAM", "FINER", "ALL", "TRA":
		return seamark.LevelTrace
	case "FATA", "FTL", "CRT", "FAT", "PNC", "PANI", "CRITICAL ERROR", "DISASTER", "OFF_FATAL", "ALRT", "EMRG", "CRITI", "ABORT":
		return seamark.LevelFatal
	}
	return ""
}

// maxLevel is the length of the longest name.
const maxLevel = 14

// upper writes s in capitals into buf; a longer one is none.
func upper(buf *[maxLevel]byte, s string) string {
	if len(s) < 1 || len(s) > len(buf) {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	return scan.View(buf[:len(s)])
}

// levelWord names the level that is commonly called s, in a record or in a line of text.
func levelWord(s string) string {
	var buf [maxLevel]byte
	switch upper(&buf, s) {
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

// levelOfText names the level that a JSON string holds, or none.
func (r *Parser) levelOfText(v []byte) string {
	if v[0] != '"' {
		return ""
	}
	s := scan.View(v[1 : len(v)-1])
	if strings.IndexByte(s, '\\') >= 0 {
		s = r.text(v)
	}
	return LevelOf(s)
}

// withoutColours takes a terminal's colour sequences out of a short text.
func withoutColours(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], 'm')
		if end < 0 {
			return b.String()
		}
		s = s[i+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// LevelOfNumber reads pino's and bunyan's levels (10 to 60), or none.
func LevelOfNumber(n int64) string {
	if n < 10 || n > 69 {
		return ""
	}
	return seamark.Levels()[n/10-1]
}

// phrases begin lines of programs that name their level in a way of their own.
var phrases = [...]struct{ prefix, level string }{
	{"npm ERR!", seamark.LevelError}, {"npm error ", seamark.LevelError}, {"npm WARN", seamark.LevelWarn}, {"npm warn ", seamark.LevelWarn},
	{"=ERROR REPORT", seamark.LevelError}, {"=CRASH REPORT", seamark.LevelError}, {"=SUPERVISOR REPORT", seamark.LevelError}, {"=WARNING REPORT", seamark.LevelWarn},
	{"OpenJDK 64-Bit Server VM warning: ", seamark.LevelWarn}, {"Java HotSpot(TM) 64-Bit Server VM warning: ", seamark.LevelWarn}, {"Terminating due to java.lang.OutOfMemoryError", seamark.LevelFatal},
	{"SLF4J(I): ", seamark.LevelInfo}, {"SLF4J(W): ", seamark.LevelWarn}, {"SLF4J(E): ", seamark.LevelError}, {"LAMBDA_WARNING: ", seamark.LevelWarn}, {"ERRORS AUTH_FAILURE ", seamark.LevelError},
}

// phraseStarts are the first bytes of phrases.
var phraseStarts = [256]bool{'n': true, '=': true, 'O': true, 'J': true, 'T': true, 'S': true, 'L': true, 'E': true}

func levelByPhrase(s, head string) string {
	head = withoutPHPTime(head)
	if head != "" && phraseStarts[head[0]] {
		for _, p := range phrases {
			if strings.HasPrefix(head, p.prefix) {
				return p.level
			}
		}
	}
	switch {
	case strings.HasPrefix(head, "panic: "), strings.HasPrefix(head, "fatal error: "), strings.HasPrefix(head, "PHP Fatal error: "), strings.HasPrefix(head, "PHP Parse error: "), strings.HasPrefix(head, "PHP Recoverable fatal error: "),
		isRustPanic(head), strings.HasPrefix(head, "Fatal error: "), strings.HasPrefix(head, "terminate called after throwing an instance of "), strings.HasPrefix(head, "terminate called without an active exception"):
		return seamark.LevelFatal
	case strings.HasPrefix(head, "PHP Warning: "), strings.HasPrefix(head, "PHP Notice: "), strings.HasPrefix(head, "PHP Deprecated: "):
		return seamark.LevelWarn
	case strings.HasPrefix(head, "Traceback (most recent call last)"),
		strings.Contains(head[:min(len(head), 120)], "Task timed out after"),
		strings.Contains(head[:min(len(head), 120)], "Runtime exited"),
		strings.HasPrefix(head, "Exception in thread "),
		strings.HasPrefix(head, "Unhandled exception"),
		strings.Contains(head[:min(len(head), 60)], "UnhandledPromiseRejection"),
		strings.HasPrefix(head, "Uncaught "):
		return seamark.LevelError
	}
	if l := levelOfDotnet(head); l != "" {
		return l
	}
	return levelOfCompiler(head)
}

// levelOfCompiler reads "src/a.ts(7,2): error TS2304: …" of TypeScript and MSBuild.
func levelOfCompiler(head string) string {
	at := strings.Index(head[:min(len(head), 300)], "): ")
	if at < 4 || head[at-1] < '0' || head[at-1] > '9' {
		return ""
	}
	open := strings.LastIndexByte(head[:at], '(')
	if open < 1 || strings.IndexByte(head[:open], ' ') >= 0 || strings.Trim(head[open+1:at], "0123456789,") != "" {
		return ""
	}
	switch word, _ := cutWord(head[at+3:]); word {
	case "error", "warning":
		return levelWord(word)
	}
	return ""
}

// withoutPHPTime takes off the time that PHP's error_log puts before a line.
func withoutPHPTime(s string) string {
	i := strings.Index(s[:min(len(s), maxLevelHead)], "PHP ") - 1
	if i > 1 && s[i] == ' ' && (s[i-1] == ']' && s[0] == '[' || s[i-1] == ':' && looksTimed(s) && strings.IndexByte(s[:i], '"') < 0) {
		return s[i+1:]
	}
	return s
}

// levelOfDotnet reads the word with which .NET's console logger begins: "fail: Name[0]".
func levelOfDotnet(head string) string {
	if len(head) < 6 || head[4:6] != ": " {
		return ""
	}
	return levelOfLabel(head[:4])
}

// levelOfLabel reads one of .NET's six labels.
func levelOfLabel(s string) string {
	switch s {
	case "crit":
		return seamark.LevelFatal
	case "fail":
		return seamark.LevelError
	case "warn":
		return seamark.LevelWarn
	case "info":
		return seamark.LevelInfo
	case "dbug":
		return seamark.LevelDebug
	case "trce":
		return seamark.LevelTrace
	}
	return ""
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
