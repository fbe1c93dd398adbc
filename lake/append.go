package lake

import "io"

// appender writes a file that may become durable. It holds the two rules that every file
// of ours follows: after the first failure nothing more is written, and a failed fsync
// is never tried again, for nobody knows what the disk then holds.
type appender struct {
	f    FSFile
	name string // for messages
	err  error  // the first failure
}

// Write appends. After a failure every further call fails.
func (a *appender) Write(b []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.f.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		a.err = fault("cannot write", a.name, err)
		return n, a.err
	}
	return n, nil
}

// Sync makes what was written durable.
func (a *appender) Sync() error {
	if a.err != nil {
		return a.err
	}
	if err := a.f.Sync(); err != nil {
		a.err = fault("cannot fsync", a.name, err)
	}
	return a.err
}
