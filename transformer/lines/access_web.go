package lines

import (
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// Access logs as web frameworks print them on their own: forms of a line, which are data, and
// what their values mean. A line that names a level, as uvicorn's does, is one of the log.

// webForms are the lines, as formats. Values may be padded; "client" is an address and its port.
var webForms = struct{ method, address, bracket, named, chi, fiber []*Format }{
	method: []*Format{ // https://expressjs.com/en/resources/middleware/morgan.html: dev, tiny
		CompileFormat("$context.httpMethod $context.path $context.status $context.responseLatency ms - $context.responseLength"),
		CompileFormat("$context.httpMethod $context.path $context.status $context.responseLength - $context.responseLatency ms"),
	},
	address: []*Format{
		// morgan's short
		CompileFormat("$context.identity.sourceIp $context.identity.user $context.httpMethod $context.path $context.protocol $context.status $context.responseLength - $context.responseLatency ms"),
		// https://www.php.net/manual/en/install.fpm.configuration.php, access.format
		CompileFormat(`$context.identity.sourceIp - $context.identity.user $context.requestTime "$context.httpMethod $context.path" $context.status`),
		// https://www.uvicorn.org/settings/#logging, without the level
		CompileFormat(`$context.client - "$context.httpMethod $context.path $context.protocol" $context.status`),
	},
	bracket: []*Format{ // https://docs.djangoproject.com/en/5.1/ref/logging/#django-server
		CompileFormat(`[$context.requestTime] "$context.httpMethod $context.path $context.protocol" $context.status $context.responseLength`),
	},
	named: []*Format{
		// https://pkg.go.dev/github.com/gin-gonic/gin#Logger
		CompileFormat(`[GIN] $context.requestTime | $context.status | $context.responseLatency | $context.identity.sourceIp | $context.httpMethod "$context.path"`),
		// https://pkg.go.dev/github.com/urfave/negroni#Logger
		CompileFormat(`[negroni] $context.requestTime | $context.status | $context.responseLatency | $context.host | $context.httpMethod $context.path`),
	},
	chi: []*Format{ // https://pkg.go.dev/github.com/go-chi/chi/v5/middleware#Logger
		CompileFormat(`$context.requestTime [$context.requestId] "$context.httpMethod $context.path $context.protocol" from $context.client - $context.status $context.responseLength in $context.responseLatency`),
	},
	fiber: []*Format{ // https://docs.gofiber.io/api/middleware/logger
		CompileFormat("$context.clock | $context.status | $context.responseLatency | $context.identity.sourceIp | $context.httpMethod | $context.path | $context.error.message"),
	},
}

// webLine takes a line of one of these forms apart into r.fields. Colours may be in it.
func (r *Parser) webLine(s string) bool {
	if s[0] == 0x1b || s[0] == '[' && strings.HasPrefix(s, "[GIN] ") && strings.IndexByte(s, 0x1b) > 0 {
		s = r.uncoloured(s)
	}
	if len(s) < 16 {
		return false
	}
	forms := webForms.address
	switch c := s[0]; {
	case c == '[' && (strings.HasPrefix(s, "[GIN] ") || strings.HasPrefix(s, "[negroni] ")):
		s = firstLine(s) // errors stand below
		forms = webForms.named
	case c == '[' && s[3] == '/':
		forms = webForms.bracket
	case isUpper(c):
		word, rest := cutWord(s)
		if !isMethod(word) || !strings.HasPrefix(rest, "/") {
			return false
		}
		forms = webForms.method
	case c != ':' && (c < '0' || c > '9'):
		return false
	case s[4] == '/' && strings.HasPrefix(s[min(len(s), 19):], " ["):
		forms = webForms.chi
	case s[2] == ':' && s[8:11] == " | ":
		forms = webForms.fiber
	default:
		word, _ := cutWord(s)
		host, _, _ := cutPort(word)
		if !isAddress(host) && !isAddress(word) {
			return false
		}
	}
	for _, f := range forms {
		if r.takeFormat(f, s) && r.webValues() {
			return true
		}
	}
	return false
}

// webValues reads what the values of such a line mean; false: one is not like its column.
func (r *Parser) webValues() bool {
	query := ""
	for i := range r.fields {
		f := &r.fields[i]
		s := strings.TrimSpace(r.text(f.Value))
		switch f.Access {
		case scan.AccessStatus: // the reason behind it
			s, _ = cutWord(s)
		case scan.AccessBytes:
			if s = strings.TrimSuffix(s, "B"); !allDigits(s) {
				return false
			}
		case scan.AccessLatency:
			ms, err := milliseconds(s)
			if err != nil {
				return false
			}
			s = ms
		case scan.AccessTimestamp:
			s = webTime(s)
		case scan.AccessPath:
			if _, behind, ok := strings.Cut(s, "://"); ok && s[0] != '/' {
				s = behind[len(cutAt(behind, '/')):]
			}
			if !strings.HasPrefix(s, "/") && s != "*" || strings.IndexByte(s, ' ') >= 0 {
				return false
			}
			s, query, _ = strings.Cut(s, "?")
		case 0:
			if f.Key == "client" {
				if host, _, ok := cutPort(s); ok && isAddress(host) {
					s = host
				}
				f.Key, f.Access = "ip", scan.AccessIP
			}
		}
		f.Value = r.quoted(s)
	}
	r.addWord("query", query, 0)
	return r.accessFound()&3 == 3
}

// milliseconds reads "1.234" or a duration of Go's, "1.2s", as milliseconds.
func milliseconds(s string) (string, error) {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s, nil
	}
	d, err := time.ParseDuration(s)
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64), err
}

// webTime is a time in a form that ParseTime reads, in UTC where no zone is told; else as it is.
func webTime(s string) string {
	for _, layout := range [...]string{"02/Jan/2006 15:04:05", "2006/01/02 - 15:04:05", "2006/01/02 15:04:05"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.Format(time.RFC3339)
		}
	}
	return s
}

// behindSyslog is what a syslog daemon's header stands before: "<134>Nov 30 10:00:00 web nginx: ".
func behindSyslog(s string) (string, bool) {
	if s[0] == '<' {
		end := strings.IndexByte(s[:min(len(s), 5)], '>')
		if end < 2 || !allDigits(s[1:end]) {
			return s, false
		}
		s = s[end+1:]
	}
	if len(s) < 20 || !isUpper(s[0]) || s[3] != ' ' || s[6] != ' ' || s[9] != ':' || !isCalendarWord(s[:3]) {
		return s, false
	}
	at := strings.Index(s[:min(len(s), 128)], ": ")
	if at < 0 {
		return s, false
	}
	return s[at+2:], true
}
