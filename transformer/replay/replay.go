// Package replay transforms again what was transformed before: landing objects of any time,
// chosen by arrival, by parser or by hour, in place, so that a better parser reads them all;
// and the objects of what is in quarantine.
package replay

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/changes"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
)

// Options choose what is transformed again. The zero value of each chooses all.
type Options struct {
	Span        seamark.Span // of the arrival
	Landing     string       // folder or s3:// address of landing objects to read instead of the lake's own
	ParserBelow int          // only objects whose rows an earlier parser made, or none
	Missing     bool         // only objects that the ledger does not have
	Hour        time.Time    // only objects with rows in this hour, whose compacted files are damaged; zero: any
	Typed       []string     // the choice as it was typed: an interrupted run is found by it
	Restart     bool         // do not go on where an interrupted run stopped
	// Settings are what else than the bytes makes the rows, such as who owns what: an interrupted
	// run under other settings is another. Their JSON is hashed.
	Settings []any
	// Index brings what was replayed into the index too, in place of what was there; nil: there is none.
	Index func(ctx context.Context, entries []*lake.Entry) (*Indexed, error)

	Progress func(doneBytes, allBytes int64, objects, of int) // may be nil
}

// Plan says how much a replay is before it begins; its JSON keys are part of the
// command line.
type Plan struct {
	Objects  int            `json:"objects"`          // to be read
	Bytes    int64          `json:"bytes"`            // of them, as they lie there
	Events   int64          `json:"events"`           // of those the ledger knows
	New      int            `json:"objects_new"`      // those it does not know
	Gone     int            `json:"objects_gone"`     // known, but their bytes are not to be had: they stay as they are
	Done     int            `json:"objects_done"`     // done by an interrupted run, and left out
	Hours    int            `json:"hours"`            // of events, that will be written anew
	Parsers  map[string]int `json:"parsers"`          // objects by the version of the parser that made their rows
	Parser   string         `json:"parser"`           // version of this one
	Oldest   time.Time      `json:"oldest"`           // arrival
	Newest   time.Time      `json:"newest"`           //
	Rate     int64          `json:"bytes_per_second"` // measured on some of the objects
	Estimate float64        `json:"estimate_seconds"` // at that rate
}

// Done is what a replay did; its JSON keys are part of the command line.
type Done struct {
	Plan      Plan           `json:"plan"`
	Objects   int            `json:"objects"`
	Changed   int            `json:"objects_changed"` // whose rows are others now
	Before    Tally          `json:"before"`
	After     Tally          `json:"after"`
	Failed    []Fault        `json:"failed"`
	Changes   changes.Report `json:"changes"`
	Documents *Indexed       `json:"index,omitempty"`
	Took      float64        `json:"took_seconds"`

	seen map[lake.ID]bool
}

// Indexed counts what a replay did to the index.
type Indexed struct {
	Documents int64 `json:"documents"`
	Created   int64 `json:"created"`
	Replaced  int64 `json:"replaced"`
	Reduced   int64 `json:"reduced"`
}

// Fault is an object that could not be transformed; what it was stays.
type Fault struct {
	Object string `json:"object"`
	What   string `json:"what"`
}

// Replay is a plan that can be run.
type Replay struct {
	Plan Plan

	o       Options
	lake    *lake.Lake
	from    *origin.Objects
	t       *transformer.Transformer
	objects []object
	only    map[lake.ID]bool // of Hour; nil: any
	earlier []*lake.Entry    // done by an interrupted run
	done    *doneList
}

// object is one landing object to be transformed again.
type object struct {
	url     string // key of the lake, or file URL
	size    int64
	arrival time.Time
	entry   *lake.Entry // nil: the ledger does not have it
}

// New finds what there is to do in l, and measures how fast this machine does it.
func New(ctx context.Context, l *lake.Lake, from *origin.Objects, t *transformer.Transformer, o Options) (*Replay, error) {
	r := &Replay{o: o, lake: l, from: from, t: t}
	var err error
	if r.done, err = openDoneList(l, o); err != nil {
		return nil, err
	}
	if err := r.choose(ctx); err != nil {
		return nil, err
	}
	return r, r.estimate(ctx)
}

