package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// ExpireReport is what retention deleted, or would delete.
type ExpireReport = lake.ExpireReport

// Expired is how much of one kind went.
type Expired = lake.Expired

// Expire deletes from a lake what is older than the configuration keeps, to which a person has
// agreed. With trustClock ages count by the clock even when nothing has arrived for long.
func Expire(ctx context.Context, place string, k config.Retention, dryRun, trustClock bool) (ExpireReport, error) {
	open := changeLake
	if dryRun {
		open = ReadLake
	}
	l, err := open(ctx, place)
	if err != nil {
		return ExpireReport{}, err
	}
	o := retentionOf(k)
	o.DryRun, o.TrustClock, o.Agreed = dryRun, trustClock, true
	return l.Expire(ctx, o)
}

// Ahead is a watermark of retention that lies in the future.
type Ahead = lake.Ahead

// TakeBack removes the watermarks of the future, or with dryRun lists them.
func TakeBack(ctx context.Context, place string, dryRun bool) ([]Ahead, error) {
	if dryRun {
		l, err := ReadLake(ctx, place)
		if err != nil {
			return nil, err
		}
		return l.Ahead(), nil
	}
	l, err := changeLake(ctx, place)
	if err != nil {
		return nil, err
	}
	return l.TakeBack()
}

func retentionOf(k config.Retention) lake.RetentionOptions {
	return lake.RetentionOptions{Landing: time.Duration(k.Landing), Lake: time.Duration(k.Lake), Quarantine: time.Duration(k.Quarantine)}
}

// Keeps reports whether anything ever goes.
func Keeps(k config.Retention) bool { return k.Landing == 0 && k.Lake == 0 && k.Quarantine == 0 }

// expireStage deletes once an hour what the configuration keeps no longer.
type expireStage struct {
	lake *lake.Lake
	k    config.Retention
	log  *slog.Logger
	told func(ExpireReport)

	mu   sync.Mutex
	kept []string // why something did not go the last time
}

// held says what did not go the last time because nobody has agreed to it.
func (s *expireStage) held() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

const expireEvery = time.Hour

// largeShare is from which share on a person should know how much has gone.
const largeShare = 0.25

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
	r, err := s.lake.Expire(ctx, retentionOf(s.k))
	s.told(r)
	s.mu.Lock()
	s.kept = r.Held()
	s.mu.Unlock()
	for _, e := range []lake.Expired{r.Landing, r.Lake, r.Quarantine} {
		if e.Held == "" && e.Of > 0 && e.Share() > largeShare {
			s.log.Warn("retention has deleted a large share at once", "before", e.Before, "files", e.Files, "bytes", e.Bytes, "of_bytes", e.Of)
		}
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Warn("expired objects are not all deleted; it is tried again", "error", err)
	case r.Landing.Files+r.Lake.Files+r.Quarantine.Files > 0:
		s.log.Info("expired", "landing_objects", r.Landing.Files, "lake_files", r.Lake.Files, "quarantined", r.Quarantine.Files,
			"bytes", r.Landing.Bytes+r.Lake.Bytes+r.Quarantine.Bytes)
	}
	if r.Kept > 0 {
		s.log.Warn("landing objects are older than their retention, but not transformed; they stay", "objects", r.Kept, "remedy", "run `"+s.lake.Command("verify")+"`")
	}
}
