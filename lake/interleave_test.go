package lake_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// machine is a small lake on which several processes do what they like, in any order.
type machine struct {
	root    string
	workers []*lake.Lake        // processes that live on, each with its own memory
	holds   map[string][]string // landing key -> events of the object that lies there now
	broken  map[string]bool     // landing keys of damaged objects
	done    map[string]bool
	serial  int
	expired bool // the first of the two hours of each object
}

func named(name string, n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(name, "-", i))
	}
	return out
}

func newMachine(t *rapid.T, root string) *machine {
	m := &machine{root: root, holds: map[string][]string{}, broken: map[string]bool{}, done: map[string]bool{}}
	for range 2 {
		m.workers = append(m.workers, m.open(t, &unsynced{}))
	}
	return m
}

func (m *machine) open(t *rapid.T, fsys lake.FS) *lake.Lake {
	d, err := lake.OpenDir(m.root, fsys)
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	if err := l.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l
}

func (m *machine) worker(t *rapid.T) *lake.Lake {
	return m.workers[rapid.IntRange(0, len(m.workers)-1).Draw(t, "worker")]
}

// arrive puts an object into landing, often one that holds events of another, or in place
// of a damaged one, and transforms it.
func (m *machine) arrive(t *rapid.T) {
	l := m.worker(t)
	key := fmt.Sprintf("landing/2026/11/22/08/%d.gz", rapid.IntRange(0, 5).Draw(t, "object"))
	if m.done[key] && !m.broken[key] {
		return // sound objects never change
	}
	name, n := fmt.Sprint("e", rapid.IntRange(0, 3).Draw(t, "events")), rapid.IntRange(1, 4).Draw(t, "n")
	m.serial++ // no two objects are the same
	own := fmt.Sprint("own", m.serial)
	object := append(gzipped(payload(name, n)), gzipped(payload(own, 1))...)
	m.broken[key] = rapid.Bool().Draw(t, "broken")
	if m.broken[key] {
		object = append(object, object[:15]...) // of a member that is cut short nothing can be read
	}
	if err := l.PutBytes(key, object); err != nil {
		t.Fatal(err)
	}
	replaces := m.done[key] // perhaps by fewer rows: somebody says that they are right
	m.holds[key], m.done[key] = append(named(name, n), own+"-0"), true
	m.transform(t, l, key, replaces)
}

func (m *machine) transform(t *rapid.T, l *lake.Lake, key string, force bool) {
	if _, err := transform(l, key, force); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
}

