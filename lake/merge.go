package lake

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
	"github.com/seamark-hq/seamark/schemas"
)

// merge makes the compacted files of one partition.
type merge struct {
	lake    *Lake
	p       Partition
	loose   []File // of single objects
	settled []File // compacted, each sorted
	sound   func(ID) bool
	run     string
	o       CompactOptions
	filters bool // of the words of its files

	encoder *parquetfile.Encoder
	outputs []*part // closed, waiting to be published
	tally   *tally
}

// tally counts what became of the rows of one hour.
type tally struct {
	rows       map[ID]int64 // of each object, as they were read; hidden ones apart
	dropped    map[ID]int64
	masked     int64
	duplicates int64
}

func newTally() *tally { return &tally{rows: map[ID]int64{}, dropped: map[ID]int64{}} }

// do reads, sorts and writes. After an error nothing is left of it.
func (m *merge) do(ctx context.Context) (err error) {
	if m.encoder, err = m.lake.encoder(); err != nil {
		return err
	}
	if err = m.dispatch(ctx); err != nil {
		m.discard()
	}
	m.lake.encoders.Put(m.encoder)
	return err
}

func (m *merge) dispatch(ctx context.Context) error {
	if m.p.Table == seamark.TableAccessLogs {
		return mergeRows(ctx, m, accessLogKind)
	}
	return mergeRows(ctx, m, logKind)
}

func (m *merge) discard() {
	for _, t := range m.outputs {
		t.discard()
	}
	m.outputs = nil
}

// keyed makes the sort key and the waiting form of rows.
type keyed[T any] struct {
	m    *merge
	kind rowKind[T]
	key  []byte
	body []byte
}

func (k *keyed[T]) of(row *T) sortedRow {
	id, ingested := k.kind.identity(row)
	landing := *k.kind.landing(row)
	key, whole := appendKey(k.key[:0], id, k.m.sound(ID(landing)), ingested, landing)
	k.key, k.body = key, appendRow(k.body[:0], row)
	return sortedRow{key, whole, k.body}
}

func mergeRows[T any](ctx context.Context, m *merge, kind rowKind[T]) error {
	s := &sorter{limit: m.o.SortBytes, scratch: m.o.Scratch}
	var sources []sorted
	defer func() {
		s.discard()
		for _, src := range sources {
			src.close()
		}
	}()
	k := &keyed[T]{m: m, kind: kind}
	for _, f := range m.loose {
		if err := sortFile(ctx, m, k, s, f); err != nil {
			return err
		}
	}
	sources = s.finish()
	for _, f := range m.settled {
		if f.spent { // it may be damaged: see Renew
			m.tally.masked += f.Rows
			continue
		}
		sources = append(sources, &settledRows[T]{ctx: ctx, keyed: keyed[T]{m: m, kind: kind}, f: f})
	}
	out := &output[T]{m: m, kind: kind}
	if err := mergeSorted(sources, out.group); err != nil {
		return err
	}
	return out.finish()
}

// sortFile puts the rows of one object's file into s.
func sortFile[T any](ctx context.Context, m *merge, k *keyed[T], s *sorter, f File) error {
	_, id, err := ParseFileKey(f.Key)
	if err != nil {
		return err
	}
	return readRows(m.lake, f.FileRef, func(rows []T) error {
		for i := range rows {
			*k.kind.landing(&rows[i]) = string(id) // release 1 wrote none
			if err := s.add(k.of(&rows[i])); err != nil {
				return err
			}
		}
		m.tally.rows[id] += int64(len(rows))
		return ctx.Err()
	})
}

// settledRows are those of a compacted file that count. It is opened when its first row
// is asked for, for most such files follow one another.
type settledRows[T any] struct {
	keyed[T]
	ctx    context.Context
	f      File
	r      *rowReader[T]
	closed bool
	rows   []T
}

func (s *settledRows[T]) next() (sortedRow, error) {
	for {
		for len(s.rows) == 0 {
			if err := s.fill(); err != nil {
				return sortedRow{}, err
			}
		}
		row := &s.rows[0]
		s.rows = s.rows[1:]
		id := ID(*s.kind.landing(row))
		if s.f.Hides(string(id)) {
			s.m.tally.masked++
			continue
		}
		s.m.tally.rows[id]++
		return s.of(row), nil
	}
}

func (s *settledRows[T]) fill() (err error) {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.r == nil {
		if s.r, err = openRows[T](s.m.lake, s.f.FileRef); err != nil {
			return err
		}
	}
	if s.rows, err = s.r.next(); err != nil {
		s.close()
	}
	return err
}

func (s *settledRows[T]) close() {
	if s.r != nil && !s.closed {
		s.r.close()
		s.closed = true
	}
}

// head is a source with the row that comes next of it.
type head struct {
	src sorted
	row sortedRow
}

type heads []*head

func (h heads) Len() int           { return len(h) }
func (h heads) Less(i, j int) bool { return bytes.Compare(h[i].row.key, h[j].row.key) < 0 }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *heads) Push(x any)        { *h = append(*h, x.(*head)) }
func (h *heads) Pop() any          { old := *h; x := old[len(old)-1]; *h = old[:len(old)-1]; return x }

