package ingest

import (
	"fmt"
	"io"
	"time"
)

// A body that has brought less than slowest bytes per second, once patience is over, is let
// go long before BodyTimeout: a thousand such clients would take every turn. The slowest
// lines that Firehose could use bring a hundred times as much.
const (
	slowest  = 1 << 10 // bytes per second
	patience = 15 * time.Second
)

// MaxBody bounds the members of one request. Firehose sends at most 64 MiB of records.
const MaxBody = 256 << 20

// paced reads a body whose reader gives up at a deadline, and moves that deadline as bytes come.
type paced struct {
	in       io.Reader
	deadline func(time.Time) error
	end      time.Time // whatever comes
	began    time.Time
	n        int64
	set      time.Time
}

func newPaced(in io.Reader, deadline func(time.Time) error, now time.Time, patience, whole time.Duration) *paced {
	p := &paced{in: in, deadline: deadline, began: now.Add(patience), end: now.Add(whole)}
	p.move()
	return p
}

// Read implements io.Reader.
func (p *paced) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.n += int64(n)
	if err == nil {
		p.move()
	}
	return n, err
}

// move sets the deadline, where that is worth a call.
func (p *paced) move() {
	at := p.began.Add(time.Duration(p.n) * time.Second / slowest)
	if at.After(p.end) {
		at = p.end
	}
	if at.Sub(p.set) >= time.Second || at.Equal(p.end) && !p.set.Equal(p.end) {
		p.set = at
		_ = p.deadline(at) // not every test server can
	}
}

// bounded is the sink of a request that may not have more than most bytes of records.
type bounded struct {
	recordSink
	left int64
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooLarge
	}
	return b.recordSink.Write(p)
}

var errTooLarge = fmt.Errorf("records of more than %d MiB", MaxBody>>20)
