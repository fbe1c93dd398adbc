package indexer

import (
	"context"
	"errors"
	"fmt"

	seamark "github.com/seamark-hq/seamark"
)

// maxServerErrors is how often the server may answer 500 for one document, while it
// answers for others, before it counts as refused: a fault of the server that only this
// document wakes must not hold up all that follow.
const maxServerErrors = 8

// deliver sends a batch until each of its documents has come to an end: created, there
// already, or impossible. It returns an error only when nothing can go on.
func (r *run) deliver(ctx context.Context, b *batch) error {
	o := &r.ix.options
	wait := backoff{first: o.FirstWait, most: o.MaxWait, elapsed: o.MaxElapsed}
	for len(b.docs) > 0 {
		answers, err := r.ix.bulk.Bulk(ctx, b.body, len(b.docs))
		if ctx.Err() != nil {
			return ctx.Err() // what became of it nobody knows; the next run asks again
		}
		if errors.Is(err, ErrTooLarge) {
			return r.split(ctx, b)
		}
		if err != nil && seamark.ClassOf(err) != seamark.Temporary {
			return err
		}
		if err == nil {
			rest, busy := r.settle(b, answers)
			if len(rest.docs) < len(b.docs) || busy == nil {
				wait.progress()
			}
			if busy == nil {
				r.ix.idle()
			}
			b, err = rest, busy
		}
		if err != nil {
			r.ix.waits(err, len(b.docs))
			r.count(func(n *Result) { n.Retries += int64(len(b.docs)) })
			if err := wait.wait(ctx, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// split sends a batch that is too long in two halves; a single document is shortened.
func (r *run) split(ctx context.Context, b *batch) error {
	if len(b.docs) == 1 {
		d, next := b.docs[0], new(batch)
		if d.form == formTiny {
			r.fail(d, &seamark.Fault{Class: seamark.Rejected, Where: d.of.name, What: "the server takes not even a short document", Err: ErrTooLarge,
				Remedy: "raise http.max_content_length, or the limit of the proxy before the server"})
			return nil
		}
		next.reduce(b, d, ErrTooLarge.Error(), formTiny)
		return r.deliver(ctx, next)
	}
	half := len(b.docs) / 2
	for _, docs := range [][]doc{b.docs[:half], b.docs[half:]} {
		next := new(batch)
		for _, d := range docs {
			next.copy(b, d)
		}
		if err := r.deliver(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// settle books what has come to an end and returns what must be sent once more. busy
// tells that the server could not take some of it now.
func (r *run) settle(b *batch, answers []Answer) (rest *batch, busy error) {
	rest = new(batch)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, a := range answers {
		d := b.docs[i]
		switch kind := a.outcome(); {
		case kind == created && d.form == formWhole && a.Status == 200:
			r.result.Replaced++
		case kind == created && d.form == formWhole:
			r.result.Created++
		case kind == created:
			r.result.Reduced++
		case kind == duplicate:
			r.result.Duplicates++
		case kind == again && d.form == formWhole && d.errors >= maxServerErrors:
			rest.reduce(b, d, a.Type+": "+a.Reason, formReduced)
			continue
		case kind == again:
			if a.Status == 500 {
				d.errors++
			}
			rest.copy(b, d)
			busy = &seamark.Fault{Class: seamark.Temporary, What: fmt.Sprintf("the server is busy: %d %s", a.Status, a.Type), Err: errors.New(cut(a.Reason, maxReason))}
			continue
		case kind == refused && d.form == formWhole:
			rest.reduce(b, d, a.Type+": "+a.Reason, formReduced)
			continue
		default:
			r.failLocked(d, impossible(d, a))
			continue
		}
		r.result.Documents++
		r.closeLocked(d)
	}
	return rest, busy
}

// impossible says why a document has no place in its index.
func impossible(d doc, a Answer) error {
	f := &seamark.Fault{Class: seamark.Rejected, Where: d.of.name, Err: errors.New(cut(a.Reason, maxReason)),
		What:   fmt.Sprintf("its index takes no document: %d %s", a.Status, a.Type),
		Remedy: "make the index writable (open, no write block, free shards), or delete it; then index again"}
	if a.Status == 400 && !closedTypes[a.Type] {
		f.What = fmt.Sprintf("its index takes not even a reduced document: %d %s", a.Status, a.Type)
		f.Remedy = "the index was not made from Seamark's template: delete it and run `seamark index` on the lake"
	}
	return f
}
