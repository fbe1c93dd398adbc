package lake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// sorted is a sequence of rows in the order of their sort keys.
type sorted interface {
	// next returns a row with its key; both are good until the next call. io.EOF ends.
	next() (row sortedRow, err error)
	close()
}

// sortedRow is a row that waits in its place.
type sortedRow struct {
	key   []byte
	whole int    // length of the identity in key
	body  []byte // see appendRow
}

// sorter puts rows in order that need not fit in memory: what is more than limit bytes
// goes to runs in temporary files, which have no name and vanish with the process.
type sorter struct {
	limit   int
	scratch string
	arena   []byte
	rows    []span // in arena
	runs    []sorted
}

// span is where a row lies in the arena: key, then body.
type span struct{ start, whole, body, end int }

func (s *sorter) add(r sortedRow) error {
	if len(s.arena)+len(r.key)+len(r.body) > s.limit && len(s.rows) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	at := span{start: len(s.arena), whole: r.whole, body: len(s.arena) + len(r.key)}
	s.arena = append(append(s.arena, r.key...), r.body...)
	at.end = len(s.arena)
	s.rows = append(s.rows, at)
	return nil
}

func (s *sorter) sort() {
	slices.SortFunc(s.rows, func(a, b span) int { return bytes.Compare(s.arena[a.start:a.body], s.arena[b.start:b.body]) })
}

// spill writes what is in memory as a run.
func (s *sorter) spill() error {
	s.sort()
	f, err := os.CreateTemp(s.scratch, "seamark-sort-*")
	if err != nil {
		return fault("cannot make a temporary file for sorting", s.scratch, err)
	}
	os.Remove(f.Name()) // the name goes, the file stays until it is closed
	run := &spilled{f: f}
	s.runs = append(s.runs, run)
	w := bufio.NewWriterSize(f, 256<<10)
	var head [3 * binary.MaxVarintLen64]byte
	for _, r := range s.rows {
		h := binary.AppendUvarint(head[:0], uint64(r.body-r.start))
		h = binary.AppendUvarint(h, uint64(r.whole))
		h = binary.AppendUvarint(h, uint64(r.end-r.body))
		w.Write(h)
		w.Write(s.arena[r.start:r.end])
	}
	if err := w.Flush(); err != nil {
		return fault("cannot write a temporary file for sorting", f.Name(), err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	run.r = bufio.NewReaderSize(f, runBuffer)
	s.arena, s.rows = s.arena[:0], s.rows[:0]
	return nil
}

// runBuffer is the memory of one run while runs are merged.
const runBuffer = 64 << 10

// finish returns what was added as sorted sequences, which the caller closes.
func (s *sorter) finish() []sorted {
	s.sort()
	return append(s.runs, &inMemory{s: s})
}

func (s *sorter) discard() {
	for _, r := range s.runs {
		r.close()
	}
}

// inMemory is the last run, which is never written.
type inMemory struct {
	s  *sorter
	at int
}

func (m *inMemory) next() (sortedRow, error) {
	if m.at == len(m.s.rows) {
		return sortedRow{}, io.EOF
	}
	r := m.s.rows[m.at]
	m.at++
	return sortedRow{m.s.arena[r.start:r.body], r.whole, m.s.arena[r.body:r.end]}, nil
}

func (m *inMemory) close() {}

// spilled is a run in a file.
type spilled struct {
	f   *os.File
	r   *bufio.Reader
	buf []byte
}

func (r *spilled) next() (sortedRow, error) {
	key, err := binary.ReadUvarint(r.r)
	if err != nil {
		return sortedRow{}, err // io.EOF between two rows
	}
	whole, err := binary.ReadUvarint(r.r)
	if err != nil {
		return sortedRow{}, errRow
	}
	body, err := binary.ReadUvarint(r.r)
	if err != nil {
		return sortedRow{}, errRow
	}
	r.buf = slices.Grow(r.buf[:0], int(key+body))[:key+body]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return sortedRow{}, errors.Join(errRow, err)
	}
	return sortedRow{r.buf[:key], int(whole), r.buf[key:]}, nil
}

func (r *spilled) close() { r.f.Close() }
