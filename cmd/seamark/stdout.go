package main

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	seamark "github.com/seamark-hq/seamark"
)

// stdout is where every verb writes its results. It remembers the first error, so that no verb
// exits 0 whose output was not written, whether it looks at what a print returns or not.
type stdout struct {
	mu    sync.Mutex
	to    io.Writer
	fault error
}

// errNobodyReads is the fault of output whose reader has gone, as `head` does.
var errNobodyReads = errors.New("nobody reads the output")

// Write writes to the file or pipe; after a fault nothing more is tried.
func (s *stdout) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		return 0, s.fault
	}
	n, err := s.to.Write(b)
	s.fault = unwritten(err)
	return n, s.fault
}

// finish hands the output over, closing a file, for some tell only then that they are full, and
// returns the first fault of all that was written.
func (s *stdout) finish() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.to.(*os.File); ok && s.fault == nil {
		s.fault = unwritten(f.Close())
	}
	return s.fault
}

func unwritten(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE), errors.Is(err, io.ErrClosedPipe):
		return errNobodyReads
	}
	if p, ok := errors.AsType[*os.PathError](err); ok { // its path is only /dev/stdout
		err = p.Err
	}
	return &seamark.Fault{Class: seamark.Temporary, What: "the output could not be written", Where: "standard output", Err: err,
		Remedy: "what was written is not all; make room there, or send it elsewhere, and run the command again"}
}

// fileOf is the file behind an output, or nil.
func fileOf(w any) *os.File {
	if s, ok := w.(*stdout); ok {
		w = s.to
	}
	f, _ := w.(*os.File)
	return f
}
