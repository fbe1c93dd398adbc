package parquetfile

import (
	"github.com/parquet-go/parquet-go/bloom"
)

// Size of Bloom filters.
const (
	bloomBits  = 10      // per value: about 1 false answer in 100
	bloomRatio = 8       // a filter of more than a column chunk's size through this does not pay
	bloomMost  = 1 << 20 // values; the filter of more is as large as that
)

// bloomFilter writes the filter of column c, if it has one and it pays: a reader that asks
// for one value reads the filter to be spared the column chunks of the row group.
func (w *Writer[T]) bloomFilter(m *chunkMeta, c column) {
	if !c.base().bloom || m.rows == m.nulls {
		return
	}
	w.e.hashes = c.appendHashes(w.e.hashes[:0])
	blocks := bloom.NumSplitBlocksOf(int64(min(len(w.e.hashes), bloomMost)), bloomBits)
	if int64(blocks*bloom.BlockSize*bloomRatio) > m.size {
		return
	}
	filter := make(bloom.SplitBlockFilter, blocks)
	filter.InsertBulk(w.e.hashes)
	bits := filter.Bytes()
	m.bloomOffset = w.offset
	w.put(w.e.thrift.bloomHeader(len(bits)))
	w.put(bits)
	m.bloomSize = int32(w.offset - m.bloomOffset)
}

func (t *compact) bloomHeader(size int) []byte {
	t.reset()
	t.i32(1, int32(size))
	for id := int16(2); id <= 4; id++ { // split blocks, xxHash, not compressed: the first choice of each union
		t.open(id)
		t.empty(1)
		t.close()
	}
	return t.end()
}
