package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// ExpireReport is what retention deleted, or would delete.
type ExpireReport = lake.ExpireReport

// Expire deletes from a lake what is older than the configuration keeps.
func Expire(ctx context.Context, place string, k config.Retention, dryRun bool) (ExpireReport, error) {
	open := changeLake
	if dryRun {
		open = ReadLake
	}
	l, err := open(ctx, place)
	if err != nil {
		return ExpireReport{}, err
	}
	return l.Expire(ctx, retentionOf(k, dryRun))
}

func retentionOf(k config.Retention, dryRun bool) lake.RetentionOptions {
	return lake.RetentionOptions{Landing: time.Duration(k.Landing), Lake: time.Duration(k.Lake), Quarantine: time.Duration(k.Quarantine), DryRun: dryRun}
}

// Keeps reports whether anything ever goes.
func Keeps(k config.Retention) bool { return k.Landing == 0 && k.Lake == 0 && k.Quarantine == 0 }

// expireStage deletes once an hour what the configuration keeps no longer.
type expireStage struct {
	lake *lake.Lake
	k    config.Retention
	log  *slog.Logger
	told func(ExpireReport)
}

const expireEvery = time.Hour

func (s *expireStage) run(ctx context.Context) {
	if Keeps(s.k) {
		return
	}
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		s.once(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *expireStage) once(ctx context.Context) {
	r, err := s.lake.Expire(ctx, retentionOf(s.k, false))
	s.told(r)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Warn("expired objects are not all deleted; it is tried again", "error", err)
	case r.Landing.Files+r.Lake.Files+r.Quarantine.Files > 0:
		s.log.Info("expired", "landing_objects", r.Landing.Files, "lake_files", r.Lake.Files, "quarantined", r.Quarantine.Files,
			"bytes", r.Landing.Bytes+r.Lake.Bytes+r.Quarantine.Bytes)
	}
	if r.Kept > 0 {
		s.log.Warn("landing objects are older than their retention, but not transformed; they stay", "objects", r.Kept, "remedy", "run seamark verify")
	}
}
