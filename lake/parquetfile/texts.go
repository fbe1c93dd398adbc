package parquetfile

import (
	"unsafe"

	"github.com/parquet-go/parquet-go/bloom/xxhash"
)

// texts is the current page of a column without a dictionary.
type texts struct {
	levels  []run
	lengths []int32
	data    []byte
	hashes  []uint64 // of the whole chunk, for its Bloom filter
}

func (t *texts) add(s string) {
	t.levels = extend(t.levels, 1, 1)
	t.lengths = append(t.lengths, int32(len(s)))
	t.data = append(t.data, s...)
}

// hash notes s for the Bloom filter. Values often come in runs.
func (t *texts) hash(s []byte) {
	h := xxhash.Sum64(s)
	if n := len(t.hashes); n == 0 || t.hashes[n-1] != h {
		t.hashes = append(t.hashes, h)
	}
}

func (t *texts) endPage() {
	t.levels, t.lengths, t.data = t.levels[:0], t.lengths[:0], t.data[:0]
	if cap(t.data) > keepScratch {
		t.data = nil
	}
}

func (t *texts) held() int {
	return len(t.data) + 4*len(t.lengths) + 8*(len(t.levels)+len(t.hashes))
}

func (t *texts) memory() int {
	return cap(t.data) + 4*cap(t.lengths) + 8*(cap(t.levels)+cap(t.hashes))
}

// bytesOf and textOf view one as the other without a copy. What they return is only read,
// and not kept.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
