package lines

import (
	"strconv"
	"time"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// ParseTime reads a record's own time: epoch seconds, milliseconds, microseconds or
// nanoseconds (told apart by size), as a number or in quotes, RFC 3339 and its kin, or
// the $context.requestTime of API Gateway. The result is in Unix milliseconds.
func ParseTime(v []byte) (ms int64, ok bool) {
	if len(v) > 1 && v[0] == '"' {
		v = v[1 : len(v)-1]
	}
	if len(v) < 3 || len(v) > 40 {
		return 0, false
	}
	switch {
	case v[2] == '/':
		return requestTime(v)
	case len(v) > 18 && (v[4] == '-' || v[4] == '/'):
		return calendarTime(v)
	}
	if n, ok := scan.ParseInt(v); ok {
		return epochMs(n)
	}
	if scan.Number(v, 0) != len(v) {
		return 0, false
	}
	f, err := strconv.ParseFloat(scan.View(v), 64) // zap writes seconds with a fraction
	return epochMsFloat(f, err == nil)
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

func epochMsFloat(f float64, ok bool) (int64, bool) {
	switch {
	case !ok || !(f > 0) || f > 9e18:
		return 0, false
	case f < 1e11:
		return int64(f * 1000), true
	case f < 1e14:
		return int64(f), true
	default:
		return epochMs(int64(f))
	}
}

// calendarTime reads "2022-06-30T07:55:35.341Z", or "2022/06/30 07:55:35": 'T' or a blank between, a fraction
// behind '.' or ',', a zone as Z, +00:00 or +0000, or none, which means UTC as in Lambda.
// Half of the time that loggers write passes here, so it is written out by hand.
func calendarTime(v []byte) (int64, bool) {
	year, ok1 := digits(v, 0, 4)
	month, ok2 := digits(v, 5, 2)
	day, ok3 := digits(v, 8, 2)
	clock, ok4 := clockTime(v, 11)
	if !ok1 || !ok2 || !ok3 || !ok4 || v[7] != v[4] || v[10] != 'T' && v[10] != 't' && v[10] != ' ' {
		return 0, false
	}
	i, ms := 19, 0
	if i < len(v) && (v[i] == '.' || v[i] == ',') {
		end := scan.SkipDigits(v, i+1)
		if end == i+1 {
			return 0, false
		}
		for j, unit := i+1, 100; j < end && unit > 0; j, unit = j+1, unit/10 {
			ms += int(v[j]-'0') * unit
		}
		i = end
	}
	zone, ok := zoneMinutes(v[i:])
	if !ok || !isDate(year, month, day) {
		return 0, false
	}
	return (unixDay(year, month, day)*86_400+int64(clock)-int64(zone)*60)*1000 + int64(ms), true
}

// requestTime reads "30/Jun/2022:07:55:35 +0000".
func requestTime(v []byte) (int64, bool) {
	if len(v) != 26 || v[6] != '/' || v[11] != ':' || v[20] != ' ' {
		return 0, false
	}
	day, ok1 := digits(v, 0, 2)
	month, ok2 := monthOf(v[3:6])
	year, ok3 := digits(v, 7, 4)
	clock, ok4 := clockTime(v, 12)
	zone, ok5 := zoneMinutes(v[21:])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !isDate(year, month, day) {
		return 0, false
	}
	return (unixDay(year, month, day)*86_400 + int64(clock) - int64(zone)*60) * 1000, true
}

func monthOf(name []byte) (int, bool) {
	for m := time.January; m <= time.December; m++ {
		if s := m.String(); s[0] == name[0] && s[1] == name[1] && s[2] == name[2] {
			return int(m), true
		}
	}
	return 0, false
}

// clockTime reads "07:55:35" at v[i:] as seconds of the day; a leap second counts as the one before.
func clockTime(v []byte, i int) (int, bool) {
	h, ok1 := digits(v, i, 2)
	m, ok2 := digits(v, i+3, 2)
	s, ok3 := digits(v, i+6, 2)
	if !ok1 || !ok2 || !ok3 || v[i+2] != ':' || v[i+5] != ':' || h > 23 || m > 59 || s > 60 {
		return 0, false
	}
	return h*3600 + m*60 + min(s, 59), true
}

// zoneMinutes reads "", "Z", "+00:00" or "+0000".
func zoneMinutes(v []byte) (int, bool) {
	if len(v) == 0 || len(v) == 1 && (v[0] == 'Z' || v[0] == 'z') {
		return 0, true
	}
	at := 3
	if len(v) == 6 && v[3] == ':' {
		at = 4
	} else if len(v) != 5 {
		return 0, false
	}
	h, ok1 := digits(v, 1, 2)
	m, ok2 := digits(v, at, 2)
	if !ok1 || !ok2 || h > 23 || m > 59 || v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	if v[0] == '-' {
		return -h*60 - m, true
	}
	return h*60 + m, true
}

func digits(v []byte, i, n int) (int, bool) {
	if i+n > len(v) {
		return 0, false
	}
	sum := 0
	for _, c := range v[i : i+n] {
		if c < '0' || c > '9' {
			return 0, false
		}
		sum = sum*10 + int(c-'0')
	}
	return sum, true
}

func isDate(year, month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// unixDay is the number of days from 1970-01-01 to a date of the Gregorian calendar.
func unixDay(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86_400
}
