package cache

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// staleTemp is when a temporary file counts as left by a process that died.
const staleTemp = time.Hour

// trimTo is the part of the limit that trimming leaves, so that it is not done for every file.
const trimTo = 0.9

func (c *Cache) trimIfFull() {
	c.mu.Lock()
	full := c.bytes > c.limit
	c.mu.Unlock()
	if full {
		c.trim()
	}
}

// kept is one copy.
type kept struct {
	path  string
	bytes int64
	used  time.Time
}

// trim sums up what is there, of other processes too, and deletes the least used copies
// that are beyond the limit. Copies in use stay.
func (c *Cache) trim() {
	copies, sum := c.list()
	if sum > c.limit {
		slices.SortFunc(copies, func(a, b kept) int { return a.used.Compare(b.used) })
		for _, k := range copies {
			if float64(sum) <= trimTo*float64(c.limit) {
				break
			}
			if c.remove(k.path) {
				sum -= k.bytes
			}
		}
	}
	c.mu.Lock()
	c.bytes = sum
	c.mu.Unlock()
}

// remove deletes a copy unless it is in use. Nobody begins to use it meanwhile.
func (c *Cache) remove(path string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used[path] > 0 || os.Remove(path) != nil {
		return false
	}
	for dir := filepath.Dir(path); dir != c.root && os.Remove(dir) == nil; { // as far as they are empty
		dir = filepath.Dir(dir)
	}
	return true
}

func (c *Cache) list() (copies []kept, sum int64) {
	_ = filepath.WalkDir(c.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // gone meanwhile
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		if strings.HasPrefix(path, filepath.Join(c.root, tmpFolder)+string(filepath.Separator)) {
			if time.Since(info.ModTime()) > staleTemp {
				os.Remove(path)
			}
			return nil
		}
		copies = append(copies, kept{path, info.Size(), info.ModTime()})
		sum += info.Size()
		return nil
	})
	return copies, sum
}
