package incident

import "time"

// An incident flaps that turns more often than manyTurns within flapWindow: opens, ends,
// opens again. Then what fires again within flapQuiet belongs to it.
const (
	manyTurns  = 4
	flapWindow = time.Hour
	flapQuiet  = 15 * time.Minute
	keptTurns  = 10
)

// turn notes that the incident opened, ended or opened again.
func (e *Entry) turn(at time.Time) {
	e.Turns = append(e.Turns, at)
	if n := len(e.Turns) - keptTurns; n > 0 {
		e.Turns = append([]time.Time(nil), e.Turns[n:]...)
	}
}

// turnsWithin counts the turns of the window that ends at a time.
func (e *Entry) turnsWithin(at time.Time) int {
	n := 0
	for _, t := range e.Turns {
		if !t.After(at) && at.Sub(t) < flapWindow {
			n++
		}
	}
	return n
}

// Flaps says how often the incident has turned in the last hour, where that is too often to
// tell each time.
func (e *Entry) Flaps(now time.Time) (turns int, ok bool) {
	turns = e.turnsWithin(now)
	return turns, turns > manyTurns
}

// quietOf is how soon after the end of an incident of a group what fires reopens it.
func (b *Book) quietOf(group string, at time.Time) time.Duration {
	if b.quiet <= 0 { // always a new one: that is what was asked for
		return b.quiet
	}
	turns := 0
	for _, e := range b.entries {
		if e.Incident.Group == group {
			turns += e.turnsWithin(at)
		}
	}
	if turns >= manyTurns {
		return max(b.quiet, flapQuiet)
	}
	return b.quiet
}