func (m *machine) some(t *rapid.T) (string, bool) {
	var keys []string
	for i := range 6 {
		if key := fmt.Sprintf("landing/2026/11/22/08/%d.gz", i); m.done[key] {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return "", false
	}
	return rapid.SampledFrom(keys).Draw(t, "done"), true
}

// force transforms an object again, for nothing or so that its files are new.
func (m *machine) force(t *rapid.T) {
	key, ok := m.some(t)
	if !ok {
		return
	}
	l := m.open(t, &unsynced{}) // replay is a process of its own
	if rapid.Bool().Draw(t, "renew") {
		if _, err := l.Renew(lake.HourOf(firstHourMs)); err != nil {
			t.Fatal(err)
		}
	}
	m.transform(t, l, key, true)
}

func (m *machine) compact(t *rapid.T) {
	o := hasty()
	if rapid.Bool().Draw(t, "later") {
		age(m.root)
	}
	if rapid.Bool().Draw(t, "open hour") {
		o.Now = func() time.Time { return time.UnixMilli(firstHourMs) }
		o.SmallFiles = rapid.IntRange(1, 3).Draw(t, "small files")
	}
	r, err := m.worker(t).Compact(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Hours {
		if h.Skipped != "" {
			t.Fatalf("%s: %s", h.Hour, h.Skipped)
		}
	}
}

// expire lets the rows of the first hour go.
func (m *machine) expire(t *rapid.T) {
	r, err := m.worker(t).Expire(context.Background(), firstHourGoes())
	if err != nil {
		t.Fatal(err)
	}
	m.expired = m.expired || !r.Lake.Before.IsZero() // not before anything has arrived
}

// firstHourGoes is a retention by which the first hour of each payload has expired, and no other.
func firstHourGoes() lake.RetentionOptions {
	return lake.RetentionOptions{Agreed: true, Lake: time.Hour, Now: func() time.Time { return time.UnixMilli(firstHourMs + 2*time.Hour.Milliseconds()) }}
}

// counts reports whether an event is not of the hour that has expired; see payload.
func (m *machine) counts(event string) bool {
	_, number, _ := strings.Cut(event, "-")
	return !m.expired || number == "1" || number == "3"
}

// die has a process killed at any call of a compaction or of a transformation.
func (m *machine) die(t *rapid.T) {
	f := &faulty{killed: true}
	l := m.open(t, f)
	f.at, f.err = f.calls+rapid.IntRange(1, 80).Draw(t, "call"), errors.New("killed")
	key, ok := m.some(t)
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		if ok {
			l.Renew(lake.HourOf(firstHourMs))
			transform(l, key, true)
		}
	case 3:
		if m.expired { // else nobody knows whether it has
			l.Expire(context.Background(), firstHourGoes())
		}
	default:
		age(m.root)
		l.Compact(context.Background(), hasty())
	}
	if rapid.Bool().Draw(t, "restart") {
		m.recover(t)
	}
}

func (m *machine) recover(t *rapid.T) {
	if err := m.open(t, &unsynced{}).Recover(); err != nil {
		t.Fatal(err)
	}
}

// look demands that every event of an object that counts is seen, by those that live on and
// by who comes new; at most once for each object that holds it, and never of one that does not.
func (m *machine) look(t *rapid.T) {
	holders := map[string]int{}
	for _, events := range m.holds {
		for _, e := range events {
			if m.counts(e) {
				holders[e]++
			}
		}
	}
	if differ := onDemand(m.root); differ != "" {
		t.Fatal(differ)
	}
	for i, l := range append(m.workers, m.open(t, &unsynced{})) {
		if err := l.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		rows, err := seenByReader(l)
		if err != nil {
			t.Fatalf("reader %d: %v", i, err)
		}
		for name, n := range rows {
			if n != 1 {
				t.Fatalf("reader %d sees %s %d times", i, name, n)
			}
		}
		got := events(rows)
		for e, n := range got {
			if n > holders[e] {
				t.Fatalf("reader %d sees %s %d times, %d objects hold it", i, e, n, holders[e])
			}
		}
		for e := range holders {
			if got[e] == 0 {
				t.Fatalf("reader %d misses %s", i, e)
			}
		}
	}
}

// seenByReader is seen, for a reader that looks again when a file is gone.
func seenByReader(l *lake.Lake) (map[string]int, error) {
	for {
		rows, err := seen(l)
		if !errors.Is(err, fs.ErrNotExist) {
			return rows, err
		}
		_, key, _ := strings.Cut(err.Error(), "/lake/")
		key, _, _ = strings.Cut(key, ":")
		gone, gerr := l.Gone(context.Background(), "lake/"+key)
		if gerr != nil || !gone {
			return nil, errors.Join(err, gerr)
		}
	}
}

// TestInterleavings: whatever transformers, compactors, replays and deaths do to a lake in
// whatever order, readers see what counts, and in the end nothing is left over.
func TestInterleavings(t *testing.T) {
	folder := scratch(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 8 && !torture {
			return // each takes a second
		}
		m := newMachine(t, filepath.Join(folder, fmt.Sprint(n), "lake"))
		defer os.RemoveAll(filepath.Dir(m.root))
		t.Repeat(map[string]func(*rapid.T){
			"arrive": m.arrive, "arrive too": m.arrive, "force": m.force, "compact": m.compact, "compact too": m.compact, "die": m.die, "expire": m.expire, "": m.look,
		})
		m.recover(t)
		l := m.open(t, &unsynced{})
		for key := range m.done { // what was cut short is done again
			m.transform(t, l, key, false)
		}
		if _, err := l.Compact(context.Background(), hasty()); err != nil {
			t.Fatal(err)
		}
		for _, f := range check.Check(m.root, check.Options{Unfinished: true}) {
			t.Error(f)
		}
		r, err := m.open(t, &unsynced{}).Verify(context.Background(), time.Now(), nil)
		if err != nil || !r.Balanced {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
