package indexer

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// sharedFiles are the compacted files that hold rows of the objects at hand beside those
// of others, by key. Each is read once, however many objects ask for it.
type sharedFiles map[string]*sharedFile

type sharedFile struct {
	lake.File
	of map[lake.ID]*object
}

// How many objects one call of Index should be given.
const (
	chunkOwn    = 50     // with files of their own: a stop waits for few
	chunkShared = 20_000 // whose rows lie in compacted files: each of these is read for many at once
)

// Chunks splits entries for calls of Index.
func Chunks(entries []*lake.Entry) [][]*lake.Entry {
	var own, shared []*lake.Entry
	for _, e := range entries {
		if e.Brief == nil {
			own = append(own, e)
		} else {
			shared = append(shared, e)
		}
	}
	return slices.AppendSeq(slices.Collect(slices.Chunk(own, chunkOwn)), slices.Chunk(shared, chunkShared))
}

// mostTries is how often an object's files are asked for anew because they have been
// merged into others meanwhile.
const mostTries = 5

// read puts the rows of one object into batches; those that lie in compacted files are
// left to readShared. A fault of the object is noted; an error is returned when nothing
// can go on.
func (r *run) read(ctx context.Context, e *lake.Entry, shared sharedFiles) error {
	if err := r.marks.lookUp(e.ID); err != nil {
		return err
	}
	o := &object{name: e.Key(), replace: r.ix.options.Replace || r.marks.other(e)}
	r.mu.Lock()
	r.open[o] = e
	r.mu.Unlock()
	return r.readAgain(ctx, o, e, shared)
}

// readAgain is read for an object that is open.
func (r *run) readAgain(ctx context.Context, o *object, e *lake.Entry, shared sharedFiles) error {
	for moved := true; moved; {
		if o.tries++; o.tries > mostTries {
			r.failObject(o, restless(o))
			break
		}
		if now, counts := r.ix.lake.Known(e.ID); counts && now != e { // perhaps transformed anew meanwhile
			e, o.replace = now, true // of what it was, some may be in the index by now
			r.mu.Lock()
			r.open[o] = e
			r.mu.Unlock()
		}
		var err error
		if moved, err = r.readOwn(ctx, o, e, shared); ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.failObject(o, err)
		}
	}
	if !o.shared {
		r.finish(o)
	}
	return nil
}

// readOwn reads the files of which all rows are the object's, and notes the others. moved
// tells that files were merged meanwhile, so that it must be asked anew where the rows are.
func (r *run) readOwn(ctx context.Context, o *object, e *lake.Entry, shared sharedFiles) (moved bool, err error) {
	files, err := r.ix.lake.FilesOf(e)
	if err != nil {
		if _, counts := r.ix.lake.Known(e.ID); !counts && errors.Is(err, fs.ErrNotExist) {
			return false, nil // superseded and removed while we read: its successor has the rows
		}
		return false, err
	}
	for _, f := range files {
		if f.Start().Before(r.cutoff) {
			continue // counted below
		}
		if day := r.ix.options.Day; !day.IsZero() && !f.Start().Truncate(24*time.Hour).Equal(day) {
			continue
		}
		if lake.IsCompacted(f.Key) {
			shared.add(f, e.ID, o)
			continue
		}
		err := r.readFile(ctx, f, func(string) *object { return o })
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			if _, counts := r.ix.lake.Known(e.ID); !counts {
				return false, nil
			}
			gone, fault := r.ix.lake.Gone(ctx, f.Key)
			if fault == nil && gone {
				return true, nil
			}
		}
		if err != nil {
			r.failObject(o, err)
		}
	}
	return false, r.countOld(o, e)
}

// countOld counts the object's rows beyond the retention.
func (r *run) countOld(o *object, e *lake.Entry) error {
	if r.cutoff.IsZero() || o.counted {
		return nil
	}
	o.counted = true
	whole, err := r.ix.lake.Whole(e)
	if err != nil {
		return nil // gone meanwhile: there is nothing to count
	}
	for _, f := range whole.Files {
		if p, _, err := lake.ParseFileKey(f.Key); err == nil && p.Start().Before(r.cutoff) {
			r.count(func(n *Result) { n.TooOld += f.Rows })
		}
	}
	return nil
}

