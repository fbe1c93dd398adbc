package worker

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Compact is the message that asks for the compaction of one hour. Its folders are those of
// the ledger that say of which objects, so that nothing else is read. Without an hour it asks
// which hours are due.
type Compact struct {
	Do      string   `json:"do"` // compact
	Hour    string   `json:"hour,omitempty"`
	Folders []string `json:"folders,omitempty"`
}

const hourLayout = "2006-01-02T15"

// Compacting is what CompactHours found.
type Compacting struct {
	Hours int `json:"hours"` // due
	Sent  int `json:"sent"`  // messages, or hours done where there is no queue
}

// CompactHours finds the hours that are due and hands each to the queue: a message an hour.
func (w *Worker) CompactHours(ctx context.Context) (r Compacting, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.whole.Of(ctx, w.Store(ctx))
	if err != nil {
		return r, timeIsUp(ctx, "compact", err)
	}
	due, err := l.Due(ctx, w.Compact)
	if err != nil {
		return r, timeIsUp(ctx, "compact", err)
	}
	r.Hours = len(due)
	if w.Queue != nil {
		var bodies []string
		for _, d := range due {
			bodies = append(bodies, encode(compactOf(d)))
		}
		if err := w.Queue(ctx, bodies); err != nil {
			return r, timeIsUp(ctx, "compact", err)
		}
		r.Sent = len(due)
		return r, nil
	}
	var failed []error
	for _, d := range due {
		_, err := w.CompactHour(ctx, compactOf(d))
		if ctx.Err() != nil {
			return r, err
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		r.Sent++
	}
	return r, errors.Join(failed...)
}

func compactOf(d lake.Due) Compact { return Compact{"compact", d.Hour.Format(hourLayout), d.Folders} }

// CompactHour merges the files of one hour. It reads the folders of the ledger that the
// message names and no others: what it does not know of stays as it is.
func (w *Worker) CompactHour(ctx context.Context, m Compact) (lake.CompactReport, error) {
	hour, err := time.Parse(hourLayout, m.Hour)
	if err != nil {
		return lake.CompactReport{}, err
	}
	o := w.Compact
	o.Hour = hour
	report, err := lake.Part(w.Store(ctx), m.Folders...).Compact(ctx, o)
	if err == nil && report.Skipped > 0 {
		err = &seamark.Fault{Class: seamark.Temporary, Where: "hour " + m.Hour, What: "is not compacted: " + report.Hours[0].Skipped, Remedy: "it is tried again"}
	}
	if err != nil {
		return report, timeIsUp(ctx, "compact "+m.Hour, err)
	}
	w.Log.InfoContext(ctx, "compacted", "hour", m.Hour, "partitions", report.Partitions, "files_before", report.FilesBefore, "files_after", report.FilesAfter,
		"bytes_before", report.BytesBefore, "bytes_after", report.BytesAfter, "duplicates", report.Duplicates)
	return report, nil
}

var ledgerFolder = regexp.MustCompile(`^ledger/(hours/)?\d{4}/\d{2}/\d{2}/\d{2}$|^ledger/expired$`)

// DecodeCompact reads a message of CompactHours.
func DecodeCompact(body []byte) (Compact, error) {
	var m Compact
	err := json.Unmarshal(body, &m)
	if err == nil && m.Hour != "" {
		_, err = time.Parse(hourLayout, m.Hour)
	}
	for _, f := range m.Folders {
		if err == nil && !ledgerFolder.MatchString(f) {
			err = errors.New(f + " is no folder of the ledger")
		}
	}
	if err != nil {
		return m, &seamark.Fault{Class: seamark.Rejected, Where: "message", What: "names no hour to compact", Err: err, Remedy: `send {"do": "compact"}: it finds the hours that are due`}
	}
	return m, nil
}
