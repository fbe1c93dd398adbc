package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// OpenLake opens a lake that must be there, with a DuckDB over it.
func OpenLake(ctx context.Context, folder string, log *slog.Logger) (db *duckdb.DB, closeLake func(), err error) {
	l, err := lake.Open(ctx, folder, true)
	if err != nil {
		return nil, nil, err
	}
	if db, err = duckdb.Open(l, duckdb.Options{Logger: log}); err != nil {
		return nil, nil, err
	}
	return db, func() { db.Close() }, nil
}

// Report is the answer of `seamark verify`.
type Report struct {
	lake.Report
	Index *IndexReport `json:"index,omitempty"`
}

// IndexReport compares the lake with the index.
type IndexReport struct {
	DistinctIDs int64 `json:"distinct_ids"` // events of the lake, each once, within the index's retention
	Documents   int64 `json:"documents"`
}

// Verify proves the accounts of a lake, and with index those of its OpenSearch.
func Verify(ctx context.Context, folder string, c *config.Config, index bool, log *slog.Logger, progress func(done, total int)) (Report, error) {
	l, err := lake.Open(ctx, folder, true)
	if err != nil {
		return Report{}, err
	}
	report, err := l.Verify(ctx, time.Now(), progress)
	if err != nil || !index {
		return Report{Report: report}, err
	}
	return verifyIndex(ctx, folder, c, report, log)
}
