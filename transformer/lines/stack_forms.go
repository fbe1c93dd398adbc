package lines

import "strings"

// How languages and frameworks write an error in one line, where it is not "Class: text".

// isRustPanic reports whether a line is a panic of Rust's: "thread 'main' panicked at …", since
// 1.91 with the thread's number behind its name.
func isRustPanic(line string) bool {
	return strings.HasPrefix(line, "thread '") && strings.Contains(line[:min(len(line), 200)], " panicked at ")
}

// errorInBrackets reads an error without a stack as Node.js prints it: "[TypeError: text] {".
func errorInBrackets(line string) (errorType, message string) {
	if line == "" || line[0] != '[' {
		return "", ""
	}
	word, text, ok := strings.Cut(line[1:], ": ")
	if !ok || !isErrorName(word) && word != "Error" && word != "UnhandledPromiseRejection" {
		return "", ""
	}
	end := strings.LastIndexByte(text, ']')
	if end < 0 {
		return "", ""
	}
	return word, text[:end]
}

// errorOfPHP reads an exception as Monolog's line formatter, and so Laravel and Symfony, write
// it: {"exception":"[object] (App\\Late(code: 0): text at /app/Order.php:17)"}. A formatter that
// writes JSON has doubled the backslashes.
func errorOfPHP(line string) (errorType, message string) {
	if _, rest, ok := strings.Cut(line[:min(len(line), 8<<10)], "Fatal error: "); ok { // PHP itself, of an error that nobody caught
		class, text, told := strings.Cut(strings.TrimLeft(rest, " "), ": ")
		if class, ok = strings.CutPrefix(class, "Uncaught "); ok && told && isPHPClass(class) {
			if at := strings.LastIndex(text, " in /"); at > 0 {
				text = text[:at]
			}
			return class, text
		}
	}
	_, rest, ok := strings.Cut(line, "[object] (")
	if !ok {
		_, rest, ok = strings.Cut(line, `Uncaught PHP Exception `)
		class, text, quoted := strings.Cut(rest, `: "`)
		if end := strings.Index(text, `" at `); ok && quoted && end >= 0 && isPHPClass(class) {
			return class, text[:end]
		}
		return "", ""
	}
	class, text, ok := strings.Cut(rest, "(code: ")
	class = strings.ReplaceAll(class, `\\`, `\`)
	_, text, told := strings.Cut(text, "): ")
	if !ok || !told || !isPHPClass(class) {
		return "", ""
	}
	if at := strings.LastIndex(text, " at /"); at >= 0 {
		text = text[:at]
	} else if at := strings.LastIndex(text, " at "); at >= 0 {
		text = text[:at]
	}
	return class, strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(text)
}

// nextOfPHP reads the last of the errors that PHP prints below their causes: "Next Class: text in
// /app/a.php:9". It is the one that nobody caught.
func nextOfPHP(rest string) (errorType, message string) {
	at := strings.LastIndex(rest, "\nNext ")
	if at < 0 {
		return "", ""
	}
	text, _, _ := strings.Cut(rest[at+len("\nNext "):], "\nStack trace:")
	class, text, told := strings.Cut(text, ": ")
	if !told || !isPHPClass(class) {
		return "", ""
	}
	if place := strings.LastIndex(text, " in /"); place >= 0 {
		text = text[:place]
	}
	return class, text
}

func isPHPClass(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '\\' && s[i] < 0x80 {
			return false
		}
	}
	return s != ""
}

// errorOfElixir reads "** (RuntimeError) text", in the line itself or below it.
func errorOfElixir(first, rest string) (errorType, message string) {
	for range 6 {
		if _, told, ok := strings.Cut(first, "** ("); ok {
			class, text, closed := strings.Cut(told, ") ")
			if closed && isPythonName(class) && isUpper(class[0]) {
				return class, text
			}
		}
		if rest == "" {
			break
		}
		first, rest, _ = strings.Cut(rest, "\n")
	}
	return "", ""
}

// isElixirFrame reports whether a line is like "(shop 0.1.0) lib/shop.ex:7: Shop.pay/1".
func isElixirFrame(line string) bool {
	if line == "" || line[0] != '(' {
		return false
	}
	line = firstLine(line)
	_, place, ok := strings.Cut(line[:min(len(line), 200)], ") ")
	return ok && (strings.Contains(place, ".ex:") || strings.Contains(place, ".exs:") || strings.Contains(place, ".erl:"))
}

// withoutRubyPrefix takes off what Ruby's Logger and Rails' tags put before a line:
// "E, [2024-05-02T10:00:01.123456 #31] ERROR -- : [<request id>] ".
func withoutRubyPrefix(s string) string {
	if len(s) > 20 && strings.HasPrefix(s[1:], ", [") {
		if at := strings.Index(s[:min(len(s), 160)], ": "); at > 0 && strings.Contains(s[:at], " -- ") {
			s = s[at+2:]
		}
	}
	for range 4 {
		end := strings.IndexByte(s[:min(len(s), 80)], ']')
		if end < 2 || s[0] != '[' || end+2 > len(s) || s[end+1] != ' ' {
			break
		}
		s = s[end+2:]
	}
	return s
}

// isLoggedRubyFrame reports whether a line is a frame, and no more, as Ruby's Logger prints it: not
// indented, and nothing behind the method's name.
func isLoggedRubyFrame(line string) bool {
	line = strings.TrimRight(line, "\r\n")
	return strings.HasSuffix(line, "'") && isRubyFrame(line)
}

// errorOfRuby names an error by its class, which may have any name, behind semantic_logger's
// " -- Exception: ", or behind a level as Sidekiq writes it: "WARN: Seat::Locked: text".
func errorOfRuby(line string) (errorType, message string) {
	if !strings.Contains(line[:min(len(line), 512)], ": ") {
		return "", ""
	}
	_, rest, labelled := strings.Cut(line, " -- Exception: ")
	if !labelled {
		var head string
		head, rest, _ = strings.Cut(line, ": ")
		if levelOfCapitals(head[strings.LastIndexByte(head, ' ')+1:]) == "" {
			return "", ""
		}
	}
	class, text, told := strings.Cut(rest, ": ")
	if told && (isRubyClass(class) || labelled && isErrorName(class)) {
		return class, text
	}
	return "", ""
}

// pythonText reads the one text of a Python error's repr: ("no tariff").
func pythonText(s string) (string, bool) {
	if strings.HasPrefix(s, "()") {
		return "", true
	}
	if len(s) < 4 || s[1] != '\'' && s[1] != '"' {
		return "", false
	}
	end := strings.IndexByte(s[2:], s[1])
	if end < 0 || !strings.HasPrefix(s[end+3:], ")") && !strings.HasPrefix(s[end+3:], ",") {
		return "", false
	}
	return s[2 : 2+end], true
}

// errorBelowSource names an error that stands, without a stack, below the excerpt of a source
// as Node.js prints it: "node:internal/process/promises:288", code, "^", blank, error.
func errorBelowSource(s string) (errorType, message string) {
	first, rest, _ := strings.Cut(s, "\n")
	colon := strings.LastIndexByte(first, ':')
	if !isSyntaxPlace(first) && (colon < 1 || !allDigits(first[colon+1:]) || strings.IndexByte(first, ' ') >= 0) {
		return "", ""
	}
	for range 8 {
		var line string
		if line, rest, _ = strings.Cut(rest, "\n"); line == "" && rest == "" {
			break
		}
		if t, m := errorInBrackets(line); t != "" {
			return t, m
		}
		if t, m := errorInLine(line, false); t != "" {
			return t, m
		}
	}
	return "", ""
}

// isSyntaxPlace reports whether a line is where Python found a fault in a source that it could not
// read: a "File" with a line and no function, and no traceback above it.
func isSyntaxPlace(line string) bool {
	rest, ok := strings.CutPrefix(line, `  File "`)
	_, number, told := strings.Cut(rest, `", line `)
	return ok && told && allDigits(number)
}
