package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Forms of a line in which the level is a sign or one letter.

// levelOfForm reads forms that begin a line: klog's and glog's "E0502 10:00:01.123456", Ruby's
// "E, [2024-…", syslog's "<3>", Redis' "1:M 02 May 2024 10:00:01.123 # ", logcat's "E/Tag( 12): ".
func levelOfForm(s string) string {
	switch {
	case isGlog(s):
		return levelOfInitial(s[0])
	case len(s) > 12 && strings.HasPrefix(s[1:], ", [") && s[4] >= '0' && s[4] <= '9': // Ruby's Logger
		return levelOfInitial(s[0])
	case len(s) > 12 && s[1] == ' ' && s[2] == '[' && s[3] >= '0' && s[3] <= '9' && strings.IndexByte("IWEFDXACN", s[0]) >= 0 && strings.IndexByte(s[:min(len(s), 32)], ':') > 0: // CUPS
		return levelOfInitial(s[0])
	case len(s) > 16 && s[1] == '[' && s[6] == '-' && allDigits(s[2:6]): // Tendermint: "E[2026-11-30|10:00:00.123] "
		return levelOfInitial(s[0])
	case len(s) > 24 && s[9] == '-' && s[12] == ':' && isUpper(s[0]) && allDigits(s[1:9]): // Meteor: "W20261130-10:00:00.123(0)? "
		return levelOfInitial(s[0])
	case strings.HasPrefix(s, "<Event ") || strings.HasPrefix(s, "<log4j:event "): // XML of log4j's
		if _, rest, ok := strings.Cut(s[:min(len(s), 400)], ` level="`); ok {
			return levelWord(cutAt(rest, '"'))
		}
	case len(s) > 3 && s[0] == '<':
		return levelOfPriority(s)
	case len(s) > 40 && s[0] == '\'': // Redshift's user activity
		if looksLikeTime(s[1:]) && strings.Contains(s, "]' LOG: ") {
			return seamark.LevelInfo
		}
	case len(s) > 24 && s[2] == ':' && s[8] == '.' && s[18] == ':' && allDigits(s[9:18]): // Falco: "10:00:00.123456789: Warning text"
		word, _ := cutWord(s[20:])
		return levelWord(word)
	case len(s) > 8 && s[1] == '/' && isUpper(s[0]):
		return levelOfLogcat(s)
	case len(s) > 30 && s[0] >= '0' && s[0] <= '9':
		return levelOfRedis(s)
	}
	if len(s) > 12 && isUpper(s[0]) && isUpper(s[2]) || len(s) > 100 && s[1] == ' ' {
		return cmpOr(levelOfMessageID(s), levelOfRAS(s))
	}
	return ""
}

// levelOfMessageID reads the letter behind the number of IBM's messages: "JVMDUMP039I text",
// "CWWKZ0002E: text".
// Source: https://www.ibm.com/docs/en/zos/3.1.0?topic=messages-message-format-description
func levelOfMessageID(s string) string {
	letters := 0
	for letters < len(s) && isUpper(s[letters]) {
		letters++
	}
	digits, n := letters, 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if n = digits - letters; letters < 3 || letters > 8 || n < 3 || n > 5 || digits+2 > len(s) || s[digits+1] != ' ' && s[digits+1] != ':' {
		return ""
	}
	switch s[digits] {
	case 'I', 'W', 'E', 'S':
		return levelOfInitial(s[digits])
	}
	return ""
}

// levelOfRAS reads what Blue Gene and its kin wrote of reliability, availability and
// serviceability: "- 1117843015 2005.06.03 <node> <time> <node> RAS KERNEL INFO text".
// Source: https://www.usenix.org/cfdr-data
func levelOfRAS(s string) string {
	words := strings.SplitN(s[:min(len(s), 300)], " ", 10)
	if len(words) < 10 || len(words[1]) != 10 || !allDigits(words[1]) || len(words[2]) != 10 || words[2][4] != '.' || words[3] != words[5] {
		return ""
	}
	return levelOfCapitals(words[8])
}

// isGlog reports whether a line begins as those of klog, glog, Abseil and CockroachDB do: a
// letter, a date of 4, 6 or 8 digits, a blank and the time.
func isGlog(s string) bool {
	if len(s) < 18 || strings.IndexByte("IWEFDV", s[0]) < 0 {
		return false
	}
	n := strings.IndexByte(s[:10], ' ')
	return (n == 5 || n == 7 || n == 9) && allDigits(s[1:n]) && allDigits(s[n+1:n+3]) && s[n+3] == ':' && allDigits(s[n+4:n+6])
}

// levelOfInitial is the level that its first letter stands for where a form is certain.
func levelOfInitial(c byte) string {
	switch c {
	case 'V', 'T':
		return seamark.LevelTrace
	case 'D':
		return seamark.LevelDebug
	case 'I', 'N', 'A', 'C':
		return seamark.LevelInfo
	case 'W':
		return seamark.LevelWarn
	case 'E', 'S':
		return seamark.LevelError
	case 'F':
		return seamark.LevelFatal
	}
	return ""
}

