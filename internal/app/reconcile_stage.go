package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/config"
)

// maxAlarmPages bounds the pages of 100 alarms that are read of one place.
const maxAlarmPages = 1000

// alarmStates is a place that tells the states of its alarms, as DescribeAlarms answers.
type alarmStates interface {
	AlarmStates(ctx context.Context, token string) (page []byte, next string, err error)
}

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
		all, err := statesOf(ctx, f, p)
		if err != nil { // half a list would end what is not in it
			s.log.Warn("alarms not reconciled", "place", p.String(), "error", err)
			continue
		}
		if err := s.alerts.Reconcile(ctx, ours(all, known)); err != nil {
			s.log.Error("reconciled alarms not stored", "place", p.String(), "error", err)
		}
	}
}

// ours leaves out what fires of others and was never told here: their alarms ring where
// they say, not here.
func ours(all []seamark.Alarm, known map[string]bool) []seamark.Alarm {
	var list []seamark.Alarm
	for _, a := range all {
		if a.State == seamark.AlarmOK || known[a.Base()] || strings.HasPrefix(a.Name, "seamark/") {
			list = append(list, a)
		}
	}
	return list
}

// statesOf reads all alarms of one place.
func statesOf(ctx context.Context, f *onboard.Accounts, p inventory.Place) ([]seamark.Alarm, error) {
	opened, err := f.OpenPlace(ctx, p)
	if err != nil {
		return nil, err
	}
	cloud, ok := opened.(alarmStates)
	if !ok {
		return nil, errors.New("the place tells no states")
	}
	var all []seamark.Alarm
	token := ""
	for range maxAlarmPages {
		page, next, err := cloud.AlarmStates(ctx, token)
		if err != nil {
			return nil, err
		}
		var lists map[string][]json.RawMessage
		if err := json.Unmarshal(page, &lists); err != nil {
			return nil, err
		}
		if len(lists["MetricAlarms"])+len(lists["CompositeAlarms"]) > 0 {
			alarms, err := cloudwatch.Parse(page)
			if err != nil { // one that cannot be read would count as deleted
				return nil, err
			}
			all = append(all, alarms...)
		}
		if token = next; token == "" {
			return all, nil
		}
	}
	return nil, errors.New("the list of alarms has no end")
}
