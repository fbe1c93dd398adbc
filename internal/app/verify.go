package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
)

// Report is the answer of `seamark verify`.
type Report struct {
	lake.Report
	Index      *IndexReport      `json:"index,omitempty"`
	CloudWatch *CloudWatchReport `json:"cloudwatch,omitempty"`
}

// IndexReport compares the lake with the index.
type IndexReport struct {
	DistinctIDs int64 `json:"distinct_ids"` // events of the lake, each once, within the index's retention
	Documents   int64 `json:"documents"`
}

// Verify proves the accounts of a lake, and with index those of its OpenSearch.
func Verify(ctx context.Context, folder string, c *config.Config, index bool, log *slog.Logger, progress func(done, total int)) (Report, error) {
	l, err := lakes.Read(ctx, folder)
	if err != nil {
		return Report{}, err
	}
	report, err := l.Verify(ctx, time.Now(), progress)
	if err != nil || !index {
		return Report{Report: report}, err
	}
	return verifyIndex(ctx, folder, c, report, log)
}

// verifyIndex compares the distinct events of the lake with the documents of the index:
// all of them, or, where these differ, those within the index's retention.
func verifyIndex(ctx context.Context, folder string, c *config.Config, report lake.Report, log *slog.Logger) (Report, error) {
	db, closeLake, err := lakes.Open(ctx, folder, c, log)
	if err != nil {
		return Report{}, err
	}
	defer closeLake()
	client, _, err := search.Open(c, nil, indexer.Options{})
	if err != nil {
		return Report{}, err
	}
	if err := client.Check(ctx); err != nil {
		return Report{}, err
	}
	retained := seamark.Span{From: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -c.Index.RetentionDays)}
	out := Report{Report: report, Index: &IndexReport{}}
	for _, t := range seamark.Tables() {
		var ids, documents int64
		for _, span := range []seamark.Span{{}, retained} {
			if ids, err = db.DistinctEvents(ctx, t, span); err != nil {
				return out, err
			}
			if documents, err = client.CountDocuments(ctx, t, span); err != nil {
				return out, err
			}
			if ids == documents {
				break
			}
		}
		out.Index.DistinctIDs += ids
		out.Index.Documents += documents
		if ids != documents {
			out.Balanced = false
			out.Culprits = append(out.Culprits, lake.Culprit{Key: string(t), What: fmt.Sprintf("%d distinct event ids in the lake, %d documents in the index", ids, documents),
				Remedy: "run `seamark index --lake " + seamark.ShellArg(folder) + "`"})
		}
	}
	return out, nil
}
