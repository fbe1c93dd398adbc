package app

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// metrics are what /metrics tells Prometheus. Names begin with the stage.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	bodyBytes   prometheus.Counter
	commitTime  prometheus.Histogram
	events      prometheus.Counter
	rows        prometheus.Counter
	quarantined prometheus.Counter
	control     prometheus.Counter
	bytes       prometheus.Counter
	lag         prometheus.Histogram
	compaction  compactMetrics
	expiry      prometheus.Counter
	onboarding  onboardMetrics
}

func newMetrics() *metrics {
	r := prometheus.NewRegistry()
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		r.MustRegister(c)
		return c
	}
	m := &metrics{
		registry:    r,
		requests:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "seamark_collector_requests_total", Help: "Requests at the front door, by HTTP status."}, []string{"status"}),
		bodyBytes:   counter("seamark_collector_request_bytes_total", "Bytes of request bodies as they came."),
		commitTime:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "seamark_collector_commit_seconds", Help: "Time that one fsync of a group of requests took.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 12)}),
		events:      counter("seamark_transformer_events_total", "Log events read from landing objects."),
		rows:        counter("seamark_transformer_rows_total", "Rows written to the lake."),
		quarantined: counter("seamark_transformer_quarantined_total", "Undecodable payloads kept in quarantine."),
		control:     counter("seamark_transformer_control_messages_total", "Control messages skipped."),
		bytes:       counter("seamark_transformer_bytes_total", "Uncompressed bytes read from landing objects."),
		lag:         prometheus.NewHistogram(prometheus.HistogramOpts{Name: "seamark_transformer_lag_seconds", Help: "Time from a landing object's arrival until its rows can be queried.", Buckets: prometheus.ExponentialBuckets(0.25, 2, 14)}),
	}
	m.compaction = newCompactMetrics(counter)
	m.onboarding = newOnboardMetrics(r, counter)
	m.expiry = counter("seamark_expire_files_total", "Landing objects, lake files and quarantined pieces deleted because of their age.")
	r.MustRegister(m.requests, m.commitTime, m.lag, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(status int, body, _ int64, _ bool, _ time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(status)).Inc()
	m.bodyBytes.Add(float64(body))
}

func (m *metrics) commit(_ int, _ int64, took time.Duration) { m.commitTime.Observe(took.Seconds()) }

func (m *metrics) transformed(e *lake.Entry, lag time.Duration) {
	m.events.Add(float64(e.Accounts.Events))
	m.rows.Add(float64(e.Accounts.Rows))
	m.quarantined.Add(float64(e.Accounts.Quarantined))
	m.control.Add(float64(e.Accounts.ControlMessages))
	m.bytes.Add(float64(e.Accounts.BytesIn))
	m.lag.Observe(max(lag.Seconds(), 0))
}

// handler serves the metrics, with gauges read from a at each scrape.
func (m *metrics) handler(a *App) http.Handler {
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("seamark_transformer_backlog_objects", "Landing objects that wait to be transformed.", func() float64 { return float64(a.transform.Backlog()) })
	gauge("seamark_lake_files", "Lake files that queries read.", func() float64 {
		n := 0
		for _, t := range seamark.Tables() {
			n += len(a.lake.Files(t, seamark.Span{}))
		}
		return float64(n)
	})
	gauge("seamark_alerter_firing_alarms", "Alarms that fire.", func() float64 { return float64(len(a.alerts.Firing())) })
	gauge("seamark_alerter_dead_letters", "Cards that were given up and have not arrived since.", func() float64 { return float64(len(a.alerts.Undelivered())) })
	gauge("seamark_indexer_documents", "Documents sent to OpenSearch since the start.", func() float64 {
		if n, _ := a.index.Status(); n != nil {
			return float64(*n)
		}
		return 0
	})
	gauge("seamark_rules_evaluated_until_seconds", "Until when rules were evaluated, Unix seconds; 0 before the first time.", func() float64 {
		if _, until, _ := a.rules.Status(); !until.IsZero() {
			return float64(until.UnixMilli()) / 1000
		}
		return 0
	})
	gauge("seamark_rules_skipped_windows_seconds", "Time whose windows were never evaluated, since the start.", func() float64 { return (a.rules.Skipped() + a.own.Skipped()).Seconds() })
	gauge("seamark_rules_of_files_evaluated_until_seconds", "Until when people's own rules were evaluated, Unix seconds; 0 before the first time.", func() float64 {
		if until, _, _ := a.own.Status(); !until.IsZero() {
			return float64(until.UnixMilli()) / 1000
		}
		return 0
	})
	m.registry.MustRegister(faultGauge{a})
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// healthz answers 200 while the appliance can store what it is sent, else 503. It names the
// components that cannot do their work, no more: it asks for no login.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	a.flow.mu.Lock()
	fault := ""
	if time.Since(a.flow.storageAt) < 10*time.Second {
		fault = a.flow.storage.what
	}
	a.flow.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if fault != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(map[string]any{"ok": fault == "", "backlog": a.transform.Backlog(), "faults": a.ailing()})
}
