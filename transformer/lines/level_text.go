package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// maxLevelHead is how far into a line its level is looked for, in bytes.
const maxLevelHead = 160

// levelInText finds the level that a line of text names. What a logger writes stands before
// the words: behind times, numbers, names and brackets only, or between delimiters. A level's
// name within a sentence, a quoted text, a pair or a path is not the line's.
func levelInText(s string) string {
	head := firstLine(s)
	if l := levelOfForm(head); l != "" {
		return l
	}
	if l := levelByPhrase(s, head); l != "" {
		return l
	}
	if t := strings.TrimLeft(head, " \t"); t != "" && (t[0] == '{' || t[0] == '"') {
		if end := strings.IndexByte(t, '}'); end > 12 && t[1] >= '0' && t[1] <= '9' && isTimeLike(strings.ReplaceAll(t[1:end], " ", "T")) { // log4j's "{%d}"
			return levelBeforeWords(t[end+1 : min(len(t), end+maxLevelHead)])
		}
		return levelOfFragment(s, t)
	}
	if l := levelBeforeWords(head[:min(len(head), maxLevelHead)]); l != "" {
		return l
	}
	if len(head) < len(s) { // java.util.logging and tinylog put it on a second line
		second := firstLine(s[len(head)+1:])
		if word, _, ok := strings.Cut(second, ": "); ok && word != "" && isUpper(word[0]) && looksTimed(head) {
			return levelWord(word)
		}
	}
	if t, _ := errorInBrackets(head); t != "" {
		return seamark.LevelError
	}
	if t, _, _ := strings.Cut(head, ": "); len(t) < maxLevelHead && (isErrorName(t) || isPlatformType(t)) && splits(t) { // an error's class begins it
		if strings.HasSuffix(t, "Warning") {
			return seamark.LevelWarn
		}
		return seamark.LevelError
	}
	return levelByError(s, head)
}

// levelOfFragment finds the level in a piece of JSON, or in JSON that was cut off.
func levelOfFragment(s, head string) string {
	for _, key := range [...]string{`"level"`, `"log.level"`, `"severity"`, `"severity_text"`, `"levelname"`, `"lvl"`, `"@l"`, `"LogLevel"`, `"Level"`} {
		i := strings.Index(head[:min(len(head), 4096)], key)
		if i < 0 {
			continue
		}
		rest := strings.TrimLeft(head[i+len(key):], " \t")
		rest, ok := strings.CutPrefix(rest, ":")
		rest, quoted := strings.CutPrefix(strings.TrimLeft(rest, " \t"), `"`)
		if end := strings.IndexByte(rest, '"'); ok && quoted && end > 0 {
			if l := LevelOf(rest[:end]); l != "" {
				return l
			}
		}
	}
	if _, rest, ok := strings.Cut(s[:min(len(s), 4096)], " level: '"); ok && head[0] == '{' { // an object as Node.js prints it
		if l := LevelOf(cutAt(rest, '\'')); l != "" {
			return l
		}
	}
	return levelByError(s, head)
}

// levelByError is ERROR for a line that names an error's class and has its stack behind it.
func levelByError(s, head string) string {
	if len(head) == len(s) {
		return ""
	}
	if t, _ := splitError(head); t != "" && FindStack(s) >= 0 {
		return seamark.LevelError
	}
	return ""
}

// splits reports whether a word is one that splitError takes for a class.
func splits(word string) bool {
	t, _ := splitError(word)
	return t == word
}

