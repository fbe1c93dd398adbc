package collector

import (
	"context"
	"time"
)

// note is progress that the state does not have yet.
type note struct {
	was Gap  // in the state
	now *Gap // nil: closed
}

// note keeps what became of a gap, until save.
func (j *gapJob) note(was Gap, now *Gap) {
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
	err := f.update(context.WithoutCancel(ctx), func(s *State) {
		for key, n := range f.notes {
			n.apply(s.gaps(key.backfill), key.name)
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

func (s *State) gaps(backfill bool) map[string]Gap {
	if !backfill {
		return s.Pending
	}
	if s.Backfills == nil {
		s.Backfills = map[string]Gap{}
	}
	return s.Backfills
}

// apply moves a gap on, unless someone else has changed it meanwhile: a sweep that found
// more to fetch, or another fetch that is further.
func (n note) apply(gaps map[string]Gap, name string) {
	have, found := gaps[name]
	switch {
	case !found && n.was != (Gap{}): // dropped, or closed by another
	case n.now == nil && have.same(n.was):
		delete(gaps, name)
	case n.now != nil && (!found || have.same(n.was)) && n.now.further(have):
		gaps[name] = *n.now
	}
}

// same reports whether two gaps are one, perhaps at different points of its fetch.
func (g Gap) same(o Gap) bool { return g.To == o.To && (g.From == o.From || g.Doubt || o.Doubt) }

// further reports whether g is at least as far as o.
func (g Gap) further(o Gap) bool {
	if g.Doubt != o.Doubt {
		return g.Doubt
	}
	return g.At >= o.At
}

// update changes the state.
func (f *fetch) update(ctx context.Context, change func(*State)) error {
	return updateState(ctx, f.opt.States, f.cfg.Deployment, f.place, change)
}