// errOrder is about a compacted file whose rows are not in their order.
var errOrder = errors.New("rows are not in order")

// mergeSorted hands the rows of all sources to group, those of one identity together, in order.
func mergeSorted(sources []sorted, group func([]sortedRow) error) error {
	h := make(heads, 0, len(sources))
	for _, src := range sources {
		row, err := src.next()
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return err
		}
		h = append(h, &head{src, row})
	}
	heap.Init(&h)
	var same []sortedRow
	for len(h) > 0 {
		row := h[0].row
		if len(same) > 0 {
			switch c := bytes.Compare(same[0].key[:same[0].whole], row.key[:row.whole]); {
			case c > 0:
				return errOrder
			case c < 0:
				if err := group(same); err != nil {
					return err
				}
				same = same[:0]
			}
		}
		same = keep(same, row)
		next, err := h[0].src.next()
		switch {
		case errors.Is(err, io.EOF):
			heap.Pop(&h)
		case err != nil:
			return err
		default:
			h[0].row = next
			heap.Fix(&h, 0)
		}
	}
	if len(same) == 0 {
		return nil
	}
	return group(same)
}

// keep appends a copy of row, in the memory of one that same held before.
func keep(same []sortedRow, row sortedRow) []sortedRow {
	var old sortedRow
	if n := len(same); n < cap(same) {
		old = same[:n+1][n]
	}
	return append(same, sortedRow{append(old.key[:0], row.key...), row.whole, append(old.body[:0], row.body...)})
}

// output writes what is left of each group, and begins a new file when one is full.
type output[T any] struct {
	m     *merge
	kind  rowKind[T]
	now   *part
	batch []T
	text  int64 // of batch
}

// group drops the rows of one event that another stands for. A row of an object that may be
// superseded, and so vanish, stands for no other object's.
func (o *output[T]) group(same []sortedRow) error {
	if len(same) > 1 {
		slices.SortFunc(same, func(a, b sortedRow) int { return bytes.Compare(a.key, b.key) })
	}
	var kept ID
	for i, r := range same {
		var row T
		if err := readRow(string(r.body), &row); err != nil {
			return err
		}
		id, _ := o.kind.identity(&row)
		landing := ID(*o.kind.landing(&row))
		if i > 0 && id.eventID != "" && (landing == kept || o.m.sound(kept)) {
			o.m.tally.dropped[landing]++
			o.m.tally.duplicates++
			continue
		}
		kept = landing
		if err := o.add(row, int64(len(r.body))); err != nil {
			return err
		}
	}
	return nil
}

func (o *output[T]) add(row T, text int64) error {
	o.batch = append(o.batch, row)
	if o.text += text; len(o.batch) < readBatch && o.text < rowGroupBytes {
		return nil
	}
	return o.write()
}

func (o *output[T]) write() (err error) {
	if len(o.batch) == 0 {
		return nil
	}
	if o.now == nil {
		if o.now, err = newPart(o.m.lake.Store, o.m.encoder, o.m.p); err != nil {
			return err
		}
		if o.m.filters {
			o.now.words = new(gatherer)
		}
		o.m.outputs = append(o.m.outputs, o.now)
	}
	if o.now.words != nil {
		gather(o.now.words, o.kind.filtered, o.batch)
	}
	if err := o.kind.write(o.now, o.batch); err != nil {
		return err
	}
	if o.now.held > min(rowGroupBytes, 4*o.m.o.TargetBytes) {
		if err := o.now.flush(); err != nil {
			return err
		}
	}
	clear(o.batch)
	o.batch, o.text = o.batch[:0], 0
	if o.now.bytes >= o.m.o.TargetBytes {
		return o.end()
	}
	return nil
}

func (o *output[T]) end() error {
	if o.now == nil {
		return nil
	}
	t := o.now
	o.now = nil
	if t.words != nil {
		t.filters, t.words = t.words.filters(), nil
	}
	return t.close()
}

func (o *output[T]) finish() error {
	if err := o.write(); err != nil {
		return err
	}
	return o.end()
}

// name gives an output its key. The attempt goes into it besides what went in, so that no
// two compactors ever write, or delete, one name.
func (m *merge) name(n int) ID {
	parts := []any{m.run, m.p.Folder(), n}
	for _, f := range slices.Concat(m.loose, m.settled) {
		parts = append(parts, f.SHA256)
	}
	sum := sha256.Sum256(fmt.Appendln(nil, parts...))
	return ID(hex.EncodeToString(sum[:]))
}

// filtersOf adds the filters of the outputs to those of an hour.
func (m *merge) filtersOf(hour map[ID][]filter) {
	for n, t := range m.outputs {
		hour[m.name(n)] = t.filters
	}
}

// files are the outputs as a snapshot names them.
func (m *merge) files() []SnapshotFile {
	out := make([]SnapshotFile, len(m.outputs))
	for n, t := range m.outputs {
		ref := t.ref
		ref.Key = compactedKey(m.p, m.name(n))
		out[n] = SnapshotFile{FileRef: ref, Schema: schemas.ColumnsVersion, Run: m.run}
	}
	return out
}
