package parquetfile

import (
	"encoding/binary"

	"github.com/seamark-hq/seamark/schemas"
)

// footer writes the page indexes and the file's metadata.
func (w *Writer[T]) footer() {
	columns := make([]int64, 0, len(w.groups)*len(w.pool.fields)) // offsets of the indexes
	offsets := make([]int64, 0, len(w.groups)*len(w.pool.fields))
	for i := range w.groups {
		g := &w.groups[i]
		for k := range g.chunks {
			columns = append(columns, w.offset)
			w.put(g.of(g.chunks[k].columnIndex))
		}
	}
	for i := range w.groups {
		g := &w.groups[i]
		for k := range g.chunks {
			offsets = append(offsets, w.offset)
			w.put(g.of(g.chunks[k].offsetIndex))
		}
	}
	t := &w.e.thrift
	t.reset()
	w.metadata(t, columns, offsets)
	b := t.end()
	w.put(b)
	w.put(binary.LittleEndian.AppendUint32(nil, uint32(len(b))))
	w.put([]byte(magic))
}

// metadata writes FileMetaData.
func (w *Writer[T]) metadata(t *compact, columns, offsets []int64) {
	fields := w.pool.fields
	var rows int64
	for i := range w.groups {
		rows += w.groups[i].rows
	}
	t.i32(1, 2) // version
	t.list(2, thriftStruct, len(fields)+1)
	t.open(0)
	t.text(4, "root")
	t.i32(5, int32(len(fields)))
	t.close()
	for i := range fields {
		t.schemaElement(&fields[i].Column)
	}
	t.i64(3, rows)
	t.list(4, thriftStruct, len(w.groups))
	for i := range w.groups {
		g, n := &w.groups[i], len(fields)
		t.open(0)
		t.list(1, thriftStruct, n)
		for k := range g.chunks {
			t.columnChunk(g, k, &fields[k].Column, columns[i*n+k], offsets[i*n+k])
		}
		g.totals(t, i)
		t.close()
	}
	t.text(6, createdBy)
	t.list(7, thriftStruct, len(fields)) // column orders
	for range fields {
		t.open(0)
		t.empty(1) // that of the type
		t.close()
	}
}

// totals writes what RowGroup says of all its columns.
func (g *rowGroup) totals(t *compact, ordinal int) {
	var raw, size int64
	for k := range g.chunks {
		raw += g.chunks[k].raw
		size += g.chunks[k].size
	}
	t.i64(2, raw)
	t.i64(3, g.rows)
	if g.sorted {
		t.list(4, thriftStruct, 1)
		t.open(0)
		t.i32(1, 0)
		t.boolean(2, false) // descending
		t.boolean(3, false) // NULLs first
		t.close()
	}
	t.i64(5, g.offset)
	t.i64(6, size)
	if ordinal < 1<<15 {
		t.field(7, thriftI16)
		t.number(int64(ordinal))
	}
}

func physicalType(c *schemas.Column) int32 {
	switch c.Type {
	case schemas.Timestamp, schemas.Int64:
		return typeInt64
	case schemas.Int32:
		return typeInt32
	case schemas.Float64:
		return typeDouble
	}
	return typeByteArray
}

func (t *compact) schemaElement(c *schemas.Column) {
	t.open(0)
	defer t.close()
	t.i32(1, physicalType(c))
	if c.Required {
		t.i32(3, 0)
	} else {
		t.i32(3, 1)
	}
	t.text(4, c.Name)
	convertedTypes := [...]int32{schemas.Text: 0, schemas.JSON: 0, schemas.Timestamp: 9, schemas.Int32: 17, schemas.Int64: 18}
	if c.Type != schemas.Float64 {
		t.i32(6, convertedTypes[c.Type]) // for old readers
	}
	t.i32(9, int32(c.ID))
	if c.Type != schemas.Float64 {
		t.open(10)
		t.logicalType(c.Type)
		t.close()
	}
}

func (t *compact) logicalType(kind schemas.Type) {
	switch kind {
	case schemas.Text, schemas.JSON:
		t.empty(1) // STRING
	case schemas.Timestamp:
		t.open(8)
		t.boolean(1, true) // adjusted to UTC
		t.open(2)
		t.empty(1) // milliseconds
		t.close()
		t.close()
	case schemas.Int32, schemas.Int64:
		t.open(10)
		t.field(1, thriftI8)
		if kind == schemas.Int32 {
			t.b = append(t.b, 32)
		} else {
			t.b = append(t.b, 64)
		}
		t.boolean(2, true) // signed
		t.close()
	}
}

// columnChunk writes ColumnChunk k of g, whose page indexes lie at the offsets given.
func (t *compact) columnChunk(g *rowGroup, k int, c *schemas.Column, columnIndex, offsetIndex int64) {
	m := &g.chunks[k]
	t.open(0)
	t.i64(2, 0) // there is no second copy of the metadata
	t.open(3)
	t.columnMetadata(g, m, c)
	t.close()
	if n := m.offsetIndex.to - m.offsetIndex.from; n > 0 {
		t.i64(4, offsetIndex)
		t.i32(5, int32(n))
	}
	if n := m.columnIndex.to - m.columnIndex.from; n > 0 {
		t.i64(6, columnIndex)
		t.i32(7, int32(n))
	}
	t.close()
}

func (t *compact) columnMetadata(g *rowGroup, m *chunkMeta, c *schemas.Column) {
	t.i32(1, physicalType(c))
	t.encodings(m, c.Required)
	t.list(3, thriftBinary, 1)
	t.item(bytesOf(c.Name))
	t.i32(4, int32(m.codec))
	t.i64(5, m.rows)
	t.i64(6, m.raw)
	t.i64(7, m.size)
	t.i64(9, m.dataOffset)
	if m.dictionaryOffset > 0 {
		t.i64(11, m.dictionaryOffset)
	}
	t.open(12)
	t.i64(3, m.nulls)
	if m.bounds {
		t.binary(5, g.of(m.max))
		t.binary(6, g.of(m.min))
		t.boolean(7, m.maxExact)
		t.boolean(8, m.minExact)
	}
	t.close()
	t.encodingStats(m)
	if m.bloomOffset > 0 {
		t.i64(14, m.bloomOffset)
		t.i32(15, m.bloomSize)
	}
}

// encodings lists those that the chunk uses, of levels and dictionary too.
func (t *compact) encodings(m *chunkMeta, required bool) {
	var used []encoding
	if !required {
		used = append(used, levelRuns)
	}
	for k, e := range encodings {
		if m.pages[k] > 0 || e == plainValues && m.dictionaryOffset > 0 {
			used = append(used, e)
		}
	}
	t.list(2, thriftI32, len(used))
	for _, e := range used {
		t.number(int64(e))
	}
}

// encodingStats counts the pages by encoding: a reader sees by it whether all values are
// in the dictionary.
func (t *compact) encodingStats(m *chunkMeta) {
	n := 0
	for _, pages := range m.pages {
		if pages > 0 {
			n++
		}
	}
	if m.dictionaryOffset > 0 {
		n++
	}
	t.list(13, thriftStruct, n)
	if m.dictionaryOffset > 0 {
		t.pageCount(dictionaryPage, plainValues, 1)
	}
	for k, pages := range m.pages {
		if pages > 0 {
			t.pageCount(dataPage, encodings[k], pages)
		}
	}
}

func (t *compact) pageCount(kind int32, e encoding, n int32) {
	t.open(0)
	t.i32(1, kind)
	t.i32(2, int32(e))
	t.i32(3, n)
	t.close()
}
