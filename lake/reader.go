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

func readRows[T any](l *Lake, f FileRef, fn func([]T) error) (err error) {
	if err := l.CheckFile(f); err != nil {
		return &seamark.Fault{What: "damaged lake file", Where: f.Key, Err: err, Remedy: "run `seamark transform --force` on its landing object"}
	}
	file, err := l.Open(f.Key)
	if err != nil {
		return err
	}
	defer file.Close()
	defer func() { // a checksum proves that we wrote it, not that the decoder is without fault
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: parquet reader: %v", f.Key, r)
		}
	}()
	r := parquet.NewGenericReader[T](file)
	defer r.Close()
	rows := make([]T, readBatch)
	for {
		n, err := r.Read(rows)
		if n > 0 {
			if err := fn(rows[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Key, err)
		}
		clear(rows)
	}
}
