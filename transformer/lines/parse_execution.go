package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// parseExecution parses a line of API Gateway's execution logs, "(<request id>) <step>";
// false: it is none. The whole line stays in message.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
func (r *Parser) parseExecution(row *seamark.Log, s string) bool {
	if len(s) < 16 || s[0] != '(' {
		return false
	}
	end := strings.IndexByte(s[:min(len(s), 64)], ')')
	if end < 13 || end+2 > len(s) || s[end+1] != ' ' || !isGatewayID(s[1:end]) {
		return false
	}
	step := s[end+2:]
	level, known := executionLevel(step)
	switch {
	case known:
	case !strings.HasPrefix(row.Source, "API-Gateway-Execution-Logs") && !strings.HasPrefix(row.Source, "/aws/apigateway/"):
		return false
	default: // a step that is not listed; it is one, as nothing else writes there
		level = seamark.LevelInfo
		if text := strings.ToLower(cutAt(firstLine(step), ':')); strings.Contains(text, "failed") || strings.Contains(text, "error") || strings.Contains(text, "timed out") {
			level = seamark.LevelError
		} else if strings.Contains(text, "not authorized") || strings.Contains(text, "denied") || strings.Contains(text, "throttl") || strings.Contains(text, "limit exceeded") {
			level = seamark.LevelWarn
		}
	}
	row.RequestID, row.Level = s[1:end], level
	if Severe(level) {
		row.ErrorMessage = firstLine(step)
	}
	return true
}

// isGatewayID reports whether s is a UUID, or the extended request id of a WebSocket API.
func isGatewayID(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isWord(c) && c != '-' && c != '=' && c != '+' && c != '/' {
			return false
		}
	}
	return len(s) == 36 && s[8] == '-' && s[13] == '-' || len(s) >= 12 && strings.HasSuffix(s, "=")
}

// executionSteps are the beginnings of the lines of a request that goes well.
var executionSteps = []string{
	"Extended Request Id: ", "Verifying Usage Plan", "API Key", "Starting execution for request: ", "HTTP Method: ", "Method request ", "Endpoint request ",
	"Sending request to ", "Received response. ", "Endpoint response ", "Method response ", "Successfully completed execution", "Usage Plan check succeeded",
	"AWS Integration Endpoint RequestId", "Client [UserAgent: ", "Starting authorizer", "Incoming identity: ", "Using valid authorizer policy", "Successfully completed authorizer",
	"Integration response ", "X-ray Tracing ID : ", "Authorizer ", "Gateway response headers: ", "Gateway response body: ", "Request received ", "Route request ", "Connection ",
}

// executionLevel is the level of a step, and whether it is one.
func executionLevel(step string) (level string, known bool) {
	for _, failed := range [...]string{
		"Execution failed", "Lambda execution failed", "Lambda invocation failed", "Endpoint execution failed", "Invalid permissions", "Execution error", "Unauthorized request",
	} {
		if strings.HasPrefix(step, failed) {
			if failed == "Unauthorized request" {
				return seamark.LevelWarn, true
			}
			return seamark.LevelError, true
		}
	}
	for _, p := range [...]string{"Method completed with status: ", "Gateway response type: "} {
		if rest, ok := strings.CutPrefix(step, p); ok {
			if _, code, named := strings.Cut(rest, "with status code: "); named {
				rest = code
			}
			switch {
			case strings.HasPrefix(rest, "5"):
				return seamark.LevelError, true
			case strings.HasPrefix(rest, "4"):
				return seamark.LevelWarn, true
			}
			return seamark.LevelInfo, true
		}
	}
	for _, s := range executionSteps {
		if strings.HasPrefix(step, s) {
			return seamark.LevelInfo, true
		}
	}
	return "", false
}
