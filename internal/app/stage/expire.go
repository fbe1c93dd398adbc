package stage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// Expire deletes once an hour what is kept no longer.
type Expire struct {
	Lake *lake.Lake
	Keep lake.RetentionOptions
	Log  *slog.Logger
	Told func(lake.ExpireReport)

	mu   sync.Mutex
	kept []string // why something did not go the last time
}

// Held says what did not go the last time because nobody has agreed to it.
func (s *Expire) Held() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

const expireEvery = time.Hour

// largeShare is from which share on a person should know how much has gone.
const largeShare = 0.25

// Run deletes until ctx ends; it does nothing where all is kept for ever.
func (s *Expire) Run(ctx context.Context) {
	if s.Keep.Landing == 0 && s.Keep.Lake == 0 && s.Keep.Quarantine == 0 {
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

func (s *Expire) once(ctx context.Context) {
	r, err := s.Lake.Expire(ctx, s.Keep)
	s.Told(r)
	s.mu.Lock()
	s.kept = r.Held()
	s.mu.Unlock()
	for _, e := range []lake.Expired{r.Landing, r.Lake, r.Quarantine} {
		if e.Held == "" && e.Of > 0 && e.Share() > largeShare {
			s.Log.Warn("retention has deleted a large share at once", "before", e.Before, "files", e.Files, "bytes", e.Bytes, "of_bytes", e.Of)
		}
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.Log.Warn("expired objects are not all deleted; it is tried again", "error", err)
	case r.Landing.Files+r.Lake.Files+r.Quarantine.Files > 0:
		s.Log.Info("expired", "landing_objects", r.Landing.Files, "lake_files", r.Lake.Files, "quarantined", r.Quarantine.Files,
			"bytes", r.Landing.Bytes+r.Lake.Bytes+r.Quarantine.Bytes)
	}
	if r.Kept > 0 {
		s.Log.Warn("landing objects are older than their retention, but not transformed; they stay", "objects", r.Kept, "remedy", "run `"+s.Lake.Command("verify")+"`")
	}
}
