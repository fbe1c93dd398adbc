package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// part is one Parquet file being written.
type part struct {
	p      Partition
	temp   Temp
	sum    hash.Hash
	bytes  int64 // that have left the encoder
	logs   *parquetfile.Writer[seamark.Log]
	access *parquetfile.Writer[seamark.AccessLog]
	ref    FileRef   // without a key
	held   int64     // bytes of the rows that wait in the encoder
	memory int64     // bytes of memory that they take
	words  *gatherer // of a compacted file while it is written; nil: nobody needs them

	filters []filter // of the words
}

func newPart(s Store, e *parquetfile.Encoder, p Partition) (*part, error) {
	temp, err := s.Temp()
	if err != nil {
		return nil, err
	}
	t := &part{p: p, temp: temp, sum: sha256.New()}
	if p.Table == seamark.TableAccessLogs {
		t.access = e.AccessLogs(t)
	} else {
		t.logs = e.Logs(t)
	}
	return t, nil
}

// encoder lends an Encoder, for one goroutine. It is given back with l.encoders.Put once
// its files are closed or discarded.
func (l *Lake) encoder() (*parquetfile.Encoder, error) {
	if e, ok := l.encoders.Get().(*parquetfile.Encoder); ok {
		return e, nil
	}
	return parquetfile.NewEncoder()
}

// Write implements io.Writer for the Parquet encoder: bytes are hashed as they pass.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.temp.Write(b)
	p.sum.Write(b[:n])
	p.bytes += int64(n)
	return n, err
}

// writeLogs appends rows, which are copied.
func (p *part) writeLogs(rows []seamark.Log) error {
	for i := range rows {
		p.count(rows[i].Timestamp, rows[i].Level == seamark.LevelError || rows[i].Level == seamark.LevelFatal)
	}
	err := p.logs.Write(rows)
	p.held, p.memory = int64(p.logs.Buffered()), int64(p.logs.Memory())
	return err
}

func (p *part) writeAccessLogs(rows []seamark.AccessLog) error {
	for i := range rows {
		p.count(rows[i].Timestamp, rows[i].Status != nil && *rows[i].Status >= 500)
	}
	err := p.access.Write(rows)
	p.held, p.memory = int64(p.access.Buffered()), int64(p.access.Memory())
	return err
}

func (p *part) count(ms int64, severe bool) {
	if p.ref.Rows == 0 || ms < p.ref.MinMs {
		p.ref.MinMs = ms
	}
	if p.ref.Rows == 0 || ms > p.ref.MaxMs {
		p.ref.MaxMs = ms
	}
	p.ref.Rows++
	if severe {
		p.ref.Severe++
	}
}

// flush ends the row group.
func (p *part) flush() error {
	p.held, p.memory = 0, 0
	if p.logs != nil {
		return p.logs.Flush()
	}
	return p.access.Flush()
}

// spill ends the row group and gives its memory up.
func (p *part) spill() error {
	p.held, p.memory = 0, 0
	if p.logs != nil {
		return p.logs.Spill()
	}
	return p.access.Spill()
}

// close ends the file. Its bytes are then known, and wait in the temporary file.
func (p *part) close() error {
	var err error
	if p.logs != nil {
		err = p.logs.Close()
	} else {
		err = p.access.Close()
	}
	p.held, p.memory = 0, 0
	p.ref.Bytes, p.ref.SHA256 = p.bytes, hex.EncodeToString(p.sum.Sum(nil))
	return err
}

// discard gives up the file.
func (p *part) discard() {
	if p.logs != nil {
		p.logs.Discard()
	} else {
		p.access.Discard()
	}
	p.temp.Discard()
}
