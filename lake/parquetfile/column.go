package parquetfile

import (
	"errors"
	"math"
)

// column is one column of an open file.
type column interface {
	base() *chunk
	// cut ends the current page, if it has rows; only says that the file has no other.
	cut(only bool)
	// dictionaryPage is what the pages refer to: the values and how many they are.
	dictionaryPage() ([]byte, int)
	// appendHashes appends those of all different values, possibly of some twice.
	appendHashes([]uint64) []uint64
	ascending() bool // no value is NULL or less than the one before
	held() int       // bytes in use
	most() int       // bytes that were in use at most at once in this row group
	memory() int     // bytes allocated, for earlier rows too
	reset()          // for the next row group
}

var errHugePage = errors.New("parquetfile: a page of more than 2 GB")

// When a column is not compressed, in bytes.
const (
	tinyChunk  = 160     // of less there is nothing to gain
	fairSample = 4 << 10 // a first page so large that does not shrink is like those that follow
)

// chunk is what all columns have in common: the pages done so far of the current row group.
type chunk struct {
	*spec
	e      *Encoder
	out    []byte // pages, headers included
	pages  []page
	bounds []byte // of the pages
	rows   int64
	nulls  int64
	raw    int64 // bytes of out before compression
	codec  codec
	err    error
}

// page is what the indexes say of a page.
type page struct {
	at, size    int // in out
	firstRow    int64
	rows, nulls int
	encoding    encoding
	min, max    bound
}

// bound is where a least or greatest value lies in bounds.
type bound struct {
	from, to int
	known    bool // false: there is none, or it cannot be told in few bytes
	exact    bool // false: cut short
}

func newChunk(s *spec, e *Encoder) chunk { return chunk{spec: s, e: e, codec: undecided} }

func (c *chunk) base() *chunk { return c }

func (c *chunk) of(b bound) []byte { return c.bounds[b.from:b.to] }

func (c *chunk) keepBound(b []byte, exact bool) bound {
	from := len(c.bounds)
	c.bounds = append(c.bounds, b...)
	return bound{from: from, to: len(c.bounds), known: true, exact: exact}
}

// end compresses the page in the encoder's body and appends it. beside is how large the
// dictionary is.
//
// Whether a column is compressed is decided by its first page, once for all row groups of
// the file: the format would allow more, but parquet-go does not.
func (c *chunk) end(p page, only bool, beside int) {
	e := c.e
	if len(e.body) > math.MaxInt32 {
		c.err = errHugePage
		return
	}
	body := e.body
	if c.codec == undecided && only && len(body)+beside < tinyChunk {
		c.codec = uncompressed
	}
	if c.codec != uncompressed {
		body = e.compress(body, c.ids)
		if c.codec == undecided && beside == 0 && len(e.body) >= fairSample && len(body) > len(e.body)-len(e.body)/16 {
			c.codec, body = uncompressed, e.body // what does not shrink now will not later
		}
	}
	if c.codec == undecided {
		c.codec = compressed
	}
	p.at, p.firstRow = len(c.out), c.rows
	header := e.thrift.dataPage(len(e.body), len(body), p)
	c.out = append(append(c.out, header...), body...)
	c.raw += int64(len(header) + len(e.body))
	p.size = len(c.out) - p.at
	c.rows += int64(p.rows)
	c.nulls += int64(p.nulls)
	c.pages = append(c.pages, p)
	e.trim()
}

// compress returns b compressed; it is valid until the next call.
func (e *Encoder) compress(b []byte, ids bool) []byte {
	if ids {
		e.packed = e.literals.append(e.packed[:0], b)
	} else {
		e.packed = e.zstd.EncodeAll(b, e.packed[:0])
	}
	return e.packed
}

// trim gives up the scratch that a huge text has left.
func (e *Encoder) trim() {
	if cap(e.body) > keepScratch {
		e.body = nil
	}
	if cap(e.packed) > keepScratch {
		e.packed = nil
	}
}

func (c *chunk) held() int { return len(c.out) + len(c.bounds) }

func (c *chunk) most() int { return len(c.out) + len(c.bounds) + 128*len(c.pages) + 256 }

func (c *chunk) memory() int { return cap(c.out) + cap(c.bounds) + 128*cap(c.pages) + 256 }

func (c *chunk) reset() {
	c.out, c.pages, c.bounds = c.out[:0], c.pages[:0], c.bounds[:0]
	c.rows, c.nulls, c.raw, c.err = 0, 0, 0, nil
}

// rowsOf counts the rows of runs, and those that are NULL.
func rowsOf(runs []run) (rows, nulls int) {
	for _, r := range runs {
		rows += int(r.n)
		if r.code == 0 {
			nulls += int(r.n)
		}
	}
	return rows, nulls
}
