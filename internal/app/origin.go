package app

import (
	"context"
	"errors"
	"io/fs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// ReadLake opens a lake that must be there, and reads its ledger.
func ReadLake(ctx context.Context, place string) (*lake.Lake, error) {
	return openPlace(ctx, place, true)
}

// changeLake is ReadLake for who will write to it: what processes that died left half
// done goes first.
func changeLake(ctx context.Context, place string) (*lake.Lake, error) {
	l, err := ReadLake(ctx, place)
	if err == nil {
		_, err = l.CleanTemp()
	}
	return l, err
}

// newTransformer is the transformer that the configuration asks for.
func newTransformer(l *lake.Lake, c *config.Config) (*transformer.Transformer, error) {
	o, err := rows.Options(c)
	if err != nil {
		return nil, err
	}
	return transformer.New(l, o), nil
}

// sourceOf opens the landing object of an entry: where it was read, or where a copy of it
// lies. An object that has changed since is refused: it is another one.
func sourceOf(ctx context.Context, l *lake.Lake, e *lake.Entry) (*transformer.Source, error) {
	missing := &seamark.Fault{Class: seamark.Rejected, What: "the landing object is gone", Where: e.Origin.URL,
		Remedy: "fetch it again and run `" + l.Command("transform --force") + " FILE`"}
	if e.Origin.URL == "-" {
		missing.What = "the landing object came from standard input and is not kept"
		missing.Remedy = "feed it to `" + l.Command("transform --force", "-") + "` again"
	}
	for _, o := range append([]lake.Origin{e.Origin}, e.Also...) {
		if o.URL == "-" {
			continue
		}
		src, err := openOrigin(ctx, l, o.URL)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		if src.ID == e.ID {
			src.Arrival = e.Arrival
			return src, nil
		}
		src.Close()
		missing.What, missing.Remedy = "the landing object has other bytes now", l.ChangedFault(o.URL).Remedy
	}
	return nil, missing
}

// openLake opens a lake, which may be empty, and reads its ledger.
func openLake(ctx context.Context, place string) (*lake.Lake, error) {
	return openPlace(ctx, place, false)
}
