package lake_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// company is a lake with a sound object and a damaged one.
func company(t *testing.T) *lake.Lake {
	t.Helper()
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	put(t, l, damagedKey, damagedObject())
	must(t, l, goodKey)
	must(t, l, damagedKey)
	return l
}

func verify(t *testing.T, l *lake.Lake, now time.Time) lake.Report {
	t.Helper()
	r, err := open(t, l.Root()).Verify(context.Background(), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Balanced != (len(r.Culprits) == 0) {
		t.Errorf("balanced %v with %d culprits", r.Balanced, len(r.Culprits))
	}
	for _, c := range r.Culprits {
		if c.Key == "" || c.What == "" || c.Remedy == "" {
			t.Errorf("culprit without a key, a fault or a remedy: %+v", c)
		}
	}
	return r
}

func find(t *testing.T, l *lake.Lake, part string) string {
	t.Helper()
	for _, name := range files(t, l.Root()) {
		if strings.Contains(name, part) {
			return name
		}
	}
	t.Fatalf("nothing like %s", part)
	return ""
}

// TestVerify: each kind of fault is named, with a remedy.
func TestVerify(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	tests := []struct {
		name, what string
		do         func(l *lake.Lake) (key string)
	}{
		{"nothing", "", func(*lake.Lake) string { return "" }},
		{"row file gone", "missing", func(l *lake.Lake) string { key := find(t, l, "lake/logs"); l.Remove(key); return key }},
		{"row file flipped", "checksum", func(l *lake.Lake) string { return flip(t, l, find(t, l, "lake/logs"), 40) }},
		{"row file cut", "checksum", func(l *lake.Lake) string {
			key := find(t, l, "lake/logs")
			os.Truncate(filepath.Join(l.Root(), key), 100)
			return key
		}},
		{"ledger flipped", "damaged ledger entry", func(l *lake.Lake) string { return flip(t, l, find(t, l, "ledger/2026"), 99) }},
		{"quarantine gone", "missing", func(l *lake.Lake) string { key := find(t, l, "quarantine/"); l.Remove(key); return key }},
		{"quarantine flipped", "changed", func(l *lake.Lake) string { return flip(t, l, find(t, l, "quarantine/"), 5) }},
		{"landing flipped", "changed", func(l *lake.Lake) string { return flip(t, l, goodKey, 50) }},
		{"stray file", "no ledger entry names this file", func(l *lake.Lake) string {
			key := filepath.Dir(find(t, l, "lake/logs")) + "/" + string(someID) + ".l.parquet"
			put(t, l, key, []byte("PAR1"))
			os.Chtimes(filepath.Join(l.Root(), key), old, old)
			return key
		}},
		{"forgotten object", "not transformed", func(l *lake.Lake) string { put(t, l, copyKey, gzipped(payload("c", 1))); return copyKey }},
		{"wrong accounts", "events 4", func(l *lake.Lake) string {
			e := *must(t, l, goodKey)
			e.Accounts.Events++
			b, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			put(t, l, e.Key(), b)
			return e.Key()
		}},
		{"wrong number of rows", "rows", func(l *lake.Lake) string {
			e := *must(t, l, goodKey)
			e.Files = append([]lake.FileRef{}, e.Files...)
			e.Files[0].Rows++
			e.Accounts.Events++
			e.Accounts.Rows++
			b, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			put(t, l, e.Key(), b)
			return e.Files[0].Key
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := company(t)
			key := tt.do(l)
			r := verify(t, l, time.Now())
			if tt.what == "" {
				if !r.Balanced || r.Rows < 6 || r.Events != r.Rows || r.Files != 4 || r.Quarantined != 1 {
					t.Errorf("%+v", r)
				}
				return
			}
			for _, c := range r.Culprits {
				if c.Key == key && strings.Contains(c.What, tt.what) {
					return
				}
			}
			t.Errorf("%s is not named: %+v", key, r.Culprits)
		})
	}
}

// flip flips a bit and keeps the file's time, as rot does.
func flip(t *testing.T, l *lake.Lake, key string, at int) string {
	t.Helper()
	name := filepath.Join(l.Root(), key)
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[at%len(b)] ^= 1 << (at % 8)
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	return key
}

// TestYoungIsNoCulprit: what may still be on its way is not blamed.
func TestYoungIsNoCulprit(t *testing.T) {
	l := company(t)
	put(t, l, filepath.Dir(find(t, l, "lake/logs"))+"/"+string(someID)+".l.parquet", []byte("PAR1"))
	put(t, l, copyKey, gzipped(payload("c", 1)))
	r := verify(t, l, time.Date(2026, 11, 22, 8, 5, 0, 0, time.UTC))
	if !r.Balanced || r.Waiting != 1 {
		t.Errorf("%+v", r)
	}
}

// TestBitFlips: a bit that flips anywhere is found, and its file is named.
func TestBitFlips(t *testing.T) {
	flips := 500
	if torture {
		flips = 10_000
	}
	l := company(t)
	compact(t, l) // and beside what is compacted a todo, and an object that is not
	put(t, l, copyKey, gzipped(payload("later", 3)))
	must(t, l, copyKey)
	dead := lakeWithTodo(t, l)
	var all []string
	for _, name := range files(t, l.Root()) {
		if !strings.HasPrefix(name, "ledger/damaged/") { // only hastens: see RemoveSuperseded
			all = append(all, name)
		}
	}
	s := crashSeed(t)
	r := rand.New(rand.NewPCG(s, 1))
	for range flips {
		key, at := all[r.IntN(len(all))], r.IntN(1<<20)
		flip(t, l, key, at)
		report := verify(t, l, time.Now())
		named := false
		for _, c := range report.Culprits {
			named = named || c.Key == key
		}
		if !named {
			t.Errorf("bit %d of %s: %+v", at, key, report.Culprits)
		}
		flip(t, l, key, at)
	}
	if r := verify(t, l, time.Now()); !r.Balanced {
		t.Errorf("flipped back: %+v", r.Culprits)
	}
	if countLike(t, l, ".todo") != 1 || dead == "" {
		t.Error("no todo was flipped")
	}
}

// lakeWithTodo leaves the todo of a compaction that was stopped before it deleted anything.
func lakeWithTodo(t *testing.T, l *lake.Lake) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	o := hasty()
	o.Grace = time.Hour
	o.Progress = func(int, int, lake.CompactedHour) { cancel() }
	l.Compact(ctx, o)
	counts := map[string]bool{} // what it would have deleted is no longer anybody's
	for _, f := range l.Files("logs", seamark.Span{}) {
		counts[f.Key] = true
	}
	for _, name := range files(t, l.Root()) {
		if strings.HasPrefix(name, "lake/") && !counts[name] || strings.HasSuffix(name, "08/000001.json") {
			l.Remove(name)
		}
	}
	return find(t, l, ".todo")
}
