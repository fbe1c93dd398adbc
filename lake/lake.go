package lake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// Lake is a Store with what its ledger says: which files count. It is safe for
// concurrent use.
type Lake struct {
	Store

	mu         sync.RWMutex
	entries    map[ID]*held
	superseded map[ID]bool
	atURL      map[string][]ID // entries by the URL of their landing object
	hours      map[int64]*hour
	todos      map[string]bool // keys of todos that were seen
	replaced   map[string]bool // keys of entries beside which a list of what they no longer name was seen
	expired    watermarks
	ahead      map[string]watermark // those of the future, by key: they do not count
	clock      func() time.Time
	renew      map[int64]bool   // hours whose objects get a new generation whatever their outcome
	scope      []*scope         // what of the ledger is read
	part       bool             // not all of it is
	proven     map[int64]proof  // of hours, that their filters are whole
	demand     *demand          // nil: it is read whether asked for or not
	damaged    map[string]error // ledger entries and snapshots that cannot be read, by key
	generation uint64           // changes whenever the files do
	turn       uint64           // changes whenever rows of compacted files may no longer count

	encoders sync.Pool // of *parquetfile.Encoder

	busy    sync.Mutex
	objects map[ID]chan struct{} // landing objects that are being made done
	entryMu [64]sync.Mutex       // by the first byte of the id: who changes an entry
}

// held is an entry in memory.
type held struct {
	*Entry
	outcome Outcome
	stamp   stamp
}

// stamp tells an entry from the one that replaces it. The zero stamp is never right.
type stamp struct {
	bytes    int64
	modified int64 // Unix nanoseconds
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
	return newLake(s, LedgerFolder)
}

func newLake(s Store, folders ...string) *Lake {
	l := &Lake{Store: s, entries: map[ID]*held{}, superseded: map[ID]bool{}, atURL: map[string][]ID{}, hours: map[int64]*hour{}, todos: map[string]bool{}, replaced: map[string]bool{},
		renew: map[int64]bool{}, damaged: map[string]error{}, proven: map[int64]proof{}, ahead: map[string]watermark{}, clock: time.Now, objects: map[ID]chan struct{}{}}
	for _, folder := range folders {
		l.scope = append(l.scope, &scope{folder: folder})
	}
	return l
}

// add takes an entry into the picture. The caller holds mu.
func (l *Lake) add(e *Entry, s stamp) {
	delete(l.damaged, e.Key())
	h := &held{Entry: e, outcome: e.Outcome(), stamp: s}
	if was := l.entries[e.ID]; was != nil {
		l.unloose(was)
		if was.outcome != h.outcome {
			l.turn++
		}
	}
	l.entries[e.ID] = h
	if isLanding(e.Origin.URL) && !slices.Contains(l.atURL[e.Origin.URL], e.ID) {
		l.atURL[e.Origin.URL] = append(l.atURL[e.Origin.URL], e.ID)
	}
	l.loosen(h)
	for _, id := range e.Supersedes {
		if l.superseded[id] {
			continue
		}
		l.superseded[id] = true
		l.turn++
		if was := l.entries[id]; was != nil {
			l.unloose(was)
		}
	}
	l.generation++
}

// forget takes the entry of id out of the picture.
func (l *Lake) forget(id ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.entries[id]; h != nil {
		l.unloose(h)
		delete(l.entries, id)
		if rest := slices.DeleteFunc(l.atURL[h.Origin.URL], func(at ID) bool { return at == id }); len(rest) > 0 {
			l.atURL[h.Origin.URL] = rest
		} else {
			delete(l.atURL, h.Origin.URL)
		}
		l.generation++
		l.turn++
	}
}

// Entry reads one ledger entry.
func (l *Lake) Entry(key string) (*Entry, error) {
	b, err := l.ReadFile(key)
	if err != nil {
		return nil, err
	}
	e, err := decodeEntryAt(key, b)
	if err != nil {
		return nil, &seamark.Fault{What: "damaged ledger entry", Where: key, Err: err,
			Remedy: l.again()}
	}
	return e, nil
}

func decodeEntryAt(key string, b []byte) (*Entry, error) {
	e, err := DecodeEntry(b)
	if err == nil && e.Key() != key {
		err = errors.New("the entry belongs to another object")
	}
	return e, err
}

// Whole returns e with its files, which it reads again when memory knows them in brief.
func (l *Lake) Whole(e *Entry) (*Entry, error) {
	if e.Brief == nil {
		return e, nil
	}
	return l.Entry(e.Key())
}

