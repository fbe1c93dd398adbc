package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
)

// readBatch is how many rows a reader holds at a time.
const readBatch = 512

// ReadLogs calls fn with the rows of a logs file, batch by batch; the batch is reused.
// The file's checksum is compared first: a damaged file gives an error, never rows.
func (l *Lake) ReadLogs(f FileRef, fn func([]seamark.Log) error) error { return readRows(l, f, fn) }

// ReadAccessLogs is ReadLogs for the other table.
func (l *Lake) ReadAccessLogs(f FileRef, fn func([]seamark.AccessLog) error) error {
	return readRows(l, f, fn)
}

// CheckFile compares a file with what the ledger says of it.
func (l *Lake) CheckFile(f FileRef) error {
	file, err := l.Open(f.Key)
	if err != nil {
		return err
	}
	defer file.Close()
	return matches(file, f)
}

// matches compares what an object holds with what the ledger says of the file.
func matches(file Object, f FileRef) error {
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	if n != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return errors.New("checksum does not match the ledger's")
	}
	return nil
}

func readRows[T any](l *Lake, f FileRef, fn func([]T) error) error {
	r, err := openRows[T](l, f)
	if err != nil {
		return err
	}
	defer r.close()
	for {
		rows, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(rows); err != nil {
			return err
		}
	}
}

// rowReader reads a file whose checksum was compared.
type rowReader[T any] struct {
	key  string
	file Object
	r    *parquet.GenericReader[T]
	rows []T
	left int64 // rows not read yet
}

// openRows opens a file for reading, once: of a bucket a small one is a single request. A file that
// is not there gives fs.ErrNotExist.
func openRows[T any](l *Lake, f FileRef) (r *rowReader[T], err error) {
	file, err := l.Open(f.Key)
	if err == nil {
		if err = matches(file, f); err != nil {
			file.Close()
		}
	}
	if err != nil {
		return nil, &seamark.Fault{What: "damaged lake file", Where: f.Key, Err: err, Remedy: l.mend(f.Key)}
	}
	r = &rowReader[T]{key: f.Key, file: file}
	defer func() {
		if err = r.caught(recover(), err); err != nil {
			file.Close()
		}
	}()
	p, err := parquet.OpenFile(file, f.Bytes, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Key, err)
	}
	r.r = parquet.NewGenericReader[T](p)
	r.left = r.r.NumRows()
	r.rows = make([]T, min(readBatch, r.left))
	return r, nil
}

// caught makes an error of a panic: a checksum proves that we wrote the file, not that
// the decoder is without fault.
func (r *rowReader[T]) caught(p any, err error) error {
	if p != nil {
		return fmt.Errorf("%s: parquet reader: %v", r.key, p)
	}
	return err
}

// next returns some rows, which the next call overwrites, or io.EOF. It never asks for more rows
// than are left: parquet-go v0.32.0 looks for a page header anew for each row and column that is
// not there, which made a file of five rows ten thousand allocations (BenchmarkReadSmallFile).
func (r *rowReader[T]) next() (rows []T, err error) {
	if r.left == 0 {
		return nil, io.EOF
	}
	defer func() { err = r.caught(recover(), err) }()
	rows = r.rows[:min(int64(len(r.rows)), r.left)]
	clear(rows)
	n, err := r.r.Read(rows)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", r.key, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: the parquet reader ends %d rows before the file does", r.key, r.left)
	}
	r.left -= int64(n)
	return rows[:n], nil
}

func (r *rowReader[T]) close() {
	defer func() { _ = recover() }()
	r.r.Close()
	r.file.Close()
}

// mend is the command that makes a lake file anew.
func (l *Lake) mend(key string) string {
	p, id, err := ParseFileKey(key)
	if err != nil {
		return "run `" + l.Command("verify") + "`"
	}
	if IsCompacted(key) {
		return "run `" + l.rebuild(p.Hour) + "`"
	}
	if e, ok := l.Known(id); ok {
		return l.redo(e)
	}
	return l.again()
}
