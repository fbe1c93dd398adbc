package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// replaced lists what an entry that was done anew no longer names. It is written before
// the new entry, so that whoever comes after a process that died between the entry and the
// deletions finds what is left: readers other than ours would see those rows twice.
type replaced struct {
	Version int      `json:"version"` // of this format: 1
	Keys    []string `json:"keys"`    // files and quarantined pieces of that object
}

// replacedKey is beside the entry.
func replacedKey(entry string) string { return strings.TrimSuffix(entry, ".json") + ".replaced" }

var replacedPattern = regexp.MustCompile(`^(ledger/\d{4}/\d{2}/\d{2}/\d{2}/[0-9a-f]{64})\.replaced$`)

// decodeReplaced reads the list of object id. It may name things of that object only.
func decodeReplaced(id ID, b []byte) (*replaced, error) {
	r := new(replaced)
	if err := unseal("replaced", b, r); err != nil {
		return nil, err
	}
	if r.Version != 1 {
		return nil, fmt.Errorf("list of version %d: a newer seamark wrote it", r.Version)
	}
	for _, key := range r.Keys {
		if _, of, err := ParseFileKey(key); err == nil && of == id && !IsCompacted(key) {
			continue
		}
		if m := quarantineKeyPattern.FindStringSubmatch(key); m == nil || ID(m[1]) != id {
			return nil, fmt.Errorf("%q is not of this object", key)
		}
	}
	return r, nil
}

// announce writes down what e, which is about to take the place of was, no longer names.
// It finishes first what an earlier attempt has left.
func (l *Lake) announce(was, e *Entry) ([]string, error) {
	if err := l.finishReplaced(e.Key(), e); err != nil {
		return nil, err
	}
	stale := notNamed(was, e)
	if len(stale) == 0 {
		return nil, nil
	}
	b, err := seal("replaced", replaced{1, stale})
	if err != nil {
		return nil, err
	}
	return stale, l.PutBytes(replacedKey(e.Key()), b)
}

// removeReplaced deletes what announce has named, and then the list.
func (l *Lake) removeReplaced(e *Entry, stale []string) error {
	if len(stale) == 0 {
		return nil
	}
	if err := l.Remove(stale...); err != nil {
		return err
	}
	return l.removeList(e.Key())
}

// finishReplaced deletes what the list of the object with that entry names, but for what the
// entry or coming do, and then the list. coming may be nil.
func (l *Lake) finishReplaced(entry string, coming *Entry) error {
	mark, id := replacedKey(entry), ID(ledgerKeyPattern.FindStringSubmatch(entry)[1])
	b, err := l.ReadFile(mark)
	if errors.Is(err, fs.ErrNotExist) {
		l.doneReplaced(entry)
		return nil
	}
	if err != nil {
		return fault("cannot read", mark, err)
	}
	r, err := decodeReplaced(id, b)
	if err != nil { // what it named is found as strays
		return l.removeList(entry)
	}
	// An entry that we see may be one whose name is not durable yet: a power cut must not find
	// the old files gone and it too. What is written beside it makes it so.
	if err := l.PutBytes(mark, b); err != nil {
		return err
	}
	is := &Entry{}
	switch b, err := l.ReadFile(entry); {
	case errors.Is(err, fs.ErrNotExist): // it has expired, or was superseded
	case err != nil:
		return fault("cannot read", entry, err)
	default:
		if is, err = decodeEntryAt(entry, b); err != nil {
			return nil // once it is mended: who knows what it names
		}
	}
	named := names(is)
	if coming != nil {
		for key := range names(coming) {
			named[key] = true
		}
	}
	gone := slices.DeleteFunc(r.Keys, func(key string) bool { return named[key] })
	if err := l.Remove(gone...); err != nil {
		return err
	}
	return l.removeList(entry)
}

func (l *Lake) removeList(entry string) error {
	if err := l.Remove(replacedKey(entry)); err != nil {
		return err
	}
	l.doneReplaced(entry)
	return nil
}

func (l *Lake) doneReplaced(entry string) {
	l.mu.Lock()
	delete(l.replaced, entry)
	l.mu.Unlock()
}

// finishAllReplaced does so for every list that was seen and is patience old or older. One that
// cannot be finished does not stop the others.
func (l *Lake) finishAllReplaced(ctx context.Context, patience time.Duration, now time.Time) error {
	l.mu.RLock()
	entries := slices.Sorted(maps.Keys(l.replaced))
	l.mu.RUnlock()
	var errs []error
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if patience > 0 {
			info, err := l.Stat(replacedKey(entry))
			if err == nil && now.Sub(info.ModTime()) < patience {
				continue
			}
		}
		errs = append(errs, l.finishReplaced(entry, nil))
	}
	return errors.Join(errs...)
}

// names are the files and quarantined pieces of an entry.
func names(e *Entry) map[string]bool {
	named := map[string]bool{"": true}
	for _, f := range e.Files {
		named[f.Key] = true
	}
	for _, q := range e.Quarantine {
		named[q.Kept] = true
	}
	return named
}

// notNamed lists the files and quarantined pieces of was that e does not name.
func notNamed(was, e *Entry) (stale []string) {
	named := names(e)
	for _, f := range was.Files {
		if !named[f.Key] {
			stale = append(stale, f.Key)
		}
	}
	for _, q := range was.Quarantine {
		if !named[q.Kept] {
			stale = append(stale, q.Kept)
		}
	}
	return stale
}
