// Package stdout writes cards to a stream, such as standard output: as text for people, or
// the incident event as one JSON line for a program that reads it.
package stdout

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
)

// Options are what a Receiver is made of.
type Options struct {
	Name string
	JSON bool // the incident event, one a line
	Out  io.Writer
}

// Receiver writes to one stream. It is safe for concurrent use.
type Receiver struct {
	opt Options
	mu  sync.Mutex
}

// New makes a receiver.
func New(opt Options) *Receiver { return &Receiver{opt: opt} }

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says whether nobody is to be reminded.
func (r *Receiver) ForPrograms() bool { return r.opt.JSON }

// Deliver writes what happened. Text cannot be edited, so that only turns are written.
func (r *Receiver) Deliver(_ context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	if !r.opt.JSON {
		return "", r.write([]byte(card.Text(c.Unsigned()) + "\n"))
	}
	e, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return ref, fmt.Errorf("encode the event: %w", err)
	}
	if err := r.write(append(b, '\n')); err != nil {
		return ref, err
	}
	return next, nil
}

func (r *Receiver) write(b []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.opt.Out.Write(b); err != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "standard output cannot be written to", Where: "receiver " + r.opt.Name, Err: seamark.RootCause(err)}
	}
	return nil
}
