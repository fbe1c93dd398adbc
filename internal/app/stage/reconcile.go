package stage

import (
	"context"
	"log/slog"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/parts/states"
)

// Reconcile looks in the accounts for what no message told: an OK that was lost, an
// alarm that was deleted, an alarm of ours that fires.
type Reconcile struct {
	Every  time.Duration // 0: never
	Open   func(context.Context) (*onboard.Accounts, error)
	Alerts Reconciler
	Log    *slog.Logger
}

// Reconciler is the part of the alerter that takes in what was missed.
type Reconciler interface {
	Reconcile(ctx context.Context, all []seamark.Alarm) error
	Incidents() []seamark.Incident
}

// Run looks until ctx ends; it does nothing when no rhythm is set.
func (s *Reconcile) Run(ctx context.Context) {
	if s.Every <= 0 {
		return
	}
	t := time.NewTicker(s.Every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.Once(ctx)
		}
	}
}

// Once looks in every place.
func (s *Reconcile) Once(ctx context.Context) {
	f, err := s.Open(ctx)
	if err != nil {
		s.Log.Error("alarms cannot be reconciled", "error", err)
		return
	}
	known := map[string]bool{}
	for _, in := range s.Alerts.Incidents() {
		for _, a := range in.Unsettled() {
			known[a.Base()] = true
		}
	}
	for _, p := range f.Places {
		all, err := states.Of(ctx, f, p)
		if err != nil { // half a list would end what is not in it
			s.Log.Warn("alarms not reconciled", "place", p.String(), "error", err)
			continue
		}
		if err := s.Alerts.Reconcile(ctx, states.Ours(all, known)); err != nil {
			s.Log.Error("reconciled alarms not stored", "place", p.String(), "error", err)
		}
	}
}
