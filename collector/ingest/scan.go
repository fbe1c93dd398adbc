package ingest

import (
	"crypto/sha256"
	"io"

	"github.com/seamark-hq/seamark/lake"
)

// part is one complete request in a segment: its marker, or markers, and its members.
type part struct {
	identity
	offset, length int64
}

// scanSegment finds the complete requests in a segment that a crash may have cut
// anywhere: those whose members are all there and hash to what the marker says. Whole is
// true when there is nothing else in the file.
func scanSegment(f io.ReaderAt, size int64) (parts []part, whole bool, err error) {
	var offset int64
	for offset < size {
		m, length, err := markerAt(f, offset, size)
		if err != nil {
			return parts, false, err
		}
		if length == 0 || m.end {
			return parts, false, nil
		}
		first := offset == 0
		begin := offset + int64(length)
		end := begin + m.size
		if m.open {
			last, n, err := endMarker(f, size)
			if err != nil {
				return parts, false, err
			}
			end = size
			if !first || n == 0 || !last.end || last.id != m.id || last.size != size-begin-int64(n) {
				return parts, false, nil
			}
			m = last
		} else if m.size > size-begin {
			return parts, false, nil
		}
		sum, err := hashOf(f, begin, m.size)
		if err != nil {
			return parts, false, err
		}
		if sum != m.sum {
			return parts, false, nil
		}
		parts = append(parts, part{identify(m.id, m.sum), offset, end - offset})
		offset = end
	}
	return parts, true, nil
}

// readIdentities lists the requests in a landing object of ours. It looks at markers
// only and passes over what is between them.
func readIdentities(f io.ReaderAt, size int64) ([]identity, error) {
	var all []identity
	for offset := int64(0); offset < size; {
		m, length, err := markerAt(f, offset, size)
		if err != nil || length == 0 || m.end {
			return all, err
		}
		if m.open {
			if m, length, err = endMarker(f, size); err != nil || length == 0 || !m.end {
				return all, err
			}
			return append(all, identify(m.id, m.sum)), nil
		}
		all = append(all, identify(m.id, m.sum))
		offset += int64(length) + m.size
	}
	return all, nil
}

func markerAt(f io.ReaderAt, offset, size int64) (marker, int, error) {
	b := make([]byte, min(int64(maxMarker), size-offset))
	if _, err := f.ReadAt(b, offset); err != nil && err != io.EOF {
		return marker{}, 0, err
	}
	m, n := parseMarker(b)
	return m, n, nil
}

func endMarker(f io.ReaderAt, size int64) (marker, int, error) {
	n := min(int64(maxMarker), size)
	b := make([]byte, n)
	if _, err := f.ReadAt(b, size-n); err != nil && err != io.EOF {
		return marker{}, 0, err
	}
	m, length := lastMarker(b)
	return m, length, nil
}

func hashOf(f io.ReaderAt, offset, n int64) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	_, err = io.Copy(h, io.NewSectionReader(f, offset, n))
	h.Sum(sum[:0])
	return sum, err
}

// identitiesIn is readIdentities of a file.
func identitiesIn(f lake.Object) ([]identity, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return readIdentities(f, info.Size())
}
