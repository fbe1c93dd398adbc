package lake_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// TestChangedLanding: other bytes at the URL of a sound object neither double its rows nor take
// their place; verify names it; with --force they do take it.
func TestChangedLanding(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	must(t, l, goodKey)
	was := mustSee(t, l)
	put(t, l, goodKey, gzipped(payload("other", 2*len(was)))) // no worse: only that it changed speaks against it
	for name, x := range map[string]*lake.Lake{"who did it": l, "who starts": open(t, l.Root())} {
		_, err := transform(x, goodKey, false)
		if f, ok := errors.AsType[*seamark.Fault](err); !ok || f.Class != seamark.Rejected || !strings.Contains(f.Error(), "--force") {
			t.Errorf("%s: %v", name, err)
		}
		if got := mustSee(t, x); len(got) != len(was) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(was))
		}
		r := verify(t, x, time.Now())
		if len(r.Culprits) != 1 || r.Culprits[0].Key != goodKey || !strings.Contains(r.Culprits[0].What, "have changed since it was transformed") {
			t.Errorf("%s: %+v", name, r.Culprits)
		}
	}
	if _, err := transform(l, goodKey, true); err != nil {
		t.Fatal(err)
	}
	l = open(t, l.Root())
	if got := events(mustSee(t, l)); len(got) != 2*len(was) || got["other-0"] != 1 {
		t.Errorf("after --force: %v", got)
	}
	if r := verify(t, l, time.Now()); !r.Balanced {
		t.Errorf("after --force: %+v", r.Culprits)
	}
	for _, f := range check.Lake(l.Root(), nil) {
		t.Error(f)
	}
}

// TestWorseThanDamaged: a damaged object gives way to one that is no worse, and to no other.
func TestWorseThanDamaged(t *testing.T) {
	for name, c := range map[string]struct {
		object []byte
		taken  bool
	}{
		"repaired":      {repairedObject(), true},
		"empty":         {gzipped(payload("a", 0)), false},
		"fewer rows":    {gzipped(payload("a", 1)), false},
		"more damage":   {append(append(gzipped(payload("a", 2)), "garbage"...), append(gzipped([]byte("{]")), gzipped([]byte("no"))...)...), false},
		"more of it":    {append(repairedObject(), gzipped(payload("c", 3))...), true},
		"not even gzip": {[]byte("moved, see https://example.com"), false},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, scratch(t))
			put(t, l, damagedKey, damagedObject())
			e := must(t, l, damagedKey)
			before := mustSee(t, l)
			put(t, l, damagedKey, c.object)
			res, err := transform(l, damagedKey, false)
			if (err == nil) != c.taken {
				t.Fatalf("%v; was %+v, is %+v", err, e.Accounts, res.Entry)
			}
			if after := mustSee(t, l); !c.taken && fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("the rows have changed: %v, were %v", after, before)
			}
		})
	}
}

// TestCopiesAtOnce: many workers that find copies of one object at the same time make it done
// once, and all copies are known.
func TestCopiesAtOnce(t *testing.T) {
	rounds := 15
	if torture {
		rounds = 1000
	}
	for round := range rounds {
		l := open(t, scratch(t))
		const copies = 16
		for i := range copies { // in two hours, so that their arrivals differ
			put(t, l, fmt.Sprintf("landing/2026/11/22/%02d/%d.gz", 8+i%2, i), goodObject())
		}
		var wg sync.WaitGroup
		for i := range copies {
			wg.Go(func() {
				if _, err := transform(l, fmt.Sprintf("landing/2026/11/22/%02d/%d.gz", 8+i%2, i), i%4 == 3); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, x := range []*lake.Lake{l, open(t, l.Root())} {
			if pending, err := x.Pending(); err != nil || len(pending) != 0 {
				t.Fatalf("round %d: %d copies are not known, %v", round, len(pending), err)
			}
			if n := len(mustSee(t, x)); n != 3 || len(x.Entries()) != 1 {
				t.Fatalf("round %d: %d rows, %d entries", round, n, len(x.Entries()))
			}
		}
		if r := verify(t, l, time.Now()); !r.Balanced {
			t.Fatalf("round %d: %+v", round, r.Culprits)
		}
		n := 0
		l.Walk("ledger", func(string, fs.DirEntry) error { n++; return nil })
		if n != 1 {
			t.Fatalf("round %d: %d files in the ledger", round, n)
		}
	}
}

// TestCommitKeepsCopies: entries committed and covered at the same time lose none.
func TestCommitKeepsCopies(t *testing.T) {
	rounds := 20
	if torture {
		rounds = 1000
	}
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	e := must(t, l, goodKey)
	for round := range rounds {
		var wg sync.WaitGroup
		origin := func(i int) lake.Origin {
			return lake.Origin{URL: fmt.Sprintf("landing/2026/11/22/08/r%d-%d.gz", round, i), Size: 1, Modified: time.UnixMilli(firstHourMs).UTC()}
		}
		for i := range 16 {
			wg.Go(func() {
				whole, err := l.Whole(e)
				if err != nil {
					t.Error(err)
					return
				}
				if i%2 == 0 {
					again := *whole
					again.Origin = origin(i)
					err = l.Commit(&again)
				} else {
					err = l.Cover(whole, origin(i))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		now, err := l.Entry(e.Key())
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{now.Origin.URL: true}
		for _, o := range now.Also {
			have[o.URL] = true
		}
		for i := range 16 {
			if !have[origin(i).URL] {
				t.Fatalf("round %d: copy %d is lost", round, i)
			}
		}
	}
}
