package ingest

import (
	"crypto/sha256"
	"io"
)

// The tests of the decoders reach them through these.

// ReadDelivery reads a request body and collects its records.
func ReadDelivery(in io.Reader) (id string, timestamp int64, records [][]byte, err error) {
	c := &collector{}
	got, err := new(deliveryReader).read(in, c)
	return got.requestID, got.timestamp, c.records, err
}

type collector struct{ records [][]byte }

func (c *collector) BeginRecord() error { c.records = append(c.records, []byte{}); return nil }
func (c *collector) Write(b []byte) (int, error) {
	n := len(c.records) - 1
	c.records[n] = append(c.records[n], b...)
	return len(b), nil
}
func (c *collector) EndRecord() error { return nil }

// IsBadBody reports whether err is the client's fault.
func IsBadBody(err error) bool { _, ok := err.(*badBody); return ok }

// AppendRequest writes a request as the spool does: marker and members.
func AppendRequest(b []byte, id string, members []byte) []byte {
	b = marker{id: id, size: int64(len(members)), sum: sha256.Sum256(members)}.append(b)
	return append(b, members...)
}

// AppendLargeRequest writes a request between two markers.
func AppendLargeRequest(b []byte, id string, members []byte) []byte {
	b = append(marker{id: id, open: true}.append(b), members...)
	return marker{id: id, end: true, size: int64(len(members)), sum: sha256.Sum256(members)}.append(b)
}

// ScanSegment returns where each complete request in a segment ends.
func ScanSegment(f io.ReaderAt, size int64) (ends []int64, whole bool, err error) {
	parts, whole, err := scanSegment(f, size)
	for _, p := range parts {
		ends = append(ends, p.offset+p.length)
	}
	return ends, whole, err
}

// ParseMarker returns the id in the marker at the start of b, and the marker's length.
func ParseMarker(b []byte) (id string, length int) {
	m, n := parseMarker(b)
	return m.id, n
}

// CountIdentities is the number of requests that the markers of an object name.
func CountIdentities(f io.ReaderAt, size int64) (int, error) {
	all, err := readIdentities(f, size)
	return len(all), err
}
