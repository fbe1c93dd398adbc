package ingest

import (
	"crypto/sha256"
	"errors"
	"hash"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Intake is one request on its way in. Its records are written one after the other, each
// between BeginRecord and EndRecord; then Commit makes them durable, or Discard forgets
// them. It is not safe for concurrent use.
//
// A record that is a gzip file goes in as it is; any other is wrapped in a gzip member.
type Intake struct {
	spool *Spool
	id    string
	sum   hash.Hash
	size  int64 // bytes of members
	err   error // of the disk

	buffer  []byte        // the members, while they are few
	granted int64         // bytes of the spool's memory that buffer holds
	large   *lake.Segment // else where they go

	head    []byte // the first bytes of the record, until its kind is known
	known   bool
	wrapper *gzip.Writer // of a record that is not gzip
}

// gzipMagic begins every gzip member that uses deflate, the only method there is.
const gzipMagic = "\x1f\x8b\x08"

// Begin starts a request. The id is what a re-sent request is recognised by.
func (s *Spool) Begin(id string) (*Intake, error) {
	if err := checkID(id); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "bad request id", Err: err}
	}
	if s.closed.Load() {
		return nil, errClosed
	}
	return &Intake{spool: s, id: id, sum: sha256.New()}, nil
}

// BeginRecord starts the next record.
func (in *Intake) BeginRecord() error {
	in.head, in.known = in.head[:0], false
	return in.err
}

// Write adds bytes to the record.
func (in *Intake) Write(b []byte) (int, error) {
	n := len(b)
	if !in.known {
		missing := min(len(gzipMagic)-len(in.head), len(b))
		in.head, b = append(in.head, b[:missing]...), b[missing:]
		if len(in.head) < len(gzipMagic) {
			return n, in.err
		}
		in.decide()
	}
	in.record(b)
	return n, in.err
}

// decide tells the record's kind by its head and writes that.
func (in *Intake) decide() {
	in.known = true
	if string(in.head) != gzipMagic {
		if in.wrapper == nil {
			in.wrapper = in.spool.wrappers.Get().(*gzip.Writer)
		}
		in.wrapper.Reset((*members)(in))
	} else if in.wrapper != nil {
		in.spool.wrappers.Put(in.wrapper)
		in.wrapper = nil
	}
	in.record(in.head)
}

func (in *Intake) record(b []byte) {
	if in.wrapper != nil {
		_, _ = in.wrapper.Write(b) // its error is in in.err
		return
	}
	_, _ = (*members)(in).Write(b)
}

// EndRecord ends the record. One without any bytes leaves nothing behind.
func (in *Intake) EndRecord() error {
	if !in.known && len(in.head) > 0 {
		in.decide()
	}
	if in.known && in.wrapper != nil {
		_ = in.wrapper.Close() // its error is in in.err
	}
	return in.err
}

// members is the Intake as the writer of finished bytes.
type members Intake

func (m *members) Write(b []byte) (int, error) {
	in := (*Intake)(m)
	if in.err != nil {
		return 0, in.err
	}
	in.sum.Write(b)
	in.size += int64(len(b))
	if in.large == nil {
		if in.grow(len(b)) {
			in.buffer = append(in.buffer, b...)
			return len(b), nil
		}
		if in.err = in.spill(); in.err != nil {
			return 0, in.err
		}
	}
	n, err := in.large.Write(b)
	in.err = err
	return n, err
}

// grow makes room for n more bytes in memory, or reports that there is none: the request
// is large, or all requests together hold as much as they may.
func (in *Intake) grow(n int) bool {
	need := len(in.buffer) + n
	if need <= cap(in.buffer) {
		return true
	}
	if need > in.spool.o.BufferBytes {
		return false
	}
	size := max(need, 2*cap(in.buffer), 16<<10)
	size = min(size, in.spool.o.BufferBytes)
	more := int64(size - cap(in.buffer))
	if in.spool.memory.Add(more) > in.spool.o.MemoryBytes {
		in.spool.memory.Add(-more)
		return false
	}
	in.granted += more
	bigger := make([]byte, len(in.buffer), size)
	copy(bigger, in.buffer)
	in.buffer = bigger
	return true
}

// spill moves the request to a segment of its own.
func (in *Intake) spill() error {
	name := newName(in.spool.o.Now())
	segment, err := in.spool.o.Dir.NewSegment(name)
	if err != nil {
		return err
	}
	in.large = segment
	if _, err := segment.Write(marker{id: in.id, open: true}.append(nil)); err != nil {
		return err
	}
	_, err = segment.Write(in.buffer)
	in.releaseBuffer()
	return err
}

func (in *Intake) releaseBuffer() {
	in.spool.memory.Add(-in.granted)
	in.granted, in.buffer = 0, nil
}

// Size is the number of bytes of gzip members so far.
func (in *Intake) Size() int64 { return in.size }

// Commit returns nil when the request is durable, and reports whether it had been stored
// before. After an error it is not stored and may be sent again. It ends the intake.
func (in *Intake) Commit() (duplicate bool, err error) {
	defer in.Discard()
	if in.err != nil {
		return false, in.err
	}
	if in.size == 0 {
		return false, nil
	}
	m := marker{id: in.id, size: in.size}
	in.sum.Sum(m.sum[:0])
	key := identify(m.id, m.sum)
	first, done := in.spool.claim(key)
	if !first {
		return true, done.wait()
	}
	if in.large != nil {
		err = in.commitLarge(m)
	} else {
		err = in.spool.submit(&pending{marker: m, members: in.buffer, done: make(chan error, 1)})
	}
	in.spool.settle(key, done, err)
	return false, err
}

// commitLarge makes the request's own segment durable and hands it to the sealer.
func (in *Intake) commitLarge(m marker) error {
	m.end = true
	began := time.Now()
	if _, err := in.large.Write(m.append(nil)); err != nil {
		return err
	}
	if err := in.large.Sync(); err != nil {
		return err
	}
	segment := in.large
	in.large = nil
	in.spool.o.Hooks.commit(1, segment.Size(), time.Since(began))
	in.spool.sealer.publish(segment)
	return nil
}

// Discard ends the intake; what is not committed is gone. It may be called at any time.
func (in *Intake) Discard() {
	in.releaseBuffer()
	if in.wrapper != nil {
		in.spool.wrappers.Put(in.wrapper)
		in.wrapper = nil
	}
	if in.large != nil {
		_ = in.large.Discard() // what stays behind is incomplete, or not acknowledged: recovery sees to it
		in.large = nil
	}
	if in.err == nil {
		in.err = errEnded
	}
}

var errEnded = errors.New("request has ended")
