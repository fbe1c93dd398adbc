package fleet

import (
	"maps"

	seamark "github.com/seamark-hq/seamark"
)

// Key is what events are counted by.
type Key struct {
	Table       seamark.Table
	Product     string
	Environment string
	Component   string
	Level       string // of a log: what the line names, INFO for the platform's own lines, else empty
	Status      int    // of an access log
}

// Truth is what was produced, counted while it was made.
type Truth struct {
	Payloads        int64 // data payloads
	Events          int64 // log events in them
	ControlMessages int64
	Bytes           int64 // of all payloads, uncompressed
	Rows            map[Key]int64
}

// Add adds b to t.
func (t *Truth) Add(b Truth) {
	t.Payloads += b.Payloads
	t.Events += b.Events
	t.ControlMessages += b.ControlMessages
	t.Bytes += b.Bytes
	if t.Rows == nil {
		t.Rows = map[Key]int64{}
	}
	for k, n := range b.Rows {
		t.Rows[k] += n
	}
}

// Count is the number of events whose key matches.
func (t Truth) Count(match func(Key) bool) int64 {
	var sum int64
	for k, n := range t.Rows {
		if match(k) {
			sum += n
		}
	}
	return sum
}

// clone returns a copy that shares nothing with t.
func (t Truth) clone() Truth {
	t.Rows = maps.Clone(t.Rows)
	return t
}
