package worker

import (
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// plan is what is to be done, by place.
type plan map[inventory.Place]*job

// job is the work at one place. Of whole, hints and history the first that is set includes
// the others.
type job struct {
	place    inventory.Place
	whole    bool
	hints    []hint.Hint
	history  bool
	messages []int // that asked for it
	hops     int   // how often it was handed on
	idle     int   // of these, how many of late in vain

	done       bool  // to the end
	progressed bool  // something was done that the next piece need not do again
	err        error // for those who asked
}

func (p plan) add(place inventory.Place, messages ...int) *job {
	j := p[place]
	if j == nil {
		j = &job{place: place}
		p[place] = j
	}
	j.messages = append(j.messages, messages...)
	return j
}

func (j *job) hint(h hint.Hint) {
	if h.Whole {
		j.whole = true
	}
	j.hints = append(j.hints, h)
}