// looksTimed reports whether a line begins with something like a time.
func looksTimed(s string) bool {
	return len(s) > 8 && strings.ContainsAny(s[:min(len(s), 24)], "0123456789")
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// lead is how far the beginning of a line is still what a logger put before the words.
type lead struct {
	broken bool // a word of the message was there
	timed  bool
	plain  bool // one word after a time may be a host or a thread
	symbol bool // signale's and others' sign stood right before
	label  bool // only a program's name and a colon stood before
}

// levelBeforeWords walks the tokens of a line.
func levelBeforeWords(s string) string {
	at := lead{broken: s != "" && s[0] == '|'} // a table
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '[' || c == '(' || c == '<':
			end := closingOf(s, i)
			if end < 0 {
				i++
				continue
			}
			if l := at.group(s[i+1:end], c); l != "" {
				if s[i+1:end] == "AUDIT" { // a marker: "[AUDIT] WARN"
					if word, _ := cutWord(strings.TrimLeft(s[end+1:], " ")); !isAlsoWord(word) {
						return cmpOr(levelOfCapitals(word), l)
					}
				}
				return l
			}
			i = end + 1
		case c == '"' || c == '\'' || c == '`':
			at.broken = true
			if end := strings.IndexByte(s[i+1:], c); end >= 0 {
				i += end + 1
			}
			i++
		case isWord(c) || c >= 0x80 || c == '/' || c == '$' || c == '@':
			end := i
			for end < len(s) && s[end] != ' ' && s[end] != '\t' && s[end] != '|' && s[end] != '[' && s[end] != ']' {
				end++
			}
			if l := at.token(s, i, end); l != "" {
				return l
			}
			i = end
		case c == '{' && !at.broken && at.timed: // Airflow's "{task.py:17}", ClickHouse's "{<query>}"
			end := strings.IndexByte(s[i:], '}')
			if end < 0 || strings.ContainsAny(s[i:i+end], "\"= ") {
				return ""
			}
			i += end + 1
		case c == '{' || c == '=':
			return ""
		default:
			i++
		}
	}
	return ""
}

// closingOf finds what closes the bracket at s[i], or -1.
func closingOf(s string, i int) int {
	closing := byte(']')
	switch s[i] {
	case '(':
		closing = ')'
	case '<':
		closing = '>'
	}
	if end := strings.IndexByte(s[i:], closing); end > 0 {
		return i + end
	}
	return -1
}

// group reads what stands in brackets: "[error]", "[core:error]", "[10:00:01 ERR]",
// "[2024-05-02T10:00:01Z ERROR app]", "[error    ]".
func (at *lead) group(inner string, open byte) string {
	t := strings.Trim(inner, " ")
	if strings.EqualFold(t, "http") && !at.broken && open == '[' { // winston's and npm's level
		return seamark.LevelInfo
	}
	if l := levelOfAny(t); l != "" && (!at.broken || t == strings.ToUpper(t) && len(t) > 3 && open == '[') {
		if open == '(' && (t != strings.ToUpper(t) || len(t) == 1) {
			return ""
		}
		return l
	}
	labelled := at.label
	at.label = false
	if at.broken || open == '<' {
		return ""
	}
	if labelled && !allDigits(t) { // "nginx: [emerg] …", but of words no more
		at.broken = true
	}
	if l := levelOfInitialIn(t); l != "" && open == '[' {
		return l
	}
	if i := strings.IndexByte(t, '|'); i > 0 { // "[WARNING|modeling.py:42]"
		if l := levelOfCapitals(t[:i]); l != "" {
			return l
		}
	}
	if i := strings.LastIndexByte(t, '/'); i > 0 { // log4j2's "[%t/%p]"
		if l := levelOfCapitals(t[i+1:]); l != "" {
			return l
		}
	}
	if i := strings.LastIndexAny(t, "# "); i > 0 && isName(t[:i]) && (t[i] == '#' || i+6 <= len(t)) { // "[twisted.web.server#error]", "[request error]"
		if l := levelOfAny(t[i+1:]); l != "" && t[i+1:] == strings.ToLower(t[i+1:]) {
			return l
		}
	}
	if t != "" && t[0] >= '0' && t[0] <= '9' && strings.Count(t, ":") >= 2 { // Chromium's "[1130/100000.123456:ERROR:bus.cc(407)]"
		for part := range strings.SplitSeq(t, ":") {
			if l := levelOfCapitals(part); l != "" {
				return l
			}
		}
	}
	if name, _, more := strings.Cut(t, ","); more { // "[ns_server:error,2024-…"
		if i := strings.LastIndexByte(name, ':'); i > 0 && isName(name[:i]) && levelOfAny(name[i+1:]) != "" && len(name)-i > 4 {
			return levelOfAny(name[i+1:])
		}
	}
	if i := strings.LastIndexByte(t, ':'); i > 0 && isName(t[:i]) {
		if l := levelOfAny(t[i+1:]); l != "" && t[i+1:] == strings.ToLower(t[i+1:]) {
			return l
		}
	}
	at.timed = at.timed || looksTimed(t)
	var within lead
	for i, w := range strings.Fields(t) {
		if i == 6 {
			break
		}
		w, _, _ = strings.Cut(w, "/") // Celery: INFO/MainProcess
		if l := levelOfCapitals(w); l != "" {
			return l
		}
		if within.token(w, 0, len(w)); within.broken {
			break
		}
	}
	return ""
}

