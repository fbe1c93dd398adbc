package transformer

import (
	"strconv"
	"time"
)

// parseTime reads a record's own time: epoch seconds, milliseconds, microseconds or
// nanoseconds (told apart by size), as a number or in quotes, or RFC 3339 and its kin.
// The result is in Unix milliseconds.
func parseTime(v []byte) (ms int64, ok bool) {
	if len(v) == 0 {
		return 0, false
	}
	if v[0] == '"' {
		v = v[1 : len(v)-1]
		if len(v) == 0 {
			return 0, false
		}
	}
	if n, ok := parseInt(v); ok {
		return epochMs(n)
	}
	if len(v) > 40 {
		return 0, false
	}
	s := view(v)
	if f, err := strconv.ParseFloat(s, 64); err == nil { // zap writes seconds with a fraction
		return epochMsFloat(f)
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// timeLayouts are those that loggers write by default. Without a zone it is UTC, as in Lambda.
var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05,999999999-0700", // Powertools for Python
	"2006-01-02 15:04:05,999999999",      // Python's logging
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999-0700",
	"02/Jan/2006:15:04:05 -0700", // $context.requestTime
}

func epochMs(n int64) (int64, bool) {
	switch {
	case n <= 0:
		return 0, false
	case n < 1e11: // seconds, until the year 5138
		return n * 1000, true
	case n < 1e14:
		return n, true
	case n < 1e17:
		return n / 1000, true
	default:
		return n / 1_000_000, true
	}
}

func epochMsFloat(f float64) (int64, bool) {
	switch {
	case !(f > 0) || f > 1e19:
		return 0, false
	case f < 1e11:
		return int64(f * 1000), true
	case f < 1e14:
		return int64(f), true
	default:
		return epochMs(int64(min(f, 9e18)))
	}
}
