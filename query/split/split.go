// Package split answers one question by two engines: by the index where it holds everything, and by
// the lake for what is older, for the newest minutes, and whenever the index cannot. Both mean the same
// by a question (query.Match), so that their answers can be put together: pages by the total order of
// rows, figures by adding them. A span is cut at moments, each row lies on one side of them.
package split

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// Engine answers questions about rows.
type Engine interface {
	Search(ctx context.Context, q seamark.Query) (seamark.Result, error)
	Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error)
	Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error)
}

// Covered says which time the index holds wholly of a table; an empty span is none.
type Covered func(ctx context.Context, t seamark.Table) (seamark.Span, error)

// An index that does not answer is not waited for, and not asked again for a while.
const (
	patience = 10 * time.Second
	pause    = 30 * time.Second
)

// Searcher asks both. It is an Engine itself.
type Searcher struct {
	lake, index Engine
	covered     Covered
	log         *slog.Logger

	mu      sync.Mutex
	failed  error // why the index is not asked
	pausing time.Time
}

// New joins two engines.
func New(lake, index Engine, covered Covered, log *slog.Logger) *Searcher {
	return &Searcher{lake: lake, index: index, covered: covered, log: log}
}

// part is what one engine answers.
type part struct {
	engine Engine
	span   seamark.Span
	index  bool
}

// parts cuts a question's time, oldest first. fault is why the index is left out, or nil.
func (s *Searcher) parts(ctx context.Context, q seamark.Query) (parts []part, fault error) {
	whole := []part{{engine: s.lake, span: q.Span}}
	e, err := query.Parse(q.Table, q.Text)
	if err != nil {
		return whole, nil // the lake says what is wrong
	}
	if fault := s.paused(); fault != nil {
		return whole, fault
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	holds, err := s.covered(limited, q.Table)
	if err != nil {
		return whole, s.failing(ctx, err)
	}
	asked := q.Span.Within(query.Span(e))
	at := asked.Within(holds)
	if holds.To.IsZero() || !at.From.Before(at.To) {
		return whole, nil
	}
	if !at.From.IsZero() && (asked.From.IsZero() || asked.From.Before(at.From)) {
		parts = append(parts, part{engine: s.lake, span: seamark.Span{From: asked.From, To: at.From}})
	}
	parts = append(parts, part{engine: s.index, span: at, index: true})
	if asked.To.IsZero() || at.To.Before(asked.To) {
		parts = append(parts, part{engine: s.lake, span: seamark.Span{From: at.To, To: asked.To}})
	}
	return parts, nil
}

// answer has a question answered in parts, and by the lake alone where the index fails.
func (s *Searcher) answer(ctx context.Context, q seamark.Query, ask func([]part) error) (by string, err error) {
	parts, fault := s.parts(ctx, q)
	if fault == nil {
		var failed *indexError
		if err := ask(parts); !errors.As(err, &failed) || ctx.Err() != nil {
			return describe(parts), err
		}
		fault = s.failing(ctx, failed.err)
	}
	return "the lake (" + why(fault) + ")", ask([]part{{engine: s.lake, span: q.Span}})
}

// paused is why the index is not asked just now.
func (s *Searcher) paused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.pausing) {
		return s.failed
	}
	return nil
}

// failing notes a failure of the index, and words it. What is no trouble of its own is not noted.
func (s *Searcher) failing(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &seamark.Fault{Class: seamark.Temporary, What: "OpenSearch did not answer in " + patience.String(), Err: err}
	}
	if ctx.Err() == nil && seamark.ClassOf(err) == seamark.Temporary {
		s.mu.Lock()
		s.failed, s.pausing = err, time.Now().Add(pause)
		s.mu.Unlock()
		s.log.Warn("the index does not answer searches; the lake does", "error", err)
	}
	return err
}

// indexError is a failure of the index, for which the lake can answer.
type indexError struct{ err error }

func (e *indexError) Error() string { return e.err.Error() }

func (e *indexError) Unwrap() error { return e.err }

// of asks one engine about its part of a question's time, the index not for longer than it is waited for.
func (p part) of(ctx context.Context, q seamark.Query, ask func(ctx context.Context, q seamark.Query) error) error {
	q.Span = p.span
	if !p.index {
		return ask(ctx, q)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := ask(limited, q); err != nil {
		return &indexError{err}
	}
	return nil
}

func why(err error) string {
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		return f.What
	}
	return err.Error()
}

