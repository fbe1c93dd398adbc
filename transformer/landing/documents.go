package landing

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// documents reads the JSON documents of a stream, at depth gzip layers below the file.
// At depth 0 it stops before a gzip member.
func (o *Object) documents(w *window, depth int) error {
	for {
		if w.start == w.end && !w.fill() {
			return o.endOf(w)
		}
		b := w.bytes()
		i := scan.SkipSpace(b, 0)
		o.Accounts.BytesIn += int64(i)
		if w.skip(i); i == len(b) {
			continue
		}
		b = b[i:]
		var err error
		switch {
		case b[0] == 0x1f && o.atGzip(w):
			if depth == 0 {
				return nil
			}
			err = o.nested(w, depth)
		case b[0] == '{':
			err = o.document(w)
		default:
			err = o.junk(w, 0, notPayload(b))
		}
		if err != nil {
			return err
		}
	}
}

// notPayload says what bytes are that are neither gzip nor JSON, so that who sends them can
// be told.
func notPayload(b []byte) string {
	const reason = "neither gzip nor JSON"
	head := b[:min(len(b), 4<<10)]
	switch {
	case len(b) > 2 && b[0] == 0x78 && (uint(b[0])<<8|uint(b[1]))%31 == 0: // RFC 1950
		return reason + " but zlib: compress with gzip, or not at all"
	case len(b) > 4 && string(b[:4]) == "\x28\xb5\x2f\xfd":
		return reason + " but zstd: compress with gzip, or not at all"
	case bytes.HasPrefix(b, []byte("H4sI")):
		return reason + " but gzip in base64: decode it first"
	case bytes.HasPrefix(b, []byte("eyJ")):
		return reason + " but JSON in base64: decode it first"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return reason + " but a zip archive: unpack it first"
	case isText(head):
		return reason + " but plain text, which says neither log group nor time: send it through a CloudWatch Logs subscription"
	}
	return reason
}

// isText reports whether bytes are UTF-8 without control bytes; the last letter may be cut.
func isText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n < 2 && len(b) >= utf8.UTFMax || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b {
			return false
		}
		b = b[n:]
	}
	return true
}

// endOf is what remains to say when a stream has ended.
func (o *Object) endOf(w *window) error {
	if err := w.fault(); err != nil {
		return &memberFault{err}
	}
	return nil
}

func (o *Object) atGzip(w *window) bool {
	if w.end-w.start < 4 {
		w.fill()
	}
	return isGzip(w.bytes())
}

// nested reads a gzip member inside a gzip member.
func (o *Object) nested(w *window, depth int) error {
	if depth >= maxNesting {
		return &memberFault{errDeep}
	}
	gz, err := o.gunzip(depth, w)
	if err == nil {
		err = o.documents(o.window(depth+1, gz), depth+1)
	}
	return err
}

// document reads the JSON document at the window's start.
func (o *Object) document(w *window) error {
	for {
		if err := o.ctx.Err(); err != nil {
			return err
		}
		b := w.bytes()
		o.rows.Mark()
		more := w.err == nil && len(b) < maxPayload
		out, err := o.readPayload(b, more)
		if err != nil {
			return err
		}
		again := out.status == Incomplete && more
		if again || out.status == WrongShape {
			o.rows.Rollback()
			o.arena.Reset()
			out.events = 0
		}
		if again {
			w.fill()
			continue
		}
		return o.settle(w, b, out)
	}
}

