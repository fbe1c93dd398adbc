package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// stackFrames is how many frames of a stack trace count.
const stackFrames = 5

// maxStackLines bounds how far a stack trace is read.
const maxStackLines = 400

// frame is a place in code without what changes from build to build and host to host.
type frame struct {
	function string
	file     string // its last name only: folders differ between hosts and images
	library  bool   // not the team's own code
}

// frames hashes the innermost frames of a stack trace: of the team's own code, or of
// libraries when there is no other. Line numbers do not count; a recursion counts once.
func (h *patternHash) frames(stack string) {
	var own, all [stackFrames]frame
	owns, alls := 0, 0
	python := strings.Contains(stack, "Traceback (most recent call last)")
	lines := 0
	var last frame
	goName := "" // a function of Go whose place is on the next line
	for line := range strings.SplitSeq(stack, "\n") {
		if lines++; lines > maxStackLines {
			break
		}
		f, ok := frameOf(line)
		if !ok {
			if f, ok = framePlace(goName, line); !ok {
				f, ok = frameListed(line)
			}
			goName = line
		}
		if !ok || f == last {
			continue
		}
		last = f
		alls = keep(&all, alls, f, python)
		if !f.library {
			owns = keep(&own, owns, f, python)
		}
	}
	if owns == 0 {
		own, owns = all, alls
	}
	for _, f := range own[:owns] {
		h.frame(f)
	}
}

// keep keeps the first frames, or where the innermost comes last, the last.
func keep(into *[stackFrames]frame, n int, f frame, last bool) int {
	if n < stackFrames {
		into[n] = f
		return n + 1
	}
	if last {
		copy(into[:], into[1:])
		into[stackFrames-1] = f
	}
	return n
}

func (h *patternHash) frame(f frame) {
	h.said = true
	h.stable(f.function)
	h.byte('@')
	h.stable(f.file)
	h.byte(0)
}

// stable hashes a name without digits, which number lambdas and builds, and without what
// a generator appended.
func (h *patternHash) stable(name string) {
	if i := strings.Index(name, "$$"); i > 0 {
		name = name[:i]
	}
	for i := 0; i < len(name); {
		j := i
		digits := false
		for j < len(name) && isWord(name[j]) {
			digits = digits || name[j] >= '0' && name[j] <= '9'
			j++
		}
		if j == i {
			h.byte(name[i])
			i++
			continue
		}
		if word := name[i:j]; !digits || !isHash(word) {
			for k := range len(word) {
				if c := word[k]; c < '0' || c > '9' {
					h.byte(c)
				}
			}
		}
		i = j
	}
}

// isHash reports whether a word with digits looks like a content hash: hexadecimal, 6 or more.
func isHash(word string) bool {
	if len(word) < 6 {
		return false
	}
	for i := range len(word) {
		if scan.Unhex(word[i]) < 0 {
			return false
		}
	}
	return true
}

// frameOf reads a line of a stack trace.
func frameOf(line string) (frame, bool) {
	t := strings.TrimLeft(line, " \t")
	indented := len(t) < len(line)
	switch {
	case indented && strings.HasPrefix(t, "at "):
		return frameAt(t[3:]), true
	case indented && strings.HasPrefix(t, `File "`):
		return framePython(t[6:])
	case indented && strings.HasPrefix(t, "from ") && strings.Contains(t, ":in "):
		return frameRuby(t[5:])
	case strings.HasPrefix(t, "#") && len(t) > 3 && t[1] >= '0' && t[1] <= '9':
		return framePHP(t)
	case isRubyFrame(t):
		return frameRuby(t)
	case !indented && strings.HasSuffix(t, ")"):
		return frameGo(t)
	}
	return frame{}, false
}

// framePlace reads the two lines of a frame that zap, hclog and pkg/errors write:
// "main.store" and "\t/app/store.go:12".
func framePlace(name, line string) (frame, bool) {
	place := strings.TrimLeft(line, " \t")
	if len(place) == len(line) || !strings.Contains(place, ".go:") || name == "" || strings.IndexByte(name, '.') < 0 || strings.ContainsAny(name, " \t") || strings.HasSuffix(name, ")") && !strings.HasSuffix(name, "*)") {
		return frame{}, false
	}
	f := frame{name[strings.LastIndexByte(name, '/')+1:], baseName(place), strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "net/") || strings.HasPrefix(name, "testing.")}
	return f, true
}

