package parquetfile

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"github.com/parquet-go/parquet-go/bloom/xxhash"
)

// When a dictionary does not pay any more.
const (
	dictionaryBytes = 512 << 10 // of its words
	dictionaryTrial = 1024      // words after which most values must be repetitions
)

// dictionary is the different values of a column chunk in order of their first
// appearance, and the rows of the current page as runs of them.
type dictionary struct {
	seed   maphash.Seed
	runs   []run
	text   []byte   // the words as the dictionary page has them: length, bytes
	starts []uint32 // of each word's bytes in text
	slots  []slot   // open addressing; a power of two
	values int      // rows that are not NULL, runs of one value counted once
	from   uint32   // bytes of the latest row's word in text; none: NULL
	to     uint32
	usedIn []uint32 // by code: the page, counted from 1, that used it last
	page   uint32
	peak   int // bytes of runs, of the largest page
}

// slot is an entry of the hash table; code 0 is a free one.
type slot struct{ tag, code uint32 }

func newDictionary(seed maphash.Seed) *dictionary { return &dictionary{seed: seed, page: 1} }

func (d *dictionary) count() int { return len(d.starts) }

// add appends n rows of s. It answers false when the dictionary does not pay any more; the
// rows are appended all the same.
func (d *dictionary) add(s string, n uint32) bool {
	if len(s) == int(d.to-d.from) && string(d.text[d.from:d.to]) == s && len(d.runs) > 0 {
		d.runs[len(d.runs)-1].n += n
		return true
	}
	if s == "" {
		d.from, d.to = 0, 0
		d.runs = extend(d.runs, 0, n)
		return true
	}
	before := len(d.starts)
	code := d.code(s)
	d.from = d.starts[code-1]
	d.to = d.from + uint32(len(s))
	d.runs = extend(d.runs, code, n)
	d.values++
	if words := len(d.starts); words > before {
		return len(d.text) <= dictionaryBytes && (words < dictionaryTrial || words*4 < d.values*3)
	}
	return true
}

// code is the number of word s, from 1; a new one is added.
func (d *dictionary) code(s string) uint32 {
	if 2*len(d.starts) >= len(d.slots) {
		d.grow()
	}
	h := maphash.String(d.seed, s)
	mask, tag := uint32(len(d.slots)-1), uint32(h>>32)
	for i := uint32(h) & mask; ; i = (i + 1) & mask {
		at := &d.slots[i]
		if at.code == 0 {
			d.text = binary.LittleEndian.AppendUint32(d.text, uint32(len(s)))
			d.starts = append(d.starts, uint32(len(d.text)))
			d.text = append(d.text, s...)
			*at = slot{tag, uint32(len(d.starts))}
			return at.code
		}
		if at.tag == tag && string(d.word(at.code)) == s {
			return at.code
		}
	}
}

func (d *dictionary) grow() {
	n := max(16, 2*len(d.slots))
	if n <= cap(d.slots) {
		d.slots = d.slots[:n]
		clear(d.slots)
	} else {
		d.slots = make([]slot, n)
	}
	mask := uint32(n - 1)
	for k := range d.starts {
		code := uint32(k + 1)
		h := maphash.Bytes(d.seed, d.word(code))
		i := uint32(h) & mask
		for d.slots[i].code != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = slot{uint32(h >> 32), code}
	}
}

// word is the value of a code; none for NULL.
func (d *dictionary) word(code uint32) []byte {
	if code == 0 {
		return nil
	}
	from := d.starts[code-1]
	return d.text[from : from+binary.LittleEndian.Uint32(d.text[from-4:])]
}

// appendIndexes appends the page's values: how many bits an index has, then the indexes.
func (d *dictionary) appendIndexes(b []byte) []byte {
	width := bits.Len(uint(d.count() - 1))
	h := hybrid{b: append(b, byte(width)), width: uint(width)}
	for _, r := range d.runs {
		if r.code > 0 {
			h.add(r.code-1, r.n)
		}
	}
	return h.end()
}

// limits adds each word that the page uses, once.
func (d *dictionary) limits(l *textLimits) {
	for len(d.usedIn) < d.count() {
		d.usedIn = append(d.usedIn, 0)
	}
	for _, r := range d.runs {
		if r.code > 0 && d.usedIn[r.code-1] != d.page {
			d.usedIn[r.code-1] = d.page
			l.add(d.word(r.code))
		}
	}
}

func (d *dictionary) appendHashes(h []uint64) []uint64 {
	for k := range d.starts {
		h = append(h, xxhash.Sum64(d.word(uint32(k+1))))
	}
	return h
}

// endPage forgets the rows, but not the words.
func (d *dictionary) endPage() {
	d.peak = max(d.peak, 8*len(d.runs))
	d.runs = d.runs[:0]
	d.page++
	d.from, d.to = 0, 0
}

func (d *dictionary) reset() {
	d.endPage()
	d.text, d.starts, d.usedIn, d.slots = d.text[:0], d.starts[:0], d.usedIn[:0], d.slots[:0]
	d.values, d.page, d.peak = 0, 1, 0
}

func (d *dictionary) held() int {
	return len(d.text) + 4*(len(d.starts)+len(d.usedIn)) + 8*(len(d.slots)+len(d.runs))
}

func (d *dictionary) most() int { return d.held() - 8*len(d.runs) + max(d.peak, 8*len(d.runs)) }

func (d *dictionary) memory() int {
	return cap(d.text) + 4*(cap(d.starts)+cap(d.usedIn)) + 8*(cap(d.slots)+cap(d.runs))
}
