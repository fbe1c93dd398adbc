package lake

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"slices"
	"time"
)

// packsFolder holds what the ledger's entries say, in short, a file for each day of arrivals.
const packsFolder = LedgerFolder + "/packs"

var packPattern = regexp.MustCompile(`^ledger/packs/(\d{4}/\d{2}/\d{2})\.pack$`)

func packKey(day string) string { return packsFolder + "/" + day + ".pack" }

// short is what a pack holds of an entry: enough to tell whether an hour of events needs it.
type short struct {
	inclusion
	arrival    time.Time
	hours      []int64 // of its rows, in order
	supersedes []ID
}

func shorten(e *Entry) short {
	return short{includeOf(e.ID, e.Outcome()), e.Arrival, hoursOf(e.Files), e.Supersedes}
}

func (s *short) key() string { return LedgerKey(s.arrival, s.name()) }

// changes reports whether an entry may make rows of compacted files count no longer, whatever
// hours its own rows are of: it has another outcome than its first, or takes others' place.
func changes(e *Entry) bool {
	return e.Generation() != "" || len(e.Files) == 0 || len(e.Supersedes) > 0
}

// section is what a pack holds of the entries that arrived in one hour.
type section struct {
	hour    int64 // of arrival
	stamp   int64 // when their folder changed last, Unix nanoseconds: else the section says nothing
	touched []hourSpan
	pieces  [2]piece // changed, plain
}

// The pieces of a section: entries that change what other hours hold are read by every question.
const (
	changed = iota
	plain
)

type piece struct {
	at, size int64
	sum      uint32 // CRC-32C
}

// hourSpan is a run of hours of events, both ends included.
type hourSpan struct{ from, to int64 }

func (s hourSpan) holds(n int64) bool { return s.from <= n && n <= s.to }

func (s *section) touches(span hourSpan) bool {
	return slices.ContainsFunc(s.touched, func(t hourSpan) bool { return t.from <= span.to && span.from <= t.to })
}

// mostTouched is how many runs of hours a section names; where there are more it names one that
// holds them all.
const mostTouched = 32

func touchedBy(hours []int64) []hourSpan {
	slices.Sort(hours)
	var out []hourSpan
	for _, n := range hours {
		if last := len(out) - 1; last >= 0 && n <= out[last].to+1 {
			out[last].to = n
		} else {
			out = append(out, hourSpan{n, n})
		}
	}
	if len(out) > mostTouched {
		out = []hourSpan{{out[0].from, out[len(out)-1].to}}
	}
	return out
}

const packMagic = "SMKPACK1"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// packed is a section with the bytes of its pieces.
type packed struct {
	section
	bytes [2][]byte
}

// packEntries makes the section of the entries that arrived in an hour.
func packEntries(hour, stamp int64, entries []*Entry) packed {
	slices.SortFunc(entries, func(a, b *Entry) int { return a.Arrival.Compare(b.Arrival) })
	p := packed{section: section{hour: hour, stamp: stamp}}
	var hours []int64
	for _, e := range entries {
		s := shorten(e)
		hours = append(hours, s.hours...)
		kind := plain
		if changes(e) {
			kind = changed
		}
		p.bytes[kind] = s.append(p.bytes[kind], hour)
	}
	p.touched = touchedBy(hours)
	for i, b := range p.bytes {
		p.pieces[i] = piece{size: int64(len(b)), sum: crc32.Checksum(b, castagnoli)}
	}
	return p
}

func (s *short) append(b []byte, hour int64) []byte {
	b = append(append(b, s.id[:]...), s.outcome[:]...)
	b = binary.AppendVarint(b, s.arrival.UnixMilli()-hour*3_600_000)
	b = binary.AppendUvarint(b, uint64(len(s.hours)))
	was := hour
	for _, n := range s.hours {
		b = binary.AppendVarint(b, n-was)
		was = n
	}
	b = binary.AppendUvarint(b, uint64(len(s.supersedes)))
	for _, id := range s.supersedes {
		raw, _ := hex.DecodeString(string(id)) // as the entry was checked
		b = append(b, raw...)
	}
	return b
}

// encodePack writes sections, in order of their hours, as a file.
func encodePack(sections []packed) []byte {
	head := binary.AppendUvarint(nil, uint64(len(sections)))
	for _, s := range sections {
		head = binary.AppendVarint(head, s.hour)
		head = binary.AppendVarint(head, s.stamp)
		head = binary.AppendUvarint(head, uint64(len(s.touched)))
		for _, t := range s.touched {
			head = binary.AppendVarint(head, t.from-s.hour)
			head = binary.AppendUvarint(head, uint64(t.to-t.from))
		}
		for _, p := range s.pieces {
			head = binary.AppendUvarint(head, uint64(p.size))
			head = binary.LittleEndian.AppendUint32(head, p.sum)
		}
	}
	b := appendHead([]byte(packMagic), head)
	for _, s := range sections {
		b = append(append(b, s.bytes[changed]...), s.bytes[plain]...)
	}
	return b
}

