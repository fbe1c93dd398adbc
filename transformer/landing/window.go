package landing

import (
	"errors"
	"io"
)

// window is a stream seen through a buffer that holds whole documents: it grows for
// one that is large, up to maxPayload, and is reused.
type window struct {
	r          io.Reader
	buf        []byte
	start, end int   // buf[start:end] is read, not yet consumed
	base       int64 // of buf[0] in the stream
	err        error // why no more can be read; io.EOF at the end
}

func (w *window) reset(r io.Reader) {
	if cap(w.buf) < firstRead || cap(w.buf) > keptBuffer { // do not keep what one huge payload needed
		w.buf = make([]byte, firstRead)
	}
	*w = window{r: r, buf: w.buf[:cap(w.buf)]}
}

// whole makes b all that there is to read, up to err.
func (w *window) whole(b []byte, err error) {
	*w = window{buf: b, end: len(b), err: err}
}

// offset is where the next byte to consume lies in the stream.
func (w *window) offset() int64 { return w.base + int64(w.start) }

func (w *window) bytes() []byte { return w.buf[w.start:w.end] }

func (w *window) skip(n int) { w.start += n }

// fill reads until the buffer is full or nothing follows, and reports whether there is
// more to consume than before.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	if w.start > 0 {
		copy(w.buf, w.buf[w.start:w.end])
		w.base += int64(w.start)
		w.end -= w.start
		w.start = 0
	}
	if w.end == len(w.buf) {
		bigger := make([]byte, 2*len(w.buf))
		copy(bigger, w.buf[:w.end])
		w.buf = bigger
	}
	before := w.end
	for w.end < len(w.buf) && w.err == nil {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
	}
	return w.end > before
}

// fault is why the stream ended, nil at its proper end.
func (w *window) fault() error {
	if w.err == nil || errors.Is(w.err, io.EOF) {
		return nil
	}
	return w.err
}

// Read and ReadByte hand the stream on to a nested gzip member, which takes no byte
// more than it needs.
func (w *window) Read(b []byte) (int, error) {
	if w.start == w.end && !w.fill() {
		return 0, w.err
	}
	n := copy(b, w.buf[w.start:w.end])
	w.start += n
	return n, nil
}

// ReadByte implements io.ByteReader.
func (w *window) ReadByte() (byte, error) {
	if w.start == w.end && !w.fill() {
		return 0, w.err
	}
	w.start++
	return w.buf[w.start-1], nil
}
