package lines

import (
	"strings"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// notation is how values are written in a format.
type notation int

const (
	plainText   notation = iota // CLF and the like: a backslash escapes a quote
	commaValues                 // CSV: a value may stand in quotes, a quote inside doubled
	markup                      // XML: entities
	selfTold                    // JSON: not matched, as it says its own names
)

// Format is a format taken apart: what stands before each variable, and what
// stands at the end.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
type Format struct {
	notation notation
	parts    []formatPart
	tail     string
}

// formatPart is a literal and the variable behind it.
type formatPart struct {
	before string
	key    string      // the variable's name without "$context."
	access scan.Column // 0: goes to extra
}

const variablePrefix = "$context."

// CompileFormat takes a format apart. A text without a variable matches nothing.
func CompileFormat(text string) *Format {
	text = strings.TrimSpace(text)
	f := &Format{}
	switch {
	case strings.HasPrefix(text, "{"):
		f.notation = selfTold
		return f
	case strings.HasPrefix(text, "<"):
		f.notation = markup
	}
	for {
		at := strings.Index(text, variablePrefix)
		if at < 0 {
			break
		}
		end := at + len(variablePrefix)
		for end < len(text) && (isWord(text[end]) || text[end] == '.' && end+1 < len(text) && isWord(text[end+1]) || text[end] == '-' && end+1 < len(text) && isWord(text[end+1])) {
			end++
		}
		name := text[at+len(variablePrefix) : end]
		f.parts = append(f.parts, formatPart{text[:at], name, variableColumn(name)})
		text = text[end:]
	}
	f.tail = text
	if f.notation == plainText {
		f.notation = f.separators()
	}
	return f
}

// separators tells CSV, in which only commas stand between variables, from anything else.
func (f *Format) separators() notation {
	if len(f.parts) < 2 {
		return plainText
	}
	for _, p := range f.parts[1:] {
		if strings.Trim(p.before, " \"") != "," {
			return plainText
		}
	}
	return commaValues
}

// variableColumn is the column of a $context variable, or 0.
func variableColumn(name string) scan.Column {
	switch name {
	case "requestId", "extendedRequestId":
		return scan.AccessRequestID
	case "identity.sourceIp":
		return scan.AccessIP
	case "identity.userAgent":
		return scan.AccessUserAgent
	case "requestTime", "requestTimeEpoch":
		return scan.AccessTimestamp
	case "httpMethod":
		return scan.AccessMethod
	case "path":
		return scan.AccessPath
	case "resourcePath", "routeKey":
		return scan.AccessRoute
	case "status":
		return scan.AccessStatus
	case "protocol":
		return scan.AccessProtocol
	case "responseLength":
		return scan.AccessBytes
	case "responseLatency":
		return scan.AccessLatency
	case "integrationLatency", "integration.latency":
		return scan.AccessIntegration
	case "xrayTraceId":
		return scan.AccessTraceID
	case "error.message", "error.messageString", "integrationErrorMessage", "integration.error", "authorizer.error":
		return scan.AccessError
	case "accountId":
		return scan.AccessAccount
	}
	return 0
}
