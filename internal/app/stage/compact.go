package stage

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// Compact merges small files in between other work. It changes nothing that a reader
// sees, so that it may be late, stopped or left out.
type Compact struct {
	Lake   *lake.Lake
	Config config.Compact
	Busy   func() bool // whether something waits that comes first
	Log    *slog.Logger
	Told   func(lake.CompactReport, time.Duration)
}

// busyPause is how soon the stage looks again when something else came first, and mostBusy
// for how long something else may: small files left alone make every query slower.
const (
	busyPause = 10 * time.Second
	mostBusy  = time.Hour
)

// Run compacts until ctx ends; it does nothing where it is switched off.
func (s *Compact) Run(ctx context.Context) {
	if !s.Config.Enabled {
		return
	}
	wait := time.Duration(s.Config.Every)
	last := time.Now() // when it was its turn
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = time.Duration(s.Config.Every)
		pause := s.Busy
		if s.Busy() {
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

// once compacts what is due, until pause, unless it is nil, says that something else comes first.
func (s *Compact) once(ctx context.Context, pause func() bool) {
	begin := time.Now()
	r, err := s.Lake.Compact(ctx, lake.CompactOptions{
		OlderThan: time.Duration(s.Config.OlderThan), SmallFiles: s.Config.SmallFiles, Pause: pause,
		Progress: func(_, _ int, h lake.CompactedHour) {
			if h.Skipped != "" {
				s.Log.Warn("hour not compacted; it is tried again", "hour", h.Hour, "reason", h.Skipped)
			}
		},
	})
	s.Told(r, time.Since(begin))
	switch {
	case ctx.Err() != nil: // stopped: the next start goes on
	case err != nil:
		s.Log.Warn("compaction failed; it is tried again", "error", err)
	case r.FilesBefore > 0:
		s.Log.Info("compacted", "hours", len(r.Hours)-r.Skipped, "files_before", r.FilesBefore, "files_after", r.FilesAfter,
			"bytes_before", r.BytesBefore, "bytes_after", r.BytesAfter, "duplicates", r.Duplicates)
	}
}
