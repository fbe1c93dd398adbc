package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

const hourMs = 3_600_000

// checkRows compares a Parquet file with what its entry says, and adds its ids to got.
func (c *checker) checkRows(f fileRef, got map[eventID]int) (rows int64, err error) {
	err = c.checkFile(f, func(r columns) {
		rows++
		got[r.eventID()]++
	})
	return rows, err
}

// checkFile compares a Parquet file with what the ledger says of it, and calls fn with each row.
func (c *checker) checkFile(f fileRef, fn func(columns)) error {
	sum, size, err := hashFile(c.path(f.Key))
	if err != nil {
		return err
	}
	if sum != f.SHA256 || size != f.Bytes {
		return fmt.Errorf("%d bytes with SHA-256 %.12s…, the ledger says %d with %.12s…", size, sum, f.Bytes, f.SHA256)
	}
	hour, err := hourOf(f.Key)
	if err != nil {
		return err
	}
	found := fileRef{Key: f.Key, Bytes: f.Bytes, SHA256: f.SHA256}
	wrongHour := 0
	err = readRows(c.path(f.Key), func(r columns) {
		ms := r.number("timestamp")
		if found.Rows == 0 || ms < found.MinMs {
			found.MinMs = ms
		}
		if found.Rows == 0 || ms > found.MaxMs {
			found.MaxMs = ms
		}
		found.Rows++
		if level := r.text("level"); level == "ERROR" || level == "FATAL" || r.number("status") >= 500 {
			found.Severe++
		}
		if ms < hour || ms >= hour+hourMs {
			wrongHour++
		}
		fn(r)
	}, "timestamp", "event_id", "account_id", "source", "stream", "level", "status", "landing_id")
	if err == nil && found != f {
		err = fmt.Errorf("holds %+v, the ledger says %+v", found, f)
	}
	if wrongHour > 0 {
		c.blame("Keys", f.Key, "%d rows are of another hour", wrongHour)
	}
	return err
}

// columns is one row: its values by the names of their columns.
type columns map[string]parquet.Value

func (c columns) text(name string) string {
	if v, ok := c[name]; ok && !v.IsNull() {
		return string(v.ByteArray())
	}
	return ""
}

func (c columns) number(name string) int64 {
	v, ok := c[name]
	switch {
	case !ok || v.IsNull():
		return 0
	case v.Kind() == parquet.Int32:
		return int64(v.Int32())
	}
	return v.Int64()
}

func (c columns) eventID() eventID {
	return eventID{c.text("account_id"), c.text("source"), c.text("event_id")}
}

// readRows calls fn with each row of a file; of its columns only those that are wanted
// are read, or all.
func readRows(name string, fn func(columns), want ...string) (err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("parquet reader: %v", r)
		}
	}()
	p, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(4<<10))
	if err != nil {
		return err
	}
	for _, group := range p.RowGroups() {
		values := map[string][]parquet.Value{}
		for i, path := range p.Schema().Columns() {
			column := strings.Join(path, ".")
			if len(want) > 0 && !slices.Contains(want, column) {
				continue
			}
			if values[column], err = readColumn(group.ColumnChunks()[i]); err != nil {
				return fmt.Errorf("%s: %w", column, err)
			}
			if n := int64(len(values[column])); n != group.NumRows() {
				return fmt.Errorf("%s: %d values in %d rows", column, n, group.NumRows())
			}
		}
		for i := range int(group.NumRows()) {
			row := columns{}
			for column := range values {
				row[column] = values[column][i]
			}
			fn(row)
		}
	}
	return nil
}

// readColumn returns the values of a flat column, one for each row.
func readColumn(chunk parquet.ColumnChunk) ([]parquet.Value, error) {
	pages := chunk.Pages()
	defer pages.Close()
	var out []parquet.Value
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		values := make([]parquet.Value, page.NumValues())
		n, err := page.Values().ReadValues(values)
		if err != nil && !errors.Is(err, io.EOF) {
			return out, err
		}
		out = append(out, values[:n]...)
	}
}

// RowHash is a hash of all rows of the lake in folder that count, whatever file they lie in
// and in whatever order, each with its partition. It also counts them. Text that is empty,
// as release 1 wrote some, is the same as NULL.
func RowHash(folder string) (hash string, rows int, err error) {
	c := &checker{root: folder, content: map[string]string{}}
	if c.files, err = list(folder); err != nil {
		return "", 0, err
	}
	c.readWatermarks()
	c.readLedger()
	c.readSnapshots()
	var sums []string
	add := func(f fileRef, counts func(columns) bool) error {
		return readRows(c.path(f.Key), func(r columns) {
			if !counts(r) {
				return
			}
			h := sha256.New()
			fmt.Fprintln(h, path.Dir(f.Key))
			for _, name := range slices.Sorted(maps.Keys(r)) {
				if v := r[name]; !v.IsNull() && (v.Kind() != parquet.ByteArray || len(v.ByteArray()) > 0) {
					fmt.Fprintf(h, "%s=%d:%v\n", name, v.Kind(), v)
				}
			}
			sums = append(sums, string(h.Sum(nil)))
		})
	}
	entries := map[string]*entry{}
	for _, e := range c.entries {
		entries[e.ID] = e
		files, _ := c.loose(e)
		for _, f := range files {
			if err := add(f, func(columns) bool { return true }); err != nil {
				return "", 0, fmt.Errorf("%s: %w", f.Key, err)
			}
		}
	}
	for _, s := range c.snapshots {
		if s.hour < c.expired["lake"] {
			continue
		}
		counts := c.unmasked(s, entries)
		for _, f := range s.Files {
			if err := add(f, func(r columns) bool { return counts[r.text("landing_id")] }); err != nil {
				return "", 0, fmt.Errorf("%s: %w", f.Key, err)
			}
		}
	}
	slices.Sort(sums)
	sum := sha256.Sum256([]byte(strings.Join(sums, "")))
	return hex.EncodeToString(sum[:]), len(sums), nil
}

// checkQuarantine compares the kept bytes with the object's.
func (c *checker) checkQuarantine(e *entry, object []byte) {
	for _, q := range e.Quarantine {
		b, err := os.ReadFile(c.path(q.Kept))
		if err != nil {
			continue // Files says so
		}
		cut := strings.Contains(q.Reason, "are kept here")
		if !cut && int64(len(b)) != q.Bytes {
			c.blame("Files", q.Kept, "%d bytes, the ledger says %d", len(b), q.Bytes)
			continue
		}
		if strings.Contains(q.Reason, "inflated byte") {
			if !inflatedHolds(object, q.Offset, b) {
				c.blame("Files", q.Kept, "the kept bytes are not in the gzip member at byte %d", q.Offset)
			}
			continue
		}
		if q.Offset < 0 || q.Offset+int64(len(b)) > int64(len(object)) || !bytes.Equal(object[q.Offset:q.Offset+int64(len(b))], b) {
			c.blame("Files", q.Kept, "the kept bytes are not those at byte %d of the object", q.Offset)
		}
	}
}
