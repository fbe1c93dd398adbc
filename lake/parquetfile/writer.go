package parquetfile

import (
	"errors"
	"io"
)

// Sizes of what a Writer cuts by itself. Row groups are cut by Flush.
const (
	blockRows = 512       // rows are taken column by column in blocks that fit the cache
	pageRows  = 20_000    // a page ends with the block that passes this
	pageBytes = 512 << 10 // or before the text that would pass this
	writeSize = 256 << 10 // bytes collected before they are written
)

var errClosed = errors.New("parquetfile: file is closed")

// Writer writes one file. See the package comment.
type Writer[T any] struct {
	e       *Encoder
	pool    *pool[T]
	out     io.Writer
	columns []column // none between row groups: an open file then holds next to nothing
	offset  int64    // bytes put so far
	groups  []rowGroup
	rows    int64 // of the current row group
	paged   int64 // of those, rows before the current pages
	held    int   // bytes of the current row group
	memory  int   // bytes of memory that it takes
	err     error // the first failure; it sticks
}

func newWriter[T any](e *Encoder, p *pool[T], out io.Writer) *Writer[T] {
	return &Writer[T]{e: e, pool: p, out: out}
}

// take gets columns for the next row group. What is compressed was decided in the first one.
func (w *Writer[T]) take() {
	w.columns = w.pool.take(w.e)
	if len(w.groups) > 0 {
		for i, c := range w.columns {
			c.base().codec = w.groups[0].chunks[i].codec
		}
	}
}

// Write appends rows to the current row group. Nothing reaches the io.Writer before Flush or Close.
func (w *Writer[T]) Write(rows []T) error {
	if w.err != nil {
		return w.err
	}
	if w.columns == nil && len(rows) > 0 {
		w.take()
	}
	for len(rows) > 0 {
		block := rows[:min(blockRows, len(rows))]
		rows = rows[len(block):]
		for i, c := range w.columns {
			w.pool.fields[i].fill(c, block)
		}
		w.rows += int64(len(block))
		if w.rows-w.paged >= pageRows {
			w.cutPages(false)
		}
	}
	w.weigh()
	return w.err
}

func (w *Writer[T]) weigh() {
	w.held, w.memory = 0, 0
	for _, c := range w.columns {
		w.held += c.held()
		w.memory += c.most() * 3 / 2
	}
}

// Buffered is how many bytes the current row group holds: its compressed pages, the text
// and numbers of its open pages, and its dictionaries.
func (w *Writer[T]) Buffered() int { return w.held }

// Memory is about how much the row group takes: what it held at most at once, and half as much to
// grow. It is reckoned from the rows alone, not from what is allocated, which columns used before
// bring along: who ends row groups by it gets the same file from the same rows, whatever went before.
func (w *Writer[T]) Memory() int { return w.memory }

// Rows is the number of rows of the current row group.
func (w *Writer[T]) Rows() int64 { return w.rows }

func (w *Writer[T]) cutPages(only bool) {
	for _, c := range w.columns {
		c.cut(only)
	}
	w.paged = w.rows
}

// Flush ends the current row group and writes it. Without rows it does nothing.
func (w *Writer[T]) Flush() error {
	if w.err == nil && w.rows > 0 {
		w.flush(false)
		w.drain()
		w.pool.give(w.e, w.columns)
		w.columns = nil
	}
	return w.err
}

// Spill is Flush that gives the row group's memory up, where Flush keeps it for later ones.
func (w *Writer[T]) Spill() error {
	if w.err == nil && w.rows > 0 {
		w.flush(false)
		w.drain()
		w.columns = nil
	}
	return w.err
}

// flush ends the current row group; only says that it is the only one of the file.
func (w *Writer[T]) flush(only bool) {
	w.begin()
	w.cutPages(only)
	group := rowGroup{rows: w.rows, offset: w.offset, sorted: w.columns[0].ascending(), chunks: make([]chunkMeta, len(w.columns))}
	for i, c := range w.columns {
		group.describe(&group.chunks[i], c.base())
		w.columnChunk(&group.chunks[i], c)
	}
	for i, c := range w.columns {
		w.bloomFilter(&group.chunks[i], c)
	}
	group.index(&w.e.thrift, w.columns, only)
	w.groups = append(w.groups, group)
	w.rows, w.paged, w.held, w.memory = 0, 0, 0, 0
}

// columnChunk writes the pages of c.
func (w *Writer[T]) columnChunk(m *chunkMeta, c column) {
	if err := c.base().err; err != nil && w.err == nil {
		w.err = err
	}
	if words, n := c.dictionaryPage(); n > 0 {
		body := words
		if m.codec == compressed {
			body = w.e.compress(words, c.base().ids)
		}
		header := w.e.thrift.dictionaryPage(len(words), len(body), n)
		m.dictionaryOffset = w.offset
		m.raw += int64(len(header) + len(words))
		w.put(header)
		w.put(body)
	}
	m.dataOffset = w.offset
	w.put(c.base().out)
	m.size = w.offset - m.start()
}

// Close ends the file. What failed before fails again. The Writer must not be used after it.
func (w *Writer[T]) Close() error {
	if w.err == nil {
		if w.rows > 0 {
			w.flush(len(w.groups) == 0)
		}
		w.begin()
		w.footer()
		w.drain()
	}
	err := w.err
	w.Discard()
	return err
}

// Discard gives up the file, unless it is closed. It may be called at any time.
func (w *Writer[T]) Discard() {
	if w.err == errClosed {
		return
	}
	if w.columns != nil {
		w.pool.give(w.e, w.columns)
	}
	w.columns, w.groups, w.held, w.memory, w.err = nil, nil, 0, 0, errClosed
	w.e.io = w.e.io[:0]
}

// begin puts the magic bytes that a file starts with.
func (w *Writer[T]) begin() {
	if w.offset == 0 {
		w.put([]byte(magic))
	}
}

func (w *Writer[T]) put(b []byte) {
	w.offset += int64(len(b))
	if len(w.e.io)+len(b) > writeSize {
		w.drain()
	}
	if len(b) > writeSize {
		w.write(b)
		return
	}
	w.e.io = append(w.e.io, b...)
}

// drain writes what is put. It is called before another file can put anything.
func (w *Writer[T]) drain() {
	if len(w.e.io) > 0 {
		w.write(w.e.io)
	}
	w.e.io = w.e.io[:0]
}

func (w *Writer[T]) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	w.err = err
}
