package app

import (
	"context"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
)

// ReplayIndexed counts what a replay did to the index.
type ReplayIndexed struct {
	Documents int64 `json:"documents"`
	Created   int64 `json:"created"`
	Replaced  int64 `json:"replaced"`
	Reduced   int64 `json:"reduced"`
}

// index brings what was replayed into the index, in place of what it was there.
func (r *Replay) index(ctx context.Context, entries []*lake.Entry) (*ReplayIndexed, error) {
	client, ix, err := search.Open(r.o.Config, r.lake, indexer.Options{Replace: true})
	if err != nil {
		return nil, err
	}
	if err := client.InstallTemplates(ctx); err != nil {
		return nil, err
	}
	out := new(ReplayIndexed)
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
