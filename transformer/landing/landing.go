package landing

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/inflate"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// Bounds on what an object may make us do.
const (
	maxPayload = 64 << 20  // bytes of one JSON document; CloudWatch sends 6 MB at most
	maxJunk    = 256 << 20 // inflated bytes without a payload after which a member is given up (a bomb)
	maxNesting = 2         // gzip inside gzip
	maxKept    = 16 << 20  // bytes of inflated junk of an object that quarantine keeps
	leastKept  = 1 << 10   // but of each piece at least so many
	firstRead  = 512 << 10 // first size of a payload's buffer

	// A member within these is inflated at once; AWS compresses at most 1 MB into a record.
	// A larger one is read as a stream.
	rawBuffer   = 1280 << 10 // compressed
	maxInflated = 16 << 20
	keptBuffer  = 4 << 20 // what a worker keeps of such a buffer
)

// Input is a landing object's bytes and what is known of them. They must not change meanwhile.
type Input struct {
	io.ReaderAt
	ID      lake.ID
	Origin  lake.Origin
	Arrival time.Time
}

// Handler takes the events of an object, in the order in which they lie.
type Handler interface {
	Begin(*Envelope)               // a payload begins, perhaps once more with more of its bytes
	Add(e *Event, at int)          // its next event, at that byte of it
	Bare(message []byte, at int64) // a message without an envelope, at that byte of the stream
	IsRecord(object []byte) bool   // a JSON object without an envelope is such a message
	IsKnownText(line []byte) bool  // and so is this line
	Mark()                         // what comes now
	Rollback()                     // and is to be forgotten again, back to the mark
	Pending() int                  // rows that flush would store
	Flush() error                  // what the rows point into is used anew
}

// Object reads one landing object. Its layers of bytes:
//
//	file ── gzip member ──(gzip member)── JSON document ── log event
//
// A fault costs one "undecodable payload": the complete events before it count, and
// the bytes up to the next payload go to quarantine.
type Object struct {
	ctx      context.Context
	src      *Input
	raw      *bufio.Reader
	section  *io.SectionReader
	inflate  inflate.Decoder
	inflated []byte
	streams  [maxNesting]*gzip.Reader
	windows  [maxNesting + 1]*window
	rows     Handler
	arena    *scan.Arena
	payloads *payloads

	Accounts   seamark.Accounts
	Quarantine []piece
	kept       int   // bytes that the pieces hold
	member     int   // number of the current gzip member, from 1
	memberAt   int64 // its offset in the file
	memberEnd  int64 // the offset behind it; 0: not known
	extracted  bool  // the object holds bare messages: Firehose's "message extraction"
}

// piece is bad input with where its bytes are.
type piece struct {
	seamark.Quarantined
	bytes []byte // inflated bytes; nil when they lie in the file at Offset
}

// New returns an object whose payloads' texts lie in a.
func New(a *scan.Arena, keys *scan.Keys) *Object {
	o := &Object{arena: a, raw: bufio.NewReaderSize(nil, rawBuffer)}
	o.payloads = &payloads{arena: a, inner: scan.Escaped{Arena: a, Keys: keys}}
	return o
}

// Reset points the object at an input and at who takes its events.
func (o *Object) Reset(ctx context.Context, src *Input, h Handler) {
	o.ctx, o.src, o.rows = ctx, src, h
	o.section = io.NewSectionReader(src, 0, src.Origin.Size)
	o.raw.Reset(o.section)
	o.Accounts, o.Quarantine, o.kept, o.member, o.memberAt, o.extracted = seamark.Accounts{}, nil, 0, 0, 0, false
	o.payloads.begin, o.payloads.event = h.Begin, h.Add
}

// ReadOne reads the payload that b begins with, on its own.
func (o *Object) ReadOne(b []byte) (_ Status, reason string) {
	out := o.payloads.read(b)
	return out.status, out.reason
}

// Place is where the payload at hand begins: the gzip member, from 1, and its byte of the
// file, 0 where it is not compressed; and the byte of the inflated member, or of the file.
func (o *Object) Place() (member int, memberAt, payloadAt int64) {
	w := o.current()
	switch {
	case w == nil:
		return o.member, o.memberAt, 0
	case w == o.windows[0]:
		return 0, 0, w.offset()
	}
	return o.member, o.memberAt, w.offset()
}

// current is the window being read: the innermost that still holds bytes. The payload at
// hand begins where it does.
func (o *Object) current() *window {
	for depth := maxNesting; depth >= 0; depth-- {
		if w := o.windows[depth]; w != nil && w.start < w.end {
			return w
		}
	}
	return nil
}

// MessageAt is the text of the event at that byte of the payload at hand. Of an object in it the
// fields were taken from the payload itself; then the text is read from there once more.
func (o *Object) MessageAt(e *Event, at int) string {
	if e.Fields == nil {
		return string(e.Message)
	}
	var v struct{ Message string }
	if w := o.current(); w != nil && at < len(w.bytes()) {
		_ = json.NewDecoder(bytes.NewReader(w.bytes()[at:])).Decode(&v) // it was parsed already
	}
	return v.Message
}

