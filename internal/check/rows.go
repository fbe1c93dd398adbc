package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

const hourMs = 3_600_000

// checkRows compares a Parquet file with what its entry says, and adds its ids to got.
func (c *checker) checkRows(f fileRef, got map[eventID]int) (rows int64, err error) {
	sum, size, err := hashFile(c.path(f.Key))
	if err != nil {
		return 0, err
	}
	if sum != f.SHA256 || size != f.Bytes {
		return 0, fmt.Errorf("%d bytes with SHA-256 %.12s…, the ledger says %d with %.12s…", size, sum, f.Bytes, f.SHA256)
	}
	hour, err := hourOf(f.Key)
	if err != nil {
		return 0, err
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
		got[eventID{r.text("account_id"), r.text("source"), r.text("event_id")}]++
	})
	if err == nil && found != f {
		err = fmt.Errorf("holds %+v, the ledger says %+v", found, f)
	}
	if wrongHour > 0 {
		c.blame("Keys", f.Key, "%d rows are of another hour", wrongHour)
	}
	return found.Rows, err
}

// columns is one row: its values by the names of their columns.
type columns struct {
	index map[string]int
	row   parquet.Row
}

func (c columns) value(name string) (parquet.Value, bool) {
	at, ok := c.index[name]
	if !ok {
		return parquet.Value{}, false
	}
	for _, v := range c.row {
		if v.Column() == at {
			return v, !v.IsNull()
		}
	}
	return parquet.Value{}, false
}

func (c columns) text(name string) string {
	if v, ok := c.value(name); ok {
		return string(v.ByteArray())
	}
	return ""
}

func (c columns) number(name string) int64 {
	v, ok := c.value(name)
	if !ok {
		return 0
	}
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// readRows calls fn with each row of a file.
func readRows(name string, fn func(columns)) (err error) {
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
	index := map[string]int{}
	for i, column := range p.Schema().Columns() {
		index[strings.Join(column, ".")] = i
	}
	for _, group := range p.RowGroups() {
		if err := readGroup(group, index, fn); err != nil {
			return err
		}
	}
	return nil
}

func readGroup(group parquet.RowGroup, index map[string]int, fn func(columns)) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 256)
	for {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			fn(columns{index, row})
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// RowHash is a hash of all rows of the lake in folder, whatever file they lie in and in
// whatever order, each with its partition. It also counts them.
func RowHash(folder string) (hash string, rows int, err error) {
	files, err := list(folder)
	if err != nil {
		return "", 0, err
	}
	var sums []string
	for key := range files {
		if !strings.HasPrefix(key, "lake/") {
			continue
		}
		err := readRows(filepath.Join(folder, filepath.FromSlash(key)), func(r columns) {
			h := sha256.New()
			fmt.Fprintln(h, path.Dir(key))
			names := make([]string, 0, len(r.index))
			for name := range r.index {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				v, _ := r.value(name)
				fmt.Fprintf(h, "%s=%+v\n", name, v)
			}
			sums = append(sums, string(h.Sum(nil)))
		})
		if err != nil {
			return "", 0, fmt.Errorf("%s: %w", key, err)
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
