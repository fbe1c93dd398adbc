package check_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// compact merges every hour of the lake in folder, and leaves nothing to be deleted later.
func compact(t testing.TB, folder string) lake.CompactReport {
	t.Helper()
	l, err := lake.Open(t.Context(), folder, true)
	if err != nil {
		t.Fatal(err)
	}
	report, err := l.Compact(t.Context(), lake.CompactOptions{
		OlderThan: time.Nanosecond, Grace: -1, SmallFiles: 1, Now: func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if err != nil || report.Skipped > 0 || report.FilesAfter == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	return report
}

// twins adds landing objects in which events come a second time, as Firehose may send them.
func twins(t testing.TB, folder string) {
	t.Helper()
	put(t, folder, "landing/2026/11/22/09/first.gz", gzipped(payload("t", 40)))
	put(t, folder, "landing/2026/11/22/10/again.gz", slices.Concat(gzipped(payload("t", 40)), gzipped(payload("u", 3))))
	transformAll(t, folder)
}

// TestCompacted: a compacted lake is sound and holds the same rows, but for those that
// were there twice; and so after another object has come and the hours are merged again.
func TestCompacted(t *testing.T) {
	folder, acked := company(t)
	hash, rows, err := check.RowHash(folder)
	if err != nil {
		t.Fatal(err)
	}
	if r := compact(t, folder); r.Duplicates != 0 {
		t.Errorf("%d duplicates where there are none", r.Duplicates)
	}
	for _, f := range check.Lake(folder, acked) {
		t.Error(f)
	}
	if got, n, err := check.RowHash(folder); err != nil || got != hash || n != rows {
		t.Errorf("%d rows, %d before; equal: %v; %v", n, rows, got == hash, err)
	}
	twins(t, folder)
	if r := compact(t, folder); r.Duplicates != 40 {
		t.Errorf("%d duplicates were dropped, want 40", r.Duplicates)
	}
	for _, f := range check.Check(folder, check.Options{Acked: acked}) {
		t.Error(f)
	}
	if _, n, err := check.RowHash(folder); err != nil || n != rows+43 {
		t.Errorf("%d rows, want %d; %v", n, rows+43, err)
	}
}

// TestCompactedPreviousRelease: files that know no landing id go into compacted ones with it.
func TestCompactedPreviousRelease(t *testing.T) {
	folder := release1(t)
	compact(t, folder)
	for _, f := range check.Lake(folder, nil) {
		t.Error(f)
	}
	if _, n, err := check.RowHash(folder); err != nil || n != release1Rows {
		t.Errorf("%d rows, want %d; %v", n, release1Rows, err)
	}
}

// TestExpired: what retention has deleted is not missed, what it has left is.
func TestExpired(t *testing.T) {
	for name, before := range map[string]func(string){"small files": func(string) {}, "compacted": func(folder string) { compact(t, folder) }} {
		t.Run(name, func(t *testing.T) {
			folder := release1(t)
			before(folder)
			l, err := lake.Open(t.Context(), folder, true)
			if err != nil {
				t.Fatal(err)
			}
			_, err = l.Expire(t.Context(), lake.RetentionOptions{Agreed: true,
				Landing: 20 * time.Hour, Lake: 24 * time.Hour, Quarantine: time.Hour,
				Now: func() time.Time { return time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC) },
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range check.Lake(folder, nil) {
				t.Error(f)
			}
			if _, n, err := check.RowHash(folder); err != nil || n != 204 { // of the hours 23 and 00
				t.Errorf("%d rows are left, want 204; %v", n, err)
			}
			b := &broken{t: t, folder: folder}
			b.remove(b.first(".parquet"))
			if len(check.Lake(folder, nil)) == 0 {
				t.Error("a file that has not expired is not missed")
			}
		})
	}
}

// editSnapshot changes a snapshot and signs it anew, as a bug in our own code would.
func (b *broken) editSnapshot(key string, change func(map[string]any)) {
	var f struct {
		Snapshot json.RawMessage `json:"snapshot"`
		SHA256   string          `json:"sha256"`
	}
	var s map[string]any
	if err := json.Unmarshal(b.read(key), &f); err != nil {
		b.t.Fatal(err)
	}
	if err := json.Unmarshal(f.Snapshot, &s); err != nil {
		b.t.Fatal(err)
	}
	change(s)
	f.Snapshot, _ = json.Marshal(s)
	sum := sha256.Sum256(f.Snapshot)
	f.SHA256 = hex.EncodeToString(sum[:])
	out, _ := json.Marshal(f)
	put(b.t, b.folder, key, out)
}

// included changes the first object that a snapshot includes, of which rows were dropped.
func (b *broken) included(change func(map[string]any)) {
	for _, key := range b.keys("ledger/hours/") {
		if strings.Contains(string(b.read(key)), `"dropped"`) {
			b.editSnapshot(key, func(s map[string]any) {
				for _, i := range s["included"].([]any) {
					if i := i.(map[string]any); i["dropped"] != nil {
						change(i)
						return
					}
				}
			})
			return
		}
	}
	b.t.Fatal("no snapshot has dropped a row")
}

// TestSabotageOfCompacted: what may go wrong with compaction is found.
func TestSabotageOfCompacted(t *testing.T) {
	sound, _ := company(t)
	twins(t, sound)
	before := filepath.Join(scratch(t), "before")
	if err := os.CopyFS(before, os.DirFS(sound)); err != nil {
		t.Fatal(err)
	}
	compact(t, sound)
	for _, s := range []struct {
		name, invariant string
		do              func(*broken)
	}{
		{"a compacted file is missing", "Files", func(b *broken) { b.remove(b.first(".c.parquet")) }},
		{"a bit of a compacted file flips", "Files", func(b *broken) { b.flip(b.first(".c.parquet"), 100) }},
		{"a bit of a snapshot flips", "Files", func(b *broken) { b.flip(b.first("ledger/hours/"), 150) }},
		{"a snapshot is lost, and its rows with it", "Files", func(b *broken) { b.remove(b.first("ledger/hours/")) }},
		{"what went in is still there", "Files", func(b *broken) {
			old := &broken{t: b.t, folder: before}
			key := old.first(".l.parquet")
			put(b.t, b.folder, key, old.read(key))
		}},
		{"an older snapshot is still there", "Files", func(b *broken) {
			key := b.first("ledger/hours/")
			b.editSnapshot(key, func(s map[string]any) { s["seq"] = 2 })
			moved := strings.Replace(key, "000001.json", "000002.json", 1)
			put(b.t, b.folder, moved, b.read(key))
			b.editSnapshot(key, func(s map[string]any) { s["seq"] = 1 })
		}},
		{"a todo is left over", "Files", func(b *broken) {
			put(b.t, b.folder, strings.Replace(b.first("ledger/hours/"), "000001.json", "000001-00000000.todo", 1), nil)
		}},
		{"a snapshot of another hour", "Files", func(b *broken) {
			b.editSnapshot(b.first("ledger/hours/"), func(s map[string]any) { s["hour"] = "2026-11-22T03" })
		}},
		{"a row too many was dropped", "Accounts", func(b *broken) {
			b.included(func(i map[string]any) { i["dropped"] = i["dropped"].(float64) + 1 })
		}},
		{"rows are counted wrongly", "Accounts", func(b *broken) {
			b.included(func(i map[string]any) {
				i["rows"], i["dropped"] = i["rows"].(float64)-1, i["dropped"].(float64)-1
			})
		}},
		{"an object is not included, but its rows are there", "Ids", func(b *broken) {
			b.editSnapshot(b.first("ledger/hours/"), func(s map[string]any) { s["included"] = s["included"].([]any)[1:] })
		}},
		{"an object counts at another outcome", "Files", func(b *broken) {
			b.included(func(i map[string]any) { i["outcome"] = "0123456789abcdef" })
		}},
		{"rows that nothing stands for were dropped", "Ids", func(b *broken) {
			// Without the object that came first, nothing stands for the rows of the second.
			b.editSnapshot(b.first("ledger/hours/2026/11/22/08"), func(s map[string]any) {
				for _, i := range s["included"].([]any) {
					if i := i.(map[string]any); i["dropped"] == nil && i["rows"].(float64) == 40 {
						i["outcome"] = "0123456789abcdef"
					}
				}
			})
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			b := &broken{t: t, folder: filepath.Join(scratch(t), "lake")}
			if err := os.CopyFS(b.folder, os.DirFS(sound)); err != nil {
				t.Fatal(err)
			}
			s.do(b)
			findings := check.Check(b.folder, check.Options{})
			if !slices.ContainsFunc(findings, func(f check.Finding) bool { return f.Invariant == s.invariant }) {
				t.Errorf("no finding of %s: %v", s.invariant, findings)
			}
		})
	}
}
