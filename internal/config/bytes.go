package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Bytes is a size that YAML writes as 8MB (10⁶), 512KiB (2¹⁰) or a plain number.
type Bytes int64

type unit struct {
	name string
	size int64
}

// units, the longer names first, so that "KiB" is not taken for "B".
func units() []unit {
	return []unit{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
		{"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1},
	}
}

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	s, size := strings.TrimSpace(string(text)), int64(1)
	for _, u := range units() {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, size = strings.TrimSpace(rest), u.size
			break
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f*float64(size) < 1<<62) {
		return fmt.Errorf("not a size")
	}
	*b = Bytes(f * float64(size))
	return nil
}

// MarshalText writes the largest decimal unit that divides b.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String is what MarshalText writes.
func (b Bytes) String() string {
	for _, u := range []unit{{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}} {
		if b != 0 && int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}
