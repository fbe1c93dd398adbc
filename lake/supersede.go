package lake

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"
)

// Recover finishes what a process that died has begun and no landing object leads to:
// temporary files go, what was superseded or done anew, and what a compaction left. The ledger must be fresh.
func (l *Lake) Recover() error {
	if _, err := l.CleanTemp(); err != nil {
		return err
	}
	for _, e := range l.Entries() {
		if err := l.RemoveSuperseded(e); err != nil {
			return err
		}
	}
	if err := l.finishAllReplaced(context.Background(), 0, time.Time{}); err != nil {
		return err
	}
	_, err := l.finishTodos(context.Background(), 0, time.Time{})
	return err
}

// RemoveSuperseded deletes what the predecessors of e left: files, quarantine, entry
// and last the mark, by which a run that was killed finds the rest.
func (l *Lake) RemoveSuperseded(e *Entry) error {
	for _, id := range e.Supersedes {
		mark := damagedPrefix(e.Origin.URL) + "/" + string(id)
		key, err := l.entryKey(mark, id)
		if err != nil {
			return err
		}
		if key != "" {
			if err := l.removeEntry(key, id); err != nil {
				return err
			}
		}
		if err := l.Remove(mark); err != nil {
			return err
		}
	}
	return nil
}

// entryKey finds the entry of a superseded object: by its mark, else as the ledger was
// read, for a power cut may have kept the entry and lost the mark. "": there is none.
func (l *Lake) entryKey(mark string, id ID) (string, error) {
	b, err := l.ReadFile(mark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fault("cannot read", mark, err)
	}
	if key := strings.TrimSpace(string(b)); err == nil && ledgerKeyPattern.MatchString(key) {
		return key, nil
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if was := l.entries[id]; was != nil {
		return was.Key(), nil
	}
	return "", nil
}

func (l *Lake) removeEntry(key string, id ID) error {
	was, err := l.Entry(key)
	if err != nil {
		return nil // gone already, or damaged: verify names what is left over
	}
	if err := l.finishReplaced(key, nil); err != nil {
		return err
	}
	if err := l.Remove(notNamed(was, &Entry{})...); err != nil {
		return err
	}
	if err := l.Remove(key); err != nil {
		return err
	}
	l.forget(id)
	return nil
}
