// Package calmlog is a log that says once a minute what everybody runs into at once: a disk that
// is full or broken, connections that their other end closed.
package calmlog

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"time"
)

// every is how often a disk that cannot be written to is said, whoever runs into it.
const every = time.Minute

// handler is a log in which a full or broken disk is a line at once and then one a minute, with
// the count of what it stands for, instead of one for each request, upload and object.
type handler struct {
	slog.Handler
	*calmed // shared by all handlers that With made
}

type calmed struct {
	mu   sync.Mutex
	held map[syscall.Errno]*heldLines
}

// heldLines are those of one fault that were not written in this minute.
type heldLines struct {
	count int
	last  slog.Record
	to    slog.Handler
}

// New calms what is written to h.
func New(h slog.Handler) slog.Handler {
	return &handler{h, &calmed{held: map[syscall.Errno]*heldLines{}}}
}

// Handle writes a record, or holds it.
func (l *handler) Handle(ctx context.Context, r slog.Record) error {
	fault, ok := diskFault(r)
	if !ok {
		return l.Handler.Handle(ctx, r)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.held[fault]; h != nil {
		h.count++
		h.last, h.to = r.Clone(), l.Handler
		return nil
	}
	l.held[fault] = &heldLines{}
	time.AfterFunc(every, func() { l.tell(fault) })
	return l.Handler.Handle(ctx, r)
}

// tell writes the last of the lines that were held, with their number; where there are none the
// fault is over, and the next is said at once.
func (l *handler) tell(fault syscall.Errno) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[fault]
	if h.count == 0 {
		delete(l.held, fault)
		return
	}
	h.last.AddAttrs(slog.Int("lines_like_this_in_a_minute", h.count))
	_ = h.to.Handle(context.Background(), h.last) // a log that cannot be written to has nobody to tell
	h.count = 0
	time.AfterFunc(every, func() { l.tell(fault) })
}

// diskFault is what the disk said, where a record is about that.
func diskFault(r slog.Record) (fault syscall.Errno, ok bool) {
	r.Attrs(func(a slog.Attr) bool {
		err, isErr := a.Value.Any().(error)
		if !isErr {
			return true
		}
		fault, ok = DiskErrno(err)
		return !ok
	})
	return fault, ok
}

// DiskErrno is what the disk said, where an error is of it.
func DiskErrno(err error) (syscall.Errno, bool) {
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO} {
		if errors.Is(err, e) {
			return e, true
		}
	}
	return 0, false
}

// WithAttrs implements slog.Handler.
func (l *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{l.Handler.WithAttrs(attrs), l.calmed}
}

// WithGroup implements slog.Handler.
func (l *handler) WithGroup(name string) slog.Handler {
	return &handler{l.Handler.WithGroup(name), l.calmed}
}

// HTTPErrors takes what net/http says of connections. One that its other end closed, a browser's
// tab or a scanner of ports, is nothing that an operator could mend.
type HTTPErrors struct{ Log *slog.Logger }

// Write implements io.Writer for a log.Logger: b is one line.
func (h HTTPErrors) Write(b []byte) (int, error) {
	text := strings.TrimSpace(string(b))
	level := slog.LevelWarn
	for _, gone := range []string{": EOF", "connection reset by peer", "broken pipe", "i/o timeout"} {
		if strings.HasSuffix(text, gone) {
			level = slog.LevelDebug
		}
	}
	h.Log.Log(context.Background(), level, text)
	return len(b), nil
}
