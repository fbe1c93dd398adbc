package history

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// A gap is read window by window of event times: the API promises no order, so only a
// window that was read to its end is known to be whole. figures say how much is read at a
// time.
type figures struct {
	object int // bytes, compressed, at which a landing object is sealed
	window int // bytes in memory that a window is chosen to hold
	most   int // when it holds more it is read again, smaller
	pages  int // so is one of more pages: a fetch must get through between two deadlines
}

var usual = figures{object: 8 << 20, window: 4 << 20, most: 8 << 20, pages: 32}

const (
	eventBytes = 160 // what an event holds in memory besides its texts
	widest     = 62 * 24 * time.Hour
)

// listing is what was read of a window.
type listing struct {
	events []inventory.LogEvent
	bytes  int // in memory
	pages  int
	left   int64 // events that are the filter's
	over   bool  // it is too much; there is more
}

// fill adds windows until the object is full or the span is at its end, and moves g on.
func (j *gapJob) fill(ctx context.Context, m *members, g *state.Gap) error {
	for g.At < j.span.to && m.size < j.figures.object && !j.stopped(ctx) {
		end := min(g.At+g.Width, j.span.to)
		l, err := j.list(ctx, m, g.At, end)
		switch {
		case errors.Is(err, quota.ErrHandOn) && l.pages > 0:
			g.Width = max((end-g.At)/2, 1) // so that the next fetch gets through
			return err
		case err != nil:
			return err
		case l.over:
			g.Width = l.shorter(j.figures, g.At, end)
			continue
		}
		j.add(ctx, m, l.events, g.At, end)
		if err := ctx.Err(); err != nil {
			return err
		}
		g.Width = l.next(j.figures, end-g.At)
		g.At = end
		j.tell(g.At, l.left)
	}
	return nil
}

// list reads the window from <= t < to. One that cannot be made smaller is added to m as
// it comes.
func (j *gapJob) list(ctx context.Context, m *members, from, to int64) (l listing, err error) {
	token := ""
	for {
		var page []inventory.LogEvent
		var next string
		err := j.meter.Call(ctx, quota.FilterLogEvents, func() (err error) {
			page, next, err = j.cloud.LogEvents(ctx, j.group, j.filter.Pattern, from, to, token)
			return err
		})
		if err != nil {
			return l, err
		}
		l.take(page, from, to, &j.span)
		if next == "" {
			return l, nil
		}
		if next == token {
			return l, &seamark.Fault{Class: seamark.Temporary, What: "the listing of its events does not move on", Where: j.group}
		}
		if token = next; l.bytes <= j.figures.most && l.pages < j.figures.pages {
			continue
		}
		if to-from > 1 {
			l.over = true
			return l, nil
		}
		if err := j.spill(ctx, m, &l, from, to); err != nil {
			return l, err
		}
	}
}

func (l *listing) take(page []inventory.LogEvent, from, to int64, s *span) {
	l.pages++
	for i := range page {
		e := &page[i]
		taken := cmp.Or(e.Ingested, e.Timestamp) // emulators leave it out
		switch {
		case e.Timestamp < from || e.Timestamp >= to:
		case taken < s.after || taken >= s.before:
			l.left++
		default:
			l.events = append(l.events, *e)
			l.bytes += eventBytes + len(e.ID) + len(e.Stream) + len(e.Message)
		}
	}
}

// spill empties l into m, and m into landing when it is full.
func (j *gapJob) spill(ctx context.Context, m *members, l *listing, from, to int64) error {
	j.add(ctx, m, l.events, from, to)
	clear(l.events)
	l.events, l.bytes = l.events[:0], 0
	if m.size < j.figures.object {
		return nil
	}
	return j.land(m)
}

// shorter is a window of which about half as much is to be expected. Pages come in the
// order of time in practice: then the median ends it.
func (l *listing) shorter(f figures, from, to int64) int64 {
	half := max((to-from)/2, 1)
	if l.bytes <= f.most {
		return half
	}
	times := make([]int64, len(l.events))
	for i := range l.events {
		times[i] = l.events[i].Timestamp
	}
	slices.Sort(times)
	return max(min(times[len(times)/2]-from, half), 1)
}

// next is the width of the window after one of that width that held l.
func (l *listing) next(f figures, width int64) int64 {
	switch {
	case l.bytes < f.window/8 && l.pages <= f.pages/8:
		width *= 4
	case l.bytes < f.window/2 && l.pages <= f.pages/4:
		width *= 2
	case l.bytes > f.window*3/2 || l.pages > f.pages/2:
		width -= width / 4
	}
	return min(max(width, 1), widest.Milliseconds())
}

// add puts events into the object, without those that the lake has where it may.
func (j *gapJob) add(ctx context.Context, m *members, events []inventory.LogEvent, from, to int64) {
	if j.span.compare && j.opt.Arrived != nil && len(events) > 0 {
		events = j.missing(ctx, events, from, to)
	}
	m.add(events)
}

// tell tells of the progress.
func (j *gapJob) tell(at, left int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.report.Left += left
	if j.opt.Progress == nil {
		return
	}
	j.progress.Place, j.progress.Group = j.place, j.group
	j.progress.From, j.progress.To, j.progress.At = j.span.from, j.span.to, at
	j.opt.Progress(j.progress)
}
