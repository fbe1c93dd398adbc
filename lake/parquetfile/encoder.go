package parquetfile

import (
	"hash/maphash"
	"io"

	"github.com/klauspost/compress/zstd"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// Limits of what an Encoder keeps for later files, in bytes.
const (
	keepScratch = 4 << 20  // a larger scratch buffer, after a huge text, is given up
	keepColumns = 24 << 20 // all columns of closed files together
)

// windowSize is how far the compressor looks back, in bytes. Less fits the cache better
// and costs nothing measurable; more makes its memory larger.
const windowSize = 512 << 10

// Encoder is what the files of one worker share. See the package comment.
type Encoder struct {
	logs   pool[seamark.Log]
	access pool[seamark.AccessLog]

	zstd     *zstd.Encoder
	literals literals
	seed     maphash.Seed
	kept     int // bytes of memory in both pools

	body   []byte // a page before compression
	packed []byte // and after
	io     []byte // what is about to be written
	number []byte
	hashes []uint64
	thrift compact
}

// NewEncoder returns an Encoder. It holds about 1 MB at rest and needs no closing.
func NewEncoder() (*Encoder, error) {
	// Ids have no repetitions to find, but few different letters: coding those halves them.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithAllLitEntropyCompression(true), zstd.WithWindowSize(windowSize))
	if err != nil {
		return nil, err
	}
	e := &Encoder{zstd: z, seed: maphash.MakeSeed()}
	if e.logs.fields, err = bind(schemas.Logs, logFields()); err != nil {
		return nil, err
	}
	if e.access.fields, err = bind(schemas.AccessLogs, accessLogFields()); err != nil {
		return nil, err
	}
	return e, nil
}

// Logs begins a file of the logs table.
func (e *Encoder) Logs(w io.Writer) *Writer[seamark.Log] { return newWriter(e, &e.logs, w) }

// AccessLogs begins a file of the access_logs table.
func (e *Encoder) AccessLogs(w io.Writer) *Writer[seamark.AccessLog] {
	return newWriter(e, &e.access, w)
}

// pool keeps the columns of closed files of one table.
type pool[T any] struct {
	fields []field[T]
	free   [][]column
}

func (p *pool[T]) take(e *Encoder) []column {
	if n := len(p.free); n > 0 {
		columns := p.free[n-1]
		p.free = p.free[:n-1]
		e.kept -= memory(columns)
		return columns
	}
	columns := make([]column, len(p.fields))
	for i := range p.fields {
		columns[i] = p.fields[i].make(&p.fields[i].spec, e)
	}
	return columns
}

// give takes columns back, unless that would be too much to keep.
func (p *pool[T]) give(e *Encoder, columns []column) {
	size := memory(columns)
	if e.kept+size > keepColumns {
		return
	}
	for _, c := range columns {
		c.reset()
		c.base().codec = undecided
	}
	e.kept += size
	p.free = append(p.free, columns)
}

func memory(columns []column) int {
	n := 0
	for _, c := range columns {
		n += c.memory()
	}
	return n
}
