package lake

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// strayAge is how long a file that nothing names may be one that is being written.
const strayAge = 24 * time.Hour

// removeStrays deletes, from the folders of the given files, those that nothing names and
// that are too old to be on their way.
func (l *Lake) removeStrays(keys []string) (int, error) {
	var folders []string
	for _, k := range keys {
		if _, _, err := ParseFileKey(k); err == nil {
			folders = append(folders, path.Dir(k))
		}
	}
	slices.Sort(folders)
	n := 0
	for _, folder := range slices.Compact(folders) {
		var strays []string
		err := l.Walk(folder, func(key string, e fs.DirEntry) error {
			if l.stray(key, e) {
				strays = append(strays, key)
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		if err := l.Remove(strays...); err != nil {
			return n, err
		}
		n += len(strays)
	}
	return n, nil
}

// stray reports whether a lake file is named by nothing and old. The files of an entry that
// cannot be read are none.
func (l *Lake) stray(key string, e fs.DirEntry) bool {
	_, id, err := ParseFileKey(key)
	if err != nil {
		return false
	}
	info, err := e.Info()
	if err != nil || time.Since(info.ModTime()) < strayAge {
		return false
	}
	if l.dead(key) {
		return true
	}
	_, known := l.Known(id)
	if known || IsCompacted(key) {
		return false
	}
	for damaged := range l.Damaged() {
		if strings.Contains(damaged, string(id)) {
			return false
		}
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.entries[id] == nil
}
