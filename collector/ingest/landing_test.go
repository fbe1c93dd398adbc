package ingest_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// found is a request as it lies in a landing object.
type found struct {
	id, key string
	content [sha256.Size]byte // of what its members inflate to
}

// readLanding reads every landing object below root with the standard library's gzip
// reader, and checks that each is a sound concatenation whose markers tell the truth. It
// shares no code with what it checks.
func readLanding(root string) (all []found, err error) {
	err = filepath.WalkDir(filepath.Join(root, "landing"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		object, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		in, err := requestsIn(object)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		for _, f := range in {
			f.key = p
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// requestsIn takes an object apart, member by member.
func requestsIn(object []byte) (all []found, err error) {
	var (
		in      = bytes.NewReader(object)
		zr      = new(gzip.Reader)
		words   []string // of the marker whose members are being read
		begin   int      // where they begin
		content = sha256.New()
	)
	finish := func(size, sum string, end int) error {
		if got := sha256.Sum256(object[begin:end]); size != strconv.Itoa(end-begin) || sum != hex.EncodeToString(got[:]) {
			return fmt.Errorf("request %s: %d bytes at %d, marker says %s", words[1], end-begin, begin, size)
		}
		all = append(all, found{id: words[1], content: [32]byte(content.Sum(nil))})
		content.Reset()
		words = nil
		return nil
	}
	for in.Len() > 0 {
		start := len(object) - in.Len()
		if err := zr.Reset(in); err != nil {
			return nil, fmt.Errorf("byte %d: %w", start, err)
		}
		zr.Multistream(false)
		text, err := io.ReadAll(zr)
		if err != nil {
			return nil, fmt.Errorf("member at byte %d: %w", start, err)
		}
		end := len(object) - in.Len()
		comment := strings.Fields(zr.Comment)
		switch {
		case len(comment) == 4 && comment[0] == "seamark-request" && len(text) == 0:
			if words != nil {
				return nil, fmt.Errorf("byte %d: the request before is not complete", start)
			}
			words, begin = comment, end
		case len(comment) == 4 && comment[0] == "seamark-request-end" && len(text) == 0:
			if words == nil || words[2] != "-" || words[1] != comment[1] || in.Len() > 0 {
				return nil, fmt.Errorf("byte %d: an end without a beginning", start)
			}
			if err := finish(comment[2], comment[3], start); err != nil {
				return nil, err
			}
		case words == nil:
			return nil, fmt.Errorf("byte %d: a member without a marker", start)
		default:
			content.Write(text)
			if strconv.Itoa(end-begin) == words[2] {
				if err := finish(words[2], words[3], end); err != nil {
					return nil, err
				}
			}
		}
	}
	if words != nil {
		return nil, fmt.Errorf("request %s is not complete", words[1])
	}
	return all, nil
}

// leftIn lists the files in the spool and among the temporary ones.
func leftIn(root string) []string {
	var left []string
	for _, folder := range []string{"spool", "tmp"} {
		entries, _ := os.ReadDir(filepath.Join(root, folder))
		for _, e := range entries {
			left = append(left, folder+"/"+e.Name())
		}
	}
	return left
}

// request is what a test sends.
type request struct {
	id      string
	records [][]byte
}

// content hashes what the request's members must inflate to.
func (r request) content() [sha256.Size]byte {
	h := sha256.New()
	for _, record := range r.records {
		if bytes.HasPrefix(record, []byte{0x1f, 0x8b, 8}) {
			zr, err := gzip.NewReader(bytes.NewReader(record))
			if err != nil {
				panic(err)
			}
			if _, err := io.Copy(h, zr); err != nil {
				panic(err)
			}
			continue
		}
		h.Write(record)
	}
	return [32]byte(h.Sum(nil))
}

func (r request) empty() bool {
	for _, record := range r.records {
		if len(record) > 0 {
			return false
		}
	}
	return true
}

// gzipped is a gzip member of b.
// zippers are used again: a new one costs more than what most tests compress.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// balance compares what was sent and acknowledged with what lies in the landing zone: each
// acknowledged request once and whole, no other more than once.
func balance(root string, sent []request, acked map[string]bool) error {
	all, err := readLanding(root)
	if err != nil {
		return err
	}
	times := map[string]int{}
	content := map[string][sha256.Size]byte{}
	for _, f := range all {
		times[f.id]++
		content[f.id] = f.content
	}
	known := map[string]bool{}
	for _, r := range sent {
		known[r.id] = true
		n := times[r.id]
		switch {
		case r.empty():
			if n > 0 {
				return fmt.Errorf("request %s is empty but stored", r.id)
			}
		case acked[r.id] && n != 1:
			return fmt.Errorf("request %s was acknowledged and is stored %d times", r.id, n)
		case n > 1:
			return fmt.Errorf("request %s is stored %d times", r.id, n)
		case n == 1 && content[r.id] != r.content():
			return fmt.Errorf("request %s is stored with other content", r.id)
		}
	}
	for id := range times {
		if !known[id] {
			return fmt.Errorf("request %s was never sent", id)
		}
	}
	return nil
}

// eventsBelow counts the log events and control messages in all landing objects.
func eventsBelow(t testing.TB, root string) (events, control int64, ids map[string]bool) {
	t.Helper()
	ids = map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "landing"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		zr, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		for d := json.NewDecoder(zr); ; {
			var payload struct {
				MessageType string
				LogEvents   []struct{ ID string }
			}
			if err := d.Decode(&payload); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			if payload.MessageType == "CONTROL_MESSAGE" {
				control++
				continue
			}
			for _, e := range payload.LogEvents {
				events++
				ids[e.ID] = true
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return events, control, ids
}
