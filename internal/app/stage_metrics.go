package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/lake"
)

// compactMetrics are what compaction tells Prometheus.
type compactMetrics struct {
	hours, skipped, files, written, bytes, duplicates, seconds prometheus.Counter
}

func newCompactMetrics(counter func(name, help string) prometheus.Counter) compactMetrics {
	return compactMetrics{
		hours:      counter("seamark_compact_hours_total", "Hours of the lake compacted."),
		skipped:    counter("seamark_compact_skipped_hours_total", "Hours that could not be compacted and are tried again."),
		files:      counter("seamark_compact_files_read_total", "Lake files merged into others."),
		written:    counter("seamark_compact_files_written_total", "Lake files written in their place."),
		bytes:      counter("seamark_compact_bytes_read_total", "Bytes of the lake files merged."),
		duplicates: counter("seamark_compact_duplicates_total", "Rows dropped because an equal one stays."),
		seconds:    counter("seamark_compact_seconds_total", "Time spent compacting."),
	}
}

func (m *metrics) compacted(r lake.CompactReport, took time.Duration) {
	c := m.compaction
	c.hours.Add(float64(len(r.Hours) - r.Skipped))
	c.skipped.Add(float64(r.Skipped))
	c.files.Add(float64(r.FilesBefore))
	c.written.Add(float64(r.FilesAfter))
	c.bytes.Add(float64(r.BytesBefore))
	c.duplicates.Add(float64(r.Duplicates))
	c.seconds.Add(took.Seconds())
}

func (m *metrics) expired(r lake.ExpireReport) {
	m.expiry.Add(float64(r.Landing.Files + r.Lake.Files + r.Quarantine.Files))
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