// appendHead writes a head behind the magic of its format: its length, its checksum, and itself.
func appendHead(b, head []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(head, castagnoli))
	return append(b, head...)
}

// headAt is where a head begins, mostHead bounds it.
const (
	headAt   = len(packMagic) + 8
	mostHead = 16 << 20
)

var (
	errNotPack = errors.New("not as seamark writes it")
	errSum     = errors.New("checksum does not match")
)

// readHead reads what appendHead wrote, and tells where what follows it begins.
func readHead(r io.ReaderAt, magic string) (head []byte, end int64, err error) {
	first := make([]byte, 4096)
	n, err := r.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	first = first[:n]
	if n < headAt || string(first[:len(magic)]) != magic {
		return nil, 0, errNotPack
	}
	size := int(binary.LittleEndian.Uint32(first[len(magic):]))
	sum := binary.LittleEndian.Uint32(first[len(magic)+4:])
	if size > mostHead {
		return nil, 0, errNotPack
	}
	head = first[headAt:]
	if len(head) < size {
		head = make([]byte, size)
		if _, err := r.ReadAt(head, int64(headAt)); err != nil {
			return nil, 0, errNotPack
		}
	}
	head = head[:size]
	if crc32.Checksum(head, castagnoli) != sum {
		return nil, 0, errSum
	}
	return head, int64(headAt + size), nil
}

// decodeHead reads the sections of a pack; their pieces lie where it says.
func decodeHead(r io.ReaderAt) ([]section, error) {
	head, at, err := readHead(r, packMagic)
	if err != nil {
		return nil, err
	}
	return parseHead(head, at)
}

func parseHead(head []byte, at int64) ([]section, error) {
	c := cursor{b: head}
	sections := make([]section, 0, 24)
	for range c.count() {
		s := section{hour: c.varint(), stamp: c.varint()}
		for range c.count() {
			from := s.hour + c.varint()
			s.touched = append(s.touched, hourSpan{from, from + int64(c.uvarint())})
		}
		for i := range s.pieces {
			s.pieces[i] = piece{at: at, size: int64(c.uvarint()), sum: c.uint32()}
			at += s.pieces[i].size
		}
		sections = append(sections, s)
	}
	return sections, c.end()
}

// read reads a piece, and compares its checksum.
func (p piece) read(r io.ReaderAt) ([]byte, error) {
	if p.size == 0 {
		return nil, nil
	}
	if p.size < 0 || p.size > 1<<30 {
		return nil, errNotPack
	}
	b := make([]byte, p.size)
	if _, err := r.ReadAt(b, p.at); err != nil {
		return nil, fmt.Errorf("the pack ends early: %w", err)
	}
	if crc32.Checksum(b, castagnoli) != p.sum {
		return nil, errSum
	}
	return b, nil
}

// decodeShorts hands the entries of a piece to fn, which must not keep s.hours.
func decodeShorts(b []byte, hour int64, fn func(s *short)) error {
	c := cursor{b: b}
	var s short
	for len(c.b) > 0 && c.err == nil {
		copy(s.id[:], c.take(len(s.id)))
		copy(s.outcome[:], c.take(len(s.outcome)))
		s.arrival = time.UnixMilli(hour*3_600_000 + c.varint()).UTC()
		s.hours = s.hours[:0]
		was := hour
		for range c.count() {
			was += c.varint()
			s.hours = append(s.hours, was)
		}
		s.supersedes = nil
		for range c.count() {
			s.supersedes = append(s.supersedes, ID(hex.EncodeToString(c.take(32))))
		}
		if c.err == nil {
			fn(&s)
		}
	}
	return c.err
}

// cursor reads what was written above. After an error it reads zeros.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) fail() { c.b, c.err = nil, errNotPack }

func (c *cursor) take(n int) []byte {
	if len(c.b) < n {
		c.fail()
		return make([]byte, n)
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) uint32() uint32 { return binary.LittleEndian.Uint32(c.take(4)) }

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

// count reads how many follow, of which each takes a byte at least.
func (c *cursor) count() int {
	n := c.uvarint()
	if n > uint64(len(c.b)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) end() error {
	if c.err == nil && len(c.b) > 0 {
		return errNotPack
	}
	return c.err
}
