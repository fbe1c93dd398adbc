package search

import (
	"context"
	"log/slog"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query/split"
)

// Of what was found out about the index nothing is asked again for a while.
const (
	newest     = 5 * time.Minute // rows younger than this the lake answers: their documents may not be visible yet
	lookAt     = time.Minute     // which indices there are
	lookAtWait = 5 * time.Second // which objects are not indexed yet
)

// Searcher answers by the index where it holds everything, and by the lake for the rest. days is how
// long rows are indexed; 0: for ever.
func Searcher(client *opensearch.Client, ix *indexer.Indexer, days int, inLake split.Engine, log *slog.Logger) *split.Searcher {
	k := &knowledge{client: client, ix: ix, days: days, now: time.Now, from: map[seamark.Table]found{}}
	return split.New(inLake, client, k.covered, log)
}

// knowledge is what is known of an index.
type knowledge struct {
	client *opensearch.Client
	ix     *indexer.Indexer
	days   int
	now    func() time.Time

	mu       sync.Mutex
	from     map[seamark.Table]found // the first day that can be asked for
	oldest   map[seamark.Table]int64 // the oldest row that is not indexed, Unix milliseconds
	oldestAt time.Time
}

type found struct {
	day time.Time // zero: none
	at  time.Time
}

// covered says which time the index holds wholly: from the first whole day that it keeps, until the
// oldest row that waits to be indexed, and never the newest minutes.
func (k *knowledge) covered(ctx context.Context, t seamark.Table) (seamark.Span, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	f, known := k.from[t]
	if !known || now.Sub(f.at) > lookAt {
		day, _, err := k.client.Searchable(ctx, t)
		if err != nil {
			return seamark.Span{}, err
		}
		f = found{day, now}
		k.from[t] = f
	}
	if f.day.IsZero() {
		return seamark.Span{}, nil
	}
	if now.Sub(k.oldestAt) > lookAtWait {
		pending, err := k.ix.Pending(ctx)
		if err != nil {
			return seamark.Span{}, err
		}
		k.oldest, k.oldestAt = oldestOf(pending), now
	}
	s := seamark.Span{From: f.day, To: now.Add(-newest)}
	if k.days > 0 {
		if kept := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-k.days); kept.After(s.From) {
			s.From = kept
		}
	}
	if ms, waits := k.oldest[t]; waits && ms < s.To.UnixMilli() {
		s.To = time.UnixMilli(ms)
	}
	if !s.From.Before(s.To) {
		return seamark.Span{}, nil
	}
	return s, nil
}

// oldestOf is the time of the oldest row of each table among objects.
func oldestOf(objects []*lake.Entry) map[seamark.Table]int64 {
	out := map[seamark.Table]int64{}
	put := func(t seamark.Table, ms int64) {
		if was, there := out[t]; !there || ms < was {
			out[t] = ms
		}
	}
	for _, e := range objects {
		if b := e.Brief; b != nil {
			if b.Files > 0 {
				for _, t := range seamark.Tables() { // whichever its rows are of
					put(t, b.MinMs)
				}
			}
			continue
		}
		for _, f := range e.Files {
			if p, _, err := lake.ParseFileKey(f.Key); err == nil {
				put(p.Table, f.MinMs)
			}
		}
	}
	return out
}
