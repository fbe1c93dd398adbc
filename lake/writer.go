package lake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"golang.org/x/sync/errgroup"

	seamark "github.com/seamark-hq/seamark"
)

// Limits of the buffers of one Writer, in bytes of text.
const (
	rowGroupBytes = 16 << 20 // a partition's rows are flushed beyond this
	buffersBytes  = 96 << 20 // the largest partition is flushed when all together pass this
)

// Writer turns the rows of one landing object into one Parquet file for each
// partition. Nothing is visible before Finish, and then only what a ledger entry names.
//
// It is not safe for concurrent use.
type Writer struct {
	store    Store
	id       ID
	parts    map[Partition]*part
	last     *part // rows come in runs of one partition
	buffered int64
}

// NewWriter begins the files of landing object id.
func (l *Lake) NewWriter(id ID) *Writer {
	return &Writer{store: l.Store, id: id, parts: map[Partition]*part{}}
}

// part is one file being written.
type part struct {
	p        Partition
	temp     Temp
	sum      hash.Hash
	bytes    int64
	logs     *parquet.GenericWriter[seamark.Log]
	access   *parquet.GenericWriter[seamark.AccessLog]
	ref      FileRef
	buffered int64
}

// Write implements io.Writer for the Parquet encoder: bytes are hashed as they pass.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.temp.Write(b)
	p.sum.Write(b[:n])
	p.bytes += int64(n)
	return n, err
}

// WriteLogs appends rows of partition p; textBytes is about how much text they hold.
// The rows are copied.
func (w *Writer) WriteLogs(p Partition, rows []seamark.Log, textBytes int64) error {
	t, err := w.part(p)
	if err != nil {
		return err
	}
	for i := range rows {
		t.count(rows[i].Timestamp, rows[i].Level == seamark.LevelError || rows[i].Level == seamark.LevelFatal)
	}
	if _, err := t.logs.Write(rows); err != nil {
		return err
	}
	return w.grow(t, textBytes)
}

// WriteAccessLogs is WriteLogs for the other table.
func (w *Writer) WriteAccessLogs(p Partition, rows []seamark.AccessLog, textBytes int64) error {
	t, err := w.part(p)
	if err != nil {
		return err
	}
	for i := range rows {
		t.count(rows[i].Timestamp, rows[i].Status != nil && *rows[i].Status >= 500)
	}
	if _, err := t.access.Write(rows); err != nil {
		return err
	}
	return w.grow(t, textBytes)
}

func (p *part) count(ms int64, severe bool) {
	if p.ref.Rows == 0 || ms < p.ref.MinMs {
		p.ref.MinMs = ms
	}
	if p.ref.Rows == 0 || ms > p.ref.MaxMs {
		p.ref.MaxMs = ms
	}
	p.ref.Rows++
	if severe {
		p.ref.Severe++
	}
}

func (w *Writer) part(p Partition) (*part, error) {
	if w.last != nil && w.last.p == p {
		return w.last, nil
	}
	t := w.parts[p]
	if t == nil {
		temp, err := w.store.Temp()
		if err != nil {
			return nil, err
		}
		t = &part{p: p, temp: temp, sum: sha256.New(), ref: FileRef{Key: FileKey(p, w.id)}}
		if p.Table == seamark.TableAccessLogs {
			t.access = parquet.NewGenericWriter[seamark.AccessLog](t, writerOptions...)
		} else {
			t.logs = parquet.NewGenericWriter[seamark.Log](t, writerOptions...)
		}
		w.parts[p] = t
	}
	w.last = t
	return t, nil
}

var writerOptions = []parquet.WriterOption{
	parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
	parquet.CreatedBy("seamark", "1", ""),
	parquet.PageBufferSize(256 << 10),
	parquet.WriteBufferSize(64 << 10),
	parquet.DataPageStatistics(false),
}

// grow notes that t holds more, and flushes what has grown too large.
func (w *Writer) grow(t *part, textBytes int64) error {
	t.buffered += textBytes
	w.buffered += textBytes
	if t.buffered > rowGroupBytes {
		return w.flush(t)
	}
	if w.buffered > buffersBytes {
		largest := t
		for _, o := range w.parts {
			if o.buffered > largest.buffered || o.buffered == largest.buffered && o.ref.Key < largest.ref.Key {
				largest = o
			}
		}
		return w.flush(largest)
	}
	return nil
}

func (w *Writer) flush(t *part) error {
	w.buffered -= t.buffered
	t.buffered = 0
	if t.logs != nil {
		return t.logs.Flush()
	}
	return t.access.Flush()
}

func (p *part) close() error {
	if p.logs != nil {
		return p.logs.Close()
	}
	return p.access.Close()
}

// Finish makes every file durable under its key and returns what a ledger entry must
// name, in order of the keys. Doing it twice replaces a file with itself.
func (w *Writer) Finish() ([]FileRef, error) {
	parts := make([]*part, 0, len(w.parts))
	for _, t := range w.parts {
		parts = append(parts, t)
	}
	slices.SortFunc(parts, func(a, b *part) int { return cmp.Compare(a.ref.Key, b.ref.Key) })
	for _, t := range parts {
		if err := t.close(); err != nil {
			w.Discard()
			return nil, err
		}
	}
	var g errgroup.Group // an fsync waits for the disk: many wait together
	g.SetLimit(16)
	for _, t := range parts {
		g.Go(func() error { return t.temp.Replace(t.ref.Key) })
	}
	if err := g.Wait(); err != nil {
		w.Discard()
		return nil, err
	}
	refs := make([]FileRef, len(parts))
	for i, t := range parts {
		t.ref.Bytes, t.ref.SHA256 = t.bytes, hex.EncodeToString(t.sum.Sum(nil))
		refs[i] = t.ref
	}
	return refs, nil
}

// Discard gives up what is not finished. It may be called at any time.
func (w *Writer) Discard() {
	for _, t := range w.parts {
		t.temp.Discard()
	}
}
