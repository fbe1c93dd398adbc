package lake

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Seen remembers what News has shown. The zero value has seen nothing.
type Seen struct {
	mu      sync.Mutex
	folders map[string]seenFolder // of a Dir

	memory     any // of another Store
	everywhere bool
}

type seenFolder struct {
	modified time.Time
	inside   []string // its folders
}

// clockGrain is how far apart two changes of a folder must be for its time to tell them apart.
const clockGrain = 2 * time.Second

// News implements Store: a folder that has not changed since it was read is passed over.
func (d *Dir) News(ctx context.Context, prefix string, seen *Seen, fn func(key string)) error {
	p, err := d.Path(prefix)
	if err != nil {
		return err
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.folders == nil {
		seen.folders = map[string]seenFolder{}
	}
	return d.news(ctx, p, seen, fn)
}

func (d *Dir) news(ctx context.Context, folder string, seen *Seen, fn func(key string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		delete(seen.folders, folder)
		return nil
	}
	if err != nil {
		return fault("cannot list", folder, err)
	}
	was, known := seen.folders[folder]
	// A folder changed within the clock's grain of its last reading is read again.
	if !known || !info.ModTime().Equal(was.modified) || time.Since(was.modified) < clockGrain {
		if was, err = d.readFolder(folder, info.ModTime(), fn); err != nil {
			return err
		}
		seen.folders[folder] = was
	}
	for _, name := range was.inside {
		if err := d.news(ctx, filepath.Join(folder, name), seen, fn); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) readFolder(folder string, modified time.Time, fn func(key string)) (seenFolder, error) {
	now := seenFolder{modified: modified}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return now, nil
	}
	if err != nil {
		return now, fault("cannot list", folder, err)
	}
	for _, e := range entries {
		if e.IsDir() {
			now.inside = append(now.inside, e.Name())
			continue
		}
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		key, err := filepath.Rel(d.root, filepath.Join(folder, e.Name()))
		if err != nil {
			return now, err
		}
		fn(filepath.ToSlash(key))
	}
	return now, nil
}
