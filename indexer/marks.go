package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seamark-hq/seamark/lake"
)

// marksFolder holds which landing objects are in which index.
//
// A mark is a landing id and its outcome, so that an object that was transformed anew is
// indexed anew, in place of what it was. What is lost or damaged here is only indexed again,
// which changes nothing. Marks have two forms, and both are read:
//
//   - indexed/<hash of the target>/<hash of the content>.ids has a line for each object. A run
//     adds a file; many files are merged into one.
//   - indexed/<hash of the target>/<landing id>/<outcome> is the mark of one object, for who
//     works on few objects at a time and must not read all marks (Options.EachMark).
const marksFolder = "indexed"

// mergeBeyond is how many files of marks are kept apart.
const mergeBeyond = 64

// marks is what is known of one target. It is safe for concurrent use.
type marks struct {
	dir    lake.Store
	folder string
	each   bool // one object for each mark
	part   bool // what is not known is looked up
	none   bool // nothing is known, nor noted

	mu    sync.Mutex
	done  map[lake.ID]string // outcomes, or what the first release wrote, with blanks between
	fresh []string           // lines not written yet
	stale []string           // keys of marks that others take the place of
	files map[string]bool    // keys read or written
}

func openMarks(l *lake.Lake, target string, each bool) (*marks, error) {
	sum := sha256.Sum256([]byte(target))
	m := &marks{dir: l.Store, folder: marksFolder + "/" + hex.EncodeToString(sum[:16]), each: each, part: l.IsPart(), done: map[lake.ID]string{}, files: map[string]bool{}}
	if m.part {
		return m, nil
	}
	return m, m.read(m.folder)
}

// read takes in the marks below a folder.
func (m *marks) read(folder string) error {
	return m.dir.Walk(folder, func(key string, _ fs.DirEntry) error {
		if id, outcome, ok := strings.Cut(key[len(m.folder)+1:], "/"); ok {
			m.know(lake.ID(id), outcome)
			return nil
		}
		b, err := m.dir.ReadFile(key)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // merged meanwhile
		}
		if err != nil {
			return err
		}
		m.files[key] = true
		for line := range strings.Lines(string(b)) {
			if id, hash, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok {
				m.know(lake.ID(id), hash)
			}
		}
		return nil
	})
}

func (m *marks) know(id lake.ID, outcome string) {
	if id.Valid() && !slices.Contains(strings.Fields(m.done[id]), outcome) {
		m.done[id] = strings.TrimSpace(m.done[id] + " " + outcome)
	}
}

// lookUp reads the marks of one object, where they were not all read.
func (m *marks) lookUp(id lake.ID) error {
	if !m.part || !id.Valid() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done[id] != "" {
		return nil
	}
	return m.read(m.folder + "/" + string(id))
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
	known := strings.Fields(mark)
	return slices.Contains(known, string(e.Outcome())) || len(known) > 0 && e.Brief == nil && slices.Contains(known, filesHash(e))
}

// other reports whether the index is known to hold the object as it was before it was
// transformed anew.
func (m *marks) other(e *lake.Entry) bool {
	m.mu.Lock()
	known := m.done[e.ID] != ""
	m.mu.Unlock()
	if m.part && !known && e.Generation() != "" {
		return true // it was done before, and nobody has read whether that was indexed
	}
	return known && !m.has(e)
}

// add marks an object as indexed, in memory.
func (m *marks) add(e *lake.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.none {
		return
	}
	mark := string(e.Outcome())
	if was := m.done[e.ID]; was != mark {
		m.done[e.ID] = mark
		m.fresh = append(m.fresh, string(e.ID)+" "+mark+"\n")
		for _, old := range strings.Fields(was) {
			if m.each && old != mark {
				m.stale = append(m.stale, m.folder+"/"+string(e.ID)+"/"+old)
			}
		}
	}
}

// flush makes the marks durable, and merges their files when they have become many.
func (m *marks) flush(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.fresh) == 0 {
		return ctx.Err()
	}
	if m.each {
		return m.flushEach()
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

// flushEach writes an object for each mark.
func (m *marks) flushEach() error {
	var g errgroup.Group
	g.SetLimit(16)
	for _, line := range m.fresh {
		g.Go(func() error {
			return m.dir.PutBytes(m.folder+"/"+strings.Replace(strings.TrimSuffix(line, "\n"), " ", "/", 1), []byte("indexed\n"))
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	m.fresh = nil
	err := m.dir.Remove(m.stale...)
	m.stale = nil
	return err
}

// markAge is how old a mark must be that no entry belongs to: its entry may be on its way.
const markAge = 24 * time.Hour

// sweep removes the marks of single objects whose entries have expired.
func (m *marks) sweep(known func(lake.ID) bool, now time.Time) (int, error) {
	var old []string
	err := m.dir.Walk(m.folder, func(key string, e fs.DirEntry) error {
		id, _, ok := strings.Cut(key[len(m.folder)+1:], "/")
		if !ok || known(lake.ID(id)) {
			return nil
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > markAge {
			old = append(old, key)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(old), m.dir.Remove(old...)
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
