package indexer

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// Options say how an Indexer works. The zero value is good.
type Options struct {
	// RetentionDays is how long indices are kept: rows whose day lies further back stay
	// in the lake only and are counted as too old. 0: no limit.
	RetentionDays int
	// Fields are promoted from event data, by product.
	Fields map[string]Promoted
	// BatchBytes and BatchDocs bound one request. 0: 5 MiB and 1,000.
	BatchBytes, BatchDocs int
	// Replace puts each document in place of the one with its id, even where the marks do not
	// say that it was made from other rows.
	Replace bool
	// Day, unless zero, has only the rows sent that are filed under this UTC day, and no marks kept:
	// what is filled then is an index that may never be read.
	Day time.Time
	// EachMark keeps the mark of each object by itself. Over a lake.Part marks are looked up one
	// by one.
	EachMark bool
	// InFlight is how many requests are under way at a time. 0: 2, which keeps a server on the
	// same machine busy (BenchmarkIndex).
	InFlight int
	// MaxElapsed is how long a server that gives nothing is waited for. 0: until the
	// context ends.
	MaxElapsed time.Duration
	// FirstWait and MaxWait bound the pause between two tries. 0: 200 ms and 30 s.
	FirstWait, MaxWait time.Duration
	// Now is the clock that retention goes by. nil: the system's.
	Now func() time.Time
	// Log is told of waits that last. nil: nobody.
	Log *slog.Logger
}

// Result counts what was done. Created + Replaced + Duplicates + Reduced = Documents.
type Result struct {
	Objects    int64 `json:"objects"`    // landing objects now wholly in the index
	Documents  int64 `json:"documents"`  // rows that are in the index now
	Created    int64 `json:"created"`    // documents that were not there before
	Replaced   int64 `json:"replaced"`   // in place of one that was made from earlier rows of the same event
	Duplicates int64 `json:"duplicates"` // that were there already, perhaps from a request whose answer was lost
	Reduced    int64 `json:"reduced"`    // created in the reduced form
	Retries    int64 `json:"retries"`    // documents sent once more, because the server was busy or gave no sensible answer
	TooOld     int64 `json:"too_old"`    // rows beyond the retention, which are not sent
}

// Add adds b to r.
func (r *Result) Add(b Result) {
	r.Objects += b.Objects
	r.Documents += b.Documents
	r.Created += b.Created
	r.Replaced += b.Replaced
	r.Duplicates += b.Duplicates
	r.Reduced += b.Reduced
	r.Retries += b.Retries
	r.TooOld += b.TooOld
}

// Indexer brings the objects of one lake into one index. It is safe for concurrent use.
type Indexer struct {
	lake    *lake.Lake
	bulk    Bulk
	options Options

	opening sync.Mutex
	opened  *marks
	target  string

	mu    sync.Mutex
	total Result
	fault error
}

// New returns an indexer. It refuses fields that the index could not hold.
func New(l *lake.Lake, bulk Bulk, o Options) (*Indexer, error) {
	if _, err := newPromotions(o.Fields); err != nil {
		return nil, err
	}
	setDefault(&o.BatchBytes, 5<<20)
	setDefault(&o.BatchDocs, 1000)
	setDefault(&o.InFlight, 2)
	setDefault(&o.FirstWait, 200*time.Millisecond)
	setDefault(&o.MaxWait, 30*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Indexer{lake: l, bulk: bulk, options: o}, nil
}

func setDefault[T int | time.Duration](v *T, to T) {
	if *v <= 0 {
		*v = to
	}
}

// Pending lists the objects of the lake that are not known to be in the index, oldest
// arrival first. The lake's ledger must be fresh.
func (ix *Indexer) Pending(ctx context.Context) ([]*lake.Entry, error) {
	m, err := ix.marks(ctx)
	if err != nil {
		return nil, err
	}
	var pending []*lake.Entry
	for _, e := range ix.lake.Entries() {
		if !m.has(e) {
			pending = append(pending, e)
		}
	}
	return pending, nil
}

// Has reports whether an object is known to be in the index as it now is.
func (ix *Indexer) Has(ctx context.Context, e *lake.Entry) (bool, error) {
	m, err := ix.marks(ctx)
	if err == nil {
		err = m.lookUp(e.ID)
	}
	return err == nil && m.has(e), err
}

// Sweep removes marks of which the ledger, which must be fresh, knows nothing any more.
func (ix *Indexer) Sweep(ctx context.Context) (int, error) {
	m, err := ix.marks(ctx)
	if err != nil {
		return 0, err
	}
	return m.sweep(func(id lake.ID) bool { _, known := ix.lake.Known(id); return known }, ix.options.Now())
}

// Status is what was done since the start, and why the indexer waits: nil when it does not.
func (ix *Indexer) Status() (Result, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.total, ix.fault
}

// marks opens what is known of the target. The target is asked for each time: a cluster
// that was made anew at the same address knows nothing.
func (ix *Indexer) marks(ctx context.Context) (*marks, error) {
	ix.opening.Lock()
	defer ix.opening.Unlock()
	if !ix.options.Day.IsZero() {
		return &marks{none: true}, nil
	}
	target, err := ix.bulk.Target(ctx)
	if err != nil {
		ix.waits(err, 0)
		return nil, err
	}
	if ix.opened == nil || ix.target != target {
		m, err := openMarks(ix.lake, target, ix.options.EachMark)
		if err != nil {
			return nil, err
		}
		ix.opened, ix.target = m, target
	}
	return ix.opened, nil
}

// waits notes why nothing goes on.
func (ix *Indexer) waits(err error, documents int) {
	ix.mu.Lock()
	first := ix.fault == nil
	ix.fault = err
	ix.mu.Unlock()
	if first {
		ix.options.Log.Warn("indexing waits", "error", err, "documents", documents)
	}
}

// idle notes that the server takes documents.
func (ix *Indexer) idle() {
	ix.mu.Lock()
	was := ix.fault
	ix.fault = nil
	ix.mu.Unlock()
	if was != nil {
		ix.options.Log.Info("indexing goes on")
	}
}
