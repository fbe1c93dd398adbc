package app

import (
	"context"
	"log/slog"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/query/split"
)

// Search opens a lake that must be there, for questions: with the configured index beside it, which
// answers what it holds. Names of products and the like are the lake's to tell.
func Search(ctx context.Context, place string, c *config.Config, log *slog.Logger) (both split.Engine, db *duckdb.DB, closeLake func(), err error) {
	open := lakes.Ask
	if c.OpenSearch.URL != "" {
		open = lakes.Read // what the index has is told by the whole ledger
	}
	l, err := open(ctx, place)
	if err != nil {
		return nil, nil, nil, err
	}
	if db, err = lakes.Query(l, c, log); err != nil {
		return nil, nil, nil, err
	}
	closeLake = func() { db.Close() }
	if c.OpenSearch.URL == "" {
		return db, db, closeLake, nil
	}
	client, ix, err := search.Open(c, l, indexer.Options{RetentionDays: c.Index.RetentionDays, Log: log})
	if err != nil {
		db.Close()
		return nil, nil, nil, err
	}
	return search.Searcher(client, ix, c.Index.RetentionDays, db, log), db, closeLake, nil
}
