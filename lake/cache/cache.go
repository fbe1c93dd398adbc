// Package cache keeps copies of lake files that lie in a bucket on this machine, for who
// reads them by path, as DuckDB does.
//
// A lake file never changes under its key and checksum, so that a copy is good for ever: it
// is compared with the ledger's checksum once, when it arrives, and bears a part of it in
// its name. Copies appear whole (temporary file, rename). The least used go when all
// together pass a limit, but none that a question of this process reads; what another
// process deletes under it, is fetched again. Nothing in it is ever needed: it may be deleted at any time.
package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Store is where the files come from.
type Store interface {
	Open(key string) (lake.Object, error)
}

// Cache is a folder of copies. It is safe for concurrent use, also by several processes.
type Cache struct {
	store Store
	root  string
	limit int64

	mu     sync.Mutex
	used   map[string]int           // paths in use, how often
	coming map[string]chan struct{} // paths on their way
	doubts map[string]int           // keys whose copy was given up
	bytes  int64                    // of all copies, as far as this process knows
}

// New returns a cache in folder, which is made when it is missing, of at most limit bytes
// once nothing more is being read.
func New(store Store, folder string, limit int64) (*Cache, error) {
	root, err := filepath.Abs(folder)
	if err == nil {
		err = os.MkdirAll(filepath.Join(root, tmpFolder), 0o700)
	}
	if err != nil {
		return nil, fault(folder, err)
	}
	c := &Cache{store: store, root: root, limit: limit, used: map[string]int{}, coming: map[string]chan struct{}{}, doubts: map[string]int{}}
	c.trim()
	return c, nil
}

// Root is the folder of the copies: each lies under its key, with something behind it.
func (c *Cache) Root() string { return c.root }

// path is where the copy of a file lies.
func (c *Cache) path(f lake.File) string {
	return filepath.Join(c.root, filepath.FromSlash(f.Key)) + "." + f.SHA256[:min(16, len(f.SHA256))]
}

// atOnce is how many files are fetched at a time.
const atOnce = 16

// Fetch brings files here, where they stay until end is called. A file that is gone or does not
// have the checksum of the ledger has no path, and a reason in bad. What else fails, and
// may be otherwise the next time, is an error.
func (c *Cache) Fetch(ctx context.Context, files []lake.File) (paths []string, bad map[string]string, end func(), err error) {
	paths, bad = make([]string, len(files)), map[string]string{}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var held []string
	for i, f := range files {
		paths[i] = c.path(f)
		held = append(held, paths[i])
	}
	c.hold(held, 1)
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, f := range files {
		if c.there(paths[i], f.Bytes) {
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			err := c.fetch(ctx, f, paths[i])
			damaged, isBad := errors.AsType[*badFile](err)
			switch {
			case isBad:
				mu.Lock()
				bad[f.Key], paths[i] = damaged.reason, ""
				mu.Unlock()
			case err != nil:
				cancel(err)
			}
		})
	}
	wg.Wait()
	var once sync.Once
	end = func() { once.Do(func() { c.hold(held, -1); c.trimIfFull() }) }
	if ctx.Err() != nil {
		end()
		return nil, nil, nil, context.Cause(ctx)
	}
	return paths, bad, end, nil
}

func (c *Cache) hold(paths []string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range paths {
		if c.used[p] += n; c.used[p] == 0 {
			delete(c.used, p)
		}
	}
}

// freshFor is how long a copy counts as just used without being told so again.
const freshFor = time.Minute

// there reports whether a copy is there, and notes that it is used.
func (c *Cache) there(path string, bytes int64) bool {
	info, err := os.Stat(path)
	if err != nil || info.Size() != bytes {
		return false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > freshFor {
		_ = os.Chtimes(path, now, now) // it only goes earlier if this fails
	}
	return true
}

// Suspect gives up the copy of a file that could not be read, and reports whether a new one
// may do better: another process may have deleted it, or a power cut emptied it.
func (c *Cache) Suspect(key string) bool {
	copies, _ := filepath.Glob(escape(filepath.Join(c.root, filepath.FromSlash(key))) + ".*")
	for _, name := range copies {
		os.Remove(name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubts[key]++
	return c.doubts[key] <= 3
}

// escape makes a path literal for filepath.Glob.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// fault classes an error of the cache's folder.
func fault(where string, err error) error {
	f := &seamark.Fault{Class: seamark.Permanent, What: "cannot keep copies of lake files", Where: where, Err: err, Remedy: "free some space there, or name another folder with XDG_CACHE_HOME or --data"}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		f.Where, f.Err = p.Path, p.Err
	}
	return f
}
