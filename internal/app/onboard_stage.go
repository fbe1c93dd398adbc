package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/config"
)

// onboardStage sweeps the accounts on the rhythm of the configuration. Places share one
// memory of quotas, and one that fails holds up no other.
type onboardStage struct {
	config *config.Config
	lake   string
	open   func(context.Context, AccountsOptions) (*onboard.Accounts, error) // OpenAccounts
	log    *slog.Logger
	told   func(onboard.Totals, onboard.Fetched)
}

// run sweeps until ctx ends; it does nothing when no rhythm is set.
func (s *onboardStage) run(ctx context.Context) {
	every := time.Duration(s.config.Onboard.Every)
	if every <= 0 {
		return
	}
	t := time.NewTicker(every)
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

func (s *onboardStage) once(ctx context.Context) {
	began := time.Now()
	f, err := s.open(ctx, AccountsOptions{Config: s.config, Lake: s.lake})
	if err != nil {
		s.log.Error("accounts cannot be looked after", "error", err)
		s.told(onboard.Totals{Failed: 1}, onboard.Fetched{})
		return
	}
	var waits onboard.Waits
	totals := f.Sweep(ctx, onboard.SweepOptions{Each: func(r *collector.Report) {
		waits.See(r)
		for _, x := range r.Failures {
			s.log.Warn("not onboarded", "place", r.Place.String(), "resource", x.Resource, "doing", x.Doing, "error", x.Err)
		}
	}})
	var fetched onboard.Fetched
	if places := waits.Places(); len(places) > 0 {
		fetched = f.FetchHistory(ctx, places, nil)
	}
	for _, x := range fetched.Failures {
		s.log.Warn("history not fetched", "resource", x.Resource, "doing", x.Doing, "error", x.Err)
	}
	s.told(totals, fetched)
	s.log.Info("swept", "accounts", totals.Accounts, "resources", totals.Resources, "onboarded", totals.Onboarded, "created", totals.Create, "updated", totals.Update,
		"deleted", totals.Delete, "failed", totals.Failed, "writes", totals.Writes, "reads", totals.Reads, "history_events", fetched.Events, "took", time.Since(began).Round(time.Millisecond))
}

// onboardMetrics are what /metrics tells of sweeps.
type onboardMetrics struct {
	sweeps, writes, reads, failures, history prometheus.Counter
	resources, onboarded, pending            prometheus.Gauge
}

func newOnboardMetrics(r *prometheus.Registry, counter func(name, help string) prometheus.Counter) onboardMetrics {
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		r.MustRegister(g)
		return g
	}
	return onboardMetrics{
		sweeps:    counter("seamark_collector_sweeps_total", "Sweeps over all accounts."),
		writes:    counter("seamark_collector_api_writes_total", "AWS API calls that write, made by sweeps."),
		reads:     counter("seamark_collector_api_reads_total", "AWS API calls that read, made by sweeps and fetches of history."),
		failures:  counter("seamark_collector_failures_total", "Resources and places that could not be read or brought to what their tags ask for."),
		history:   counter("seamark_collector_history_events_total", "Events fetched from before a filter."),
		resources: gauge("seamark_collector_resources", "Resources seen by the last sweep."),
		onboarded: gauge("seamark_collector_onboarded_resources", "Of these, those whose logs or alarms are attached."),
		pending:   gauge("seamark_collector_pending_log_groups", "Log groups whose history is to be fetched."),
	}
}

func (m *onboardMetrics) told(t onboard.Totals, h onboard.Fetched) {
	m.sweeps.Inc()
	m.writes.Add(float64(t.Writes))
	m.reads.Add(float64(t.Reads + h.Reads))
	m.failures.Add(float64(t.Failed + len(h.Failures)))
	m.history.Add(float64(h.Events))
	m.resources.Set(float64(t.Resources))
	m.onboarded.Set(float64(t.Onboarded))
	m.pending.Set(float64(h.Waiting))
}