// offset is where the next raw byte lies.
func (o *Object) offset() int64 {
	at, _ := o.section.Seek(0, io.SeekCurrent)
	return at - int64(o.raw.Buffered())
}

func (o *Object) seek(at int64) error {
	if _, err := o.section.Seek(at, io.SeekStart); err != nil {
		return err
	}
	o.raw.Reset(o.section)
	return nil
}

// Read goes through the whole object. It fails only when reading or storing fails,
// never for what the bytes are.
func (o *Object) Read() error {
	for {
		if err := o.ctx.Err(); err != nil {
			return err
		}
		head, err := o.raw.Peek(4)
		if len(head) == 0 {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		switch {
		case isGzip(head):
			err = o.readMember()
		case head[0] == '\n' || head[0] == '\r' || head[0] == ' ' || head[0] == '\t':
			_, err = o.raw.Discard(1)
			o.Accounts.BytesIn++
		default:
			err = o.readPlain()
		}
		if err != nil {
			return err
		}
	}
}

// isGzip reports whether a gzip member may begin with b (RFC 1952: magic, deflate, no
// reserved flag).
func isGzip(b []byte) bool {
	return len(b) >= 4 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8 && b[3]&0xe0 == 0
}

// readMember reads the gzip member at the raw reader's place.
func (o *Object) readMember() error {
	o.member++
	o.memberAt, o.memberEnd = o.offset(), 0
	w, err := o.wholeMember()
	if w == nil && err == nil {
		w, err = o.streamMember()
	}
	if err == nil {
		err = o.documents(w, 1)
	}
	if f, bad := errors.AsType[*memberFault](err); bad {
		return o.quarantineMember(f)
	}
	return classRead(o.src, err)
}

// wholeMember inflates the member at once, if it is not too large for that.
func (o *Object) wholeMember() (*window, error) {
	out, n, fault, err := o.inflateRaw(o.raw.Buffered())
	if errors.Is(fault, io.ErrUnexpectedEOF) { // there may be more of it
		out, n, fault, err = o.inflateRaw(o.raw.Size())
	}
	atEnd := o.raw.Buffered() < o.raw.Size()
	if err != nil || errors.Is(fault, inflate.ErrTooLarge) || errors.Is(fault, io.ErrUnexpectedEOF) && !atEnd {
		return nil, err
	}
	if fault == nil {
		o.raw.Discard(n)
		o.memberEnd = o.offset()
		fault = io.EOF
	}
	w := o.windowAt(1)
	w.whole(out, fault)
	return w, nil
}

// inflateRaw inflates the member from the next size raw bytes. fault is that of the
// bytes, err that of reading them.
func (o *Object) inflateRaw(size int) (out []byte, n int, fault, err error) {
	raw, err := o.raw.Peek(size)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, nil, err
	}
	if cap(o.inflated) > keptBuffer || o.inflated == nil {
		o.inflated = make([]byte, firstRead)
	}
	out, n, fault = o.inflate.Member(o.inflated, raw, maxInflated)
	o.inflated = out[:0]
	return out, n, fault, nil
}

func (o *Object) streamMember() (*window, error) {
	gz, err := o.gunzip(0, o.raw)
	if err != nil {
		return nil, err
	}
	return o.window(1, gz), nil
}

func (o *Object) gunzip(level int, r io.Reader) (*gzip.Reader, error) {
	gz := o.streams[level]
	if gz == nil {
		gz = new(gzip.Reader)
		o.streams[level] = gz
	}
	if err := gz.Reset(r); err != nil {
		return nil, &memberFault{err}
	}
	gz.Multistream(false)
	return gz, nil
}

// memberFault says that a gzip member cannot be inflated to its end.
type memberFault struct{ err error }

func (f *memberFault) Error() string { return f.err.Error() }
func (f *memberFault) Unwrap() error { return f.err }

func (f *memberFault) reason(member int) string {
	switch {
	case errors.Is(f.err, io.ErrUnexpectedEOF), errors.Is(f.err, io.EOF):
		return fmt.Sprintf("gzip member %d ends early", member)
	case errors.Is(f.err, gzip.ErrChecksum), errors.Is(f.err, inflate.ErrChecksum):
		return fmt.Sprintf("gzip member %d: checksum does not match", member)
	case errors.Is(f.err, errBomb), errors.Is(f.err, errDeep):
		return fmt.Sprintf("gzip member %d: %v", member, f.err)
	default:
		return fmt.Sprintf("gzip member %d is damaged: %v", member, f.err)
	}
}

var (
	errBomb = fmt.Errorf("inflates to more than %d MB without a payload", maxJunk>>20)
	errDeep = fmt.Errorf("gzip nested more than %d deep", maxNesting)
)

