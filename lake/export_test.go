package lake

import (
	"bytes"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// RowForm returns the sort key of a row, the length of its identity, and its waiting form.
func RowForm(r *seamark.Log, sound bool) (key []byte, whole int, body []byte) {
	id, ingested := logKind.identity(r)
	key, whole = appendKey(nil, id, sound, ingested, r.LandingID)
	return key, whole, appendRow(nil, r)
}

// ReadRow is what becomes of a waiting form.
func ReadRow[T any](b []byte, row *T) error { return readRow(string(b), row) }

// AppendRow is the waiting form of any row.
func AppendRow[T any](row *T) []byte { return appendRow(nil, row) }

// ReadPack reads all of a pack, whether its checksums match or not.
func ReadPack(b []byte) {
	decodeHead(bytes.NewReader(b))
	parseHead(b, 0)
	parseFilters(b, 0)
	decodeFilters(bytes.NewReader(b))
	decodeShorts(b, 0, func(*short) {})
}

// FilterOf makes the filters of rows, and returns what they say of a word near a row.
func FilterOf(rows []seamark.Log) (has func(row int, word uint64) bool) {
	g := new(gatherer)
	gather(g, filteredLogs, rows)
	b := encodeFilters(map[ID][]filter{ID(strings.Repeat("ab", 32)): g.filters()})
	r := bytes.NewReader(b)
	of, err := decodeFilters(r)
	if err != nil {
		panic(err)
	}
	return func(row int, word uint64) bool {
		for _, s := range of[ID(strings.Repeat("ab", 32))] {
			if row -= s.rows; row < 0 {
				has, err := s.has(r, word)
				return has && err == nil
			}
		}
		return false
	}
}
