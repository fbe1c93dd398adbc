package lake

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// Limits of the buffers of one Writer.
const (
	rowGroupBytes = 8 << 20  // a partition's rows are flushed beyond this; most of them are compressed
	memoryBytes   = 96 << 20 // the largest partition gives its memory up when all together take this
)

// Writer turns the rows of one landing object into one Parquet file for each
// partition. Nothing is visible before Finish, and then only what a ledger entry names.
//
// It is not safe for concurrent use.
type Writer struct {
	lake    *Lake
	id      ID
	was     *Entry
	encoder *parquetfile.Encoder
	parts   map[Partition]*part
	last    *part  // rows come in runs of one partition
	memory  int64  // of all parts, bytes
	waiting func() // may be nil
}

// NewWriter begins the files of landing object id.
func (l *Lake) NewWriter(id ID) *Writer {
	return &Writer{lake: l, id: id, parts: map[Partition]*part{}}
}

// OnWait has fn called by Finish once everything is written and its memory given back:
// from then on only the disk is waited for.
func (w *Writer) OnWait(fn func()) { w.waiting = fn }

// Again says that the object was done before, as e has it.
func (w *Writer) Again(e *Entry) { w.was = e }

// WriteLogs appends rows of partition p. The rows are copied, and the partition's names.
func (w *Writer) WriteLogs(p Partition, rows []seamark.Log, _ int64) error {
	t, err := w.part(p)
	if err != nil {
		return err
	}
	before := t.memory
	if err := t.writeLogs(rows); err != nil {
		return err
	}
	return w.grow(t, t.memory-before)
}

// WriteAccessLogs is WriteLogs for the other table.
func (w *Writer) WriteAccessLogs(p Partition, rows []seamark.AccessLog, _ int64) error {
	t, err := w.part(p)
	if err != nil {
		return err
	}
	before := t.memory
	if err := t.writeAccessLogs(rows); err != nil {
		return err
	}
	return w.grow(t, t.memory-before)
}

func (w *Writer) part(p Partition) (*part, error) {
	if w.last != nil && w.last.p == p {
		return w.last, nil
	}
	t := w.parts[p]
	if t == nil {
		p.Product, p.Environment = strings.Clone(p.Product), strings.Clone(p.Environment) // they may point into the caller's memory, as rows do
		var err error
		if w.encoder == nil {
			if w.encoder, err = w.lake.encoder(); err != nil {
				return nil, err
			}
		}
		if t, err = newPart(w.lake.Store, w.encoder, p); err != nil {
			return nil, err
		}
		w.parts[p] = t
	}
	w.last = t
	return t, nil
}

// grow notes that t takes so many bytes of memory more, and flushes what has grown too large.
func (w *Writer) grow(t *part, more int64) error {
	w.memory += more
	if t.held > rowGroupBytes {
		w.memory -= t.memory
		return t.flush()
	}
	if w.memory <= memoryBytes {
		return nil
	}
	largest := t
	for _, o := range w.parts {
		if o.memory > largest.memory || o.memory == largest.memory && o.p.Folder() < largest.p.Folder() {
			largest = o
		}
	}
	w.memory -= largest.memory
	return largest.spill()
}

// Finish makes every file durable under its key and returns what a ledger entry must
// name, in order of the keys. Doing it twice replaces a file with itself. A file whose
// rows a compacted file holds already is named, but not written.
func (w *Writer) Finish() ([]FileRef, error) {
	refs, err := w.finish()
	if err != nil {
		w.Discard()
	}
	w.release()
	return refs, err
}

func (w *Writer) finish() ([]FileRef, error) {
	parts := make([]*part, 0, len(w.parts))
	for _, t := range w.parts {
		parts = append(parts, t)
	}
	slices.SortFunc(parts, func(a, b *part) int { return cmp.Compare(a.p.Folder(), b.p.Folder()) })
	refs := make([]FileRef, len(parts))
	for i, t := range parts {
		if err := t.close(); err != nil {
			return nil, err
		}
		refs[i] = t.ref
		refs[i].Key = FileKey(t.p, w.id)
	}
	generation, outcome, err := w.lake.generationOf(w.was, refs)
	if err != nil {
		return nil, err
	}
	w.release()
	if w.waiting != nil {
		w.waiting()
	}
	var g errgroup.Group // an fsync waits for the disk: many wait together
	g.SetLimit(16)
	for i, t := range parts {
		refs[i].Key = generationKey(t.p, w.id, generation)
		if w.lake.includes(t.p.Hour, w.id, outcome) {
			t.temp.Discard()
			continue
		}
		g.Go(func() error { return t.temp.Replace(refs[i].Key) })
	}
	return refs, g.Wait()
}

// generationOf decides under which names the files of an object go that gave refs: those
// they have when nothing has changed, so that what was damaged is healed; else new ones.
func (l *Lake) generationOf(was *Entry, refs []FileRef) (string, Outcome, error) {
	now := content(refs)
	if was == nil {
		return "", outcomeOf("", now), nil
	}
	was, err := l.fresh(was)
	if err != nil {
		return "", "", err
	}
	for _, h := range hoursOf(was.Files) {
		if err := l.refreshHour(h); err != nil {
			return "", "", err
		}
	}
	generation := was.Generation()
	if content(was.Files) != now || l.mustRenew(was.Files) {
		generation = nextGeneration(generation, now)
	}
	return generation, outcomeOf(generation, now), nil
}

// Discard gives up what is not finished. It may be called at any time.
func (w *Writer) Discard() {
	for _, t := range w.parts {
		t.discard()
	}
	w.release()
}

// release gives the encoder back, whose files are closed or discarded.
func (w *Writer) release() {
	if w.encoder != nil {
		w.lake.encoders.Put(w.encoder)
		w.encoder = nil
	}
}
