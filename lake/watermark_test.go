package lake_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/lake"
)

const day = 24 * time.Hour

// daily fills a lake with n objects, one a day, the last of which arrived at 2026-11-22 08:00.
// The events of object i are of its own hour and the next.
func daily(t *testing.T, n int) *lake.Lake {
	t.Helper()
	l := open(t, scratch(t))
	for i := range n {
		arrive(t, l, time.UnixMilli(firstHourMs).Add(-time.Duration(n-1-i)*day), time.UnixMilli(firstHourMs).Add(-time.Duration(n-1-i)*day), fmt.Sprint("d", i))
	}
	return l
}

// arrive puts an object with events of one time that arrived at another, and transforms it.
func arrive(t *testing.T, l *lake.Lake, arrival, events time.Time, name string) string {
	t.Helper()
	key := "landing/" + arrival.UTC().Format("2006/01/02/15") + "/" + name + ".gz"
	text := strings.ReplaceAll(string(payload(name, 4)), fmt.Sprint(firstHourMs), fmt.Sprint(events.UnixMilli()))
	text = strings.ReplaceAll(text, fmt.Sprint(firstHourMs+time.Hour.Milliseconds()), fmt.Sprint(events.Add(time.Hour).UnixMilli()))
	put(t, l, key, gzipped([]byte(text)))
	must(t, l, key)
	return key
}

func at(d time.Duration) func() time.Time {
	return func() time.Time { return time.UnixMilli(firstHourMs).Add(d) }
}

func keep(age, clock time.Duration) lake.RetentionOptions {
	return lake.RetentionOptions{Landing: age, Lake: age, Quarantine: age, Now: at(clock)}
}

// TestClockAhead: whatever the clock says, no more goes than evidence allows, and what arrives
// once the clock is right again is seen and stays.
func TestClockAhead(t *testing.T) {
	for _, ahead := range []time.Duration{day, 3 * day, 30 * day, 400 * day} {
		for _, during := range []bool{false, true} { // whether objects arrive while it is wrong
			for _, first := range []bool{false, true} { // whether nothing has expired before
				t.Run(fmt.Sprint(ahead/day, "d ", during, first), func(t *testing.T) {
					l := daily(t, 12)
					l.SetClock(at(0))
					if !first {
						o := keep(10*day, 0)
						o.Agreed = true
						if _, err := l.Expire(t.Context(), o); err != nil {
							t.Fatal(err)
						}
					}
					before := len(mustSee(t, l))
					l.SetClock(at(ahead))
					if during {
						arrive(t, l, at(ahead)(), at(0)(), "during")
					}
					r, err := l.Expire(t.Context(), keep(10*day, ahead))
					if err != nil {
						t.Fatal(err)
					}
					if during && ahead > 7*day && len(r.Held()) == 0 {
						t.Errorf("nothing is held back: %+v", r)
					}
					l = open(t, l.Root())
					if left := len(mustSee(t, l)); left < before-4*int(min(ahead, 7*day)/day) {
						t.Errorf("%d rows of %d are left: %+v", left, before, r)
					}
					l.SetClock(at(0))
					seen := len(mustSee(t, l))
					arrive(t, l, at(2*time.Hour)(), at(time.Hour)(), "after")
					if _, err := l.Expire(t.Context(), keep(12*day, 3*time.Hour)); err != nil {
						t.Fatal(err)
					}
					if got := len(mustSee(t, open(t, l.Root()))); got != seen+4 {
						t.Errorf("%d rows, want %d: what arrived after is not seen", got, seen+4)
					}
				})
			}
		}
	}
}

