package ingest

import (
	"crypto/sha256"
	"time"
)

// identity tells requests apart: by id and content, for an id alone is what a client
// says, and nothing may be dropped because two clients say the same.
type identity [16]byte

func identify(id string, sum [sha256.Size]byte) identity {
	h := sha256.New()
	h.Write(sum[:])
	h.Write([]byte(id))
	return identity(h.Sum(nil)[:16])
}

// maxSeen bounds what is remembered, at about 80 bytes each.
const maxSeen = 500_000

// seen remembers stored requests for a while. It is not safe for concurrent use.
type seen struct {
	horizon time.Duration
	known   map[identity]int64 // Unix milliseconds
	order   []identity         // oldest first
}

func newSeen(horizon time.Duration) *seen {
	return &seen{horizon: horizon, known: map[identity]int64{}}
}

// add remembers that r was stored at t, and forgets what is beyond the horizon.
func (s *seen) add(r identity, t time.Time) {
	if _, ok := s.known[r]; !ok {
		s.order = append(s.order, r)
	}
	now := t.UnixMilli()
	s.known[r] = now
	n := 0
	for n < len(s.order) && (len(s.order)-n > maxSeen || now-s.known[s.order[n]] > s.horizon.Milliseconds()) {
		delete(s.known, s.order[n])
		n++
	}
	if s.order = s.order[n:]; cap(s.order) > 4*len(s.order)+1024 {
		s.order = append([]identity(nil), s.order...)
	}
}

func (s *seen) has(r identity) bool { _, ok := s.known[r]; return ok }