// quarantineMember keeps a damaged member's bytes, up to where the next payload begins.
func (o *Object) quarantineMember(f *memberFault) error {
	next, err := o.endOfMember(f)
	if err != nil {
		return err
	}
	o.bad(piece{Quarantined: seamark.Quarantined{Offset: o.memberAt, Bytes: next - o.memberAt, Reason: f.reason(o.member)}})
	return o.seek(next)
}

// endOfMember finds where a bad member ends: behind its trailer when only its content
// is at fault, else where the next payload begins.
func (o *Object) endOfMember(f *memberFault) (int64, error) {
	if errors.Is(f.err, errDeep) || errors.Is(f.err, errBomb) {
		if o.memberEnd > 0 {
			return o.memberEnd, nil
		}
		if _, err := io.Copy(io.Discard, o.streams[0]); err == nil {
			return o.offset(), nil
		}
	}
	return o.resync(o.memberAt + 1)
}

// resync finds the next place, from at on, where a payload begins: a gzip member that
// inflates to one, or a JSON envelope. Without one it is the object's end.
func (o *Object) resync(at int64) (int64, error) {
	const overlap = 64
	buf := make([]byte, 1<<20)
	for at < o.src.Origin.Size {
		if err := o.ctx.Err(); err != nil {
			return 0, err
		}
		n, err := o.src.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, classRead(o.src, err)
		}
		for i := 0; i < n; i++ {
			if buf[i] == 0x1f && isGzip(buf[i:n]) && o.inflates(at+int64(i)) || buf[i] == '{' && isEnvelope(buf[i:n]) {
				return at + int64(i), nil
			}
		}
		if n < len(buf) {
			break
		}
		at += int64(n - overlap)
	}
	return o.src.Origin.Size, nil
}

// inflates reports whether the bytes at offset at are the beginning of a gzip member
// that holds a payload, or nothing, or another member.
func (o *Object) inflates(at int64) bool {
	r := io.NewSectionReader(o.src, at, o.src.Origin.Size-at)
	gz, err := gzip.NewReader(bufio.NewReaderSize(r, 4<<10))
	if err != nil {
		return false
	}
	gz.Multistream(false)
	head := make([]byte, 64)
	n, err := io.ReadFull(gz, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	head = head[:n]
	i := scan.SkipSpace(head, 0)
	return i == n && err != nil || i < n && (head[i] == '{' || isGzip(head[i:]))
}

// isEnvelope reports whether b begins with '{' and a key of the envelope. Inside a log
// message the quotes would be escaped.
func isEnvelope(b []byte) bool {
	i := scan.SkipSpace(b, 1)
	if i >= len(b) || b[i] != '"' {
		return false
	}
	end := bytes.IndexByte(b[i+1:min(len(b), i+32)], '"')
	return end > 0 && envelopeKey(b[i+1:i+1+end]) != 0
}

// readPlain reads JSON that is not compressed, up to the end or a gzip member.
func (o *Object) readPlain() error {
	o.memberAt = o.offset()
	w := o.window(0, o.raw)
	w.base = o.memberAt
	if err := o.documents(w, 0); err != nil {
		return classRead(o.src, err)
	}
	return o.seek(w.offset())
}

func (o *Object) window(level int, r io.Reader) *window {
	w := o.windowAt(level)
	w.reset(r)
	return w
}

func (o *Object) windowAt(level int) *window {
	if o.windows[level] == nil {
		o.windows[level] = new(window)
	}
	return o.windows[level]
}

// classRead tells a file that cannot be read from a fault of its content.
func classRead(s *Input, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*seamark.Fault](err); ok {
		return err
	}
	return InputFault(s.Origin.URL, err)
}

// bad counts one undecodable payload.
func (o *Object) bad(p piece) {
	o.Accounts.Undecodable++
	o.Accounts.Quarantined++
	p.Origin, p.At = o.src.Origin.URL, o.src.Arrival
	if p.bytes != nil && p.Bytes > int64(len(p.bytes)) {
		p.Reason += fmt.Sprintf(" (the first %d bytes are kept here)", len(p.bytes))
	}
	o.kept += len(p.bytes)
	o.Quarantine = append(o.Quarantine, p)
}

// keepable is how many bytes of the next piece may be kept in memory.
func (o *Object) keepable() int { return max(maxKept-o.kept, leastKept) }

// KeepQuarantine stores the bad bytes durably.
func (o *Object) KeepQuarantine(l *lake.Lake) ([]seamark.Quarantined, error) {
	var out []seamark.Quarantined
	for n, p := range o.Quarantine {
		p.Kept = lake.QuarantineKey(o.src.Arrival, o.src.ID, n)
		sum := sha256.New()
		err := l.Put(p.Kept, func(w io.Writer) error {
			w = io.MultiWriter(w, sum)
			if p.bytes != nil {
				_, err := w.Write(p.bytes)
				return err
			}
			_, err := io.Copy(w, io.NewSectionReader(o.src, p.Offset, p.Bytes))
			return err
		})
		if err != nil {
			return nil, err
		}
		p.SHA256 = hex.EncodeToString(sum.Sum(nil))
		out = append(out, p.Quarantined)
	}
	return out, nil
}
