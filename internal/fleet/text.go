package fleet

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// appendString writes s as a JSON string. Bytes that are not UTF-8 become U+FFFD, as
// CloudWatch Logs does before it delivers them.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

func appendEscaped[T string | []byte](b []byte, s T) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))])); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < 0x20:
			b = append(b, `\u00`...)
			b = append(b, lowerHex[c>>4], lowerHex[c&15])
		default:
			b = append(b, "\ufffd"...)
		}
		i++
		start = i
	}
	return append(b, s[start:]...)
}

// clockText remembers the last second it wrote, for most lines fall into the same one.
type clockText struct {
	second int64
	day    [20]byte // 2026-11-22T16:05:33Z
	common [26]byte // 22/Nov/2026:16:05:33 +0000
}

func (c *clockText) set(ms int64) int64 {
	second := ms / 1000
	if second != c.second {
		c.second = second
		t := time.Unix(second, 0).UTC()
		t.AppendFormat(c.day[:0], "2006-01-02T15:04:05Z")
		t.AppendFormat(c.common[:0], "02/Jan/2006:15:04:05 -0700")
	}
	return ms % 1000
}

// appendRFC3339 writes 2026-11-22T16:05:33.123Z.
func (c *clockText) appendRFC3339(b []byte, ms int64) []byte {
	part := c.set(ms)
	b = append(b, c.day[:19]...)
	return append(appendMillis(append(b, '.'), part), 'Z')
}

// appendPython writes 2026-11-22 16:05:33,123+0000, as Python's logging and Powertools do.
func (c *clockText) appendPython(b []byte, ms int64) []byte {
	part := c.set(ms)
	b = append(append(append(b, c.day[:10]...), ' '), c.day[11:19]...)
	return append(appendMillis(append(b, ','), part), "+0000"...)
}

// appendCommon writes 22/Nov/2026:16:05:33 +0000, as $context.requestTime does.
func (c *clockText) appendCommon(b []byte, ms int64) []byte {
	c.set(ms)
	return append(b, c.common[:]...)
}

func appendMillis(b []byte, part int64) []byte {
	return append(b, '0'+byte(part/100), '0'+byte(part/10%10), '0'+byte(part%10))
}

// appendMs writes milliseconds with two decimals, as REPORT lines do.
func appendMs(b []byte, ms float64) []byte { return strconv.AppendFloat(b, ms, 'f', 2, 64) }