// TestAgreed: what a person has agreed to goes.
func TestAgreed(t *testing.T) {
	l := daily(t, 12)
	o := keep(2*day, 0)
	held, err := l.Expire(t.Context(), o)
	if err != nil || len(held.Held()) != 2 || held.Landing.Files+held.Lake.Files != 0 {
		t.Fatalf("%+v, %v", held, err)
	}
	if !strings.Contains(held.Held()[0], "75% of landing (9 files, all before 2026-11-20T08:00:00Z) would go at once") &&
		!strings.Contains(held.Held()[0], "76% of landing (9 files, all before 2026-11-20T08:00:00Z) would go at once") {
		t.Error(held.Held())
	}
	o.Agreed = true
	if r, err := l.Expire(t.Context(), o); err != nil || r.Landing.Files != 9 || len(r.Held()) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	o.Agreed = false // from now on an hour each hour, and a night at once
	arrive(t, l, at(14*time.Hour)(), at(14*time.Hour)(), "next")
	o.Now = at(16 * time.Hour)
	if r, err := l.Expire(t.Context(), o); err != nil || len(r.Held()) != 0 || r.Landing.Before != time.UnixMilli(firstHourMs).Add(16*time.Hour-2*day).UTC() {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestLateRows: events that are older than retention are seen until the next time that it deletes.
func TestLateRows(t *testing.T) {
	l := daily(t, 12)
	o := keep(2*day, 0)
	o.Agreed = true
	if _, err := l.Expire(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	seen := len(mustSee(t, l))
	arrive(t, l, at(time.Hour)(), at(-5*day)(), "late")
	// In this order: who wrote them does not know of a compaction by who starts until it looks again.
	for _, who := range []struct {
		name string
		open func() *lake.Lake
	}{{"who wrote them", func() *lake.Lake { return l }}, {"who starts", func() *lake.Lake { return open(t, l.Root()) }}} {
		name, x := who.name, who.open()
		if got := len(mustSee(t, x)); got != seen+4 {
			t.Errorf("%s: %d rows, want %d", name, got, seen+4)
		}
		if r := verify(t, x, at(2*time.Hour)()); !r.Balanced {
			t.Errorf("%s: %+v", name, r.Culprits)
		}
		compact(t, x)
	}
	o.Now = at(2 * time.Hour)
	if _, err := l.Expire(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	l = open(t, l.Root())
	if got := len(mustSee(t, l)); got != seen-4 { // those of two days ago went too
		t.Errorf("%d rows, want %d", got, seen-4)
	}
	if r := verify(t, l, at(2*time.Hour)()); !r.Balanced {
		t.Errorf("%+v", r.Culprits)
	}
}

// TestWatermarkOfTheFuture, as an earlier release has left it: it counts for nothing, is a
// fault, and can be taken back; what arrives is seen and stays, even when its hour has come.
func TestWatermarkOfTheFuture(t *testing.T) {
	l := daily(t, 4)
	now := at(time.Hour)
	ahead := now().Add(310 * day)
	for _, kind := range []string{"landing", "lake", "quarantine"} {
		key := "ledger/expired/" + kind + "-" + ahead.UTC().Format("2006-01-02T15")
		put(t, l, key, nil)
		if err := os.Chtimes(filepath.Join(l.Root(), key), ahead.Add(90*day), ahead.Add(90*day)); err != nil {
			t.Fatal(err)
		}
	}
	l = open(t, l.Root())
	if n := len(mustSee(t, l)); n != 16 {
		t.Fatalf("%d rows are seen, want 16", n)
	}
	if got := l.Ahead(); len(got) != 3 || got[1].Kind != "landing" {
		t.Fatalf("%+v", got)
	}
	if r := verify(t, l, now()); r.Balanced || len(r.Culprits) != 3 || !strings.Contains(r.Culprits[0].Remedy, "--take-back") {
		t.Errorf("%+v", r)
	}
	if _, err := l.Expire(t.Context(), keep(2*day, time.Hour)); err != nil {
		t.Fatal(err)
	}
	arrive(t, l, at(2*time.Hour)(), at(2*time.Hour)(), "after")
	later := lake.New(l.Store)
	later.SetClock(func() time.Time { return ahead.Add(100 * day) })
	if err := later.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(mustSee(t, later)); n != 4 {
		t.Errorf("when its hour has come %d rows are seen, want the 4 of what arrived after it was found", n)
	}
	taken, err := l.TakeBack()
	if err != nil || len(taken) != 3 || len(l.Ahead()) != 0 {
		t.Errorf("%+v, %v", taken, err)
	}
	l = open(t, l.Root())
	if r := verify(t, l, at(3*time.Hour)()); !r.Balanced {
		t.Errorf("%+v", r.Culprits)
	}
}

// TestTakenBackToTheOneBefore: a watermark that a person agreed to while the clock was wrong
// gives way to the one it was raised from.
func TestTakenBackToTheOneBefore(t *testing.T) {
	l := daily(t, 6)
	o := keep(2*day, 0)
	o.Agreed = true
	r, err := l.Expire(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	before := r.Lake.Before
	l.SetClock(at(400 * day))
	o.Now, o.TrustClock = at(400*day), true
	if _, err := l.Expire(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	l = open(t, l.Root())
	l.SetClock(at(0))
	l = lake.New(l.Store)
	l.SetClock(at(0))
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.TakeBack(); err != nil {
		t.Fatal(err)
	}
	for _, name := range files(t, l.Root()) {
		if dir, base, _ := cutLast(name); dir == "ledger/expired" && !strings.HasSuffix(base, "-"+before.Format("2006-01-02T15")) && !strings.HasPrefix(base, "quarantine-") {
			t.Errorf("left over: %s", name)
		}
	}
	if _, err := os.Stat(filepath.Join(l.Root(), "ledger/expired/lake-"+before.Format("2006-01-02T15"))); err != nil {
		t.Error(err)
	}
}