// readShared reads each compacted file once and hands its rows to their objects.
func (r *run) readShared(ctx context.Context, shared sharedFiles) error {
	for len(shared) > 0 {
		moved := map[*object]bool{}
		for _, key := range slices.Sorted(maps.Keys(shared)) {
			f := shared[key]
			err := r.readFile(ctx, f.File, func(landing string) *object { return f.of[lake.ID(landing)] })
			if ctx.Err() != nil {
				return ctx.Err()
			}
			gone := false
			if errors.Is(err, fs.ErrNotExist) {
				gone, _ = r.ix.lake.Gone(ctx, key)
			}
			for _, o := range f.of {
				switch {
				case gone:
					moved[o] = true
				case err != nil:
					r.failObject(o, err)
				}
			}
		}
		next := sharedFiles{}
		for _, o := range shared.objects() {
			if !moved[o] {
				r.finish(o)
				continue
			}
			r.mu.Lock()
			e := r.open[o]
			r.mu.Unlock()
			if err := r.readAgain(ctx, o, e, next); err != nil {
				return err
			}
		}
		shared = next
	}
	return nil
}

func restless(o *object) error {
	return &seamark.Fault{Class: seamark.Temporary, Where: o.name, What: "its files were merged again and again while they were read", Remedy: "it is tried again"}
}

func (s sharedFiles) add(f lake.File, id lake.ID, o *object) {
	have := s[f.Key]
	if have == nil {
		have = &sharedFile{File: f, of: map[lake.ID]*object{}}
		s[f.Key] = have
	}
	have.of[id] = o
	o.shared = true
}

// objects lists those that share files, each once.
func (s sharedFiles) objects() []*object {
	seen := map[*object]bool{}
	var out []*object
	for _, key := range slices.Sorted(maps.Keys(s)) {
		for _, id := range slices.Sorted(maps.Keys(s[key].of)) {
			if o := s[key].of[id]; !seen[o] {
				seen[o], o.shared = true, false
				out = append(out, o)
			}
		}
	}
	return out
}

// readFile puts the rows of one file into batches, for the object that of names by the
// landing id; nil: the row is not asked for.
func (r *run) readFile(ctx context.Context, f lake.File, of func(landing string) *object) error {
	_, own, err := lake.ParseFileKey(f.Key)
	if err != nil {
		return &seamark.Fault{Class: seamark.Rejected, Where: f.Key, What: "the ledger names a file that is none", Err: err}
	}
	r.builder.File(f.Partition, own)
	if f.Table == seamark.TableAccessLogs {
		return r.ix.lake.ReadAccessLogs(f.FileRef, func(rows []seamark.AccessLog) error {
			for i := range rows {
				o := of(rows[i].LandingID)
				if o == nil || f.Hides(rows[i].LandingID) {
					continue
				}
				start := len(r.batch.body)
				r.builder.Replacing(o.replace)
				body, reduced := r.builder.AppendAccessLog(r.batch.body, &rows[i])
				if err := r.add(ctx, o, body, start, reduced); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return r.ix.lake.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
		for i := range rows {
			o := of(rows[i].LandingID)
			if o == nil || f.Hides(rows[i].LandingID) {
				continue
			}
			start := len(r.batch.body)
			r.builder.Replacing(o.replace)
			body, reduced := r.builder.AppendLog(r.batch.body, &rows[i])
			if err := r.add(ctx, o, body, start, reduced); err != nil {
				return err
			}
		}
		return nil
	})
}

// failObject notes the first fault of an object.
func (r *run) failObject(o *object, err error) {
	r.mu.Lock()
	o.fail(err)
	r.mu.Unlock()
}

// finish notes that all rows of an object are in batches.
func (r *run) finish(o *object) {
	r.mu.Lock()
	o.read = true
	r.finishLocked(o)
	r.mu.Unlock()
}