// settle books what reading a document came to.
func (o *Object) settle(w *window, b []byte, out outcome) error {
	switch out.status {
	case Complete, Control:
		if out.status == Control {
			o.Accounts.ControlMessages++
		}
		return o.take(w, out.end, out.events)
	case WrongShape:
		if out.bare && (o.extracted || o.rows.IsRecord(b[:out.end])) {
			o.extracted = true
			o.rows.Bare(b[:out.end], w.offset())
			return o.take(w, out.end, 1)
		}
		o.bad(o.piece(w, bytes.Clone(b[:min(out.end, o.keepable())]), int64(out.end), out.reason))
		return o.take(w, out.end, 0)
	}
	if err := o.take(w, out.end, out.events); err != nil {
		return err
	}
	if out.status == Incomplete && w.fault() != nil {
		// The member is damaged: its raw bytes are the evidence.
		o.Accounts.BytesIn += int64(w.end - w.start)
		w.start = w.end
		return o.endOf(w)
	}
	if out.status == Incomplete && len(b) >= maxPayload {
		out.reason = fmt.Sprintf("a JSON document of more than %d MB", maxPayload>>20)
	}
	from := 1
	if out.end > 0 {
		from = 0 // the payload's beginning is behind us
	}
	return o.junk(w, from, out.reason)
}

// take consumes n bytes that gave events, whose rows are written.
func (o *Object) take(w *window, n, events int) error {
	if err := o.rows.Flush(); err != nil {
		return err
	}
	o.Accounts.Events += int64(events)
	o.Accounts.Rows += int64(events)
	o.Accounts.BytesIn += int64(n)
	w.skip(n)
	return nil
}

// piece describes bad bytes at the window's start.
func (o *Object) piece(w *window, kept []byte, n int64, reason string) piece {
	p := piece{Quarantined: seamark.Quarantined{Offset: w.offset(), Bytes: n, Reason: reason}, bytes: kept}
	if w != o.windows[0] { // inside a gzip member
		p.Offset = o.memberAt
		p.Reason = fmt.Sprintf("gzip member %d, inflated byte %d: %s", o.member, w.offset(), reason)
	}
	return p
}

// junk passes over what is no payload, up to the next one, as one undecodable payload.
// The search begins from bytes behind the window's start. In an object of bare
// messages it is a line of text, and so an event.
func (o *Object) junk(w *window, from int, reason string) error {
	if o.extracted || o.beginsWithText(w) {
		return o.line(w)
	}
	p := o.piece(w, nil, 0, reason)
	kept, keepable := []byte{}, o.keepable()
	for found := false; !found; {
		b := w.bytes()
		n := nextStart(b, from)
		if found = n < len(b); !found && w.err == nil {
			n = max(n-32, min(from, n)) // half a beginning may stand at the end
		}
		kept = append(kept, b[:min(n, keepable-len(kept))]...)
		p.Bytes += int64(n)
		o.Accounts.BytesIn += int64(n)
		w.skip(n)
		from = max(from-n, 0)
		if w != o.windows[0] && p.Bytes > maxJunk {
			return &memberFault{errBomb}
		}
		if !found && w.err != nil {
			break
		}
		if !found {
			w.fill()
		}
	}
	if w.start == w.end && w.fault() != nil {
		return o.endOf(w) // the damaged member is kept as a whole
	}
	p.bytes = kept
	o.bad(p)
	return nil
}

// nextStart finds where in b, at or behind from, a payload may begin; else it is len(b).
func nextStart(b []byte, from int) int {
	for i := from; i < len(b); i++ {
		if b[i] == '{' && isEnvelope(b[i:]) || b[i] == 0x1f && isGzip(b[i:]) {
			return i
		}
	}
	return len(b)
}

// beginsWithText reports whether the object's very first line is one that Lambda
// writes as text, so that the object holds bare messages.
func (o *Object) beginsWithText(w *window) bool {
	if o.Accounts.Events+o.Accounts.Undecodable+o.Accounts.ControlMessages > 0 {
		return false
	}
	b := w.bytes()
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	o.extracted = o.rows.IsKnownText(b)
	return o.extracted
}

// line takes one line of an object of bare messages.
func (o *Object) line(w *window) error {
	for {
		b := w.bytes()
		n := bytes.IndexByte(b, '\n')
		if n < 0 && w.err == nil && len(b) < maxPayload {
			w.fill()
			continue
		}
		if w.fault() != nil && n < 0 {
			w.start = w.end
			return o.endOf(w)
		}
		if n < 0 {
			n = len(b)
		}
		o.rows.Bare(bytes.TrimRight(b[:n], "\r"), w.offset())
		return o.take(w, n, 1)
	}
}
