package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/lake"
)

// marksFolder holds which landing objects are in which index.
//
// indexed/<hash of the target>/<hash of the content>.ids has a line for each object:
// its landing id and its outcome, so that an object that was transformed anew is indexed
// anew, in place of what it was. A run adds a file; many files are merged into one. What is lost or
// damaged here is only indexed again, which changes nothing.
const marksFolder = "indexed"

// mergeBeyond is how many files of marks are kept apart.
const mergeBeyond = 64

// marks is what is known of one target. It is safe for concurrent use.
type marks struct {
	dir    lake.Store
	folder string

	mu    sync.Mutex
	done  map[lake.ID]string // outcome, or what the first release wrote
	fresh []string           // lines not written yet
	files map[string]bool    // keys read or written
}

func openMarks(l *lake.Lake, target string) (*marks, error) {
	sum := sha256.Sum256([]byte(target))
	m := &marks{dir: l.Store, folder: marksFolder + "/" + hex.EncodeToString(sum[:16]), done: map[lake.ID]string{}, files: map[string]bool{}}
	err := l.Walk(m.folder, func(key string, _ fs.DirEntry) error {
		b, err := l.ReadFile(key)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // merged meanwhile
		}
		if err != nil {
			return err
		}
		m.files[key] = true
		for line := range strings.Lines(string(b)) {
			id, hash, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if ok && lake.ID(id).Valid() {
				m.done[lake.ID(id)] = hash
			}
		}
		return nil
	})
	return m, err
}

// filesHash is what the first release marked an object with.
func filesHash(e *lake.Entry) string {
	h := sha256.New()
	for _, f := range e.Files {
		h.Write([]byte(f.SHA256))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (m *marks) has(e *lake.Entry) bool {
	m.mu.Lock()
	mark := m.done[e.ID]
	m.mu.Unlock()
	return mark == string(e.Outcome()) || mark != "" && e.Brief == nil && mark == filesHash(e)
}

// other reports whether the index is known to hold the object as it was before it was
// transformed anew.
func (m *marks) other(e *lake.Entry) bool {
	m.mu.Lock()
	known := m.done[e.ID] != ""
	m.mu.Unlock()
	return known && !m.has(e)
}

// add marks an object as indexed, in memory.
func (m *marks) add(e *lake.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mark := string(e.Outcome())
	if m.done[e.ID] != mark {
		m.done[e.ID] = mark
		m.fresh = append(m.fresh, string(e.ID)+" "+mark+"\n")
	}
}

// flush makes the marks durable, and merges their files when they have become many.
func (m *marks) flush(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.fresh) == 0 {
		return ctx.Err()
	}
	if len(m.files) < mergeBeyond {
		if err := m.put(m.fresh); err != nil {
			return err
		}
		m.fresh = nil
		return nil
	}
	lines := make([]string, 0, len(m.done))
	for id, hash := range m.done {
		lines = append(lines, string(id)+" "+hash+"\n")
	}
	merged := m.files
	m.files = map[string]bool{}
	if err := m.put(lines); err != nil {
		m.files = merged
		return err
	}
	m.fresh = nil
	for key := range merged { // the new file holds what they held
		if !m.files[key] {
			if err := m.dir.Remove(key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *marks) put(lines []string) error {
	body := strings.Join(lines, "")
	sum := sha256.Sum256([]byte(body))
	key := m.folder + "/" + hex.EncodeToString(sum[:16]) + ".ids"
	if err := m.dir.PutBytes(key, []byte(body)); err != nil {
		return err
	}
	m.files[key] = true
	return nil
}
