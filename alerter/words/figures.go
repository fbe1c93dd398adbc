package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Quantity writes v in unit: "23.4%" for a ratio of 0..1 and for "percent", "412 ms", "1.73 s",
// "1 h 30 m", "2.0 GiB" for "bytes", "1.2 Gbit/s" for "bits/s", "1,284" for a count. Any
// other unit follows the figure.
func Quantity(v float64, unit string) string {
	v = Finite(v)
	switch unit {
	case "ratio":
		return percent(v * 100)
	case "percent":
		return percent(v)
	case "ms":
		if v >= 60_000 {
			return Lasted(time.Duration(v) * time.Millisecond)
		}
		return Decimal(v) + " ms"
	case "us":
		return Decimal(v) + " µs"
	case "s":
		if v >= 60 && v < 1e9 {
			return Lasted(time.Duration(v) * time.Second)
		}
		return Decimal(v) + " s"
	case "bytes", "bytes/s":
		return scaled(v, 1024, []string{" bytes", " KiB", " MiB", " GiB", " TiB", " PiB"}) + strings.TrimPrefix(unit, "bytes")
	case "bits/s":
		return scaled(v, 1000, []string{" bit", " kbit", " Mbit", " Gbit", " Tbit"}) + "/s"
	case "/s":
		return Decimal(v) + "/s"
	case "", "count":
		return Decimal(v)
	}
	return Decimal(v) + " " + Line(unit, 20)
}

// Many writes "1 request" and "1,204 requests".
func Many(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + one + "s"
}

// scaled writes v with the prefix that leaves fewest digits: "2.0 GiB".
func scaled(v, base float64, units []string) string {
	if math.Abs(v) < base {
		return Decimal(v) + units[0]
	}
	for i, unit := range units[1:] {
		v /= base
		if math.Abs(v) < base-0.05 || i == len(units)-2 {
			return strconv.FormatFloat(v, 'f', 1, 64) + unit
		}
	}
	return Decimal(v)
}

func percent(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if v > 0 && v < 0.1 {
		s = strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimSuffix(s, ".0") + "%"
}

func Decimal(v float64) string {
	if math.Abs(v) < 1e15 && v == math.Trunc(v) {
		return Thousands(int64(v))
	}
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		return Thousands(int64(math.Round(v)))
	}
	if math.Abs(v) >= 100 && math.Abs(v) < 1000 {
		return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Thousands writes n with commas: 1,284.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Lasted writes a span of time in two units at most: "12 s", "4 m 10 s", "3 h 5 m", "2 d 3 h".
func Lasted(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	two := func(a int64, unitA string, b int64, unitB string) string {
		if b == 0 {
			return fmt.Sprintf("%d %s", a, unitA)
		}
		return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
	}
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two(s/60, "m", s%60, "s")
	case s < 86400:
		return two(s/3600, "h", s%3600/60, "m")
	}
	return two(s/86400, "d", s%86400/3600, "h")
}

// Finite is v, or 0 where it is no number that can be shown.
func Finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
