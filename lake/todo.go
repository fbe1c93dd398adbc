package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// todo is what is left to delete once the number of a snapshot is decided: what went into
// it, what came out of it, and the snapshots before it. Whoever finds it deletes those
// that no longer count; which they are, the ledger says, not the todo.
type todo struct {
	Version int      `json:"version"` // of this format: 1
	Keys    []string `json:"keys"`
}

// todoPatience is how long a todo is left to the compactor that wrote it.
const todoPatience = 10 * time.Minute

func todoKey(hour int64, seq int, attempt string) string {
	return fmt.Sprintf("%s/%06d-%s.todo", hourFolder(hour), seq, attempt)
}

// decodeTodo reads the todo at key. It may name files and snapshots of its own hour only.
func decodeTodo(key string, b []byte) (*todo, error) {
	t := new(todo)
	if err := unseal("todo", b, t); err != nil {
		return nil, err
	}
	hour, _, _, _ := parseHourKey(key)
	for _, k := range t.Keys {
		p, _, err := ParseFileKey(k)
		if err == nil && p.Hour == hour {
			continue
		}
		if n, _, attempt, ok := parseHourKey(k); !ok || n != hour || attempt != "" {
			return nil, fmt.Errorf("%q is not of this hour", k)
		}
	}
	if t.Version != 1 {
		return nil, fmt.Errorf("todo of version %d: a newer seamark wrote it", t.Version)
	}
	return t, nil
}

// finish does what the todo at key says, whoever wrote it. If the number it waits for is
// free it is taken first, with what the present snapshot says, so that its writer, should
// it still live, cannot publish what is about to be deleted.
func (l *Lake) finish(key string) error {
	hour, seq, _, ok := parseHourKey(key)
	if !ok {
		return nil
	}
	b, err := l.ReadFile(key)
	if errors.Is(err, fs.ErrNotExist) {
		l.doneTodo(key)
		return nil
	}
	if err != nil {
		return fault("cannot read", key, err)
	}
	t, err := decodeTodo(key, b)
	if err != nil { // its files are found as strays
		return l.removeTodo(key)
	}
	if err := l.refreshHour(hour); err != nil {
		return err
	}
	if l.hourDamaged(hour) {
		return nil // once it is rebuilt
	}
	if err := l.fence(hour, seq); err != nil {
		return err
	}
	// A snapshot that we see may be one whose name is not durable yet: a power cut must not
	// find its inputs gone and it too. What is written beside it makes it so.
	if err := l.PutBytes(key, b); err != nil {
		return err
	}
	for _, k := range t.Keys {
		if _, id, err := ParseFileKey(k); err == nil {
			l.reread(id) // the dead compactor may have known a newer outcome than we do
		}
	}
	if err := l.removeDead(hour, t.Keys); err != nil {
		return err
	}
	return l.removeTodo(key)
}

// removeDead deletes those of an hour's keys of which it is certain that they no longer count.
func (l *Lake) removeDead(hour int64, keys []string) error {
	if err := l.refreshHour(hour); err != nil {
		return err
	}
	return l.Remove(slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !l.dead(k) })...)
}

// dead reports whether it is certain that a lake file or snapshot counts no more, nor will
// ever again: no name of a file is used twice.
func (l *Lake) dead(key string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if n, seq, _, ok := parseHourKey(key); ok {
		return l.hours[n] != nil && seq < l.hours[n].seq
	}
	p, id, err := ParseFileKey(key)
	if err != nil {
		return false
	}
	h := l.hours[p.Hour]
	if h != nil && h.damaged {
		return false // who knows what it names
	}
	if IsCompacted(key) {
		return h != nil && !slices.ContainsFunc(h.files, func(f File) bool { return f.Key == key })
	}
	if l.superseded[id] {
		return true
	}
	known := l.entries[id] != nil // an entry that we have not seen may name it
	return known && (h == nil || !slices.ContainsFunc(h.loose[id], func(f File) bool { return f.Key == key }))
}

// fence makes sure that the number seq of an hour is taken.
func (l *Lake) fence(hour int64, seq int) error {
	now := l.seqOf(hour)
	if now >= seq {
		return nil
	}
	s := &Snapshot{Version: 1, Included: []Included{}, Files: []SnapshotFile{}}
	if now > 0 {
		var err error
		if s, err = l.Snapshot(hour); err != nil {
			return err
		}
	}
	s.Hour, s.Seq, s.Attempt = hourName(hour), seq, newAttempt()
	if err := l.publish(hour, s); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// hourDamaged reports whether the newest snapshot of an hour cannot be read.
func (l *Lake) hourDamaged(n int64) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.hours[n] != nil && l.hours[n].damaged
}

func (l *Lake) seqOf(hour int64) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if h := l.hours[hour]; h != nil {
		return h.seq
	}
	return 0
}

func (l *Lake) removeTodo(key string) error {
	if err := l.Remove(key); err != nil {
		return err
	}
	l.doneTodo(key)
	return nil
}

func (l *Lake) doneTodo(key string) {
	l.mu.Lock()
	delete(l.todos, key)
	l.mu.Unlock()
}

// finishTodos finishes what compactors that died have left, for patience and longer. One
// that cannot be finished does not stop the others.
func (l *Lake) finishTodos(ctx context.Context, patience time.Duration, now time.Time) (done int, err error) {
	l.mu.RLock()
	keys := slices.Sorted(maps.Keys(l.todos))
	l.mu.RUnlock()
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		info, err := l.Stat(key)
		if errors.Is(err, fs.ErrNotExist) {
			l.doneTodo(key)
			continue
		}
		if err != nil || patience > 0 && now.Sub(info.ModTime()) < patience {
			continue
		}
		if err := l.finish(key); err != nil {
			errs = append(errs, err)
			continue
		}
		done++
	}
	return done, errors.Join(errs...)
}
