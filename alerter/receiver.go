package alerter

import (
	"context"
	"time"
)

// Receiver delivers cards to people. An error is a *seamark.Fault: Temporary is tried
// again, anything else is given up until the incident turns.
type Receiver interface {
	// Name is the receiver's name in the configuration.
	Name() string
	// Deliver shows card. With the ref of an earlier delivery it edits that message in
	// place; with RefUnknown it first looks whether the message exists. It returns the
	// ref for the next delivery: empty when the message can never be edited, and then
	// only the turns of an incident (opened, more severe, resolved) are delivered.
	Deliver(ctx context.Context, card Card, ref Ref) (Ref, error)
}

// Ref names a posted message; only the receiver that made it can read it.
type Ref string

// RefUnknown is passed when an earlier Deliver ended without an answer: the message may
// exist. A receiver that can search looks first; one that cannot posts, and one twin is possible.
const RefUnknown Ref = "?"

// Throttled is the cause of a Fault when the other side said how long to wait.
type Throttled struct{ After time.Duration }

// Error says how long.
func (t *Throttled) Error() string { return "asked to wait " + t.After.String() }
