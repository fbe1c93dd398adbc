package app_test

import (
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/config"
)

// TestRetentionBelievesArrivals: ages count from a day after the newest arrival at most, whatever
// the clock says, unless somebody trusts the clock.
func TestRetentionBelievesArrivals(t *testing.T) {
	folder := landingOf(t, 1, 50)
	if _, _, err := replayAll(t, t.Context(), replaying{Lake: folder, Config: config.Default()}); err != nil {
		t.Fatal(err)
	}
	for trust, want := range map[bool]time.Time{false: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), true: time.Now()} {
		o := app.Retention(config.Retention{Landing: config.Day})
		o.DryRun, o.TrustClock, o.Agreed = true, trust, true
		r, err := readLake(t, folder).Expire(t.Context(), o)
		if err != nil || r.Now.Sub(want).Abs() > time.Hour {
			t.Errorf("trust %v: ages count from %v, want %v; %v", trust, r.Now, want, err)
		}
	}
}
