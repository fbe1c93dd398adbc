package lake_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// hasty compacts whatever there is, without waiting for readers.
func hasty() lake.CompactOptions {
	return lake.CompactOptions{Grace: -1, Now: func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }}
}

func compact(t *testing.T, l *lake.Lake) lake.CompactReport {
	t.Helper()
	r, err := l.Compact(context.Background(), hasty())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Hours {
		if h.Skipped != "" {
			t.Errorf("%s skipped: %s", h.Hour, h.Skipped)
		}
	}
	return r
}

// seen is the multiset of rows that readers see: landing id and event id.
func seen(l *lake.Lake) (map[string]int, error) {
	rows := map[string]int{}
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		if err := readSeen(l, f, rows); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func readSeen(l *lake.Lake, f lake.File, rows map[string]int) error {
	_, id, err := lake.ParseFileKey(f.Key)
	if err != nil {
		return err
	}
	return l.ReadLogs(f.FileRef, func(batch []seamark.Log) error {
		for i := range batch {
			landing := batch[i].LandingID
			if landing == "" {
				landing = string(id)
			}
			if !f.Hides(landing) {
				rows[landing[:8]+" "+batch[i].EventID]++
			}
		}
		return nil
	})
}

func mustSee(t *testing.T, l *lake.Lake) map[string]int {
	t.Helper()
	rows, err := seen(l)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// events are the distinct events among rows, and how often each is seen.
func events(rows map[string]int) map[string]int {
	out := map[string]int{}
	for name, n := range rows {
		_, event, _ := strings.Cut(name, " ")
		out[event] += n
	}
	return out
}

func lakeFiles(t *testing.T, l *lake.Lake) (own, compacted int) {
	t.Helper()
	for _, name := range files(t, l.Root()) {
		switch {
		case strings.HasSuffix(name, ".l.parquet"):
			own++
		case strings.HasSuffix(name, ".c.parquet"):
			compacted++
		}
	}
	return own, compacted
}

// TestCompact: many files become one for each partition; no event is missed, none is
// seen twice, and doing it again changes nothing.
func TestCompact(t *testing.T) {
	l := open(t, scratch(t))
	for i := range 5 {
		put(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i), gzipped(payload(fmt.Sprint("o", i%4), 10+i)))
		must(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i))
	}
	before := events(mustSee(t, l))
	r := compact(t, l)
	if r.FilesBefore != 10 || r.FilesAfter != 2 || r.Rows != 50 || r.Duplicates != 10 || len(r.Hours) != 2 {
		t.Errorf("%+v", r)
	}
	for name, x := range map[string]*lake.Lake{"this": l, "another": open(t, l.Root())} {
		after := events(mustSee(t, x))
		if len(after) != len(before) {
			t.Errorf("%s: %d events of %d", name, len(after), len(before))
		}
		for event, n := range after {
			if n != 1 {
				t.Errorf("%s: %s %d times", name, event, n)
			}
		}
		if e := x.Entries()[0]; e.Brief == nil || e.Files != nil {
			t.Errorf("%s: the files are still in memory: %+v", name, e)
		}
	}
	if own, compacted := lakeFiles(t, l); own != 0 || compacted != 2 {
		t.Errorf("%d and %d files", own, compacted)
	}
	tree, err := check.TreeHash(l.Root())
	if err != nil {
		t.Fatal(err)
	}
	if r := compact(t, l); len(r.Hours) != 0 {
		t.Errorf("again: %+v", r)
	}
	if again, _ := check.TreeHash(l.Root()); again != tree {
		t.Error("again: the tree changed")
	}
	sound(t, l)
}

// TestCompactOrder: the rows of a compacted file are sorted, over all its parts.
func TestCompactOrder(t *testing.T) {
	l := open(t, scratch(t))
	for i := range 3 {
		put(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i), gzipped(payload(fmt.Sprint("o", i), 12000)))
		must(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i))
	}
	before := mustSee(t, l)
	o := hasty()
	o.TargetBytes, o.SortBytes = 16<<10, 256<<10
	r, err := l.Compact(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.FilesAfter < 4 || r.Rows != 36000 {
		t.Errorf("%+v", r)
	}
	if after := mustSee(t, l); !maps.Equal(before, after) {
		t.Errorf("%d rows, %d before", len(after), len(before))
	}
	inOrder(t, l)
	if r := compact(t, l); len(r.Hours) != 0 {
		t.Errorf("one sorted run is compacted again: %+v", r)
	}
	put(t, l, "landing/2026/11/22/08/late.gz", gzipped(payload("late", 100)))
	must(t, l, "landing/2026/11/22/08/late.gz")
	if r := compact(t, l); r.Rows != 36100 {
		t.Errorf("%+v", r)
	}
	inOrder(t, l)
	sound(t, l)
}

