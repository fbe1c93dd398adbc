package lake_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// TestReplacedFilesGo kills a run that does an object anew at each of its calls. What the
// new entry no longer names is gone after the next start, so that no reader sees it twice.
func TestReplacedFilesGo(t *testing.T) {
	left := 0
	for call := 1; ; call++ {
		root := filepath.Join(scratch(t), "lake")
		fine := openAt(t, root, &unsynced{})
		for _, s := range life()[:3] {
			if s.name == "create damaged" {
				continue
			}
			if err := s.do(fine); err != nil {
				t.Fatal(err)
			}
		}
		was := filesOfGood(t, fine)
		f := &faulty{killed: true, err: errors.New("killed")}
		doomed := openAt(t, root, f)
		if _, err := doomed.Renew(lake.HourOf(firstHourMs)); err != nil {
			t.Fatal(err)
		}
		f.at = f.calls + call
		_, err := transform(doomed, goodKey, true)
		if f.failed == "" {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		next := openAt(t, root, &unsynced{})
		if len(stale(t, next, was)) > 0 {
			left++
		}
		if err := next.Recover(); err != nil {
			t.Fatalf("call %d: %v", call, err)
		}
		if got := stale(t, next, was); len(got) > 0 {
			t.Errorf("killed at call %d (%s): still there: %q", call, f.failed, got)
		}
		if lists, err := filepath.Glob(filepath.Join(root, "ledger/*/*/*/*/*.replaced")); err != nil || len(lists) > 0 {
			t.Errorf("killed at call %d (%s): lists are left: %q, %v", call, f.failed, lists, err)
		}
		for _, finding := range check.Check(root, check.Options{Unfinished: true}) {
			t.Errorf("killed at call %d (%s): %s", call, f.failed, finding)
		}
	}
	if left == 0 {
		t.Error("no kill left anything: the test shows nothing")
	}
}

func openAt(t *testing.T, root string, fsys lake.FS) *lake.Lake {
	t.Helper()
	d, err := lake.OpenDir(root, fsys)
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

func filesOfGood(t *testing.T, l *lake.Lake) (keys []string) {
	t.Helper()
	entries := l.Entries()
	if len(entries) != 1 {
		t.Fatalf("%d entries", len(entries))
	}
	for _, f := range entries[0].Files {
		keys = append(keys, f.Key)
	}
	return keys
}

// stale lists those of the keys that are there and that the entry does not name.
func stale(t *testing.T, l *lake.Lake, keys []string) (out []string) {
	t.Helper()
	named := filesOfGood(t, l)
	for _, key := range keys {
		_, err := os.Stat(filepath.Join(l.Root(), filepath.FromSlash(key)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err == nil && !slices.Contains(named, key) {
			out = append(out, strings.TrimPrefix(key, "lake/"))
		}
	}
	return out
}
