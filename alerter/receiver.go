package alerter

import (
	"context"

	"github.com/seamark-hq/seamark/alerter/card"
)

// Receiver delivers cards to people. An error is a *seamark.Fault: Temporary is tried
// again, anything else is given up until the incident turns.
type Receiver interface {
	// Name is the receiver's name in the configuration.
	Name() string
	// Deliver shows c. With the ref of an earlier delivery it edits that message in
	// place; with card.RefUnknown it first looks whether the message exists. It returns
	// the ref for the next delivery: empty when the message can never be edited, and then
	// only the turns of an incident (opened, more severe, resolved) are delivered.
	Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error)
}

// forPrograms reports whether programs read what r delivers: nobody is to be reminded.
func forPrograms(r Receiver) bool {
	p, ok := r.(interface{ ForPrograms() bool })
	return ok && p.ForPrograms()
}
