package seamark

import (
	"strings"
	"time"
)

// Duration is a time.Duration that JSON and YAML write as "1m30s".
type Duration time.Duration

// MarshalText writes d as Go does: "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// InRange calls fault when d, the value of a configuration's key, lies outside low..high.
func InRange(fault func(key, what, remedy string), key string, d Duration, low, high time.Duration) {
	brief := func(d time.Duration) string {
		s := d.String()
		for _, zero := range []string{"0s", "0m"} {
			if rest := strings.TrimSuffix(s, zero); rest != s && strings.ContainsAny(rest, "mh") {
				s = rest
			}
		}
		return s
	}
	if v := time.Duration(d); v < low || v > high {
		fault(key, brief(v)+" is out of range", "use "+brief(low)+" to "+brief(high))
	}
}