// fresh reads the entry that now stands where e did; nil when it is gone or damaged.
func (l *Lake) fresh(e *Entry) (*Entry, error) {
	b, err := l.ReadFile(e.Key())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault("cannot read", e.Key(), err)
	}
	if err == nil {
		if now, err := decodeEntryAt(e.Key(), b); err == nil {
			return now, nil
		}
	}
	if e.Brief != nil {
		return nil, nil
	}
	return e, nil
}

// Known returns the entry of the object with content id, when the ledger, as far as it
// was read, has one that counts.
func (l *Lake) Known(id ID) (*Entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if h := l.entries[id]; h != nil {
		return h.Entry, !l.superseded[id]
	}
	return nil, false
}

// Cover notes that a landing object at o has the content of e, which is done: it is
// no longer pending. Objects outside the lake are not noted.
func (l *Lake) Cover(e *Entry, o Origin) error {
	if !strings.HasPrefix(o.URL, LandingFolder+"/") || e.covers(o) {
		return nil
	}
	defer l.lockEntry(e.ID)()
	now, err := l.fresh(e)
	if err != nil || now == nil || now.covers(o) {
		return err
	}
	more := *now
	more.Also = append(slices.Clone(now.Also), o)
	return l.put(&more)
}

// Entries lists the entries that count, oldest arrival first. Some know their files in
// brief only: see Whole.
func (l *Lake) Entries() []*Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*Entry, 0, len(l.entries))
	for id, e := range l.entries {
		if !l.superseded[id] {
			out = append(out, e.Entry)
		}
	}
	slices.SortFunc(out, func(a, b *Entry) int {
		return cmp.Or(a.Arrival.Compare(b.Arrival), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Damaged lists the keys of ledger entries and snapshots that cannot be read, with the fault.
func (l *Lake) Damaged() map[string]error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return maps.Clone(l.damaged)
}

// Generation changes whenever the set of files does.
func (l *Lake) Generation() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.generation
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

// Predecessors lists the damaged objects read from url before, other than id, and those
// that they superseded in their turn.
func (l *Lake) Predecessors(url string, id ID) ([]ID, error) {
	var ids []ID
	if url == "" || url == "-" {
		return nil, nil
	}
	err := l.Walk(damagedPrefix(url), func(key string, _ fs.DirEntry) error {
		was := ID(key[strings.LastIndexByte(key, '/')+1:])
		if !was.Valid() || was == id {
			return nil
		}
		entryKey, err := l.entryKey(key, was)
		if err != nil {
			return err
		}
		if e, err := l.Entry(entryKey); err == nil {
			l.meet(e)
			if e.Accounts.Quarantined == 0 {
				return nil // a newer parser found it sound; its mark outlived a power cut
			}
			ids = append(ids, e.Supersedes...)
		}
		ids = append(ids, was)
		return nil
	})
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(was ID) bool { return was == id }), err
}

// Commit makes a landing object done: from now on readers see its rows, and no longer
// those of the objects it supersedes, which are then removed.
//
// Whoever commits an object that is committed already keeps what its entry knew of copies.
func (l *Lake) Commit(e *Entry) error {
	defer l.lockEntry(e.ID)()
	mark := damagedPrefix(e.Origin.URL) + "/" + string(e.ID)
	if e.damaged() || l.part && isLanding(e.Origin.URL) {
		// Before the entry, so that no damaged object is ever without its mark.
		if err := l.PutBytes(mark, []byte(e.Key()+"\n")); err != nil {
			return err
		}
	}
	was, err := l.fresh(&Entry{ID: e.ID, Arrival: e.Arrival, Brief: &Brief{}})
	if err != nil {
		return err
	}
	if was != nil {
		e.Also = was.Also
		if strings.HasPrefix(was.Origin.URL, LandingFolder+"/") && !e.covers(was.Origin) { // another worker did a copy of it
			e.Also = append(slices.Clone(e.Also), was.Origin)
		}
		e.Supersedes = slices.Compact(slices.Sorted(slices.Values(slices.Concat(e.Supersedes, was.Supersedes))))
	}
	e.Schema = schemas.ColumnsVersion
	var stale []string
	if was != nil { // done anew: what it no longer names goes last
		if stale, err = l.announce(was, e); err != nil {
			return err
		}
	}
	if err := l.put(e); err != nil {
		return err
	}
	if was != nil {
		if err := l.removeReplaced(e, stale); err != nil {
			return err
		}
		if was.damaged() && !e.damaged() && !l.part {
			if err := l.Remove(mark); err != nil {
				return err
			}
		}
	}
	return l.RemoveSuperseded(e)
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
	l.add(e, stamp{})
	l.mu.Unlock()
	return nil
}
