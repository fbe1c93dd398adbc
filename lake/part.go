package lake

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// scope is a folder of the ledger that is read, and what was seen of it.
type scope struct {
	folder string
	seen   Seen
}

// Part returns a lake over s of whose ledger only what lies below the given folders is read,
// and what Learn is asked for: for work on a few objects of a lake that has too many to read
// them all each time. Whatever it does not know it leaves alone; what it makes done it marks
// by its URL, so that the next one finds what was transformed from there before.
func Part(s Store, folders ...string) *Lake {
	l := newLake(s, folders...)
	l.part = true
	return l
}

// IsPart reports whether not all of the ledger is read.
func (l *Lake) IsPart() bool { return l.part }

// IsEntryKey reports whether a key is that of a ledger entry.
func IsEntryKey(key string) bool { return ledgerKeyPattern.MatchString(key) }

// Learn reads entries by their keys. It returns those that are there, in the same order, and
// leaves out what is gone; the same one each time that it is asked for.
// One that cannot be read is an error.
func (l *Lake) Learn(keys ...string) ([]*Entry, error) {
	var out []*Entry
	for _, key := range keys {
		e, err := l.Entry(key)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return out, err
		}
		l.mu.Lock()
		if h := l.entries[e.ID]; h == nil || h.outcome != e.Outcome() {
			l.add(e, stamp{})
		}
		out = append(out, l.entries[e.ID].Entry)
		l.mu.Unlock()
	}
	return out, nil
}

// LearnURL reads the entries of what was transformed from a landing object's URL before, as
// far as marks lead to them: those of damaged objects, and of all that a Part made done.
func (l *Lake) LearnURL(url string) error {
	return l.Walk(damagedPrefix(url), func(key string, _ fs.DirEntry) error {
		entryKey, err := l.entryKey(key, ID(key[strings.LastIndexByte(key, '/')+1:]))
		if err != nil || entryKey == "" {
			return err
		}
		_, err = l.Learn(entryKey)
		return err
	})
}

// meet takes an entry that was read on the way into the picture of a part.
func (l *Lake) meet(e *Entry) {
	if !l.part {
		return
	}
	l.mu.Lock()
	l.add(e, stamp{})
	l.mu.Unlock()
}

// Due is an hour that needs to be compacted, with the folders of the ledger that say of
// which objects: they are what a Part must read for it.
type Due struct {
	Hour    time.Time
	Why     string
	Folders []string
}

// mostFolders is how many folders of a Due are named; objects of others wait for the next time.
const mostFolders = 200

// Due lists the hours that Compact would take on now, and finishes what compactors that died
// have left. The ledger must be fresh.
func (l *Lake) Due(ctx context.Context, o CompactOptions) ([]Due, error) {
	o.setDefaults()
	if err := l.finishAllReplaced(ctx, todoPatience, l.clock()); err != nil {
		return nil, err
	}
	if _, err := l.finishTodos(ctx, todoPatience, l.clock()); err != nil {
		return nil, err
	}
	c := &compactor{lake: l, o: o}
	var out []Due
	for _, n := range c.hours() {
		p, err := c.plan(n, nil)
		if err != nil || p == nil {
			continue // somebody is at it
		}
		out = append(out, Due{Hour: hourStart(n), Why: p.why, Folders: append(l.foldersOf(n), hourFolder(n), expiredFolder)})
	}
	return out, ctx.Err()
}

// foldersOf lists the folders of the entries that a compaction of an hour must know, those
// of most objects first.
func (l *Lake) foldersOf(n int64) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hours[n]
	l.hide(h)
	count := map[string]int{}
	of := func(id ID) {
		if e := l.entries[id]; e != nil {
			count[strings.TrimSuffix(e.Key(), "/"+string(id)+".json")]++
		}
	}
	for id := range h.loose {
		of(id)
	}
	hidden := map[ID]bool{}
	for _, id := range h.hidden {
		of(id)
		hidden[id] = true
	}
	for id, e := range l.entries { // and of what took the place of others
		if slices.ContainsFunc(e.Supersedes, func(was ID) bool { return hidden[was] }) {
			of(id)
		}
	}
	folders := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	return folders[:min(len(folders), mostFolders)]
}
