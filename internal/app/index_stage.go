package app

import (
	"context"
	"log/slog"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// indexStage brings the lake's new rows into OpenSearch. A nil one has nothing to do.
type indexStage struct{}

func newIndexStage(context.Context, *config.Config, *lake.Lake, *slog.Logger) (*indexStage, error) {
	return nil, nil
}

func (s *indexStage) run(context.Context)         {}
func (s *indexStage) drain(context.Context) error { return nil }
func (s *indexStage) offer(*lake.Entry)           {}
func (s *indexStage) status() (*int64, string)    { return nil, "" }
