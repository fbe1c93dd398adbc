package lake

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/bloom"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query/words"
)

// The columns whose words the filters know: those that a search looks for words in, and ids.
var (
	filteredLogs = []filtered[seamark.Log]{
		{"message", func(r *seamark.Log) string { return r.Message }},
		{"error_type", func(r *seamark.Log) string { return r.ErrorType }},
		{"error_message", func(r *seamark.Log) string { return r.ErrorMessage }},
		{"error_stack", func(r *seamark.Log) string { return r.ErrorStack }},
		{"event_name", func(r *seamark.Log) string { return r.EventName }},
		{"event_data", func(r *seamark.Log) string { return r.EventData }},
		{"request_id", func(r *seamark.Log) string { return r.RequestID }},
		{"trace_id", func(r *seamark.Log) string { return r.TraceID }},
		{"event_id", func(r *seamark.Log) string { return r.EventID }},
		{"fingerprint", func(r *seamark.Log) string { return r.Fingerprint }},
	}
	filteredAccess = []filtered[seamark.AccessLog]{
		{"path", func(r *seamark.AccessLog) string { return r.Path }},
		{"route", func(r *seamark.AccessLog) string { return r.Route }},
		{"error_message", func(r *seamark.AccessLog) string { return r.ErrorMessage }},
		{"extra", func(r *seamark.AccessLog) string { return r.Extra }},
		{"request_id", func(r *seamark.AccessLog) string { return r.RequestID }},
		{"trace_id", func(r *seamark.AccessLog) string { return r.TraceID }},
		{"event_id", func(r *seamark.AccessLog) string { return r.EventID }},
	}
)

type filtered[T any] struct {
	column string
	of     func(*T) string
}

// Filtered reports whether the filters of t's files know the words of a column.
func Filtered(t seamark.Table, column string) bool {
	if t == seamark.TableAccessLogs {
		return slices.ContainsFunc(filteredAccess, func(f filtered[seamark.AccessLog]) bool { return f.column == column })
	}
	return slices.ContainsFunc(filteredLogs, func(f filtered[seamark.Log]) bool { return f.column == column })
}

const (
	// filterRows is how many rows one filter is of: more words at once take much memory while they
	// are gathered.
	filterRows = 20_000
	filterBits = 10 // a word: about 1 in 100 that are not there is thought to be
)

// filter is a split-block Bloom filter of the words of some rows, as Parquet has them.
type filter struct {
	rows int
	bits []byte
}

// gatherer gathers the words of the rows of one file.
type gatherer struct {
	done   []filter
	rows   int
	set    hashSet
	hashes []uint64
}

// gather takes in the words of rows.
func gather[T any](g *gatherer, columns []filtered[T], rows []T) {
	for i := range rows {
		hashes := g.hashes[:0]
		for _, c := range columns {
			hashes = words.Hashes(hashes, c.of(&rows[i]))
		}
		for _, h := range hashes {
			g.set.add(h)
		}
		g.hashes = hashes
		if g.rows++; g.rows == filterRows {
			g.cut()
		}
	}
}

func (g *gatherer) cut() {
	if g.rows == 0 {
		return
	}
	b := make(bloom.SplitBlockFilter, bloom.NumSplitBlocksOf(int64(max(1, g.set.n)), filterBits))
	g.set.each(b.Insert)
	g.done = append(g.done, filter{g.rows, slices.Clone(b.Bytes())})
	g.rows = 0
	g.set.clear()
}

// filters ends the file, and gives memory back.
func (g *gatherer) filters() []filter {
	g.cut()
	g.set, g.hashes = hashSet{}, nil
	return g.done
}

// hashSet is a set of hashes. 0 counts as 1.
type hashSet struct {
	slots []uint64 // 0: free
	n     int
}

func (s *hashSet) add(h uint64) {
	if 2*(s.n+1) > len(s.slots) {
		s.grow()
	}
	h = max(h, 1)
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return
		case 0:
			s.slots[i] = h
			s.n++
			return
		}
	}
}

