package s3_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

// manyKeys is how many objects the listing test makes.
const manyKeys = 100_000

// A hundred thousand keys are listed a page at a time; what News remembers is bounded per key.
func TestListingStaysSmall(t *testing.T) {
	_, folder := gateway(t)
	name := bucket(t, folder)
	hours := 24 * 7
	for i := range manyKeys {
		hour := time.Date(2026, 11, 1, i%hours, 0, 0, 0, time.UTC).Format("2006/01/02/15")
		dir := filepath.Join(folder, name, "landing", filepath.FromSlash(hour))
		if i < hours {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.gz", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, "s3://"+name, hasty(t))

	before, peak, n, last := heap(), uint64(0), 0, ""
	began := time.Now()
	err := s.Walk("landing", func(key string, _ fs.DirEntry) error {
		if key <= last {
			t.Fatalf("%s after %s", key, last)
		}
		last = strings.Clone(key)
		if n++; n%10_000 == 0 {
			peak = max(peak, heap())
		}
		return nil
	})
	if err != nil || n != manyKeys {
		t.Fatalf("walked to %d keys, %v", n, err)
	}
	t.Logf("walk: %d keys in %s, heap %d kB more at most", n, time.Since(began).Round(time.Millisecond), int64(peak-before)/1000)
	if grown := int64(peak - before); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes while walking, want a few pages' worth", grown)
	}

	var seen lake.Seen
	before, n = heap(), 0
	if err := s.ListNews(context.Background(), "landing", &seen, func(string, fs.DirEntry) { n++ }); err != nil || n != manyKeys {
		t.Fatalf("shown %d keys, %v", n, err)
	}
	perKey := float64(heap()-before) / manyKeys
	t.Logf("news: %.0f bytes are kept for each key", perKey)
	if perKey > 60 {
		t.Errorf("%.0f bytes are kept for each key, want about 40", perKey)
	}
	began = time.Now()
	if err := s.ListNews(context.Background(), "landing", &seen, func(key string, _ fs.DirEntry) { t.Errorf("%s is shown again", key) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("news again: %s", time.Since(began).Round(time.Millisecond))
	runtime.KeepAlive(&seen)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// More folders than a page holds are all named, once.
func TestFoldersOfPages(t *testing.T) {
	_, folder := gateway(t)
	name := bucket(t, folder)
	for i := range 1200 {
		one := filepath.Join(folder, name, "lake", fmt.Sprintf("product=%04d", i))
		if err := os.MkdirAll(one, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(one, "x"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := open(t, "s3://"+name, hasty(t)).Folders("lake")
	if err != nil || len(got) != 1200 || !slices.IsSorted(got) || len(slices.Compact(got)) != 1200 {
		t.Errorf("%d folders, %v", len(got), err)
	}
}
