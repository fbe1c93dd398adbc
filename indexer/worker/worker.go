// Package worker is the indexer's work in pieces, as a function does it: the objects that
// new ledger entries name, and on a schedule what no message told of: ledger minus marks.
//
// The ledger's entry tells that an object is done, not its lake files: they are there before
// it, and those of an object whose transformation died never count. The work on a few entries
// reads these and their marks, and no others; see docs/adr/0035-functions.md.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/lake"
)

// Worker does the work. All but Queue, Count and Now must be set.
type Worker struct {
	// Store is the lake's store, whose requests end with ctx where it is a bucket.
	Store func(ctx context.Context) lake.Store
	// Open makes the indexer of a lake. It keeps the marks of objects one by one.
	Open func(l *lake.Lake) (*indexer.Indexer, error)
	// Prepare makes the index ready, once in a process.
	Prepare func(ctx context.Context) error
	Queue   func(ctx context.Context, bodies []string) error // the function's own queue; nil: what would go there is done at once
	Count   func(values map[string]float64)                  // takes metrics; nil: nobody does
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now

	mu    sync.Mutex
	ready bool
	whole lake.Warm
}

// Index is the message that asks for entries.
type Index struct {
	Do      string   `json:"do"` // index
	Entries []string `json:"entries"`
}

// Reconciled is what Reconcile found.
type Reconciled struct {
	Unindexed int `json:"unindexed"`           // ledger minus marks, entries older than ten minutes
	Sent      int `json:"sent"`                // of them, told to the queue, or indexed where there is none
	Forgotten int `json:"forgotten,omitempty"` // marks removed whose entries have expired
}

const (
	settle      = 10 * time.Minute // for so long an entry is left to the message that told of it
	perMessage  = 20               // entries
	mostSent    = 50_000           // entries of one reconciliation; the next one sends the others
	markReserve = 3 * time.Second  // kept back for the marks of what is in the index
)

// prepare makes the index ready.
func (w *Worker) prepare(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready {
		return nil
	}
	if err := w.Prepare(ctx); err != nil {
		return err
	}
	w.ready = true
	return nil
}

// Entries brings what messages name into the index: each is a list of keys of ledger entries.
// It returns an error for each message, nil for those whose every entry is in the index.
// Keys of other objects are passed over, and so are entries that are gone: their objects were
// repaired or have expired.
func (w *Worker) Entries(ctx context.Context, messages [][]string) []error {
	errs := make([]error, len(messages))
	all := func(err error) []error {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	if err := w.prepare(ctx); err != nil {
		return all(err)
	}
	l := lake.Part(w.Store(ctx))
	ix, err := w.Open(l)
	if err != nil {
		return all(err)
	}
	asked := make([][]*lake.Entry, len(messages))
	var todo []*lake.Entry
	for i, keys := range messages {
		keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !lake.IsEntryKey(key) })
		if asked[i], errs[i] = l.Learn(keys...); errs[i] != nil {
			continue
		}
		for _, e := range asked[i] {
			if done, err := ix.Has(ctx, e); err != nil {
				errs[i] = err
			} else if !done && !slices.Contains(todo, e) {
				todo = append(todo, e)
			}
		}
	}
	failed := w.index(ctx, ix, todo)
	for i, entries := range asked {
		for _, e := range entries {
			if done, err := ix.Has(ctx, e); !done && errs[i] == nil {
				errs[i] = errors.Join(failed, err)
				if errs[i] == nil {
					errs[i] = &seamark.Fault{Class: seamark.Temporary, Where: e.Key(), What: "is not wholly in the index", Remedy: "it is tried again"}
				}
			}
		}
	}
	return errs
}

// index brings entries into the index, and stops while there is time for their marks.
func (w *Worker) index(ctx context.Context, ix *indexer.Indexer, entries []*lake.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	limited := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		limited, cancel = context.WithDeadline(ctx, deadline.Add(-min(markReserve, max(0, time.Until(deadline)/4))))
		defer cancel()
	}
	r, err := ix.Index(limited, entries)
	w.count(map[string]float64{"Documents": float64(r.Documents)})
	w.Log.InfoContext(ctx, "indexed", "objects", r.Objects, "of", len(entries), "documents", r.Documents, "duplicates", r.Duplicates, "reduced", r.Reduced,
		"retries", r.Retries, "too_old", r.TooOld)
	if err != nil && limited.Err() != nil {
		return &seamark.Fault{Class: seamark.Temporary, Where: "index", What: "time was up before all was indexed", Err: err,
			Remedy: "it is tried again; if it lasts, look whether OpenSearch takes documents, and give the function more time"}
	}
	return err
}

func (w *Worker) count(values map[string]float64) {
	if w.Count != nil {
		w.Count(values)
	}
}

// Reconcile looks up what must be indexed, whatever messages were lost: ledger minus marks.
func (w *Worker) Reconcile(ctx context.Context) (r Reconciled, err error) {
	if err := w.prepare(ctx); err != nil {
		return r, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.whole.Of(ctx, w.Store(ctx))
	if err != nil {
		return r, err
	}
	ix, err := w.Open(l) // anew: the marks of other processes count
	if err != nil {
		return r, err
	}
	pending, err := ix.Pending(ctx)
	if err != nil {
		return r, err
	}
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	pending = slices.DeleteFunc(pending, func(e *lake.Entry) bool { return now().Sub(e.Arrival) < settle })
	r.Unindexed = len(pending)
	w.count(map[string]float64{"Unindexed": float64(r.Unindexed)})
	pending = pending[:min(len(pending), mostSent)]
	if w.Queue == nil {
		for _, some := range indexer.Chunks(pending) {
			if err := w.index(ctx, ix, some); err != nil {
				return r, err
			}
			r.Sent += len(some)
		}
	} else {
		if err := w.Queue(ctx, messages(pending)); err != nil {
			return r, err
		}
		r.Sent = len(pending)
	}
	if r.Forgotten, err = ix.Sweep(ctx); err != nil {
		return r, err
	}
	if r.Unindexed > 0 {
		w.Log.WarnContext(ctx, "objects were not in the index", "unindexed", r.Unindexed, "sent", r.Sent)
	}
	return r, nil
}

func messages(entries []*lake.Entry) (bodies []string) {
	for some := range slices.Chunk(entries, perMessage) {
		m := Index{Do: "index"}
		for _, e := range some {
			m.Entries = append(m.Entries, e.Key())
		}
		b, err := json.Marshal(m)
		if err != nil {
			panic(fmt.Sprintf("message: %v", err)) // strings
		}
		bodies = append(bodies, string(b))
	}
	return bodies
}

// DecodeIndex reads a message of Reconcile.
func DecodeIndex(body []byte) (Index, error) {
	var m Index
	err := json.Unmarshal(body, &m)
	bad := slices.IndexFunc(m.Entries, func(key string) bool { return !lake.IsEntryKey(key) })
	if err == nil && bad >= 0 {
		err = fmt.Errorf("%q is no ledger entry", strings.ToValidUTF8(m.Entries[bad], "\ufffd"))
	}
	if err != nil || len(m.Entries) == 0 {
		return m, &seamark.Fault{Class: seamark.Rejected, Where: "message", What: "names no ledger entries", Err: err, Remedy: `send {"do": "index", "entries": ["ledger/…json"]}`}
	}
	return m, nil
}