// frameListed reads a frame of a list: "store.go:12 main.store".
func frameListed(line string) (frame, bool) {
	place, function, ok := strings.Cut(line, " ")
	colon := strings.LastIndexByte(place, ':')
	if !ok || colon < 1 || !isWord(place[0]) && place[0] != '/' && place[0] != '.' || colon == len(place)-1 || function == "" || strings.IndexByte(function, ' ') >= 0 || strings.IndexByte(place[:colon], '.') < 0 {
		return frame{}, false
	}
	for _, c := range []byte(place[colon+1:]) {
		if c < '0' || c > '9' {
			return frame{}, false
		}
	}
	return frame{function[strings.LastIndexByte(function, '/')+1:], baseName(place), isLibrary(place) || strings.HasPrefix(function, "runtime.")}, true
}

// frameAt reads "Class.method(File.java:7)", "fn (/file.js:7:9)", "/file.js:7:9" and
// "Namespace.Class.Method(Int32 id) in /file.cs:line 7".
func frameAt(t string) frame {
	t = strings.TrimPrefix(strings.TrimPrefix(t, "async "), "new ")
	f := frame{library: isLibrary(t)}
	if name, place, ok := strings.Cut(t, ") in "); ok { // .NET
		f.function, f.file = cutAt(name, '('), baseName(place)
		return f
	}
	if open := strings.IndexByte(t, '('); open > 0 {
		f.function = strings.TrimRight(t[:open], " ")
		f.file = baseName(strings.TrimSuffix(t[open+1:], ")"))
		if i := strings.Index(f.function, " [as "); i > 0 {
			f.function = f.function[:i]
		}
		return f
	}
	f.file = baseName(t)
	return f
}

func framePython(t string) (frame, bool) {
	path, rest, ok := strings.Cut(t, `"`)
	if !ok {
		return frame{}, false
	}
	_, function, _ := strings.Cut(rest, ", in ")
	return frame{function, baseName(path), isLibrary(path)}, true
}

func frameRuby(t string) (frame, bool) {
	at := strings.Index(t, ":in ")
	if at < 0 {
		return frame{}, false
	}
	function := firstQuoted(t[at+4:])
	return frame{function[strings.LastIndexAny(function, "#.")+1:], baseName(t[:at]), isLibrary(t[:at])}, true
}

// firstQuoted is what stands between the quotes that open s: `name' or 'Class#name'.
func firstQuoted(s string) string {
	if s == "" {
		return s
	}
	if end := strings.IndexByte(s[1:], '\''); end >= 0 {
		return s[1 : 1+end]
	}
	return s
}

// framePHP reads "#0 /var/task/index.php(5): price('CNSHA')".
func framePHP(t string) (frame, bool) {
	_, t, _ = strings.Cut(t, " ")
	place, function, ok := strings.Cut(t, ": ")
	if !ok {
		return frame{}, false
	}
	return frame{cutAt(function, '('), baseName(cutAt(place, '(')), isLibrary(place)}, true
}

// frameGo reads "main.(*Server).handle(0xc000012345, 0x1)".
func frameGo(t string) (frame, bool) {
	open := strings.LastIndexByte(t, '(')
	if open <= 0 || strings.IndexByte(t[:open], ' ') >= 0 || strings.IndexByte(t[:open], '.') < 0 {
		return frame{}, false
	}
	name := t[:open]
	return frame{function: name[strings.LastIndexByte(name, '/')+1:], library: strings.HasPrefix(name, "runtime") || strings.HasPrefix(name, "net/") || strings.HasPrefix(name, "testing.")}, true
}

func cutAt(s string, c byte) string {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i]
	}
	return s
}

// baseName is the last name of a path, without line and column.
func baseName(path string) string {
	path = path[strings.LastIndexAny(path, `/\`)+1:]
	return cutAt(path, ':')
}

// libraries mark frames of runtimes and packages.
var libraries = [...]string{
	"node_modules", "node:", "(internal/", "<anonymous>", "site-packages", "dist-packages", "/lib/python", "<frozen", "/gems/", "/ruby/", "/vendor/", "/rustc/", "awslambdaric", "/var/runtime",
}

// libraryPackages begin the functions of runtimes and frameworks.
var libraryPackages = [...]string{
	"java.", "java/", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "scala.", "org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.", "reactor.", "io.netty.",
	"com.fasterxml.", "com.zaxxer.", "org.postgresql.", "software.amazon.", "com.amazonaws.", "lambdainternal.", "System.", "Microsoft.", "Amazon.", "Npgsql.", "app//java", "java.base/",
}

// isLibrary reports whether a frame is of a runtime or a package.
func isLibrary(t string) bool {
	for _, p := range libraryPackages {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	for _, p := range libraries {
		if strings.Contains(t, p) {
			return true
		}
	}
	return false
}