// inOrder demands that the rows of a partition's files are one sorted sequence.
func inOrder(t *testing.T, l *lake.Lake) {
	t.Helper()
	sequences := map[lake.Partition][][]string{}
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		var keys []string
		err := l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
			for _, r := range rows {
				keys = append(keys, fmt.Sprint(r.Timestamp, r.EventID))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		sequences[f.Partition] = append(sequences[f.Partition], keys)
	}
	for p, s := range sequences {
		slices.SortFunc(s, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
		if !slices.IsSorted(slices.Concat(s...)) {
			t.Errorf("%s: %d files are not in order", p.Folder(), len(s))
		}
	}
}

// TestCompactAndForce: what is done anew after a compaction is read instead of what it
// was, and what has not changed is not written again.
func TestCompactAndForce(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	put(t, l, copyKey, gzipped(payload("c", 4)))
	must(t, l, goodKey)
	must(t, l, copyKey)
	compact(t, l)
	want := mustSee(t, l)
	if _, err := transform(l, goodKey, true); err != nil {
		t.Fatal(err)
	}
	if own, _ := lakeFiles(t, l); own != 0 {
		t.Errorf("%d files written of what is compacted", own)
	}
	another := open(t, l.Root())
	if _, err := another.Renew(lake.HourOf(1795334400000)); err != nil {
		t.Fatal(err)
	}
	if _, err := transform(another, goodKey, true); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*lake.Lake{"who did it": another, "who starts": open(t, l.Root()), "who hears of it": l} {
		if err := x.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := mustSee(t, x); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		hidden := 0
		for _, f := range x.Files(seamark.TableLogs, seamark.Span{}) {
			hidden += len(f.Hidden)
		}
		if hidden != 2 {
			t.Errorf("%s: %d masks", name, hidden)
		}
	}
	if r := compact(t, l); r.Masked != 3 || r.Rows != 7 {
		t.Errorf("%+v", r)
	}
	if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) {
		t.Errorf("compacted: %v, want %v", got, want)
	}
	sound(t, l)
}

// TestCompactSuperseded: rows of a damaged object leave with it, and take no other's with them.
func TestCompactSuperseded(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, damagedKey, damagedObject())
	damaged := must(t, l, damagedKey)
	put(t, l, copyKey, gzipped(payload("a", 2))) // the same events as in the damaged one, later
	must(t, l, copyKey)
	if r := compact(t, l); r.Duplicates == 0 {
		t.Errorf("%+v", r)
	}
	for event, n := range events(mustSee(t, l)) {
		if n != 1 {
			t.Errorf("%s %d times", event, n)
		}
	}
	put(t, l, damagedKey, gzipped(payload("other", 4))) // no worse than the damaged one
	must(t, l, damagedKey)
	check := func(when string, x *lake.Lake) {
		rows := mustSee(t, x)
		for name := range rows {
			if strings.HasPrefix(name, string(damaged.ID[:8])) {
				t.Errorf("%s: the damaged object's %s is seen", when, name)
			}
		}
		if got := events(rows); got["a-0"] != 1 || got["a-1"] != 1 || got["other-2"] != 1 || len(got) != 6 {
			t.Errorf("%s: %v", when, got)
		}
	}
	check("masked", l)
	check("masked, from the start", open(t, l.Root()))
	compact(t, l)
	check("compacted", l)
	check("compacted, from the start", open(t, l.Root()))
	sound(t, l)
}