// levelOfInitialIn reads "W 240502 10:00:01 app:17" of Tornado and Jupyter, and Serilog's
// "10:00:01 I".
func levelOfInitialIn(t string) string {
	if len(t) < 8 {
		return ""
	}
	if t[1] == ' ' && t[2] >= '0' && t[2] <= '9' && strings.IndexByte("DIWEC", t[0]) >= 0 && strings.IndexByte(t[:min(len(t), 24)], ':') > 0 {
		if t[0] == 'C' {
			return seamark.LevelFatal
		}
		return levelOfInitial(t[0])
	}
	if at := len(t) - 2; t[at] == ' ' && isTimeLike(t[:at]) && strings.IndexByte(t, ':') > 0 && strings.IndexByte("VDIWEF", t[at+1]) >= 0 {
		return levelOfInitial(t[at+1])
	}
	return ""
}

// levelOfAny names the level of a whole word in any spelling.
func levelOfAny(t string) string {
	if len(t) < 3 || len(t) > 13 {
		return levelOfLetter(t)
	}
	if l := levelOfCapitals(t); l != "" {
		return l
	}
	if l := levelOfLabel(t); l != "" {
		return l
	}
	if strings.EqualFold(t, "note") || t == "success" {
		return seamark.LevelInfo
	}
	return levelWord(t)
}

// levelOfLetter reads the one letter that some loggers put in brackets.
func levelOfLetter(t string) string {
	switch t {
	case "E":
		return seamark.LevelError
	case "W":
		return seamark.LevelWarn
	case "I":
		return seamark.LevelInfo
	case "D":
		return seamark.LevelDebug
	}
	return ""
}

// levelOfCapitals names the level of a word in capitals, those that loggers shorten included.
func levelOfCapitals(t string) string {
	if len(t) < 3 || !isUpper(t[0]) || !isUpper(t[1]) {
		return ""
	}
	if l := levelWord(t); l != "" {
		return l
	}
	switch t {
	case "INF", "SUCCESS", "NTC", "NOTI", "AUDIT", "NOTE": // NOTI of op/go-logging's "%{level:.4s}"
		return seamark.LevelInfo
	case "ERRO", "EROR", "EXCEPTION", "FAILURE", "FAILED":
		return seamark.LevelError
	case "WRN", "WARNI": // WARNI of "%(levelname)-5.5s"
		return seamark.LevelWarn
	case "DBG", "DEBG", "DBUG", "DEBU", "VRB":
		return seamark.LevelDebug
	case "TRC", "TRCE", "TRAC":
		return seamark.LevelTrace
	case "FTL", "FATA", "PNC", "PANI", "CRT", "CRITI":
		return seamark.LevelFatal
	}
	return ""
}

// isDistance reports whether s is what log/slog puts behind a level's name: "+4".
func isDistance(s string) bool {
	return len(s) > 1 && len(s) < 4 && (s[0] == '+' || s[0] == '-') && allDigits(s[1:])
}

