package lake

import (
	"encoding/binary"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// The order of a compacted file is that of sort keys as bytes: timestamp, event id, account,
// source and stream, which together are an event's identity; then the landing objects that
// cannot be superseded first, and of those the one that arrived first.

// identity is what the rows of one event agree in.
type identity struct {
	timestamp                          int64
	eventID, accountID, source, stream string
}

// appendKey appends a row's sort key. whole is the length of the identity in it.
func appendKey(b []byte, i identity, sound bool, ingestedAt int64, landingID string) (key []byte, whole int) {
	start := len(b)
	b = binary.BigEndian.AppendUint64(b, uint64(i.timestamp)^1<<63)
	for _, s := range [...]string{i.eventID, i.accountID, i.source, i.stream} {
		b = appendOrdered(b, s)
	}
	whole = len(b) - start
	if sound {
		b = append(b, 0)
	} else {
		b = append(b, 1)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(ingestedAt)^1<<63)
	return append(b, landingID...), whole
}

// appendOrdered appends s so that the bytes of two sequences of strings compare as the
// sequences do, whatever bytes they hold.
func appendOrdered(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, 0)
		if i < 0 {
			return append(append(b, s...), 0, 0)
		}
		b = append(append(b, s[:i]...), 0, 1)
		s = s[i+1:]
	}
}

// rowKind is what compaction must know of the rows of one table.
type rowKind[T any] struct {
	identity func(*T) (identity, int64) // and when the landing object arrived
	landing  func(*T) *string
	write    func(*part, []T) error
	filtered []filtered[T]
}

var logKind = rowKind[seamark.Log]{
	identity: func(r *seamark.Log) (identity, int64) {
		return identity{r.Timestamp, r.EventID, r.AccountID, r.Source, r.Stream}, r.IngestedAt
	},
	landing:  func(r *seamark.Log) *string { return &r.LandingID },
	write:    (*part).writeLogs,
	filtered: filteredLogs,
}

var accessLogKind = rowKind[seamark.AccessLog]{
	identity: func(r *seamark.AccessLog) (identity, int64) {
		return identity{r.Timestamp, r.EventID, r.AccountID, r.Source, r.Stream}, r.IngestedAt
	},
	landing:  func(r *seamark.AccessLog) *string { return &r.LandingID },
	write:    (*part).writeAccessLogs,
	filtered: filteredAccess,
}