// TestCompactRebuild: an hour whose compacted file or snapshot is lost is rebuilt from landing.
func TestCompactRebuild(t *testing.T) {
	for _, victim := range []string{".c.parquet", "ledger/hours/2026/11/22/08/000001.json"} {
		l := open(t, scratch(t))
		put(t, l, goodKey, goodObject())
		put(t, l, copyKey, gzipped(payload("c", 4)))
		must(t, l, goodKey)
		must(t, l, copyKey)
		compact(t, l)
		want := mustSee(t, l)
		key := find(t, l, victim)
		flip(t, l, key, 100)
		l = open(t, l.Root())
		if strings.HasPrefix(key, "ledger") && l.Damaged()[key] == nil {
			t.Errorf("damaged: %v", l.Damaged())
		}
		list, err := l.Renew(lake.HourOf(1795334400000))
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %d objects, %v", key, len(list), err)
		}
		for _, e := range list {
			if _, err := transform(l, e.Origin.URL, true); err != nil {
				t.Fatal(err)
			}
		}
		if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) {
			t.Errorf("%s: rebuilt: %v, want %v", key, got, want)
		}
		old := time.Now().Add(-25 * time.Hour) // nobody knows what a damaged snapshot named: its files are strays
		os.Chtimes(filepath.Join(l.Root(), find(t, l, ".c.parquet")), old, old)
		compact(t, l)
		if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) || len(l.Damaged()) != 0 {
			t.Errorf("%s: compacted: %v, want %v; damaged %v", key, got, want, l.Damaged())
		}
		sound(t, l)
	}
}

// TestCompactOptions: open hours wait until they have many files; a dry run changes nothing.
func TestCompactOptions(t *testing.T) {
	l := open(t, scratch(t))
	for i := range 5 {
		put(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i), gzipped(payload(fmt.Sprint("o", i), 4)))
		must(t, l, fmt.Sprintf("landing/2026/11/22/08/%d.gz", i))
	}
	at := func(hour int) lake.CompactOptions {
		o := hasty()
		o.SmallFiles = 4
		o.Now = func() time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
		return o
	}
	o := at(10)
	o.SmallFiles, o.DryRun = 10, true
	r, err := l.Compact(t.Context(), o)
	if err != nil || len(r.Hours) != 0 {
		t.Errorf("open hours: %+v, %v", r, err)
	}
	o.Now = at(11).Now
	if r, err = l.Compact(t.Context(), o); err != nil || len(r.Hours) != 1 || r.FilesBefore != 5 || r.FilesAfter != 1 {
		t.Errorf("one closed hour: %+v, %v", r, err)
	}
	if own, compacted := lakeFiles(t, l); own != 10 || compacted != 0 {
		t.Errorf("the dry run left %d and %d files", own, compacted)
	}
	for round := range 2 { // an open hour with many files, twice: the second time the first is not read again
		if r, err = l.Compact(t.Context(), at(9)); err != nil || r.FilesBefore != 10 || r.FilesAfter != 2 {
			t.Errorf("round %d: %+v, %v", round, r, err)
		}
		for i := range 5 {
			key := fmt.Sprintf("landing/2026/11/22/08/%d-%d.gz", round, i)
			put(t, l, key, gzipped(payload(fmt.Sprint("r", round, i), 4)))
			must(t, l, key)
		}
	}
	want := mustSee(t, l)
	if r, err = l.Compact(t.Context(), at(13)); err != nil || r.FilesBefore != 14 || r.FilesAfter != 2 {
		t.Errorf("closed: %+v, %v", r, err)
	}
	if got := mustSee(t, l); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	inOrder(t, l)
	sound(t, l)
}

// TestCompactStopped: a compaction that is told to stop leaves the lake whole, and the
// next one completes it.
func TestCompactStopped(t *testing.T) {
	l := open(t, scratch(t))
	put(t, l, goodKey, goodObject())
	must(t, l, goodKey)
	want := mustSee(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	o := hasty()
	o.Grace = time.Hour
	o.Progress = func(int, int, lake.CompactedHour) { cancel() }
	if _, err := l.Compact(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	old := time.Now().Add(-time.Hour)
	os.Chtimes(l.Root()+"/"+find(t, l, ".todo"), old, old)
	l = open(t, l.Root())
	if r := compact(t, l); r.Strays != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := fs.Stat(os.DirFS(l.Root()), "ledger/hours/2026/11/22/08"); err != nil {
		t.Error(err)
	}
	if got := mustSee(t, open(t, l.Root())); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	sound(t, l)
}