// isAlsoWord reports whether a level's name in capitals is a word that programs say too.
func isAlsoWord(t string) bool {
	switch t {
	case "AUDIT", "NOTE", "FAILURE", "FAILED", "ALERT", "LOG", "CONFIG", "PANIC", "EMERG", "EMERGENCY", "FINE", "NOTICE", "SUCCESS", "EXCEPTION", "INF", "SILLY", "CRIT":
		return true
	}
	return false
}

// token reads s[i:end] and what follows it. There may be nothing between the two.
func (at *lead) token(s string, i, end int) string {
	t := s[i:end]
	if t == "" {
		return ""
	}
	if at.broken { // among words only what stands between delimiters counts
		before := i - 1
		for before >= 0 && s[before] == ' ' {
			before--
		}
		if before >= 0 && s[before] != '|' && s[before] != '-' && s[before] != ':' && s[before] != '\t' {
			return ""
		}
	}
	word := t
	for j := range len(t) {
		if !isWord(t[j]) {
			word = t[:j]
			break
		}
	}
	colon := len(word) < len(t) && t[len(word)] == ':'
	if l := at.initial(s, i, end); l != "" {
		return l
	}
	if !at.broken {
		if l := cmpOr(timedParts(t), doubledColons(t)); l != "" {
			return l
		}
		if i == 0 || at.timed && t[len(t)-1] == ':' {
			if l := at.inName(t, i); l != "" {
				return l
			}
		}
		if l := at.bare(s, i, end); l != "" {
			return l
		}
	}
	if dot := strings.LastIndexByte(strings.TrimSuffix(t, ":"), '.'); dot > 0 && strings.HasSuffix(t, ":") && !at.broken { // Monolog: app.ERROR:
		if l := levelOfCapitals(t[dot+1 : len(t)-1]); l != "" {
			return l
		}
	}
	if rest, ok := strings.CutPrefix(word, "LOG_"); ok && at.timed && !at.broken { // Quill
		return levelOfCapitals(rest)
	}
	if l := levelOfCapitals(word); l != "" && (colon || len(word) == len(t) || t[len(word)] == ',' || t[len(word)] == '!' || isDistance(t[len(word):])) {
		whole := strings.TrimRight(t, ":,!") == word
		if at.delimited(s, i, end, colon) && whole || !at.broken && (colon || !isAlsoWord(word) || at.timed && !at.plain && (word == "CRIT" || word == "EMERG" || word == "INF") || at.timed && (strings.HasPrefix(strings.TrimLeft(s[end:], " "), "[") || strings.HasSuffix(s[:i], "] "))) {
			if !(at.broken && isAlsoWord(word) && !colon) {
				return l
			}
		}
	}
	if l := at.anyCase(s, i, end, word, colon); l != "" {
		return l
	}
	if t[0] >= 0x80 && len(t) <= 4 && !at.broken {
		at.symbol = true
		return ""
	}
	at.symbol = false
	if end < len(s) && s[end] == '[' && at.timed && isName(t) { // syslog's program: "sshd[31]: "
		if close := strings.IndexByte(s[end:], ']'); close > 1 && (allDigits(s[end+1:end+close]) || isHex(s[end+1:end+close])) && (strings.HasPrefix(s[end+close:], "]:") || strings.HasPrefix(s[end+close:], "] ")) {
			at.plain = allDigits(s[end+1 : end+close]) // Fly.io's machine has a region behind it
			return ""
		}
	}
	if i == 0 && strings.HasSuffix(t, ":") && isName(t[:len(t)-1]) && strings.HasPrefix(s[end:], " [") {
		at.label = true
		return ""
	}
	if i == 0 && strings.HasSuffix(t, ":") && isName(t[:len(t)-1]) { // "psql: error: …"
		next, _ := cutWord(strings.TrimLeft(s[end:], " "))
		if w, ok := strings.CutSuffix(next, ":"); ok && len(w) > 3 && (w == "error" || w == "warning" || w == "fatal") {
			return levelWord(w)
		}
	}
	if i == 0 && strings.IndexByte(t, '=') > 0 && isName(strings.Replace(t, "=", "", 1)) && strings.HasPrefix(s[end:], " [") { // Elixir's metadata without a time
		return ""
	}
	if i == 0 && isName(t) {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(s[end:], " "), "| "); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' { // docker compose
			return ""
		}
	}
	if i > 0 && !at.timed && isName(t) && looksLikeTime(s[min(len(s), end+1):]) { // stern's pod and container
		return ""
	}
	at.pass(t)
	return ""
}

