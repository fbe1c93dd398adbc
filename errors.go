package seamark

import (
	"context"
	"errors"
	"strings"
)

// Class says what may be done about an error. An adapter classes an error once, at
// its edge; retry asks for the class.
type Class int

// The classes of errors.
const (
	Permanent Class = iota // trying again gives the same: a bug, a missing file, a denied call
	Temporary              // may pass: a time-out, 429, 5xx, a full disk
	Rejected               // the input is at fault and must be changed
)

// Fault is an error that an operator can act on: what is wrong, where, and the remedy.
type Fault struct {
	Class  Class
	What   string // "gzip member 7 ends early"
	Where  string // "landing/…/a1.gz byte 88214"; may be empty
	Remedy string // "fetch the object again and re-run"; may be empty
	Err    error  // the cause; may be nil
}

// Error reads "where: what: cause: remedy".
func (f *Fault) Error() string {
	var parts []string
	if f.Where != "" {
		parts = append(parts, f.Where)
	}
	parts = append(parts, f.What)
	if f.Err != nil {
		parts = append(parts, f.Err.Error())
	}
	if f.Remedy != "" {
		parts = append(parts, f.Remedy)
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// ClassOf returns the class of the first Fault in err's chain; a deadline that passed
// is Temporary, everything else Permanent.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Class
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Temporary
	}
	return Permanent
}

// RootCause is the innermost error that err wraps: what the system said, without who asked.
func RootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
