package check

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Acked is a request to the front door that was answered 200.
type Acked struct {
	ID     string // of the request
	SHA256 string // in hex, of what its records hold, one after the other; a gzip'd record counts inflated
}

// Acknowledged notes a request by what it carried.
func Acknowledged(id string, records [][]byte) Acked {
	h := sha256.New()
	for _, r := range records {
		h.Write(inflateAll(r))
	}
	return Acked{id, hex.EncodeToString(h.Sum(nil))}
}

// inflateAll returns what the gzip members of b hold; what is not gzip stays as it is.
func inflateAll(b []byte) []byte {
	gz, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return b
	}
	out, err := io.ReadAll(gz)
	if err != nil {
		return b
	}
	return out
}

// A marker is the empty gzip member before, and after a large request also behind, the
// members of a request; its comment tells of it. The format: docs/formats/landing.md.
const (
	markerHead = "\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
	markerTail = "\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

// comment is what a marker says: "seamark-request[-end] <id> <bytes> <sha256>".
var comment = regexp.MustCompile(`^(seamark-request(?:-end)?) ([!-~]{1,256}) (\d+|-) ([0-9a-f]{64}|-)$`)

// mark is a marker found at some place.
type mark struct {
	word, id, size, sum string
	end                 int // behind it
}

// marksIn finds the markers in b.
func marksIn(b []byte) []mark {
	var out []mark
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(markerHead))
		if i < 0 {
			return out
		}
		at += i + len(markerHead)
		n := bytes.Index(b[at:min(len(b), at+500)], []byte(markerTail))
		if n < 0 {
			continue
		}
		if m := comment.FindStringSubmatch(string(b[at : at+n])); m != nil {
			at += n + len(markerTail)
			out = append(out, mark{m[1], m[2], m[3], m[4], at})
		}
	}
}

// block is a request as it lies in a landing object.
type block struct {
	id, sum string // sum: SHA-256 of what its members hold
	object  string
}

// checkAcked looks for each acknowledged request.
func (c *checker) checkAcked() {
	if len(c.Acked) == 0 {
		return
	}
	found := map[string][]block{}
	for key := range c.content {
		b, err := os.ReadFile(c.path(key))
		if err != nil {
			c.blame("Acked", key, "%v", err)
			continue
		}
		for _, x := range c.blocks(key, b) {
			found[x.id] = append(found[x.id], x)
		}
	}
	if c.Unfinished {
		c.addSpooled(found)
	}
	for _, a := range c.Acked {
		switch blocks := found[a.ID]; {
		case len(blocks) == 0:
			c.blame("Acked", a.ID, "the request was acknowledged, but lies in no landing object")
		case len(blocks) > 1:
			c.blame("Acked", a.ID, "the request lies %d times in landing objects: %s, %s", len(blocks), blocks[0].object, blocks[1].object)
		case blocks[0].sum != a.SHA256:
			c.blame("Acked", a.ID, "the bytes in %s are not those that were acknowledged", blocks[0].object)
		}
	}
}

// addSpooled adds what is durable but not yet a landing object.
func (c *checker) addSpooled(found map[string][]block) {
	for key := range c.files {
		name, ok := strings.CutPrefix(key, "spool/")
		if !ok {
			continue
		}
		if slices.ContainsFunc(keysOf(c.content), func(k string) bool { return strings.HasSuffix(k, "/"+name) }) {
			continue // linked as a landing object already
		}
		b, err := os.ReadFile(c.path(key))
		if err != nil {
			continue
		}
		for _, x := range c.blocks(key, b) {
			found[x.id] = append(found[x.id], x)
		}
	}
}

func keysOf(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// blocks finds the requests in a landing object, and checks their own checksums.
func (c *checker) blocks(key string, b []byte) []block {
	var out []block
	marks := marksIn(b)
	for i, m := range marks {
		if m.word != "seamark-request" {
			continue
		}
		size, sum := m.size, m.sum
		if size == "-" {
			if i+1 == len(marks) || marks[i+1].word != "seamark-request-end" {
				continue // it broke off, and was not acknowledged
			}
			size, sum = marks[i+1].size, marks[i+1].sum
		}
		n, err := strconv.Atoi(size)
		if err != nil || m.end+n > len(b) {
			c.unlessUnfinished(key, fmt.Sprintf("request %s breaks off", m.id))
			continue
		}
		members := b[m.end : m.end+n]
		if own := sha256.Sum256(members); hex.EncodeToString(own[:]) != sum {
			c.unlessUnfinished(key, fmt.Sprintf("request %s is not what its marker says", m.id))
			continue
		}
		content := sha256.Sum256(nil)
		if n > 0 {
			content = sha256.Sum256(inflateAll(members))
		}
		out = append(out, block{m.id, hex.EncodeToString(content[:]), key})
	}
	return out
}

func (c *checker) unlessUnfinished(key, what string) {
	if !c.Unfinished {
		c.blame("Acked", key, "%s", what)
	}
}

// inflatedHolds reports whether the gzip member at offset at holds b, also within a
// member of its own.
func inflatedHolds(object []byte, at int64, b []byte) bool {
	if at < 0 || at > int64(len(object)) {
		return false
	}
	inflate := func(from []byte) []byte {
		gz, err := gzip.NewReader(bytes.NewReader(from))
		if err != nil {
			return nil
		}
		out, _ := io.ReadAll(gz) // up to the damage
		return out
	}
	outer := inflate(object[at:])
	return bytes.Contains(outer, b) || bytes.Contains(inflate(outer), b)
}
