package parquetfile

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/parquet-go/parquet-go/bloom/xxhash"
)

// texts is the current page of a column without a dictionary.
type texts struct {
	levels  []run
	front   bool    // only what differs from the text before is kept
	common  []int32 // how many bytes are like the text before's, of each
	last    []byte  // the text before
	lengths []int32
	data    []byte
	hashes  []uint64 // of the whole chunk, for its Bloom filter
	peak    int      // bytes of the largest page, without hashes
}

func (t *texts) add(s string) {
	t.levels = extend(t.levels, 1, 1)
	if t.front {
		n := commonPrefix(t.last, s)
		s = s[n:]
		t.common, t.last = append(t.common, int32(n)), append(t.last[:n], s...)
	}
	t.lengths = append(t.lengths, int32(len(s)))
	if len(t.data)+len(s) > cap(t.data) {
		t.grow(len(s))
	}
	t.data = append(t.data, s...)
}

// grow makes room for n more bytes: twice as much, up to a page. To append alone grows a
// large slice by a quarter each time, which copied each page four times (a tenth of the CPU
// of BenchmarkObjects), and ends a quarter above what a page takes.
func (t *texts) grow(n int) {
	data := make([]byte, len(t.data), max(len(t.data)+n, min(2*cap(t.data), pageBytes), 1<<10))
	copy(data, t.data)
	t.data = data
}

// commonPrefix is how many bytes a and b begin with alike.
func commonPrefix(a []byte, b string) int {
	n, most := 0, min(len(a), len(b))
	for ; n+8 <= most; n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(bytesOf(b[n:])); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// hash notes s for the Bloom filter. Values often come in runs.
func (t *texts) hash(s []byte) {
	h := xxhash.Sum64(s)
	if n := len(t.hashes); n == 0 || t.hashes[n-1] != h {
		t.hashes = append(t.hashes, h)
	}
}

func (t *texts) endPage() {
	t.peak = max(t.peak, t.page())
	t.levels, t.lengths, t.data = t.levels[:0], t.lengths[:0], t.data[:0]
	t.common, t.last = t.common[:0], t.last[:0]
	if cap(t.last) > keepScratch {
		t.last = nil
	}
	if cap(t.data) > keepScratch {
		t.data = nil
	}
}

func (t *texts) reset() {
	t.endPage()
	t.hashes, t.peak = t.hashes[:0], 0
}

// page is how many bytes the current page takes; of a huge text no more counts than is kept behind it.
func (t *texts) page() int {
	return min(len(t.data), keepScratch) + min(len(t.last), keepScratch) + 4*(len(t.lengths)+len(t.common)) + 8*len(t.levels)
}

func (t *texts) held() int {
	return len(t.data) + len(t.last) + 4*(len(t.lengths)+len(t.common)) + 8*(len(t.levels)+len(t.hashes))
}

func (t *texts) most() int { return max(t.peak, t.page()) + 8*len(t.hashes) }

func (t *texts) memory() int {
	return cap(t.data) + cap(t.last) + 4*(cap(t.lengths)+cap(t.common)) + 8*(cap(t.levels)+cap(t.hashes))
}

// bytesOf and textOf view one as the other without a copy. What they return is only read,
// and not kept.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
