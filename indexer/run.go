package indexer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seamark-hq/seamark/lake"
)

// flushEvery is how many finished objects may be unmarked; after a crash they are
// indexed again.
const flushEvery = 256

// run is one call of Index.
type run struct {
	ix      *Indexer
	marks   *marks
	builder *Builder
	batch   *batch
	send    chan *batch
	free    sync.Pool
	cutoff  time.Time // days before are too old

	mu     sync.Mutex // guards what follows, and every object
	result Result
	open   map[*object]*lake.Entry
	errs   []error
}

// Index brings objects into the index, whether they are marked as done or not. It
// returns when each of their rows is there, or is named by the error. Objects that
// failed alone do not stop the others; a server that denies access stops all.
//
// It may be stopped and called again at any time: nothing is lost and nothing doubled.
func (ix *Indexer) Index(ctx context.Context, entries []*lake.Entry) (Result, error) {
	if len(entries) == 0 {
		return Result{}, nil
	}
	m, err := ix.marks(ctx)
	if err != nil {
		return Result{}, err
	}
	builder, err := NewBuilder(ix.bulk.Prefix(), ix.options.Fields)
	if err != nil {
		return Result{}, err
	}
	r := &run{ix: ix, marks: m, builder: builder, send: make(chan *batch), open: map[*object]*lake.Entry{}}
	r.free.New = func() any { return new(batch) }
	r.batch = r.free.Get().(*batch)
	if days := ix.options.RetentionDays; days > 0 {
		r.cutoff = ix.options.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
	}
	err = r.all(ctx, entries)
	if flushed := m.flush(ctx); err == nil {
		err = flushed
	}
	ix.mu.Lock()
	ix.total.Add(r.result)
	if err != nil && ctx.Err() == nil {
		ix.fault = err
	}
	ix.mu.Unlock()
	return r.result, err
}

// all reads the objects one by one and has their batches delivered side by side.
func (r *run) all(ctx context.Context, entries []*lake.Entry) error {
	g, ctx := errgroup.WithContext(ctx)
	for range r.ix.options.InFlight {
		g.Go(func() error {
			for b := range r.send {
				if err := r.deliver(ctx, b); err != nil {
					return err
				}
				b.reset()
				r.free.Put(b)
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(r.send)
		shared := sharedFiles{}
		for i, e := range entries {
			if err := r.read(ctx, e, shared); err != nil {
				return err
			}
			if i%flushEvery == flushEvery-1 {
				if err := r.marks.flush(ctx); err != nil {
					return err
				}
			}
		}
		if err := r.readShared(ctx, shared); err != nil {
			return err
		}
		return r.ship(ctx)
	})
	if err := g.Wait(); err != nil {
		r.errs = append(r.errs, err)
	}
	return errors.Join(r.errs...)
}

// add takes the document that begins at start into the batch, and ships what is full.
func (r *run) add(ctx context.Context, o *object, body []byte, start int, reduced bool) error {
	form := uint8(formWhole)
	if reduced {
		form = formReduced
	}
	r.batch.body = body
	r.batch.add(start, o, form)
	r.mu.Lock()
	o.left++
	r.mu.Unlock()
	if len(body) < r.ix.options.BatchBytes && len(r.batch.docs) < r.ix.options.BatchDocs {
		return nil
	}
	return r.ship(ctx)
}

// ship hands the batch over to whoever delivers.
func (r *run) ship(ctx context.Context) error {
	if len(r.batch.docs) == 0 {
		return nil
	}
	select {
	case r.send <- r.batch:
		r.batch = r.free.Get().(*batch)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *run) count(fn func(*Result)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(&r.result)
}

func (o *object) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// fail ends a document that has no place in the index.
func (r *run) fail(d doc, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failLocked(d, err)
}

func (r *run) failLocked(d doc, err error) {
	d.of.fail(err)
	r.closeLocked(d)
}

func (r *run) closeLocked(d doc) {
	d.of.left--
	r.finishLocked(d.of)
}

// finishLocked ends an object whose every document has come to an end.
func (r *run) finishLocked(o *object) {
	if !o.read || o.left > 0 {
		return
	}
	e, open := r.open[o]
	if !open {
		return
	}
	delete(r.open, o)
	if o.err != nil {
		const most = 20 // errors named one by one
		if len(r.errs) < most {
			r.errs = append(r.errs, o.err)
		} else if len(r.errs) == most {
			r.errs = append(r.errs, fmt.Errorf("and further objects"))
		}
		return
	}
	r.result.Objects++
	r.marks.add(e)
}
