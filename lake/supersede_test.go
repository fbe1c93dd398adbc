package lake_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

func open(t testing.TB, folder string) *lake.Lake {
	t.Helper()
	d, err := lake.OpenDir(folder, &unsynced{})
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	if err := l.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l
}

func put(t testing.TB, l *lake.Lake, key string, b []byte) {
	t.Helper()
	if err := l.PutBytes(key, b); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, l *lake.Lake, key string) *lake.Entry {
	t.Helper()
	res, err := transform(l, key, false)
	if err != nil {
		t.Fatal(err)
	}
	return res.Entry
}

func pendingKeys(t *testing.T, l *lake.Lake) string {
	t.Helper()
	pending, err := l.Pending()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, p := range pending {
		keys = append(keys, strings.TrimPrefix(p.Key, "landing/2026/11/22/08/"))
	}
	return strings.Join(keys, " ")
}

func sound(t *testing.T, l *lake.Lake) {
	t.Helper()
	for _, f := range check.Lake(l.Root(), nil) {
		t.Error(f)
	}
}

// TestPending: what must be done is landing minus ledger.
func TestPending(t *testing.T) {
	l := open(t, scratch(t))
	if got := pendingKeys(t, l); got != "" {
		t.Errorf("of an empty lake: %s", got)
	}
	put(t, l, goodKey, goodObject())
	put(t, l, damagedKey, damagedObject())
	put(t, l, "landing/2026/11/22/08/.hidden", []byte("x"))
	if got := pendingKeys(t, l); got != "damaged.gz good.gz" {
		t.Errorf("at first: %s", got)
	}
	must(t, l, goodKey)
	must(t, l, damagedKey)
	if got := pendingKeys(t, l); got != "" {
		t.Errorf("when all is done: %s", got)
	}
	put(t, l, copyKey, goodObject())
	if got := pendingKeys(t, l); got != "copy.gz" {
		t.Errorf("with a copy: %s", got)
	}
	must(t, l, copyKey)
	if got := pendingKeys(t, l); got != "" {
		t.Errorf("with the copy covered: %s", got)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(l.Root(), goodKey), later, later); err != nil {
		t.Fatal(err)
	}
	if got := pendingKeys(t, l); got != "good.gz" {
		t.Errorf("touched: %s", got)
	}
	must(t, l, goodKey)
	if got := pendingKeys(t, l); got != "" {
		t.Errorf("touched and done: %s", got)
	}
	put(t, l, damagedKey, repairedObject())
	if got := pendingKeys(t, l); got != "damaged.gz" {
		t.Errorf("repaired in place: %s", got)
	}
	must(t, l, damagedKey)
	if got := pendingKeys(t, open(t, l.Root())); got != "" {
		t.Errorf("seen by another process: %s", got)
	}
	os.Remove(filepath.Join(l.Root(), "landing/2026/11/22/08/.hidden"))
	sound(t, l)
}

// TestRepaired: a repaired object takes the place of its damaged predecessor, rows and all.
func TestRepaired(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, damagedKey, damagedObject())
	was := must(t, l, damagedKey)
	if was.Accounts.Quarantined != 1 {
		t.Fatalf("%+v", was.Accounts)
	}
	put(t, l, damagedKey, repairedObject())
	is := must(t, l, damagedKey)
	if len(is.Supersedes) != 1 || is.Supersedes[0] != was.ID || is.Accounts.Rows != 5 || is.Accounts.Quarantined != 0 {
		t.Errorf("%+v", is)
	}
	if a := l.Accounts(); a.Rows != 5 || a.Objects != 1 {
		t.Errorf("the accounts count the predecessor: %+v", a)
	}
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		if strings.Contains(f.Key, string(was.ID)) {
			t.Errorf("readers still see %s", f.Key)
		}
	}
	for _, name := range files(t, l.Root()) {
		if strings.Contains(name, string(was.ID)) {
			t.Errorf("left over: %s", name)
		}
	}
	sound(t, l)
}

