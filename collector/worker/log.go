package worker

import (
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
)

// maxLines bounds the failures of one place that are logged one by one.
const maxLines = 20

// report logs what came of a sweep: a line for the place, and one for each failure.
func (w *Worker) report(r *collector.Report, kind string, began time.Time) {
	log := w.Log.With("place", r.Place.String())
	for i, f := range r.Failures {
		if i == maxLines {
			log.Warn("more failures", "not_shown", len(r.Failures)-maxLines)
			break
		}
		log.Warn("could not be done", "resource", f.Resource, "doing", f.Doing, "error", f.Err)
	}
	log.Info("place swept", "kind", kind, "created", r.Created, "updated", r.Updated, "deleted", r.Deleted, "unchanged", r.Unchanged,
		"failures", len(r.Failures), "findings", len(r.Findings), "writes", r.Writes, "reads", r.Reads, "pending", r.Pending,
		"done", r.Done, "duration_ms", time.Since(began).Milliseconds())
}

func (w *Worker) reportHistory(h *history.Report, began time.Time) {
	log := w.Log.With("place", h.Place.String())
	for i, f := range h.Failures {
		if i == maxLines {
			log.Warn("more failures", "not_shown", len(h.Failures)-maxLines)
			break
		}
		log.Warn("could not be done", "resource", f.Resource, "doing", f.Doing, "error", f.Err)
	}
	if h.Fetched == 0 && h.Events == 0 && len(h.Failures) == 0 {
		return
	}
	log.Info("history fetched", "gaps", h.Fetched, "waiting", h.Waiting, "events", h.Events, "bytes", h.Bytes, "objects", h.Objects,
		"failures", len(h.Failures), "reads", h.Reads, "done", h.Done, "duration_ms", time.Since(began).Milliseconds())
}
