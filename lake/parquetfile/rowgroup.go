package parquetfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/seamark-hq/seamark/schemas"
)

// rowGroup is what the footer says of a row group.
type rowGroup struct {
	rows   int64
	offset int64
	sorted bool // by the first column
	chunks []chunkMeta
	keep   []byte // what the spans of chunks lie in
}

// span is a stretch of a row group's keep.
type span struct{ from, to int }

// chunkMeta is what the footer says of a column chunk.
type chunkMeta struct {
	codec            codec
	rows, nulls      int64
	dictionaryOffset int64 // 0: none
	dataOffset       int64
	size, raw        int64 // with all headers, after and before compression
	pages            [len(encodings)]int32
	min, max         span
	bounds           bool // min and max are known
	minExact         bool
	maxExact         bool
	bloomOffset      int64 // 0: none
	bloomSize        int32
	columnIndex      span // encoded
	offsetIndex      span
}

// start is where the chunk begins.
func (m *chunkMeta) start() int64 {
	if m.dictionaryOffset > 0 {
		return m.dictionaryOffset
	}
	return m.dataOffset
}

// describe notes what c says of its column chunk.
func (g *rowGroup) describe(m *chunkMeta, c *chunk) {
	m.codec, m.rows, m.nulls, m.raw = c.codec, c.rows, c.nulls, c.raw
	var least, greatest *bound
	m.bounds = true
	for i := range c.pages {
		p := &c.pages[i]
		for k, e := range encodings {
			if p.encoding == e {
				m.pages[k]++
			}
		}
		if p.rows == p.nulls {
			continue
		}
		m.bounds = m.bounds && p.min.known && p.max.known
		if least == nil || c.compare(p.min, *least) < 0 {
			least = &p.min
		}
		if greatest == nil || c.compare(p.max, *greatest) > 0 {
			greatest = &p.max
		}
	}
	if m.bounds = m.bounds && least != nil; m.bounds {
		m.min, m.minExact = g.hold(c.of(*least)), least.exact
		m.max, m.maxExact = g.hold(c.of(*greatest)), greatest.exact
	}
}

func (g *rowGroup) hold(b []byte) span {
	from := len(g.keep)
	g.keep = append(g.keep, b...)
	return span{from, len(g.keep)}
}

func (g *rowGroup) of(s span) []byte { return g.keep[s.from:s.to] }

// compare orders two bounds as the column's type does.
func (c *chunk) compare(a, b bound) int {
	x, y := c.of(a), c.of(b)
	if len(x) == 0 || len(y) == 0 {
		return len(x) - len(y)
	}
	switch c.Type {
	case schemas.Int32:
		return cmp.Compare(int32(binary.LittleEndian.Uint32(x)), int32(binary.LittleEndian.Uint32(y)))
	case schemas.Int64, schemas.Timestamp:
		return cmp.Compare(int64(binary.LittleEndian.Uint64(x)), int64(binary.LittleEndian.Uint64(y)))
	case schemas.Float64:
		return cmp.Compare(math.Float64frombits(binary.LittleEndian.Uint64(x)), math.Float64frombits(binary.LittleEndian.Uint64(y)))
	}
	return bytes.Compare(x, y)
}

// index encodes the page index, unless the file has only this row group and every chunk
// is a single page: then the chunk's statistics say the same in fewer bytes.
func (g *rowGroup) index(t *compact, columns []column, only bool) {
	most := 0
	for _, c := range columns {
		most = max(most, len(c.base().pages))
	}
	if only && most < 2 {
		return
	}
	for i, c := range columns {
		m, k := &g.chunks[i], c.base()
		if m.bounds || m.nulls == m.rows {
			m.columnIndex = g.hold(t.columnIndex(k))
		}
		m.offsetIndex = g.hold(t.offsetIndex(k, m.dataOffset))
	}
}

func (t *compact) columnIndex(c *chunk) []byte {
	t.reset()
	t.list(1, thriftTrue, len(c.pages)) // the pages of NULLs only
	for _, p := range c.pages {
		t.flag(p.rows == p.nulls)
	}
	t.list(2, thriftBinary, len(c.pages))
	for _, p := range c.pages {
		t.item(c.of(p.min))
	}
	t.list(3, thriftBinary, len(c.pages))
	for _, p := range c.pages {
		t.item(c.of(p.max))
	}
	t.i32(4, c.boundaryOrder())
	t.list(5, thriftI64, len(c.pages))
	for _, p := range c.pages {
		t.number(int64(p.nulls))
	}
	return t.end()
}

// boundaryOrder is 1 if no page begins or ends below the one before, else 0.
func (c *chunk) boundaryOrder() int32 {
	var before *page
	for i := range c.pages {
		p := &c.pages[i]
		if p.rows == p.nulls {
			continue
		}
		if before != nil && (c.compare(p.min, before.min) < 0 || c.compare(p.max, before.max) < 0) {
			return 0
		}
		before = p
	}
	return 1
}

// offsetIndex says where the pages of c lie; the first is at offset.
func (t *compact) offsetIndex(c *chunk, offset int64) []byte {
	t.reset()
	t.list(1, thriftStruct, len(c.pages))
	for _, p := range c.pages {
		t.open(0)
		t.i64(1, offset+int64(p.at))
		t.i32(2, int32(p.size))
		t.i64(3, p.firstRow)
		t.close()
	}
	return t.end()
}
