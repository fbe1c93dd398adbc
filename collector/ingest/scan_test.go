package ingest_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/ingest"
)

// TestMarkersAreInvisible: gzip readers see only what was sent.
func TestMarkersAreInvisible(t *testing.T) {
	object := ingest.AppendRequest(nil, "one", gzipped([]byte("a")))
	object = ingest.AppendRequest(object, "two", append(gzipped([]byte("b")), gzipped([]byte("c"))...))
	for _, object := range [][]byte{object, ingest.AppendLargeRequest(nil, "large", gzipped([]byte("abc")))} {
		zr, err := gzip.NewReader(bytes.NewReader(object))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(zr); err != nil || string(text) != "abc" {
			t.Errorf("got %q, %v", text, err)
		}
		if _, err := requestsIn(object); err != nil {
			t.Error(err)
		}
	}
}

// TestScanCutAnywhere cuts a segment at every byte: complete requests are found, all of them, and no other.
func TestScanCutAnywhere(t *testing.T) {
	var segment []byte
	var ends []int64
	for i, text := range []string{"first", "", "third, somewhat longer than the others"} {
		segment = ingest.AppendRequest(segment, string(rune('a'+i)), gzipped([]byte(text)))
		ends = append(ends, int64(len(segment)))
	}
	large := ingest.AppendLargeRequest(nil, "large", gzipped([]byte("large")))
	for cut := range len(segment) + 1 {
		got, whole, err := ingest.ScanSegment(bytes.NewReader(segment[:cut]), int64(cut))
		var want []int64
		for _, e := range ends {
			if e <= int64(cut) {
				want = append(want, e)
			}
		}
		wantWhole := cut == 0 || slices.Contains(ends, int64(cut))
		if err != nil || !slices.Equal(got, want) || whole != wantWhole {
			t.Fatalf("cut at %d: got %v %v %v, want %v %v", cut, got, whole, err, want, wantWhole)
		}
	}
	for cut := range len(large) {
		if got, _, err := ingest.ScanSegment(bytes.NewReader(large[:cut]), int64(cut)); err != nil || len(got) > 0 {
			t.Fatalf("large, cut at %d: got %v %v, want none", cut, got, err)
		}
	}
	if got, whole, err := ingest.ScanSegment(bytes.NewReader(large), int64(len(large))); err != nil || !whole || len(got) != 1 {
		t.Errorf("large: got %v %v %v", got, whole, err)
	}
}

// TestScanFlippedAnywhere flips every bit: a damaged request is not taken for a complete one.
func TestScanFlippedAnywhere(t *testing.T) {
	whole := ingest.AppendRequest(nil, "a", gzipped([]byte("payload")))
	for bit := range 8 * len(whole) {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		got, ok, err := ingest.ScanSegment(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if id, n := ingest.ParseMarker(b); ok && len(got) == 1 && n > 0 && id != "a" {
			continue // the id itself is not hashed: another name for the same bytes
		}
		if len(got) > 0 {
			t.Fatalf("bit %d: a damaged request is taken for a complete one", bit)
		}
	}
}

func TestScanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var segment []byte
		n := rapid.IntRange(1, 6).Draw(t, "requests")
		for i := range n {
			members := gzipped(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "content"))
			if rapid.Bool().Draw(t, "forged") { // a member that pretends to be a marker is content
				members = append(members, ingest.AppendRequest(nil, "forged", members)...)
			}
			segment = ingest.AppendRequest(segment, string(rune('a'+i)), members)
		}
		got, whole, err := ingest.ScanSegment(bytes.NewReader(segment), int64(len(segment)))
		if err != nil || !whole || len(got) != n {
			t.Fatalf("got %d %v %v, want %d", len(got), whole, err, n)
		}
		count, err := ingest.CountIdentities(bytes.NewReader(segment), int64(len(segment)))
		if err != nil || count != n {
			t.Fatalf("got %d identities, %v, want %d", count, err, n)
		}
		tail := rapid.SliceOfN(rapid.Byte(), 1, 80).Draw(t, "garbage")
		longer := append(bytes.Clone(segment), tail...)
		if got, whole, err := ingest.ScanSegment(bytes.NewReader(longer), int64(len(longer))); err != nil || whole || len(got) != n {
			t.Fatalf("with garbage behind it: got %d %v %v, want %d", len(got), whole, err, n)
		}
	})
}

// FuzzScanSegment: whatever lies in the spool, what is taken for complete requests can be
// read back as such, and nothing panics.
func FuzzScanSegment(f *testing.F) {
	f.Add(ingest.AppendRequest(nil, "one", gzipped([]byte("a"))))
	f.Add(ingest.AppendLargeRequest(nil, "large", gzipped([]byte("abc"))))
	f.Add([]byte("\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xffseamark-request x -1 00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ends, whole, err := ingest.ScanSegment(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		for _, e := range ends {
			if e <= last || e > int64(len(b)) {
				t.Fatalf("ends %v in %d bytes", ends, len(b))
			}
			last = e
		}
		if whole && last != int64(len(b)) {
			t.Fatalf("whole, but ends at %d of %d", last, len(b))
		}
		count, err := ingest.CountIdentities(bytes.NewReader(b), int64(len(b)))
		if err != nil || count < len(ends) {
			t.Fatalf("got %d identities, %v, want %d or more", count, err, len(ends))
		}
	})
}
