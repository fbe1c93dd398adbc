package worker

import (
	"context"

	"github.com/seamark-hq/seamark/lake"
)

// Retain deletes what the configuration keeps no longer. What only a person may agree to is
// not deleted: the answer says what is held, and why.
func (w *Worker) Retain(ctx context.Context) (lake.ExpireReport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.Retention
	if k.Landing == 0 && k.Lake == 0 && k.Quarantine == 0 {
		return lake.ExpireReport{}, nil // everything is kept for ever
	}
	l, err := w.whole.Of(ctx, w.Store(ctx))
	if err != nil {
		return lake.ExpireReport{}, timeIsUp(ctx, "retain", err)
	}
	k.Now = w.now
	r, err := l.Expire(ctx, k)
	if err != nil {
		return r, timeIsUp(ctx, "retain", err)
	}
	for _, held := range r.Held() {
		w.Log.ErrorContext(ctx, "retention waits for a person", "held", held, "remedy", "run `"+l.Command("retention")+"`, and agree to what it shows")
	}
	if r.Kept > 0 {
		w.Log.WarnContext(ctx, "landing objects are older than their retention, but not transformed; they stay", "objects", r.Kept)
	}
	w.Log.InfoContext(ctx, "expired", "landing_objects", r.Landing.Files, "lake_files", r.Lake.Files, "quarantined", r.Quarantine.Files, "entries", r.Entries)
	return r, nil
}
