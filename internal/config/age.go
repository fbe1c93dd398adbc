package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Age is how long something is kept: YAML writes 90d, 52w or 36h. 0 is forever.
type Age time.Duration

// Day is 24 hours.
const Day = Age(24 * time.Hour)

// Forever is how an Age of 0 is written.
const Forever = "forever"

// UnmarshalText reads an age.
func (a *Age) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if s == Forever {
		*a = 0
		return nil
	}
	for unit, size := range map[string]Age{"h": Age(time.Hour), "d": Day, "w": 7 * Day} {
		if digits, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseUint(digits, 10, 31)
			if err != nil || n == 0 || Age(n) > 36_500*Day/size {
				return errors.New("not an age")
			}
			*a = Age(n) * size
			return nil
		}
	}
	return errors.New("not an age")
}

// MarshalText writes the largest unit that divides a.
func (a Age) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// String is what MarshalText writes.
func (a Age) String() string {
	switch {
	case a == 0:
		return Forever
	case a%Day == 0:
		return strconv.FormatInt(int64(a/Day), 10) + "d"
	}
	return strconv.FormatInt(int64(time.Duration(a)/time.Hour), 10) + "h"
}

// Days is the age in whole days, rounded up, as S3's lifecycle rules count.
func (a Age) Days() int { return int((a + Day - 1) / Day) }