// inName reads a level that is part of a name: "log4j:WARN text", "prisma:error", and behind a time
// "host/WARNING/locust.runners:".
func (at *lead) inName(t string, i int) string {
	switch colon := strings.LastIndexByte(t, ':'); {
	case i == 0 && colon > 1 && colon+1 < len(t):
		if c := t[0] | 0x20; !isName(t[:colon]) || c < 'a' || c > 'z' || strings.ContainsAny(t[:colon], "/:") {
			return ""
		}
		switch level := t[colon+1:]; level {
		case "error", "warn", "warning", "info", "debug", "fatal":
			return levelWord(level)
		default:
			return levelOfCapitals(level)
		}
	case at.timed && colon == len(t)-1 && strings.Count(t, "/") == 2:
		parts := strings.SplitN(t, "/", 3)
		return levelOfCapitals(parts[1])
	}
	return ""
}

// delimited reports whether a word stands between delimiters: "| ERROR |", " - ERROR - ", or,
// with a colon behind it, at the head of what is said.
func (at *lead) delimited(s string, i, end int, colon bool) bool {
	before, behind := strings.TrimRight(s[:i], " "), strings.TrimLeft(s[end:], " ")
	piped := at.timed && strings.HasSuffix(before, "|") && strings.HasPrefix(behind, "|")
	dashed := strings.HasSuffix(before, " -") && strings.HasPrefix(behind, "- ")
	tabbed := strings.HasSuffix(s[:i], "\t") && strings.HasPrefix(s[end:], "\t")
	return piped || dashed || tabbed || colon && end-i < 12 && strings.HasSuffix(before, ":") && at.timed
}

// anyCase reads a level that is not in capitals: "error: ", "Warning: ", or between tabs.
func (at *lead) anyCase(s string, i, end int, word string, colon bool) string {
	t := s[i:end]
	next := s[end:]
	if at.timed && !at.broken && len(t) == len(word) && len(word) >= 4 && strings.HasPrefix(next, " : ") && strings.HasSuffix(s[:i], " : ") { // Poco
		return levelOfAny(word)
	}
	if at.timed && len(t) == len(word) && len(word) >= 4 && strings.HasPrefix(next, " - ") && strings.HasSuffix(s[:i], " - ") && strings.Count(s[:i], " - ") < 4 {
		return levelOfAny(word)
	}
	if at.broken || word == "" {
		return ""
	}
	switch {
	case colon && len(t) == 5 && word == "http" && len(next) > 1: // winston's level; net/http's own lines have words behind it
		if method, _ := cutWord(next[1:]); isMethod(method) {
			return seamark.LevelInfo
		}
	case colon && len(t) == len(word)+1 && (next == "" || next[0] == ' ' || next[0] == '\t'):
		if len(word) >= 4 && !strings.EqualFold(word, "log") && !strings.EqualFold(word, "config") && !strings.EqualFold(word, "fine") && !strings.EqualFold(word, "alert") {
			if l := levelOfAny(word); l != "" {
				return l
			}
		}
		if strings.HasSuffix(word, "Warning") && isErrorName(word) && i > 0 {
			return seamark.LevelWarn
		}
	case at.timed && len(t) == len(word) && len(word) >= 4 && (i > 0 && s[i-1] == '\t' && strings.HasPrefix(next, "\t") || strings.HasPrefix(strings.TrimLeft(next, " "), "|")):
		return levelOfAny(word)
	case i < 2 && strings.Trim(s[:i], " ") == "" && (strings.HasPrefix(next, " --- ") || t[len(word):] == "---"): // Verdaccio
		return levelOfAny(word)
	case (i == 0 && strings.HasPrefix(next, " - ") || i == 0 && strings.HasPrefix(next, "  - ") || at.symbol && strings.HasPrefix(next, "  ")) && len(t) == len(word) && len(word) >= 4: // Next.js, signale
		return levelOfAny(word)
	case at.timed && !at.plain && len(t) == len(word) && len(word) >= 4: // Swift: time error label : [module]
		if _, rest := cutWord(strings.TrimLeft(next, " ")); strings.HasPrefix(rest, ": ") {
			return levelOfAny(word)
		}
	}
	return ""
}

