package app

import (
	"context"
	"log/slog"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/states"
)

// reconcileStage looks in the accounts for what no message told: an OK that was lost, an
// alarm that was deleted, an alarm of ours that fires.
type reconcileStage struct {
	config *config.Config
	lake   string
	open   func(context.Context, AccountsOptions) (*onboard.Accounts, error) // OpenAccounts
	alerts reconciler
	log    *slog.Logger
}

// reconciler is the part of the alerter that takes in what was missed.
type reconciler interface {
	Reconcile(ctx context.Context, all []seamark.Alarm) error
	Incidents() []seamark.Incident
}

// run looks at the rhythm of the configuration, where the accounts are looked after at all.
func (s *reconcileStage) run(ctx context.Context) {
	every := time.Duration(s.config.Alarms.Reconcile)
	if every <= 0 || s.config.Onboard.Every <= 0 {
		return
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.once(ctx)
		}
	}
}

func (s *reconcileStage) once(ctx context.Context) {
	f, err := s.open(ctx, AccountsOptions{Config: s.config, Lake: s.lake})
	if err != nil {
		s.log.Error("alarms cannot be reconciled", "error", err)
		return
	}
	known := map[string]bool{}
	for _, in := range s.alerts.Incidents() {
		for _, a := range in.Unsettled() {
			known[a.Base()] = true
		}
	}
	for _, p := range f.Places {
		all, err := states.Of(ctx, f, p)
		if err != nil { // half a list would end what is not in it
			s.log.Warn("alarms not reconciled", "place", p.String(), "error", err)
			continue
		}
		if err := s.alerts.Reconcile(ctx, states.Ours(all, known)); err != nil {
			s.log.Error("reconciled alarms not stored", "place", p.String(), "error", err)
		}
	}
}