// Run transforms what the plan names, in place. An object that fails keeps the rows it
// had. A run that is stopped is gone on with by the next of the same choice.
func (r *Replay) Run(ctx context.Context) (Done, error) {
	begin := time.Now()
	out := Done{Plan: r.Plan, Failed: []Fault{}, Changes: changes.Report{Levels: []changes.LevelChange{}, Columns: map[string]changes.Column{}}, seen: map[lake.ID]bool{}}
	out.After.Parser = transformer.ParserVersion
	if err := r.lake.Recover(); err != nil { // of a run that was killed
		return out, err
	}
	var mu sync.Mutex
	var bytes int64
	var done []*lake.Entry
	var g errgroup.Group
	g.SetLimit(transformer.InFlight())
	for _, obj := range r.objects {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			was, e, changed, err := r.one(ctx, obj)
			mu.Lock()
			defer mu.Unlock()
			if ctx.Err() != nil && err != nil {
				return nil // cut short, not failed
			}
			bytes += obj.size
			if err != nil {
				out.Failed = append(out.Failed, Fault{obj.url, err.Error()})
			} else {
				out.book(was, e, changed)
				done = append(done, e)
				_ = r.done.add(e.ID) // what could not be written is tried again at the end
			}
			if r.o.Progress != nil {
				r.o.Progress(bytes, r.Plan.Bytes, out.Objects+len(out.Failed), len(r.objects))
			}
			return nil
		})
	}
	_ = g.Wait() // faults are in out
	flushed := r.done.flush()
	out.Took = time.Since(begin).Seconds()
	if err := ctx.Err(); err != nil {
		return out, err
	}
	if flushed != nil {
		return out, flushed
	}
	if r.o.Index != nil {
		var err error
		if out.Documents, err = r.o.Index(ctx, append(done, r.earlier...)); err != nil {
			return out, err
		}
		out.Took = time.Since(begin).Seconds()
	}
	if len(out.Failed) > 0 {
		return out, nil
	}
	return out, r.done.close()
}

// one transforms an object again and returns its entries before, which may be nil, and after,
// and what changed in its rows; nil: nothing, or nobody can tell.
func (r *Replay) one(ctx context.Context, obj object) (was, is *lake.Entry, changed *changes.Report, err error) {
	src, err := r.from.Open(obj.url)
	if err != nil {
		return nil, nil, nil, err
	}
	defer src.Close()
	origin := src.Origin
	var before *changes.Rows
	was, known := r.lake.Known(src.ID)
	if known {
		if before, err = changes.Of(r.lake, was); err != nil { // rows that are damaged are made anew
			before = nil
		}
	} else {
		was = nil
	}
	res, err := r.t.Transform(ctx, src, known)   // one that is not known is done, unless its URL had other bytes
	if err == nil && known && obj.entry == nil { // a copy of what is done, which the ledger does not have as such
		err = r.lake.Cover(res.Entry, origin)
	}
	if err != nil || before == nil {
		return was, res.Entry, nil, err
	}
	if was.Outcome() == res.Entry.Outcome() {
		return was, res.Entry, before.Same(), nil
	}
	changed, err = before.Against(r.lake, res.Entry)
	return was, res.Entry, changed, err
}

// book counts an object; of copies with the same content only the first counts for the rows.
func (o *Done) book(was, is *lake.Entry, changed *changes.Report) {
	o.Objects++
	if was == nil || was.Outcome() != is.Outcome() {
		o.Changed++
	}
	if o.seen[is.ID] {
		return
	}
	o.seen[is.ID] = true
	if was != nil {
		o.Before.add(was.Accounts)
	}
	if changed != nil {
		o.Changes.Add(changed)
	}
	o.After.add(is.Accounts)
}
