package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// IDOf is the id that a text holds, written as its kin are, so that rows of one request and
// one trace meet: without X-Ray's "Root=" and what follows it, without OpenTelemetry's "0x",
// Google's project, brackets around it. Zeros alone, as no trace is written, are none: "".
func IDOf(c scan.Column, s string) string {
	if s == "" {
		return ""
	}
	if !isWord(s[0]) || !isWord(s[len(s)-1]) { // mostly there is nothing to take off (BenchmarkParse)
		s = strings.Trim(s, " []\"'<>")
	}
	if c == scan.LogTraceID {
		s = traceOf(s)
	}
	if s == "" || s[0] != '0' && s[0] != 'u' && s[0] != 'n' && s[0] != 'N' {
		return s
	}
	if len(s) > 10 && (c == scan.LogTraceID || c == scan.LogSpanID) {
		s = strings.TrimPrefix(s, "0x")
	}
	if strings.Trim(s, "0-") == "" && s != "" && c != scan.LogRequestID || s == "undefined" || s == "null" || s == "None" || s == "N/A" {
		return ""
	}
	return s
}

// traceOf is the trace id in what stands for one.
func traceOf(s string) string {
	if len(s) < 20 || len(s) == 32 || len(s) == 35 && s[1] == '-' { // W3C's and X-Ray's as they are
		return s
	}
	if i := strings.IndexByte(s, '='); i >= 4 && s[i-4:i] == "Root" || i >= 0 && strings.Contains(s, "Root=") { // X-Ray's header
		i = strings.Index(s, "Root=")
		s = s[i+len("Root="):]
		if end := strings.IndexAny(s, ";, "); end >= 0 {
			s = s[:end]
		}
		return s
	}
	if strings.HasPrefix(s, "projects/") { // Google's
		return s[strings.LastIndexByte(s, '/')+1:]
	}
	if len(s) == 55 && s[2] == '-' && s[35] == '-' && s[52] == '-' { // W3C traceparent
		return s[3:35]
	}
	s = strings.TrimPrefix(s, "AWS-XRAY-TRACE-ID: ") // the X-Ray SDK for Java, with its segment
	if strings.HasPrefix(s, "1-") {
		if i := strings.IndexByte(s, '@'); i > 0 {
			s = s[:i]
		}
	}
	return s
}

func isTraceID(s string) bool {
	return len(s) == 32 && isHex(s) || strings.HasPrefix(s, "1-") && len(s) == 35 || strings.HasPrefix(s, "projects/") && strings.Contains(s, "/traces/")
}

func isSpanID(s string) bool { return len(s) == 16 && isHex(s) }

func isHex(s string) bool {
	for i := range len(s) {
		if scan.Unhex(s[i]) < 0 {
			return false
		}
	}
	return s != ""
}
