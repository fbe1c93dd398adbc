package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A marker is an empty gzip member (RFC 1952) whose header comment tells of a request:
//
//	seamark-request <id> <bytes> <sha256>        of the members that follow
//	seamark-request <id> - -                     a large request: the members that follow, up to its end
//	seamark-request-end <id> <bytes> <sha256>    of the members between the two
//
// Bytes counts the members, the marker itself not included; the hash is over the same bytes, in hex.
type marker struct {
	id   string
	end  bool
	open bool // "- -": bytes and sum are not known yet
	size int64
	sum  [sha256.Size]byte
}

const (
	beginWord = "seamark-request"
	endWord   = "seamark-request-end"

	// maxID bounds the id of a request; Firehose's have 36 characters.
	maxID = 256
	// maxMarker bounds the encoded length of a marker.
	maxMarker = len(markerHead) + len(endWord) + 1 + maxID + 1 + 20 + 1 + 2*sha256.Size + 1 + len(markerTail)

	// Method 8, flag FCOMMENT, no time, unknown system; then the comment and its NUL.
	markerHead = "\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
	// An empty final block of fixed codes, CRC 0 and size 0.
	markerTail = "\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

// append encodes m.
func (m marker) append(b []byte) []byte {
	b = append(b, markerHead...)
	if m.end {
		b = append(b, endWord...)
	} else {
		b = append(b, beginWord...)
	}
	b = append(append(append(b, ' '), m.id...), ' ')
	if m.open {
		b = append(b, "- -"...)
	} else {
		b = append(strconv.AppendInt(b, m.size, 10), ' ')
		b = hex.AppendEncode(b, m.sum[:])
	}
	b = append(b, 0)
	return append(b, markerTail...)
}

// parseMarker reads the marker at the start of b and returns its length, 0 when there is none.
func parseMarker(b []byte) (m marker, length int) {
	rest, ok := bytes.CutPrefix(b, []byte(markerHead))
	if !ok {
		return marker{}, 0
	}
	end := bytes.IndexByte(rest[:min(len(rest), maxMarker)], 0)
	if end < 0 || !bytes.HasPrefix(rest[end+1:], []byte(markerTail)) {
		return marker{}, 0
	}
	words := strings.Split(string(rest[:end]), " ")
	if len(words) != 4 || checkID(words[1]) != nil {
		return marker{}, 0
	}
	m.id = words[1]
	switch words[0] {
	case beginWord:
	case endWord:
		m.end = true
	default:
		return marker{}, 0
	}
	length = len(markerHead) + end + 1 + len(markerTail)
	if words[2] == "-" && words[3] == "-" && !m.end {
		m.open = true
		return m, length
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	sum, err2 := hex.DecodeString(words[3])
	if err != nil || err2 != nil || size < 0 || len(sum) != sha256.Size {
		return marker{}, 0
	}
	m.size = size
	copy(m.sum[:], sum)
	if string(m.append(nil)) != string(b[:length]) {
		return marker{}, 0 // not as we write it: damaged
	}
	return m, length
}

// lastMarker finds the marker with which b ends.
func lastMarker(b []byte) (m marker, length int) {
	for at := len(b); ; {
		at = bytes.LastIndex(b[:at], []byte(markerHead))
		if at < 0 {
			return marker{}, 0
		}
		if m, n := parseMarker(b[at:]); n > 0 && at+n == len(b) {
			return m, n
		}
	}
}

// checkID reports why id cannot name a request: it must be 1 to 256 visible ASCII characters.
func checkID(id string) error {
	if id == "" {
		return fmt.Errorf("request id is empty")
	}
	if len(id) > maxID {
		return fmt.Errorf("request id has %d characters, more than %d", len(id), maxID)
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return fmt.Errorf("request id %q has other than visible ASCII characters", id)
		}
	}
	return nil
}
