package lake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
)

// File is one Parquet file that counts, with its partition.
type File struct {
	FileRef
	Partition
}

// Lake is a Store with what its ledger says: which files count. It is safe for
// concurrent use.
type Lake struct {
	Store

	mu         sync.RWMutex
	entries    map[ID]*Entry
	files      map[ID][]File // of each entry, with their keys taken apart
	superseded map[ID]bool
	seen       Seen             // of the ledger's folder
	damaged    map[string]error // ledger entries that cannot be read, by key
	generation uint64           // changes whenever the files do
}

// Open opens the lake in folder and reads its ledger. With mustExist, a folder that is
// missing is a fault; else it is an empty lake.
func Open(ctx context.Context, folder string, mustExist bool) (*Lake, error) {
	if mustExist {
		if _, err := os.ReadDir(folder); err != nil {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot read the lake", Where: folder, Err: errors.Unwrap(err),
				Remedy: "name a folder that `seamark transform` or `seamark up` has filled"}
		}
	}
	d, err := OpenDir(folder, nil)
	if err != nil {
		return nil, err
	}
	l := New(d)
	return l, l.Refresh(ctx)
}

// New returns a lake over s whose ledger is not read yet.
func New(s Store) *Lake {
	return &Lake{Store: s, entries: map[ID]*Entry{}, files: map[ID][]File{}, superseded: map[ID]bool{}, damaged: map[string]error{}}
}

// Refresh reads the ledger entries that are new. Entries that cannot be read are kept
// for Damaged and hide nothing else.
func (l *Lake) Refresh(ctx context.Context) error {
	return l.News(ctx, LedgerFolder, &l.seen, l.readEntry)
}

func (l *Lake) readEntry(key string) {
	m := ledgerKeyPattern.FindStringSubmatch(key)
	if m == nil {
		return
	}
	l.mu.RLock()
	known := l.entries[ID(m[1])] != nil
	l.mu.RUnlock()
	if known {
		return
	}
	e, err := l.Entry(key)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		l.damaged[key] = err
	default:
		l.add(e)
	}
}

// add takes an entry into the picture. The caller holds mu.
func (l *Lake) add(e *Entry) {
	delete(l.damaged, e.Key())
	l.entries[e.ID] = e
	files := make([]File, 0, len(e.Files))
	for _, f := range e.Files {
		if p, _, err := ParseFileKey(f.Key); err == nil { // as the entry was checked
			files = append(files, File{f, p})
		}
	}
	l.files[e.ID] = files
	for _, id := range e.Supersedes {
		l.superseded[id] = true
	}
	l.generation++
}

// Entry reads one ledger entry.
func (l *Lake) Entry(key string) (*Entry, error) {
	b, err := l.ReadFile(key)
	if err != nil {
		return nil, err
	}
	e, err := DecodeEntry(b)
	if err == nil && e.Key() != key {
		err = errors.New("the entry belongs to another object")
	}
	if err != nil {
		return nil, &seamark.Fault{What: "damaged ledger entry", Where: key, Err: err,
			Remedy: "run `seamark transform --force` on its landing object"}
	}
	return e, nil
}

// Known returns the entry of the object with content id, when the ledger, as far as it
// was read, has one that counts.
func (l *Lake) Known(id ID) (*Entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e := l.entries[id]
	return e, e != nil && !l.superseded[id]
}

// Cover notes that a landing object at o has the content of e, which is done: it is
// no longer pending. Objects outside the lake are not noted.
func (l *Lake) Cover(e *Entry, o Origin) error {
	if !strings.HasPrefix(o.URL, LandingFolder+"/") || e.covers(o) {
		return nil
	}
	more := *e
	more.Also = append(slices.Clone(e.Also), o)
	return l.put(&more)
}

// Entries lists the entries that count, oldest arrival first.
func (l *Lake) Entries() []*Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*Entry, 0, len(l.entries))
	for id, e := range l.entries {
		if !l.superseded[id] {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *Entry) int {
		return cmp.Or(a.Arrival.Compare(b.Arrival), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Damaged lists the keys of ledger entries that cannot be read, with the fault.
func (l *Lake) Damaged() map[string]error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make(map[string]error, len(l.damaged))
	for k, err := range l.damaged {
		out[k] = err
	}
	return out
}

// Generation changes whenever the set of files does.
func (l *Lake) Generation() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.generation
}

// Files lists the files of t that may hold rows in span, in order of their keys.
func (l *Lake) Files(t seamark.Table, span seamark.Span) []File {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []File
	for id, files := range l.files {
		if l.superseded[id] {
			continue
		}
		for _, f := range files {
			if f.Table == t && (span.From.IsZero() || f.MaxMs >= span.From.UnixMilli()) && (span.To.IsZero() || f.MinMs < span.To.UnixMilli()) {
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Accounts sums the accounts of the entries that count.
func (l *Lake) Accounts() seamark.Accounts {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var sum seamark.Accounts
	for id, e := range l.entries {
		if !l.superseded[id] {
			sum.Add(e.Accounts)
		}
	}
	return sum
}

// damagedFolder holds a mark for each damaged object by its URL, so that its repaired
// successor finds it without reading the whole ledger.
const damagedFolder = "damaged"

func damagedPrefix(url string) string {
	sum := sha256.Sum256([]byte(url))
	return LedgerFolder + "/" + damagedFolder + "/" + hex.EncodeToString(sum[:16])
}

// Predecessors lists the damaged objects read from url before, other than id.
func (l *Lake) Predecessors(url string, id ID) ([]ID, error) {
	var ids []ID
	if url == "" || url == "-" {
		return nil, nil
	}
	err := l.Walk(damagedPrefix(url), func(key string, _ fs.DirEntry) error {
		if was := ID(key[strings.LastIndexByte(key, '/')+1:]); was.Valid() && was != id {
			ids = append(ids, was)
		}
		return nil
	})
	return ids, err
}

// Commit makes a landing object done: from now on readers see its rows, and no longer
// those of the objects it supersedes, which are then removed.
func (l *Lake) Commit(e *Entry) error {
	if e.Accounts.Quarantined > 0 && e.Origin.URL != "-" {
		// Before the entry, so that no damaged object is ever without its mark.
		if err := l.PutBytes(damagedPrefix(e.Origin.URL)+"/"+string(e.ID), []byte(e.Key()+"\n")); err != nil {
			return err
		}
	}
	was, again := l.Known(e.ID)
	if again {
		e.Also = was.Also
	}
	if err := l.put(e); err != nil {
		return err
	}
	if again { // done anew: what it no longer names goes last
		if err := l.removeAllBut(was, e); err != nil {
			return err
		}
	}
	return l.RemoveSuperseded(e)
}

// removeAllBut deletes the files and quarantined pieces of was that e does not name.
func (l *Lake) removeAllBut(was, e *Entry) error {
	named := map[string]bool{"": true}
	for _, f := range e.Files {
		named[f.Key] = true
	}
	for _, q := range e.Quarantine {
		named[q.Kept] = true
	}
	var stale []string
	for _, f := range was.Files {
		stale = append(stale, f.Key)
	}
	for _, q := range was.Quarantine {
		stale = append(stale, q.Kept)
	}
	return l.Remove(slices.DeleteFunc(stale, func(key string) bool { return named[key] })...)
}

func (l *Lake) put(e *Entry) error {
	b, err := e.Encode()
	if err != nil {
		return err
	}
	if err := l.PutBytes(e.Key(), b); err != nil {
		return err
	}
	l.mu.Lock()
	l.add(e)
	l.mu.Unlock()
	return nil
}
