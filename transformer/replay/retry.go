package replay

import (
	"context"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/quarantine"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
)

// Retried is what a new try at one landing object came to.
type Retried struct {
	Object  string `json:"object"` // where it was read
	ID      string `json:"id"`     // landing id
	Before  Tally  `json:"before"`
	After   Tally  `json:"after"`
	Changed bool   `json:"changed"`
	Fault   string `json:"fault,omitempty"` // why it could not be tried
}

// Tally counts what an object gave.
type Tally struct {
	Parser      string `json:"parser"`
	Events      int64  `json:"events"`
	Rows        int64  `json:"rows"`
	Quarantined int64  `json:"quarantined"`
}

// Retry transforms the landing objects of pieces once more: this parser may
// decode what an earlier one could not. With dryRun nothing is written.
func Retry(ctx context.Context, from *origin.Objects, t *transformer.Transformer, pieces []quarantine.Piece, dryRun bool, progress func(done, total int)) ([]Retried, error) {
	var entries []*lake.Entry
	for _, p := range pieces {
		if !slices.Contains(entries, p.Entry()) {
			entries = append(entries, p.Entry())
		}
	}
	out := []Retried{}
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		r := Retried{Object: e.Origin.URL, ID: string(e.ID), Before: tallyOf(e.Parser, e.Accounts)}
		after, err := retry(ctx, from, t, e, dryRun)
		if err != nil {
			r.Fault, r.After = err.Error(), r.Before
		} else {
			r.After = after
		}
		r.Changed = r.Before.Events != r.After.Events || r.Before.Rows != r.After.Rows || r.Before.Quarantined != r.After.Quarantined
		out = append(out, r)
		progress(i+1, len(entries))
	}
	return out, ctx.Err()
}

func (t *Tally) add(a seamark.Accounts) {
	t.Events += a.Events
	t.Rows += a.Rows
	t.Quarantined += a.Quarantined
}

func tallyOf(parser string, a seamark.Accounts) Tally {
	return Tally{Parser: parser, Events: a.Events, Rows: a.Rows, Quarantined: a.Quarantined}
}

func retry(ctx context.Context, from *origin.Objects, t *transformer.Transformer, e *lake.Entry, dryRun bool) (Tally, error) {
	src, err := from.Of(e)
	if err != nil {
		return Tally{}, err
	}
	defer src.Close()
	if dryRun {
		x, err := t.Examine(ctx, src, nil)
		return tallyOf(transformer.ParserVersion, x.Accounts), err
	}
	res, err := t.Transform(ctx, src, true)
	if err != nil {
		return Tally{}, err
	}
	return tallyOf(res.Entry.Parser, res.Entry.Accounts), nil
}
