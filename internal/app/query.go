package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

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
	l, err := ReadLake(ctx, folder)
	if err != nil {
		return Report{}, err
	}
	report, err := l.Verify(ctx, time.Now(), progress)
	if err != nil || !index {
		return Report{Report: report}, err
	}
	return verifyIndex(ctx, folder, c, report, log)
}
