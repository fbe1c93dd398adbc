package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/query/split"
)

// newIndex makes the stage that brings the lake's new rows into the configured OpenSearch, and what
// searches both; without one there is no stage, and the lake is searched.
func newIndex(c *config.Config, l *lake.Lake, db split.Engine, log *slog.Logger) (*stage.Index, split.Engine, error) {
	if c.OpenSearch.URL == "" {
		return nil, db, nil
	}
	client, ix, err := search.Open(c, l, indexer.Options{RetentionDays: c.Index.RetentionDays, Log: log})
	if err != nil {
		return nil, nil, err
	}
	return stage.NewIndex(ix, client.InstallTemplates, log), search.Searcher(client, ix, c.Index.RetentionDays, db, log), nil
}

// IndexOptions say what to index.
type IndexOptions struct {
	Lake     string
	Config   *config.Config // with the URL
	Since    time.Time      // objects with a row from then on; zero: all
	Objects  []string       // landing ids, origins or keys of lake files; none: all
	Days     int            // older events are not sent; 0: all are
	Replace  bool           // put each document in place of what has its id
	Wait     time.Duration  // how long a server that gives nothing is borne
	Progress func(done, total int)
	Logger   *slog.Logger
}

// Index brings objects of a lake into OpenSearch, whether they were indexed before or
// not: what is there already counts as a duplicate.
func Index(ctx context.Context, o IndexOptions) (indexer.Result, error) {
	l, err := lakes.Change(ctx, o.Lake)
	if err != nil {
		return indexer.Result{}, err
	}
	entries, err := indexer.Pick(l.Entries(), o.Since, o.Objects)
	if err != nil {
		return indexer.Result{}, err
	}
	client, ix, err := search.Open(o.Config, l, indexer.Options{RetentionDays: o.Days, MaxElapsed: o.Wait, Replace: o.Replace, Log: o.Logger})
	if err != nil {
		return indexer.Result{}, err
	}
	if err := client.Check(ctx); err != nil {
		return indexer.Result{}, err
	}
	if err := client.InstallTemplates(ctx); err != nil {
		return indexer.Result{}, err
	}
	var sum indexer.Result
	done := 0
	for _, some := range indexer.Chunks(entries) {
		r, err := ix.Index(ctx, some)
		sum.Add(r)
		if err != nil {
			return sum, err
		}
		done += len(some)
		o.Progress(done, len(entries))
	}
	return sum, nil
}