// describe says who answers.
func describe(parts []part) string {
	i := slices.IndexFunc(parts, func(p part) bool { return p.index })
	switch {
	case i < 0:
		return "the lake"
	case len(parts) == 1:
		return "OpenSearch"
	}
	const layout = "2006-01-02 15:04:05"
	return fmt.Sprintf("OpenSearch from %s to %s UTC, the lake for the rest", parts[i].span.From.UTC().Format(layout), parts[i].span.To.UTC().Format(layout))
}

// Search implements Engine. Result.By says who answered.
func (s *Searcher) Search(ctx context.Context, q seamark.Query) (seamark.Result, error) {
	if err := q.Validate(); err != nil {
		return seamark.Result{}, err
	}
	var out seamark.Result
	by, err := s.answer(ctx, q, func(parts []part) error {
		out = seamark.Result{}
		if !q.Ascending {
			parts = slices.Clone(parts)
			slices.Reverse(parts)
		}
		for _, p := range parts {
			if out.More || passed(q, p.span) {
				continue
			}
			var r seamark.Result
			err := p.of(ctx, q, func(ctx context.Context, of seamark.Query) (err error) {
				of.Limit = max(1, q.Limit-len(out.Hits)) // one more tells whether there are any
				r, err = p.engine.Search(ctx, of)
				return err
			})
			if err != nil {
				return err
			}
			room := q.Limit - len(out.Hits)
			out.More = r.More || len(r.Hits) > room
			out.Hits = append(out.Hits, r.Hits[:min(room, len(r.Hits))]...)
			for _, n := range r.Notes {
				out.Note(n)
			}
		}
		return nil
	})
	out.By = by
	return out, err
}

// passed reports whether a page's position lies beyond a part.
func passed(q seamark.Query, s seamark.Span) bool {
	if q.Before == nil {
		return false
	}
	at := time.UnixMilli(q.Before.Timestamp)
	if q.Ascending {
		return !s.To.IsZero() && !at.Before(s.To)
	}
	return !s.From.IsZero() && at.Before(s.From)
}

// Histogram implements Engine: bars that a cut goes through are added.
func (s *Searcher) Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	var out []seamark.Bucket
	_, err := s.answer(ctx, q, func(parts []part) error {
		out = []seamark.Bucket{}
		for _, p := range parts {
			var bars []seamark.Bucket
			err := p.of(ctx, q, func(ctx context.Context, of seamark.Query) (err error) {
				bars, err = p.engine.Histogram(ctx, of, step)
				return err
			})
			if err != nil {
				return err
			}
			for _, b := range bars {
				if n := len(out); n > 0 && out[n-1].Start.Equal(b.Start) {
					for key, count := range b.Counts {
						out[n-1].Counts[key] += count
					}
					continue
				}
				out = append(out, b)
			}
		}
		return nil
	})
	return out, err
}

// fewest is how many values of a field each part is asked for at least, so that what is rare in one
// and frequent in another is counted in both.
const fewest = 100

// Facets implements Engine.
func (s *Searcher) Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error) {
	var out [][]seamark.Count
	_, err := s.answer(ctx, q, func(parts []part) error {
		out = make([][]seamark.Count, len(fields))
		most := top
		if len(parts) > 1 {
			most = max(top, fewest)
		}
		for _, p := range parts {
			var counts [][]seamark.Count
			err := p.of(ctx, q, func(ctx context.Context, of seamark.Query) (err error) {
				counts, err = p.engine.Facets(ctx, of, fields, most)
				return err
			})
			if err != nil {
				return err
			}
			for i := range fields {
				out[i] = add(out[i], counts[i])
			}
		}
		for i := range out {
			seamark.SortCounts(out[i])
			out[i] = out[i][:min(top, len(out[i]))]
		}
		return nil
	})
	return out, err
}

// add adds counts of another time.
func add(to, counts []seamark.Count) []seamark.Count {
	if to == nil {
		to = []seamark.Count{}
	}
	at := map[string]int{}
	for i, c := range to {
		at[c.Value] = i
	}
	for _, c := range counts {
		i, known := at[c.Value]
		if !known {
			to = append(to, c)
			continue
		}
		to[i].Count += c.Count
		if to[i].Text == "" {
			to[i].Text = c.Text
		}
	}
	return to
}
