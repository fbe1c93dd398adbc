package stage

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// weak is a bucket that is down for its first few writes.
type weak struct {
	*lake.Dir
	mu   sync.Mutex
	down int
}

var errDown = &seamark.Fault{Class: seamark.Temporary, What: "503 SlowDown"}

func (w *weak) Create(key string, write func(io.Writer) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down > 0 {
		w.down--
		return errDown
	}
	return w.Dir.Create(key, write)
}

func emptyDir(t *testing.T) *lake.Dir {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	firstKey  = "landing/2026/11/22/08/seamark-1-2026-11-22-08-00-01-10000000-0000-4000-8000-000000000001.gz"
	secondKey = "landing/2026/11/22/08/seamark-1-2026-11-22-08-00-02-10000000-0000-4000-8000-000000000002.gz"
	thirdKey  = "landing/2026/11/22/08/seamark-1-2026-11-22-08-00-03-10000000-0000-4000-8000-000000000003.gz"
)

func uploader(door *lake.Dir, bucket lake.Store) (s *Upload, done, failed func() int) {
	var mu sync.Mutex
	var keys []string
	faults := 0
	count := func(n *int) func() int { return func() int { mu.Lock(); defer mu.Unlock(); return *n } }
	s = NewUpload(door, bucket, slog.New(slog.DiscardHandler),
		func(key string) {
			mu.Lock()
			defer mu.Unlock()
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		},
		func(error) { mu.Lock(); faults++; mu.Unlock() })
	return s, func() int { mu.Lock(); defer mu.Unlock(); return len(keys) }, count(&faults)
}

func fill(t *testing.T, d *lake.Dir, objects map[string]string) {
	t.Helper()
	for key, text := range objects {
		if err := d.PutBytes(key, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// A bucket that is down loses nothing, and is asked again with growing pauses.
func TestUploadTriesForEver(t *testing.T) {
	door, bucket := emptyDir(t), &weak{Dir: emptyDir(t), down: 12}
	fill(t, door, map[string]string{firstKey: "one", secondKey: "two", thirdKey: "three"})
	synctest.Test(t, func(t *testing.T) {
		s, done, failed := uploader(door, bucket)
		ctx, stop := context.WithCancel(t.Context())
		go s.Run(ctx)
		began := time.Now()
		for done() < 3 && time.Since(began) < time.Hour {
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		synctest.Wait()
		if done() != 3 || failed() < 4 {
			t.Errorf("%d objects are uploaded after %d failures and %s, want 3 after some", done(), failed(), time.Since(began))
		}
		if _, waiting := s.Oldest(); waiting || s.Backlog() != 0 {
			t.Errorf("%d objects wait", s.Backlog())
		}
	})
	for key, want := range map[string]string{firstKey: "one", secondKey: "two", thirdKey: "three"} {
		if got, err := bucket.ReadFile(key); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", key, got, err)
		}
	}
}

// Whoever died between the upload and its mark uploads again, and finds the very same bytes. Other
// bytes under the name are said so, stay here, and hold up nothing else.
func TestUploadAfterCrash(t *testing.T) {
	door, bucket := emptyDir(t), emptyDir(t)
	fill(t, door, map[string]string{firstKey: "one", secondKey: "two", thirdKey: "three"})
	fill(t, bucket, map[string]string{firstKey: "one", secondKey: "tw0"})
	s, done, failed := uploader(door, bucket)
	err := s.Drain(t.Context())
	if seamark.ClassOf(err) != seamark.Temporary || done() != 2 || failed() != 1 {
		t.Errorf("got %v, %d done, %d failures; want one left", err, done(), failed())
	}
	if got, err := bucket.ReadFile(secondKey); err != nil || string(got) != "tw0" {
		t.Errorf("the other object is %q now, %v", got, err)
	}
	again, done, _ := uploader(door, bucket) // the next process
	again.look()
	if again.Backlog() != 1 || done() != 0 {
		t.Errorf("%d objects wait, want the one that is not uploaded", again.Backlog())
	}
}

// What is uploaded stays as long as a request in it may be sent again, and then goes.
func TestUploadedGoes(t *testing.T) {
	door, bucket := emptyDir(t), emptyDir(t)
	fill(t, door, map[string]string{firstKey: "one", secondKey: "two"})
	s, _, _ := uploader(door, bucket)
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-keepUploaded - time.Minute)
	if err := os.Chtimes(filepath.Join(door.Root(), uploadedFolder, firstKey), long, long); err != nil {
		t.Fatal(err)
	}
	s.look()
	for _, key := range []string{firstKey, s.mark(firstKey)} {
		if _, err := door.Stat(key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", key, err)
		}
	}
	for _, key := range []string{secondKey, s.mark(secondKey)} {
		if _, err := door.Stat(key); err != nil {
			t.Error(err)
		}
	}
	if s.Backlog() != 0 {
		t.Errorf("%d objects wait", s.Backlog())
	}
}

func TestEqualBytes(t *testing.T) {
	long := make([]byte, 600<<10)
	other := slices.Clone(long)
	other[len(other)-1] = 1
	for _, c := range []struct {
		a, b []byte
		want bool
	}{{nil, nil, true}, {long, long, true}, {long, other, false}, {long, long[:len(long)-1], false}, {long[:256<<10], long, false}, {[]byte("a"), nil, false}} {
		got, err := equalBytes(reader(c.a), reader(c.b))
		if err != nil || got != c.want {
			t.Errorf("%d and %d bytes: got %v, %v", len(c.a), len(c.b), got, err)
		}
	}
}

func reader(b []byte) io.Reader { return io.LimitReader(&endless{b}, int64(len(b))) }

// endless hands out bytes a few at a time.
type endless struct{ b []byte }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), 10_000)], e.b)
	e.b = e.b[n:]
	return n, nil
}