// pass tells whether a token may stand before a level.
func (at *lead) pass(t string) {
	switch {
	case at.broken:
	case at.timed && strings.IndexByte(t, '=') > 0 && isMetadata(t): // Elixir's
	case strings.HasPrefix(t, "TID-"): // Sidekiq's thread, in place of a time
		at.timed = true
	case strings.ContainsAny(t, "=\"'`?&{"):
		at.broken = true
	case strings.ContainsAny(t, "0123456789") && isTimeLike(t):
		n, _ := countDigits(t)
		at.timed = at.timed || n > 4
	case isKitchenTime(t):
		at.timed = true
	case isCalendarWord(t), t == "UTC", t == "GMT", t == "CET", t == "CEST", t == "EST", t == "PST", t == "AM", t == "PM":
	case isUUID(t):
	case strings.HasSuffix(t, "]:") && isProgram(t[:len(t)-1]):
	case at.timed && strings.ContainsAny(t, ".:") && isName(strings.TrimLeft(strings.TrimSuffix(t, "()"), ".")): // tinylog, Gitea
	case !at.timed && strings.HasSuffix(t, ":") && !strings.ContainsAny(t[:len(t)-1], ".:/_$@-0123456789"): // a label of its own
		at.broken = true
	case isName(t) && strings.ContainsAny(t, ".:/_$@-0123456789"):
	case at.timed && !at.plain && isName(t):
		at.plain = true
	default:
		at.broken = true
	}
}

// isMetadata reports whether a token is like Elixir's "request_id=7" or "pid=<0.407.0>".
func isMetadata(t string) bool {
	key, value, _ := strings.Cut(t, "=")
	if len(value) > 2 && value[0] == '<' && value[len(value)-1] == '>' {
		value = value[1 : len(value)-1]
	}
	return isName(key) && (value == "" || isName(value))
}

// isProgram reports whether a token is syslog's "promtail[31]".
func isProgram(t string) bool {
	open := strings.IndexByte(t, '[')
	return open > 0 && strings.HasSuffix(t, "]") && isName(t[:open]) && allDigits(t[open+1:len(t)-1])
}

// isTimeLike reports whether a token is of digits and what parts them.
func isTimeLike(t string) bool {
	for i := range len(t) {
		if c := t[i]; (c < '0' || c > '9') && strings.IndexByte(":.,-/+TZ#*_", c) < 0 {
			return false
		}
	}
	return true
}

// isKitchenTime reports whether a token is like "5:59PM".
func isKitchenTime(t string) bool {
	if len(t) < 6 || len(t) > 7 || t[len(t)-5] != ':' || t[len(t)-1] != 'M' {
		return false
	}
	return (t[len(t)-2] == 'A' || t[len(t)-2] == 'P') && allDigits(t[:len(t)-5]) && allDigits(t[len(t)-4:len(t)-2])
}

// isName reports whether a token is like the name of a host, a thread, a logger or a program.
func isName(t string) bool {
	if t == "" || strings.Contains(t, "://") {
		return false
	}
	for i := range len(t) {
		if c := t[i]; !isWord(c) && strings.IndexByte(".:/$@-#,", c) < 0 {
			return false
		}
	}
	return true
}
