package lines

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Levels that are numbers, on the scale of the dialect.

// takeScaled reads a level by name, or by number on the dialect's scale.
func (r *Parser) takeScaled(x *reading, v []byte) bool {
	level := ""
	if x.dialect.scale == schemas.ScaleOutcome && v[0] == '"' {
		level = levelOfOutcome(r.text(v))
	} else if v[0] == '"' {
		level = r.levelOfText(v)
		if n, ok := scan.ParseInt(v[1 : len(v)-1]); ok && level == "" {
			level = levelOnScale(x.dialect.scale, n)
		}
	} else if n, ok := scan.ParseInt(v); ok {
		level = levelOnScale(x.dialect.scale, n)
	}
	if level == "" || x.row.Level != "" && x.row.Level != level {
		return false
	}
	x.row.Level = level
	return true
}

// levelOnScale names the level of a number, or none.
func levelOnScale(s schemas.Scale, n int64) string {
	var names []string
	switch s {
	case schemas.ScaleSyslog:
		names = []string{"FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG"}
	case schemas.ScaleInsights:
		names = []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleMicrosoft:
		names = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleTelemetry:
		n, names = (n-1)/4, seamark.Levels()
	case schemas.ScaleHTTP:
		n, names = n/100-1, []string{"INFO", "INFO", "INFO", "WARN", "ERROR"}
	case schemas.ScaleLager:
		names = []string{"DEBUG", "INFO", "ERROR", "FATAL"}
	case schemas.ScalePython:
		n, names = n/10-1, []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	case schemas.ScaleLog4j:
		n, names = n/10_000, []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
	default:
		return LevelOfNumber(n)
	}
	if n < 0 || n >= int64(len(names)) {
		return ""
	}
	return names[n]
}

// levelOfOutcome is the level of how something went, in a word.
func levelOfOutcome(s string) string {
	s = strings.ToUpper(s)
	for _, bad := range [...]string{"FAILURE", "FAILED", "ERROR", "REJECTED", "DENIED"} {
		if strings.HasSuffix(s, bad) {
			return seamark.LevelError
		}
	}
	return seamark.LevelInfo
}