// TestSupersedeKilled: superseding that is cut short at any call is finished by the next
// start, and readers see the predecessor or the successor, never both.
func TestSupersedeKilled(t *testing.T) {
	for at := 1; ; at++ {
		f := &faulty{}
		d, err := lake.OpenDir(scratch(t), f)
		if err != nil {
			t.Fatal(err)
		}
		l := lake.New(d)
		put(t, l, damagedKey, damagedObject())
		must(t, l, damagedKey)
		put(t, l, damagedKey, repairedObject())
		f.mu.Lock()
		f.calls, f.at, f.err = 0, at, errors.New("killed")
		f.mu.Unlock()
		_, killed := transform(l, damagedKey, false)
		next := open(t, l.Root())
		if n := len(next.Entries()); n != 1 {
			t.Errorf("call %d (%s): %d entries count", at, f.failed, n)
		}
		if err := next.Recover(); err != nil {
			t.Fatal(err)
		}
		if pendingKeys(t, next) != "" {
			must(t, next, damagedKey)
		}
		sound(t, next)
		if f.failed == "" {
			if killed != nil {
				t.Fatal(killed)
			}
			t.Logf("%d calls", at-1)
			return
		}
	}
}

// TestWorkersRace: two workers on one object give one result.
func TestWorkersRace(t *testing.T) {
	races := 50
	if torture {
		races = 200
	}
	want := ""
	for range races {
		root := scratch(t)
		put(t, open(t, root), goodKey, goodObject())
		put(t, open(t, root), damagedKey, damagedObject())
		var wg sync.WaitGroup
		for range 2 {
			l := open(t, root)
			tr := transformer.New(l, nil)
			for _, key := range []string{goodKey, damagedKey} {
				wg.Go(func() {
					src, err := transformer.OpenFile(l, filepath.Join(root, key))
					if err != nil {
						t.Error(err)
						return
					}
					defer src.Close()
					if _, err := tr.Transform(context.Background(), src, false); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		for _, f := range check.Lake(root, nil) {
			t.Error(f)
		}
		hash, err := check.TreeHash(root)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = hashWithoutTimes(t, root)
		}
		if got := hashWithoutTimes(t, root); got != want {
			t.Fatalf("another result: %s", hash)
		}
		os.RemoveAll(root)
	}
}

// hashWithoutTimes leaves the ledger out, for it holds the landing file's time.
func hashWithoutTimes(t *testing.T, root string) string {
	t.Helper()
	hash, _, err := check.RowHash(root)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// TestRefresh: one damaged entry hides nothing else, and is named.
func TestRefresh(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	good := must(t, l, goodKey)
	put(t, l, "landing/2026/11/22/08/b.gz", gzipped(payload("b", 2)))
	bad := must(t, l, "landing/2026/11/22/08/b.gz")
	name := filepath.Join(l.Root(), bad.Key())
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[30] ^= 1
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	next := open(t, l.Root())
	if entries := next.Entries(); len(entries) != 1 || entries[0].ID != good.ID {
		t.Errorf("%d entries", len(entries))
	}
	damaged := next.Damaged()
	if f, ok := errors.AsType[*seamark.Fault](damaged[bad.Key()]); len(damaged) != 1 || !ok || f.Remedy == "" {
		t.Errorf("damaged: %v", damaged)
	}
	if got := pendingKeys(t, next); got != "b.gz" {
		t.Errorf("to be done again: %s", got)
	}
	must(t, next, "landing/2026/11/22/08/b.gz")
	if len(next.Damaged()) != 0 {
		t.Errorf("still damaged: %v", next.Damaged())
	}
	sound(t, next)
	// The first process sees what the second has done, and the other way about.
	put(t, next, copyKey, gzipped(payload("c", 1)))
	must(t, next, copyKey)
	before := l.Generation()
	if err := l.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(l.Entries()) != 3 || l.Generation() == before {
		t.Errorf("%d entries after another process wrote", len(l.Entries()))
	}
}
