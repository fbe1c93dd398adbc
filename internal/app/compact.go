package app

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// What `seamark compact` takes and answers is the lake's own.
type (
	CompactOptions = lake.CompactOptions
	CompactReport  = lake.CompactReport
	CompactedHour  = lake.CompactedHour
)

// Compact merges the small files of a lake.
func Compact(ctx context.Context, place string, o CompactOptions) (CompactReport, error) {
	open := changeLake
	if o.DryRun {
		open = ReadLake
	}
	l, err := open(ctx, place)
	if err != nil {
		return CompactReport{}, err
	}
	return l.Compact(ctx, o)
}

// compactStage merges small files in between other work. It changes nothing that a reader
// sees, so that it may be late, stopped or left out.
type compactStage struct {
	lake *lake.Lake
	c    config.Compact
	busy func() bool // whether something waits that comes first
	log  *slog.Logger
	told func(CompactReport, time.Duration)
}

// busyPause is how soon the stage looks again when something else came first, and mostBusy
// for how long something else may: small files left alone make every query slower.
const (
	busyPause = 10 * time.Second
	mostBusy  = time.Hour
)

func (s *compactStage) run(ctx context.Context) {
	if !s.c.Enabled {
		return
	}
	wait := time.Duration(s.c.Every)
	last := time.Now() // when it was its turn
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = time.Duration(s.c.Every)
		pause := s.busy
		if s.busy() {
			if time.Since(last) < mostBusy+wait {
				wait = min(wait, busyPause)
				continue
			}
			pause = nil
		}
		s.once(ctx, pause)
		last = time.Now()
	}
}

// backlogged reports whether more landing objects wait than are being worked on, so that
// the processor is not free for what may come later.
func (a *App) backlogged() bool { return a.transform.backlog() > 2*runtime.GOMAXPROCS(0) }

// once compacts what is due, until pause, unless it is nil, says that something else comes first.
func (s *compactStage) once(ctx context.Context, pause func() bool) {
	begin := time.Now()
	r, err := s.lake.Compact(ctx, CompactOptions{
		OlderThan: time.Duration(s.c.OlderThan), SmallFiles: s.c.SmallFiles, Pause: pause,
		Progress: func(_, _ int, h CompactedHour) {
			if h.Skipped != "" {
				s.log.Warn("hour not compacted; it is tried again", "hour", h.Hour, "reason", h.Skipped)
			}
		},
	})
	s.told(r, time.Since(begin))
	switch {
	case ctx.Err() != nil: // stopped: the next start goes on
	case err != nil:
		s.log.Warn("compaction failed; it is tried again", "error", err)
	case r.FilesBefore > 0:
		s.log.Info("compacted", "hours", len(r.Hours)-r.Skipped, "files_before", r.FilesBefore, "files_after", r.FilesAfter,
			"bytes_before", r.BytesBefore, "bytes_after", r.BytesAfter, "duplicates", r.Duplicates)
	}
}
