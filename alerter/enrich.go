package alerter

import (
	"context"
	"errors"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Enricher looks up what makes a card useful. Both calls may be slow or fail: the card
// goes out without.
type Enricher interface {
	// Patterns returns the most frequent patterns of severe records (ERROR and FATAL) in
	// scope and span, most frequent first, at most top.
	Patterns(ctx context.Context, scope seamark.Scope, span seamark.Span, top int) ([]seamark.Pattern, error)
	// Series counts the records of scope and span per step: logs by level, and in the
	// same buckets access logs by status class ("4xx"). Empty buckets may be left out.
	Series(ctx context.Context, scope seamark.Scope, span seamark.Span, step time.Duration) ([]seamark.Bucket, error)
}

const (
	enrichTimeout = 15 * time.Second
	// lead is how long before an incident its chart begins.
	leadTime = 5 * time.Minute
	// maxText bounds each text of a stored sample, in bytes.
	maxText = 4096
)

// enrichLoop looks up what changed: once when an incident opens, then at most every
// UpdateEvery, and once more when it is resolved.
func (m *Manager) enrichLoop(ctx context.Context) {
	for ctx.Err() == nil {
		m.mu.Lock()
		wake := m.wake
		m.mu.Unlock()
		if m.enrichDue(ctx, false) > 0 {
			continue
		}
		timer := time.NewTimer(time.Duration(m.opt.Config.UpdateEvery))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (m *Manager) enrichAll(ctx context.Context) {
	if m.opt.Enricher != nil {
		m.enrichDue(ctx, true)
	}
}

// enrichDue looks up every incident that is due and says how many were.
func (m *Manager) enrichDue(ctx context.Context, force bool) int {
	type job struct {
		id      string
		version int64
		in      seamark.Incident
	}
	var jobs []job
	m.mu.Lock()
	now := m.opt.Now()
	for id, e := range m.book.Entries() {
		resolved := e.Incident.Status == seamark.IncidentResolved
		if e.Enriched == e.Version && (resolved || now.Sub(m.looked[id]) < m.recheck(e)) || resolved && now.Sub(e.Incident.ResolvedAt) > giveUp {
			continue
		}
		if _, ok := ScopeOf(&e.Incident); !ok { // there is nothing to look up
			e.Enriched = e.Version
			continue
		}
		last, done := m.looked[id]
		if force || !done || resolved && e.EnrichFault == "" || now.Sub(last) >= m.gap(e) {
			jobs = append(jobs, job{id, e.Version, e.Copy().Incident})
			m.looked[id] = now
		}
	}
	m.mu.Unlock()
	for _, j := range jobs {
		if ctx.Err() != nil {
			break
		}
		patterns, series, err := m.lookUp(ctx, &j.in)
		if err != nil && ctx.Err() != nil {
			break // we are told to stop, which is no fault of the look-up
		}
		m.enriched(ctx, j.id, j.version, patterns, series, j.in.Figures, err)
	}
	return len(jobs)
}

// recheckEvery is how often an outage is looked at again while nothing else is heard of it.
const recheckEvery = time.Minute

// recheck is the time between two looks at an incident that lasts: CloudWatch tells an
// alarm once, and whether it grows or shrinks is for us to see.
func (m *Manager) recheck(e *incident.Entry) time.Duration { return max(recheckEvery, m.gap(e)) }

func (m *Manager) lookUp(ctx context.Context, in *seamark.Incident) ([]seamark.Pattern, []seamark.Bucket, error) {
	ctx, cancel := context.WithTimeout(ctx, enrichTimeout)
	defer cancel()
	scope, ok := ScopeOf(in)
	if !ok {
		return nil, nil, nil
	}
	window := windowOf(in)
	end := in.UpdatedAt
	if in.Status == seamark.IncidentOpen {
		end = m.opt.Now()
	}
	patterns, err := m.opt.Enricher.Patterns(ctx, scope, seamark.Span{From: in.OpenedAt.Add(-window), To: end}, m.opt.Config.Patterns)
	span, step := chartSpan(in.OpenedAt.Add(-leadTime), end)
	series, seriesErr := m.opt.Enricher.Series(ctx, scope, span, step)
	if seriesErr == nil {
		series = fill(series, span, step)
		in.Figures = figuresOf(in, series, step, end)
	}
	return trim(patterns), series, errors.Join(err, seriesErr)
}

// ScopeOf says whose records tell more of an incident. Of an alarm that belongs to no
// product they are those of its resource, where its log group is known.
func ScopeOf(in *seamark.Incident) (seamark.Scope, bool) {
	if in.Product != seamark.Unassigned {
		return seamark.Scope{Product: in.Product, Environment: in.Environment}, true
	}
	for _, a := range in.Alarms {
		if len(a.LogGroups) > 0 {
			return seamark.Scope{Source: a.LogGroups[0], AccountID: a.Scope.AccountID}, true
		}
	}
	return seamark.Scope{}, false
}

// enriched notes what was found. What failed keeps what was found before.
func (m *Manager) enriched(ctx context.Context, id string, version int64, patterns []seamark.Pattern, series []seamark.Bucket, figures *seamark.Figures, err error) {
	m.noteEnriched(id, version, patterns, series, figures, err)
	m.settle(ctx)
}

func (m *Manager) noteEnriched(id string, version int64, patterns []seamark.Pattern, series []seamark.Bucket, figures *seamark.Figures, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.book.Entry(id)
	if e == nil {
		return
	}
	if len(patterns) > 0 {
		e.Incident.Patterns = patterns
	}
	if len(series) > 0 {
		e.Incident.Series = series
	}
	if figures != nil {
		e.Incident.Figures = figures
	}
	if err != nil {
		m.opt.Log.Warn("card_not_enriched", "incident", id, "error", err)
		if fault := words.Clip(err.Error(), card.MaxNote); e.EnrichFault != fault {
			e.EnrichFault = fault
			e.Version++
		}
	} else {
		// The look-up itself is a change to show; alarms that came meanwhile are the next one's.
		e.EnrichFault = ""
		e.Version++
		e.Enriched = version + 1
	}
	m.note(e)
	m.touch(e)
}

// trim bounds the samples: a card shows a line of them, and they are stored with the incident.
func trim(patterns []seamark.Pattern) []seamark.Pattern {
	out := make([]seamark.Pattern, len(patterns))
	for i, p := range patterns {
		if p.Sample.Log != nil {
			l := *p.Sample.Log
			for _, s := range []*string{&l.Message, &l.ErrorMessage, &l.ErrorStack, &l.EventData} {
				*s = words.Clip(*s, maxText)
			}
			p.Sample.Log = &l
		}
		if p.Sample.Access != nil {
			a := *p.Sample.Access
			for _, s := range []*string{&a.Path, &a.ErrorMessage, &a.Extra, &a.UserAgent} {
				*s = words.Clip(*s, maxText)
			}
			p.Sample.Access = &a
		}
		out[i] = p
	}
	return out
}

// chartSpan chooses the step of a chart with at most 20 bars, and aligns the span to it.
func chartSpan(from, to time.Time) (seamark.Span, time.Duration) {
	step := 24 * time.Hour
	for _, s := range []time.Duration{
		5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if to.Sub(from) <= (card.MaxBars-1)*s {
			step = s
			break
		}
	}
	from = from.UTC().Truncate(step)
	end := to.UTC().Truncate(step)
	if end.Before(to) {
		end = end.Add(step)
	}
	if !end.After(from) {
		end = from.Add(step)
	}
	return seamark.Span{From: from, To: end}, step
}

// fill puts empty buckets where nothing was counted.
func fill(series []seamark.Bucket, span seamark.Span, step time.Duration) []seamark.Bucket {
	have := map[int64]map[string]int64{}
	for _, b := range series {
		at := b.Start.UTC().Truncate(step).Unix()
		if have[at] == nil {
			have[at] = map[string]int64{}
		}
		for k, n := range b.Counts {
			have[at][k] += n
		}
	}
	var out []seamark.Bucket
	for t := span.From; t.Before(span.To) && len(out) < 10*card.MaxBars; t = t.Add(step) {
		counts := have[t.Unix()]
		if counts == nil {
			counts = map[string]int64{} // JSON readers expect an object
		}
		out = append(out, seamark.Bucket{Start: t, Counts: counts})
	}
	return out
}
