package cache_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/cache"
)

// counted is a store that counts what is opened, and fails when it is told to.
type counted struct {
	*lake.Dir
	opened atomic.Int64
	fail   atomic.Pointer[error]
}

func (c *counted) Open(key string) (lake.Object, error) {
	c.opened.Add(1)
	if err := c.fail.Load(); err != nil {
		return nil, *err
	}
	return c.Dir.Open(key)
}

func store(t *testing.T) *counted {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &counted{Dir: d}
}

func open(t *testing.T, s cache.Store, folder string, limit int64) *cache.Cache {
	t.Helper()
	c, err := cache.New(s, folder, limit)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// file writes a lake file of n bytes.
func file(t *testing.T, s *counted, name string, n int) lake.File {
	t.Helper()
	b := []byte(strings.Repeat(name[:1], n))
	key := "lake/logs/product=a/environment=b/date=2026-11-22/hour=08/" + name
	if err := s.PutBytes(key, b); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return lake.File{FileRef: lake.FileRef{Key: key, Bytes: int64(n), SHA256: hex.EncodeToString(sum[:])}}
}

func fetch(t *testing.T, c *cache.Cache, files ...lake.File) (paths []string, bad map[string]string, end func()) {
	t.Helper()
	paths, bad, end, err := c.Fetch(context.Background(), files)
	if err != nil {
		t.Fatal(err)
	}
	return paths, bad, end
}

func TestFetch(t *testing.T) {
	s, folder := store(t), t.TempDir()
	c := open(t, s, folder, 1<<20)
	a, b := file(t, s, "a.l.parquet", 1000), file(t, s, "b.l.parquet", 2000)
	paths, bad, end := fetch(t, c, a, b)
	end()
	end()
	if len(bad) != 0 {
		t.Errorf("bad: %v", bad)
	}
	for i, f := range []lake.File{a, b} {
		got, err := os.ReadFile(paths[i])
		if err != nil || int64(len(got)) != f.Bytes || got[0] != "ab"[i] {
			t.Errorf("%s: %d bytes, %v", f.Key, len(got), err)
		}
		if !strings.HasPrefix(paths[i], filepath.Join(c.Root(), f.Key)) {
			t.Errorf("%s lies at %s: DuckDB reads the partition from the path", f.Key, paths[i])
		}
	}
	_, _, end = fetch(t, c, a, b)
	end()
	_, _, end = fetch(t, open(t, s, folder, 1<<20), b, a) // another process
	end()
	if n := s.opened.Load(); n != 2 {
		t.Errorf("opened %d times, want each file once", n)
	}
}

// What the ledger does not vouch for is not handed out; what may be otherwise the next time
// fails the question.
func TestFaults(t *testing.T) {
	s := store(t)
	c := open(t, s, t.TempDir(), 1<<20)
	good := file(t, s, "g.l.parquet", 10)
	flipped, short, gone := file(t, s, "f.l.parquet", 10), file(t, s, "s.l.parquet", 10), file(t, s, "m.l.parquet", 10)
	for key, text := range map[string]string{flipped.Key: "ffffXfffff", short.Key: "sss"} {
		if err := s.PutBytes(key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Remove(gone.Key); err != nil {
		t.Fatal(err)
	}
	paths, bad, end := fetch(t, c, flipped, good, short, gone)
	defer end()
	if paths[0] != "" || paths[1] == "" || paths[2] != "" || paths[3] != "" || len(bad) != 3 {
		t.Errorf("got paths %q, bad %q", paths, bad)
	}
	for key, want := range map[string]string{flipped.Key: "checksum", short.Key: "3 bytes, the ledger says 10", gone.Key: "missing"} {
		if !strings.Contains(bad[key], want) {
			t.Errorf("%s: got %q, want %q", key, bad[key], want)
		}
	}
	down := error(&seamark.Fault{Class: seamark.Temporary, What: "503"})
	s.fail.Store(&down)
	if _, _, _, err := c.Fetch(context.Background(), []lake.File{file(t, s, "n.l.parquet", 10)}); !errors.Is(err, down) {
		t.Errorf("got %v, want the store's fault", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, _, _, err := c.Fetch(stopped, []lake.File{file(t, s, "o.l.parquet", 10)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// A question that needs more than the limit gets it; afterwards the oldest go.
func TestLimit(t *testing.T) {
	s, folder := store(t), t.TempDir()
	c := open(t, s, folder, 5000)
	var files []lake.File
	for i := range 20 {
		files = append(files, file(t, s, fmt.Sprintf("%c.l.parquet", 'a'+i), 1000))
	}
	paths, _, end := fetch(t, c, files...)
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			t.Errorf("while it is in use: %v", err)
		}
	}
	end()
	if n := size(t, folder); n > 5000 {
		t.Errorf("%d bytes are left, want 5000 at most", n)
	}
	paths, _, end = fetch(t, c, files[:3]...)
	_, _, other := fetch(t, c, files[10:]...)
	other()
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			t.Errorf("another question took it away: %v", err)
		}
	}
	end()
	if _, err := os.Stat(filepath.Dir(paths[0])); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func size(t *testing.T, folder string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			info, err := e.Info()
			n += info.Size()
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Many questions over few files, with a limit that throws them out all the time, in two
// processes' worth of caches over one folder.
func TestConcurrent(t *testing.T) {
	s, folder := store(t), t.TempDir()
	caches := []*cache.Cache{open(t, s, folder, 2500), open(t, s, folder, 2500)}
	var files []lake.File
	for i := range 6 {
		files = append(files, file(t, s, fmt.Sprintf("%c.l.parquet", 'a'+i), 1000))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				some := files[(g+i)%5 : (g+i)%5+2]
				paths, bad, end, err := caches[g%2].Fetch(context.Background(), some)
				if err != nil || len(bad) > 0 {
					t.Errorf("%v, %v", err, bad)
					return
				}
				for n, p := range paths {
					f, err := os.Open(p)
					if errors.Is(err, fs.ErrNotExist) {
						continue // the other process took it: who reads asks again
					}
					if err != nil {
						t.Error(err)
						continue
					}
					b, err := io.ReadAll(f)
					f.Close()
					if int64(len(b)) != some[n].Bytes || err != nil {
						t.Errorf("%s: %d bytes, %v", p, len(b), err)
					}
				}
				end()
			}
		})
	}
	wg.Wait()
}

// A copy that cannot be read is fetched anew, a few times.
func TestSuspect(t *testing.T) {
	s := store(t)
	c := open(t, s, t.TempDir(), 1<<20)
	f := file(t, s, "a.l.parquet", 10)
	for i := range 4 {
		paths, _, end := fetch(t, c, f)
		if err := os.WriteFile(paths[0], make([]byte, 10), 0o600); err != nil { // as after a power cut
			t.Fatal(err)
		}
		end()
		if got, want := c.Suspect(f.Key), i < 3; got != want {
			t.Errorf("time %d: got %v, want %v", i+1, got, want)
		}
		if _, err := os.Stat(paths[0]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the copy is still there: %v", err)
		}
	}
}
