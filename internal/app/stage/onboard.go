package stage

import (
	"context"
	"log/slog"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/onboard"
)

// Onboard sweeps the accounts on a rhythm. Places share one memory of quotas, and one that
// fails holds up no other.
type Onboard struct {
	Every time.Duration // 0: never
	Open  func(context.Context) (*onboard.Accounts, error)
	Log   *slog.Logger
	Told  func(onboard.Totals, onboard.Fetched)
}

// Run sweeps until ctx ends; it does nothing when no rhythm is set.
func (s *Onboard) Run(ctx context.Context) {
	if s.Every <= 0 {
		return
	}
	t := time.NewTicker(s.Every)
	defer t.Stop()
	for {
		s.once(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (s *Onboard) once(ctx context.Context) {
	began := time.Now()
	f, err := s.Open(ctx)
	if err != nil {
		s.Log.Error("accounts cannot be looked after", "error", err)
		s.Told(onboard.Totals{Failed: 1}, onboard.Fetched{})
		return
	}
	var waits onboard.Waits
	totals := f.Sweep(ctx, onboard.SweepOptions{Each: func(r *collector.Report) {
		waits.See(r)
		for _, x := range r.Failures {
			s.Log.Warn("not onboarded", "place", r.Place.String(), "resource", x.Resource, "doing", x.Doing, "error", x.Err)
		}
	}})
	var fetched onboard.Fetched
	if places := waits.Places(); len(places) > 0 {
		fetched = f.FetchHistory(ctx, places, nil)
	}
	for _, x := range fetched.Failures {
		s.Log.Warn("history not fetched", "resource", x.Resource, "doing", x.Doing, "error", x.Err)
	}
	s.Told(totals, fetched)
	s.Log.Info("swept", "accounts", totals.Accounts, "resources", totals.Resources, "onboarded", totals.Onboarded, "created", totals.Create, "updated", totals.Update,
		"deleted", totals.Delete, "failed", totals.Failed, "writes", totals.Writes, "reads", totals.Reads, "history_events", fetched.Events, "took", time.Since(began).Round(time.Millisecond))
}