func (s *hashSet) grow() {
	old := s.slots
	s.slots, s.n = make([]uint64, max(1024, 2*len(old))), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

func (s *hashSet) each(fn func(uint64)) {
	for _, h := range s.slots {
		if h != 0 {
			fn(h)
		}
	}
}

func (s *hashSet) clear() {
	clear(s.slots)
	s.n = 0
}

// A filter lies in pages with a checksum each, so that one word costs the reading of one page.
const (
	pageBlocks = 127
	pageBytes  = pageBlocks * bloom.BlockSize
	sumBytes   = 4
)

func appendPages(b, bits []byte) []byte {
	for page := range slices.Chunk(bits, pageBytes) {
		b = append(b, page...)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(page, castagnoli))
	}
	return b
}

// pagesSize is how many bytes the pages of a filter of so many blocks take.
func pagesSize(blocks int64) int64 {
	return blocks*bloom.BlockSize + (blocks+pageBlocks-1)/pageBlocks*sumBytes
}

// stored is a filter that lies in a file.
type stored struct {
	rows   int
	blocks int64
	at     int64
}

// page reads the page of block n, and where in it that lies.
func (s stored) page(r io.ReaderAt, n int64) (page []byte, at int64, err error) {
	p := n / pageBlocks
	size := min(pageBlocks, s.blocks-p*pageBlocks) * bloom.BlockSize
	b := make([]byte, size+sumBytes)
	if _, err := r.ReadAt(b, s.at+p*(pageBytes+sumBytes)); err != nil {
		return nil, 0, errNotPack
	}
	page = b[:size]
	if crc32.Checksum(page, castagnoli) != binary.LittleEndian.Uint32(b[size:]) {
		return nil, 0, errSum
	}
	return page, n % pageBlocks * bloom.BlockSize, nil
}

// has reports whether the filter may hold a word.
func (s stored) has(r io.ReaderAt, hash uint64) (bool, error) {
	hash = max(hash, 1)
	n := int64((hash >> 32) * uint64(s.blocks) >> 32)
	page, at, err := s.page(r, n)
	if err != nil {
		return true, err
	}
	return bloom.MakeSplitBlockFilter(page[at : at+bloom.BlockSize]).Check(hash), nil
}

// bits reads the whole filter.
func (s stored) bits(r io.ReaderAt) (bits []byte, err error) {
	for n := int64(0); n < s.blocks; n += pageBlocks {
		page, _, err := s.page(r, n)
		if err != nil {
			return nil, err
		}
		bits = append(bits, page...)
	}
	return bits, nil
}

const filtersMagic = "SMKWORD1"

// encodeFilters writes the filters of an hour's files, by the files' ids.
func encodeFilters(of map[ID][]filter) []byte {
	ids := sortedKeys(of)
	head := binary.AppendUvarint(nil, uint64(len(ids)))
	var body []byte
	for _, id := range ids {
		raw, _ := hex.DecodeString(string(id)) // of a file's key
		head = append(head, raw...)
		head = binary.AppendUvarint(head, uint64(len(of[id])))
		for _, f := range of[id] {
			head = binary.AppendUvarint(head, uint64(f.rows))
			head = binary.AppendUvarint(head, uint64(len(f.bits)/bloom.BlockSize))
			body = appendPages(body, f.bits)
		}
	}
	return append(appendHead([]byte(filtersMagic), head), body...)
}

// decodeFilters finds the filters in a file.
func decodeFilters(r io.ReaderAt) (map[ID][]stored, error) {
	head, at, err := readHead(r, filtersMagic)
	if err != nil {
		return nil, err
	}
	return parseFilters(head, at)
}

func parseFilters(head []byte, at int64) (map[ID][]stored, error) {
	c := cursor{b: head}
	out := map[ID][]stored{}
	for range c.count() {
		id := ID(hex.EncodeToString(c.take(32)))
		var all []stored
		for range c.count() {
			s := stored{rows: int(c.uvarint()), blocks: int64(c.uvarint()), at: at}
			if s.blocks <= 0 || s.blocks > 1<<30 {
				c.fail()
				break
			}
			at += pagesSize(s.blocks)
			all = append(all, s)
		}
		out[id] = all
	}
	return out, c.end()
}
