package transformer

import (
	"context"
	"runtime"
	"sync"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/lines"
	"github.com/seamark-hq/seamark/transformer/redact"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// ParserVersion is written into each ledger entry. It changes whenever the same bytes
// would give other rows, so that a replay can pick what a change concerns.
const ParserVersion = "7"

// Transformer turns landing objects into rows of a lake. It is safe for concurrent use: as
// many objects are read at a time as there are processors, and memory is theirs. More may
// be under way, of which the others wait for the disk; see InFlight.
type Transformer struct {
	lake     *lake.Lake
	options  Options
	slots    chan struct{} // one for each object that is being read
	formats  *formatCache
	keys     *scan.Keys
	dialects *lines.Dialects
	pool     sync.Pool // of *worker: buffers are kept from one object to the next
}

// Options are what the configuration says about rows.
type Options struct {
	Owners *Owners          // whose a log group is; may be nil
	Redact *redact.Redactor // what must not be stored; may be nil
}

// New returns a transformer that writes to l. o may be nil.
func New(l *lake.Lake, o *Options) *Transformer {
	t := &Transformer{lake: l, keys: scan.NewKeys(), slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	t.dialects = lines.NewDialects(t.keys)
	if o != nil {
		t.options = *o
	}
	if l != nil {
		t.formats = newFormatCache(lakeFormats{l})
	}
	return t
}

// InFlight is how many objects are best under way at a time: while the files of some are
// being made durable, the processors read others.
func InFlight() int { return 2 * runtime.GOMAXPROCS(0) }

// slot waits for a processor and returns what gives it back, once.
func (t *Transformer) slot(ctx context.Context) (release func(), err error) {
	select {
	case t.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-t.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Result is what became of one landing object.
type Result struct {
	Entry   *lake.Entry
	Skipped bool // the ledger had it done already
	// Senders are the accounts whose events the object holds, as its payloads name them.
	Senders []string
}

// Transform makes one landing object done: its rows are in the lake, its bad bytes in
// quarantine, and its entry in the ledger, written last. An object that is done is
// skipped unless force is set. After an error nothing of it is visible, and it can
// be tried again.
//
// An object that has other bytes than what was transformed from its URL is refused, unless
// that was damaged and this is no worse; with force it takes the other's place in any case.
func (t *Transformer) Transform(ctx context.Context, src *Source, force bool) (Result, error) {
	free, err := t.lake.Hold(ctx, src.ID)
	if err != nil {
		return Result{}, err
	}
	defer free()
	e, known := t.known(src)
	if known && !force {
		if err := t.lake.Cover(e, src.Origin); err != nil {
			return Result{}, err
		}
		return Result{Entry: e, Skipped: true}, t.lake.RemoveSuperseded(e)
	}
	sound, replaces := t.lake.Replaced(src.Origin.URL, src.ID)
	replaces = replaces && !known
	if replaces && !force {
		return Result{}, t.lake.ChangedFault(src.Origin.URL)
	}
	release, err := t.slot(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	out := t.lake.NewWriter(src.ID)
	defer out.Discard()
	out.OnWait(release)
	origin := src.Origin
	if known { // done again in place of what it was
		src.Arrival, src.Origin = e.Arrival, e.Origin
		out.Again(e)
	}
	entry, senders, err := t.rows(ctx, src, out)
	if err != nil {
		return Result{}, err
	}
	if entry.Supersedes, err = t.lake.Predecessors(src.Origin.URL, src.ID); err != nil {
		return Result{}, err
	}
	if replaces {
		entry.Supersedes = append(entry.Supersedes, sound.ID)
	}
	if worse := t.lake.Worse(entry, entry.Supersedes); worse != "" && !known && !force {
		f := t.lake.ChangedFault(src.Origin.URL)
		f.What += "; " + worse
		return Result{}, f
	}
	if entry.Files, err = out.Finish(); err != nil {
		return Result{}, err
	}
	if err := t.lake.Commit(entry); err != nil {
		return Result{}, err
	}
	return Result{Entry: entry, Senders: senders}, t.lake.Cover(entry, origin) // of a copy, forced
}

// rows hands src's rows to out and keeps its bad bytes. The entry lacks its files.
func (t *Transformer) rows(ctx context.Context, src *Source, out *lake.Writer) (e *lake.Entry, senders []string, err error) {
	o := t.worker(ctx, src, out)
	defer t.pool.Put(o)
	if err := o.Read(); err != nil {
		return nil, nil, err
	}
	kept, err := o.KeepQuarantine(t.lake)
	if err != nil {
		return nil, nil, err
	}
	o.Accounts.Objects = 1
	return &lake.Entry{
		Version: 1, ID: src.ID, Origin: src.Origin, Arrival: src.Arrival, Parser: ParserVersion,
		Accounts: o.Accounts, Quarantine: kept, Notes: o.rows.noted().counts(),
	}, o.rows.senders, nil
}

// known finds the entry of an object that is done: the same content, wherever it lay.
func (t *Transformer) known(src *Source) (*lake.Entry, bool) {
	if e, ok := t.lake.Known(src.ID); ok {
		return e, true
	}
	e, err := t.lake.Entry(lake.LedgerKey(src.Arrival, src.ID))
	return e, err == nil
}

// worker reads one object at a time: the bytes, and the rows that they become.
type worker struct {
	*landing.Object
	rows *rows
}

// worker takes a worker from the pool and points it at src.
func (t *Transformer) worker(ctx context.Context, src *Source, out sink) *worker {
	w, _ := t.pool.Get().(*worker)
	if w == nil {
		a := new(scan.Arena)
		w = &worker{landing.New(a, t.keys), &rows{Parser: lines.Parser{Arena: a, Keys: t.keys, Dialects: t.dialects}}}
	}
	r := w.rows
	r.out, r.owners, r.redactor, r.formats, r.arrival, r.id, r.notes = out, t.options.Owners, t.options.Redact, t.formats, src.Arrival.UnixMilli(), src.ID, notes{}
	r.senders = nil
	r.Odd, r.formatErr, r.marked = lines.Oddities{}, nil, mark{}
	r.Rollback()
	r.Arena.Reset()
	r.Reset()
	w.Reset(ctx, &src.Input, r)
	return w
}
