package rules

import (
	"context"
	"time"
)

// How much of a stall is made up for: so much time, and so many windows.
const (
	mostMissed  = 4 * time.Hour
	mostWindows = 1000
)

// windows are the ends of those to evaluate, oldest first. While evaluations come so often
// that windows overlap, the newest alone sees everything.
func (e *Engine) windows(end time.Time) []time.Time {
	last, window := e.until(), time.Duration(e.opt.Config.Window)
	if last.IsZero() || end.Sub(last) <= window {
		return []time.Time{end}
	}
	step := max(time.Duration(e.opt.Config.Every), window/4)
	if most := min(mostMissed, mostWindows*step); end.Sub(last) > most {
		e.skip(last, end.Add(-most), nil)
		last = end.Add(-most)
	}
	var out []time.Time
	for w := last.Add(step); w.Before(end); w = w.Add(step) {
		out = append(out, w)
	}
	return append(out, end)
}

// skip notes that the windows that end in this time are not evaluated.
func (e *Engine) skip(from, to time.Time, err error) {
	e.opt.Log.Warn("windows of the rules were skipped", "from", from, "to", to, "error", err, "remedy", "look at that time yourself: `seamark logs`")
	e.seen.Lock()
	e.end, e.skipped = to, e.skipped+to.Sub(from)
	e.seen.Unlock()
}

// mostTries is how often a missed window is tried before it is given up.
const mostTries = 3

// giveUp passes over a missed window that cannot be evaluated while the newest can.
func (e *Engine) giveUp(ctx context.Context, w, newest time.Time, why error) bool {
	if e.tries++; e.tries < mostTries || ctx.Err() != nil {
		return false
	}
	if _, _, err := e.measure(ctx, e.span(newest)); err != nil {
		return false
	}
	e.tries = 0
	e.skip(e.until(), w, why)
	return true
}
