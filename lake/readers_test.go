package lake_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// filled is a lake with some objects.
func filled(t testing.TB, objects int) *lake.Lake {
	t.Helper()
	l := open(t, scratch(t))
	for i := range objects {
		key := fmt.Sprintf("landing/2026/11/22/08/%d.gz", i)
		put(t, l, key, gzipped(payload(fmt.Sprint("o", i), 6)))
		must(t, l, key)
	}
	return l
}

// TestReadersUnderCompaction: at no moment does a reader miss a row or see one twice, with
// memory of its own or with the compactor's, while hours are compacted, done anew and compacted again.
func TestReadersUnderCompaction(t *testing.T) {
	runs := 50
	if torture {
		runs = 500
	}
	var reads atomic.Int64
	for range runs {
		l := filled(t, 4)
		want := mustSee(t, l)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for r := range 4 {
			reader := l
			if r%2 == 0 {
				reader = open(t, l.Root())
			}
			wg.Go(func() {
				for {
					rows, err := seenByReader(reader)
					if err != nil || !maps.Equal(rows, want) {
						t.Errorf("%d rows of %d, %v", len(rows), len(want), err)
						return
					}
					reads.Add(1)
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		compact(t, l)
		again := open(t, l.Root())
		if _, err := again.Renew(lake.HourOf(firstHourMs)); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if _, err := transform(again, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i), true); err != nil {
				t.Error(err)
			}
		}
		if err := l.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		compact(t, l)
		close(stop)
		wg.Wait()
		os.RemoveAll(l.Root())
	}
	t.Logf("%d reads", reads.Load())
}

// late is a store whose next read of one object, once armed, hands over late what it read.
type late struct {
	lake.Store
	key  atomic.Pointer[string]
	read chan struct{} // closed when it has been read
	on   chan struct{} // closed to hand it over
}

func (s *late) ReadFile(key string) ([]byte, error) {
	b, err := s.Store.ReadFile(key)
	if armed := s.key.Load(); armed != nil && *armed == key && s.key.CompareAndSwap(armed, nil) {
		close(s.read)
		<-s.on
	}
	return b, err
}

// TestLateReader: an entry that was read before it was replaced, and arrives in memory after,
// does not take the newer one's place there.
func TestLateReader(t *testing.T) {
	const landing = "landing/2026/11/22/08/0.gz"
	d, err := lake.OpenDir(filled(t, 1).Root(), &unsynced{})
	if err != nil {
		t.Fatal(err)
	}
	s := &late{Store: d, read: make(chan struct{}), on: make(chan struct{})}
	l := lake.New(s)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := mustSee(t, l)
	was := l.Files(seamark.TableLogs, seamark.Span{})[0].Key
	entry := must(t, l, landing).Key()
	compact(t, l)
	s.key.Store(&entry)
	var wg sync.WaitGroup
	wg.Go(func() {
		if gone, err := l.Gone(t.Context(), was); err != nil || !gone {
			t.Errorf("%s is gone: %v, %v", was, gone, err)
		}
	})
	<-s.read
	if _, err := l.Renew(lake.HourOf(firstHourMs)); err != nil {
		t.Error(err)
	}
	if _, err := transform(l, landing, true); err != nil {
		t.Error(err)
	}
	compact(t, l)
	close(s.on)
	wg.Wait()
	if got, err := seen(l); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// TestCompactorsRace: two compactors on one lake leave one meaning.
func TestCompactorsRace(t *testing.T) {
	races := 50
	if torture {
		races = 200
	}
	for range races {
		l := filled(t, 4)
		want := mustSee(t, l)
		var wg sync.WaitGroup
		for range 2 {
			other := open(t, l.Root())
			wg.Go(func() {
				if _, err := other.Compact(context.Background(), hasty()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		l = open(t, l.Root())
		if got := mustSee(t, l); !maps.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if r := compact(t, l); len(r.Hours) != 0 {
			t.Errorf("not all was done: %+v", r)
		}
		for _, f := range check.Lake(l.Root(), nil) {
			t.Error(f)
		}
		os.RemoveAll(l.Root())
	}
}

// TestDeadCompactor: when one dies whose todo and outputs are there, and its snapshot is
// not, what it left goes, and its number is taken, so that it could not publish if it lived.
func TestDeadCompactor(t *testing.T) {
	for at := 1; at < 200; at++ {
		l := filled(t, 3)
		want := mustSee(t, l)
		f := &faulty{killed: true, err: os.ErrClosed}
		d, err := lake.OpenDir(l.Root(), f)
		if err != nil {
			t.Fatal(err)
		}
		dead := lake.New(d)
		if err := dead.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.at = at
		dead.Compact(t.Context(), hasty())
		if countLike(t, l, ".todo") != 1 || countLike(t, l, ".c.parquet") != 1 || countLike(t, l, "000001.json") != 0 {
			os.RemoveAll(l.Root())
			continue
		}
		if err := open(t, l.Root()).Recover(); err != nil {
			t.Fatal(err)
		}
		if countLike(t, l, ".todo") != 0 || countLike(t, l, ".c.parquet") != 0 || countLike(t, l, "000001.json") != 1 {
			t.Errorf("after the next start: %v", files(t, l.Root()))
		}
		if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if r := compact(t, open(t, l.Root())); r.FilesAfter != 2 {
			t.Errorf("%+v", r)
		}
		sound(t, open(t, l.Root()))
		return
	}
	t.Fatal("it never dies there")
}

func countLike(t *testing.T, l *lake.Lake, part string) int {
	t.Helper()
	n := 0
	for _, name := range files(t, l.Root()) {
		if len(name) >= len(part) && name[len(name)-len(part):] == part {
			n++
		}
	}
	return n
}

// TestExpire: what is old goes, what is not transformed stays, and nobody misses what went.
func TestExpire(t *testing.T) {
	l := filled(t, 3)
	put(t, l, damagedKey, damagedObject())
	must(t, l, damagedKey)
	compact(t, l)
	put(t, l, "landing/2026/11/22/08/waiting.gz", gzipped(payload("w", 2)))
	put(t, l, "landing/2026/11/22/20/young.gz", gzipped(payload("young", 2)))
	must(t, l, "landing/2026/11/22/20/young.gz")
	o := lake.RetentionOptions{Agreed: true, TrustClock: true, Landing: 24 * time.Hour, Lake: 24 * time.Hour, Quarantine: 24 * time.Hour,
		Now: func() time.Time { return time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC) }}
	before := files(t, l.Root())
	dry := o
	dry.DryRun = true
	planned, err := l.Expire(t.Context(), dry)
	if err != nil || len(files(t, l.Root())) != len(before) {
		t.Errorf("the dry run: %v", err)
	}
	r, err := l.Expire(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Landing.Files != 4 || r.Lake.Files == 0 || r.Kept != 1 || r.Entries != 0 || r.Landing != planned.Landing || r.Lake != planned.Lake {
		t.Errorf("%+v, planned %+v", r, planned)
	}
	for name, x := range map[string]*lake.Lake{"who did it": l, "who starts": open(t, l.Root())} {
		for event := range events(mustSee(t, x)) {
			if event[len(event)-1]%2 == '0'%2 {
				t.Errorf("%s: %s of the first hour is still seen", name, event)
			}
		}
	}
	report := verify(t, l, o.Now())
	for _, c := range report.Culprits {
		if c.Key != "landing/2026/11/22/08/waiting.gz" {
			t.Errorf("%+v", c)
		}
	}
	must(t, l, "landing/2026/11/22/08/waiting.gz")
	o.Now = func() time.Time { return time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC) }
	if r, err = l.Expire(t.Context(), o); err != nil || r.Entries != 6 || r.Quarantine.Files != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, name := range files(t, l.Root()) {
		if dir, _, _ := cutLast(name); dir != "ledger/expired" {
			t.Errorf("left over: %s", name)
		}
	}
	if r := verify(t, l, o.Now()); !r.Balanced {
		t.Errorf("%+v", r)
	}
}

func cutLast(name string) (dir, base string, ok bool) {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' {
			return name[:i], name[i+1:], true
		}
	}
	return "", name, false
}
