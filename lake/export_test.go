package lake

import (
	"bytes"

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
	parseHead(b)
	decodeShorts(b, 0, func(*short) {})
}