// levelOfPriority reads syslog's "<165>": the severity are the last three bits.
func levelOfPriority(s string) string {
	end := strings.IndexByte(s[:min(len(s), 5)], '>')
	if end < 2 || !allDigits(s[1:end]) {
		return ""
	}
	n := 0
	for _, c := range []byte(s[1:end]) {
		n = n*10 + int(c-'0')
	}
	if n > 191 {
		return ""
	}
	return syslogLevels[n&7]
}

var syslogLevels = [8]string{"FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG"}

// levelOfLogcat reads Android's "E/ActivityManager( 1234): ".
// Source: https://developer.android.com/tools/logcat
func levelOfLogcat(s string) string {
	open := strings.IndexByte(s[:min(len(s), 64)], '(')
	if open < 4 {
		return ""
	}
	pid, _, ok := strings.Cut(s[open+1:], "):")
	if !ok || !allDigits(strings.TrimLeft(pid, " ")) {
		return ""
	}
	return levelOfInitial(s[0])
}

func levelOfRedis(s string) string {
	colon := strings.IndexByte(s[:12], ':')
	if colon < 1 || !allDigits(s[:colon]) || strings.IndexByte("XCSM", s[colon+1]) < 0 || s[colon+2] != ' ' {
		return ""
	}
	words := strings.SplitN(s, " ", 7)
	if len(words) < 7 || len(words[5]) != 1 {
		return ""
	}
	switch words[5] {
	case ".", "-":
		return seamark.LevelDebug
	case "*":
		return seamark.LevelInfo
	case "#":
		return seamark.LevelWarn
	}
	return ""
}

// initial reads a level of one letter behind the time: MongoDB's "… E STORAGE  [", logcat's
// "… 1234  5678 E ActivityManager: ", Telegraf's "… E! [", DMS' "… [TASK]E: ". A letter alone
// may be a word, so what follows must look like a name.
func (at *lead) initial(s string, i, end int) string {
	if at.broken || !at.timed || !isUpper(s[i]) {
		return ""
	}
	next := s[end:]
	switch t := s[i:end]; {
	case len(t) == 2 && t[1] == '!' || len(t) == 2 && t[1] == ':' && i > 0 && s[i-1] == ']':
		return levelOfInitial(t[0])
	case len(t) > 2 && t[1] == '/': // logcat with a time
		return levelOfLogcat(s[i:])
	case len(t) != 1 || next == "" || next[0] != ' ' && next[0] != '\t':
		return ""
	}
	next = strings.TrimLeft(next, " \t")
	name, _ := cutWord(next)
	if name == "" || strings.IndexByte("VDIWEF", s[i]) < 0 || levelOfCapitals(name) != "" {
		return ""
	}
	if name == "-" || name == "|" || name[0] == '[' || strings.IndexByte(name, '/') > 0 && strings.HasSuffix(name, "]") || len(name) > 1 && (strings.ToUpper(name) == name || strings.HasSuffix(name, ":") || strings.HasPrefix(strings.TrimLeft(next[len(name):], " "), ": ") && isName(name)) {
		return levelOfInitial(s[i])
	}
	return ""
}

// timedParts reads what Jetty joins by colons: "10:00:01.123:WARN".
func timedParts(t string) string {
	if t[0] < '0' || t[0] > '9' {
		return ""
	}
	for part := range strings.SplitSeq(t, ":") {
		if strings.Trim(part, "0123456789.,-T") != "" {
			return levelOfCapitals(part)
		}
	}
	return ""
}

// doubledColons reads "MainThread::ERROR::2011-12-05".
func doubledColons(t string) string {
	if strings.Count(t, "::") < 2 {
		return ""
	}
	_, rest, _ := strings.Cut(t, "::")
	word, _, _ := strings.Cut(rest, "::")
	return levelOfCapitals(word)
}

// bare reads a level that is a word in small letters, or the like, right behind the time: what is
// said may begin with such a word too, so that some that follow tell otherwise.
func (at *lead) bare(s string, i, end int) string {
	t, next := s[i:end], s[end:]
	if at.broken || at.plain || !at.timed || len(t) < 3 || len(t) > 8 || next == "" || next[0] != ' ' {
		return ""
	}
	if strings.HasPrefix(next, "  ") && len(t) > 3 && isUpper(t[0]) {
		return levelWord(t)
	}
	switch t {
	case "trace", "debug", "info", "warn", "err", "crit", "critical", "fatal", "error", "warning":
	default:
		return ""
	}
	word, _ := cutWord(strings.TrimLeft(next, " "))
	if (t == "trace" || t == "crit" || t == "critical" || t == "fatal") && !strings.ContainsAny(word, "[:=/.(") { // are words more often
		return ""
	}
	switch strings.TrimRight(word, ".,:;") {
	case "rate", "rates", "count", "counts", "budget", "handler", "handling", "code", "codes", "log", "logs", "message", "messages", "page", "pages", "reporting", "correction", "free", "percentage",
		"ratio", "metrics", "threshold", "queue", "is", "was", "has", "cleared", "resolved", "recovered", "mode", "level", "levels", "file", "files", "output", "signs", "and", "or", "to", "of", "for", "from", "=", "->", "tracking", "bars":
		return ""
	}
	return levelWord(t)
}
