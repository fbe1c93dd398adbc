package worker

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/senders"
	"github.com/seamark-hq/seamark/transformer"
)

// Worker does the work. Store and Log must be set.
type Worker struct {
	// Store is the lake's store, whose requests end with ctx where it is a bucket.
	Store     func(ctx context.Context) lake.Store
	Rows      *transformer.Options
	Compact   lake.CompactOptions
	Retention lake.RetentionOptions
	Region    string                                           // of the canary's event
	Queue     func(ctx context.Context, bodies []string) error // the function's own queue; nil: what would go there is done at once
	Firehose  func(ctx context.Context, record []byte) error   // takes the canary's event; nil: it is landed directly
	Count     func(values map[string]float64)                  // takes metrics; nil: nobody does
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now

	mu      sync.Mutex
	whole   lake.Warm
	senders senders.Marker
}

func (w *Worker) now() time.Time {
	if w.Now != nil {
		return w.Now()
	}
	return time.Now()
}

func (w *Worker) count(values map[string]float64) {
	if w.Count != nil {
		w.Count(values)
	}
}

// Object makes a landing object done. An object that is gone is no fault: retention deletes
// what is done, and a message may come late.
func (w *Worker) Object(ctx context.Context, key string) error {
	if !strings.HasPrefix(key, lake.LandingFolder+"/") {
		return &seamark.Fault{Class: seamark.Rejected, Where: key, What: "is no landing object", Remedy: "let the bucket notify of landing/ alone"}
	}
	if strings.HasSuffix(key, "/") { // a folder, as the console makes one
		return nil
	}
	err := w.object(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		w.Log.WarnContext(ctx, "landing object is gone", "key", key)
		return nil
	}
	if err != nil {
		w.count(map[string]float64{"LandingFailed": 1})
	}
	if err != nil && ended(ctx) {
		return &seamark.Fault{Class: seamark.Temporary, Where: key, What: "time was up before the object was done", Err: err,
			Remedy: "it is tried again; if that does not help, give the function more memory or time, or let Firehose write smaller objects"}
	}
	return err
}

func (w *Worker) object(ctx context.Context, key string) error {
	store := w.Store(ctx)
	l := lake.Part(store)
	src, err := transformer.OpenObject(l, store, key)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := l.LearnURL(src.Origin.URL); err != nil {
		return err
	}
	res, err := transformer.New(l, w.Rows).Transform(ctx, src, false)
	if err != nil {
		return err
	}
	if res.Skipped {
		w.Log.InfoContext(ctx, "landing object was done before", "key", key)
		return nil
	}
	for _, q := range res.Entry.Quarantine {
		w.Log.WarnContext(ctx, "quarantined", "object", q.Origin, "offset", q.Offset, "bytes", q.Bytes, "reason", q.Reason, "kept", q.Kept)
	}
	if err := w.senders.Mark(store, src.Arrival, res.Senders); err != nil { // the next object says it again
		w.Log.WarnContext(ctx, "who sent could not be remembered", "key", key, "error", err)
	}
	a := res.Entry.Accounts
	w.Log.InfoContext(ctx, "landing object done", "key", key, "bytes", a.BytesIn, "events", a.Events, "rows", a.Rows, "files", len(res.Entry.Files))
	w.count(map[string]float64{"Objects": 1, "Quarantined": float64(a.Quarantined), "FreshnessSeconds": w.since(src.Arrival)})
	return nil
}

// since is how long ago something was, in seconds.
func (w *Worker) since(t time.Time) float64 { return max(0, w.now().Sub(t).Seconds()) }

// ended reports whether time is up, or so nearly that what waits for it gives up before.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && time.Until(deadline) < time.Second
}

// timeIsUp says that ctx ended in the middle, if it did.
func timeIsUp(ctx context.Context, what string, err error) error {
	if err == nil || !ended(ctx) {
		return err
	}
	return &seamark.Fault{Class: seamark.Temporary, Where: what, What: "time was up before all was done", Err: err, Remedy: "the next schedule goes on; if it never ends, give the function more memory or time"}
}
