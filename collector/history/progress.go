package history

import (
	"context"
	"time"

	"github.com/seamark-hq/seamark/collector/state"
)

// note is progress that the state does not have yet.
type note struct {
	was state.Gap  // in the state
	now *state.Gap // nil: closed
}

// note keeps what became of a gap, until save.
func (j *gapJob) note(was state.Gap, now *state.Gap) {
	j.saving.Lock()
	defer j.saving.Unlock()
	if earlier, found := j.notes[j.key]; found {
		was = earlier.was
	}
	n := note{was: was}
	if now != nil {
		g := *now
		n.now = &g
	}
	j.notes[j.key] = n
}

// How often progress is saved: the state of a large place is a megabyte, and what was
// landed since is only landed again, under the same names.
const (
	saveAfter = 5 * time.Second
	saveNotes = 64
)

func (f *fetch) saveSeldom(ctx context.Context) {
	f.saving.Lock()
	due := len(f.notes) >= saveNotes || time.Since(f.saved) >= saveAfter
	f.saving.Unlock()
	if due {
		f.save(ctx)
	}
}

// save writes progress down. Without it nothing more is begun.
func (f *fetch) save(ctx context.Context) {
	f.saving.Lock()
	defer f.saving.Unlock()
	if len(f.notes) == 0 {
		return
	}
	err := state.Update(context.WithoutCancel(ctx), f.opt.States, f.cfg.Deployment, f.place, func(s *state.State) {
		for key, n := range f.notes {
			n.apply(s.Gaps(key.backfill), key.name)
		}
	})
	if err != nil {
		f.fail(f.place.String(), "save the state", err)
		f.stop()
		return
	}
	clear(f.notes)
	f.saved = time.Now()
}

// apply moves a gap on, unless someone else has changed it meanwhile: a sweep that found
// more to fetch, or another fetch that is further.
func (n note) apply(gaps map[string]state.Gap, name string) {
	have, found := gaps[name]
	switch {
	case !found && n.was != (state.Gap{}): // dropped, or closed by another
	case n.now == nil && have.Same(n.was):
		delete(gaps, name)
	case n.now != nil && (!found || have.Same(n.was)) && n.now.Further(have):
		gaps[name] = *n.now
	}
}
