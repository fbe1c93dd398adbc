package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
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

func (m *metrics) compacted(r CompactReport, took time.Duration) {
	c := m.compaction
	c.hours.Add(float64(len(r.Hours) - r.Skipped))
	c.skipped.Add(float64(r.Skipped))
	c.files.Add(float64(r.FilesBefore))
	c.written.Add(float64(r.FilesAfter))
	c.bytes.Add(float64(r.BytesBefore))
	c.duplicates.Add(float64(r.Duplicates))
	c.seconds.Add(took.Seconds())
}

func (m *metrics) expired(r ExpireReport) {
	m.expiry.Add(float64(r.Landing.Files + r.Lake.Files + r.Quarantine.Files))
}
