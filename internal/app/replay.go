package app

import (
	"context"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/quarantine"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
	"github.com/seamark-hq/seamark/transformer/replay"
)

// Transform makes landing objects done that are named, in the lake at place, which may be empty.
func Transform(ctx context.Context, place string, rows *transformer.Options, o origin.Options) (origin.Result, int, error) {
	l, err := lakes.Make(ctx, place)
	if err != nil {
		return origin.Result{}, 0, err
	}
	o.Transformer = transformer.New(l, rows)
	return lakes.Objects(ctx, l).Transform(ctx, o)
}

// Replay plans a replay of the lake at place, which may be empty when its landing objects lie
// elsewhere. With index what is replayed goes into the configured OpenSearch too, if there is one.
func Replay(ctx context.Context, place string, c *config.Config, o replay.Options, index bool) (*replay.Replay, error) {
	open := lakes.Read
	if o.Landing != "" {
		open = lakes.Make
	}
	l, err := open(ctx, place)
	if err != nil {
		return nil, err
	}
	t, err := newTransformer(l, c)
	if err != nil {
		return nil, err
	}
	o.Settings = []any{rows.Owners(c), c.Redact}
	if index && c.OpenSearch.URL != "" {
		o.Index = func(ctx context.Context, entries []*lake.Entry) (*replay.Indexed, error) {
			return reindex(ctx, l, c, entries)
		}
	}
	return replay.New(ctx, l, lakes.Objects(ctx, l), t, o)
}

// reindex brings what was replayed into the index, in place of what was there.
func reindex(ctx context.Context, l *lake.Lake, c *config.Config, entries []*lake.Entry) (*replay.Indexed, error) {
	client, ix, err := search.Open(c, l, indexer.Options{Replace: true})
	if err != nil {
		return nil, err
	}
	if err := client.InstallTemplates(ctx); err != nil {
		return nil, err
	}
	out := new(replay.Indexed)
	for _, some := range indexer.Chunks(entries) {
		n, err := ix.Index(ctx, some)
		out.Documents += n.Documents
		out.Created += n.Created
		out.Replaced += n.Replaced
		out.Reduced += n.Reduced
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// Retry transforms the landing objects of quarantined pieces of l once more; see replay.Retry.
func Retry(ctx context.Context, l *lake.Lake, c *config.Config, pieces []quarantine.Piece, dryRun bool, progress func(done, total int)) ([]replay.Retried, error) {
	t, err := newTransformer(l, c)
	if err != nil {
		return nil, err
	}
	return replay.Retry(ctx, lakes.Objects(ctx, l), t, pieces, dryRun, progress)
}

// newTransformer is the transformer that the configuration asks for.
func newTransformer(l *lake.Lake, c *config.Config) (*transformer.Transformer, error) {
	o, err := rows.Options(c)
	if err != nil {
		return nil, err
	}
	return transformer.New(l, o), nil
}
