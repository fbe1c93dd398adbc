package lake_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// landed is the key of an object that arrived in one of three hours.
func landed(i int) string { return fmt.Sprintf("landing/2026/11/22/%02d/%d.gz", 8+i%3, i) }

// age makes the folders of the ledger's entries old enough to be packed, each once for each change.
func age(root string) {
	filepath.WalkDir(filepath.Join(root, "ledger"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil && time.Since(info.ModTime()) < time.Minute {
			at := info.ModTime().Add(-time.Hour)
			os.Chtimes(name, at, at)
		}
		return nil
	})
}

// packSpans are all, each of the two hours of a payload, and both; see payload.
func packSpans() []seamark.Span {
	first, second := time.UnixMilli(firstHourMs), time.UnixMilli(firstHourMs).Add(time.Hour)
	return []seamark.Span{{}, {From: first, To: second.Add(-time.Millisecond)}, {From: second}, {From: first, To: second.Add(time.Minute)}}
}

// onDemand says where a lake that is read on demand, span by span or in one life, tells of other files
// than one whose whole ledger is read; "": nowhere.
func onDemand(root string) string {
	d, err := lake.OpenDir(root, &unsynced{})
	if err != nil {
		return err.Error()
	}
	whole, lives := lake.New(d), lake.OnDemand(d)
	if err := whole.Refresh(context.Background()); err != nil {
		return err.Error()
	}
	spans := packSpans()
	slices.Reverse(spans) // the narrow ones before all
	for _, span := range spans {
		for name, l := range map[string]*lake.Lake{"new": lake.OnDemand(d), "living": lives} {
			if err := l.Need(context.Background(), span); err != nil {
				return err.Error()
			}
			for _, t := range seamark.Tables() {
				if differ := cmp.Diff(whole.Files(t, span), l.Files(t, span), cmp.AllowUnexported(lake.File{})); differ != "" {
					return fmt.Sprintf("%s lake on demand, %v:\n%s", name, span, differ)
				}
			}
		}
	}
	return ""
}

// packedLake is a lake of three hours of arrival whose entries are packed: sound, done anew, superseding.
func packedLake(t testing.TB) (l *lake.Lake, pack string) {
	t.Helper()
	l = open(t, scratch(t))
	for i := range 7 {
		key := landed(i)
		object := gzipped(payload(fmt.Sprint("o", i), 4))
		if i == 4 {
			object = append(object, object[:15]...)
		}
		if err := l.PutBytes(key, object); err != nil {
			t.Fatal(err)
		}
		if _, err := transform(l, key, false); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := l.Compact(t.Context(), hasty()); err != nil {
			t.Fatal(err)
		}
		if err := l.PutBytes(landed(4), gzipped(payload("o4", 5))); err != nil {
			t.Fatal(err)
		}
		if _, err := transform(l, landed(4), true); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Renew(lake.HourOf(firstHourMs)); err != nil {
			t.Fatal(err)
		}
		if _, err := transform(l, landed(2), true); err != nil {
			t.Fatal(err)
		}
		if err := l.PutBytes(landed(9), gzipped(payload("late", 3))); err != nil {
			t.Fatal(err)
		}
		if _, err := transform(l, landed(9), false); err != nil {
			t.Fatal(err)
		}
		age(l.Root())
	}
	// The last objects stay loose, and what they replace hidden.
	o := hasty()
	o.Hour = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	r, err := l.Compact(t.Context(), o)
	if err != nil || r.Packed != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	return l, filepath.Join(l.Root(), "ledger/packs/2026/11/22.pack")
}

// TestPack: with a pack, without it, and with one that is older than its entries the same files count.
func TestPack(t *testing.T) {
	l, pack := packedLake(t)
	if hidden := slices.ContainsFunc(l.Files(seamark.TableLogs, seamark.Span{}), func(f lake.File) bool { return len(f.Hidden) > 0 }); !hidden {
		t.Error("no row is hidden: the test shows less than it should")
	}
	check := func(what string) {
		t.Helper()
		if differ := onDemand(l.Root()); differ != "" {
			t.Errorf("%s: %s", what, differ)
		}
	}
	check("with a pack")
	if err := l.PutBytes(landed(11), gzipped(payload("new", 3))); err != nil {
		t.Fatal(err)
	}
	must(t, l, landed(11))
	check("with an older pack")
	sound(t, open(t, l.Root()))
	if err := os.Remove(pack); err != nil {
		t.Fatal(err)
	}
	check("without a pack")
	age(l.Root())
	if r := compact(t, l); r.Packed != 3 {
		t.Errorf("%d hours packed anew", r.Packed)
	}
	check("with a new pack")
	if r := compact(t, l); r.Packed != 0 {
		t.Errorf("%d hours packed for nothing", r.Packed)
	}
	sound(t, open(t, l.Root()))
}

// eachDamage hands fn what is left of b when a bit flips, or when it ends early: at each step-th place,
// at each of all with SEAMARK_TORTURE.
func eachDamage(b []byte, step int, fn func(what string, b []byte)) {
	if torture {
		step = 1
	}
	for bit := 0; bit < 8*len(b); bit += step {
		flipped := slices.Clone(b)
		flipped[bit/8] ^= 1 << (bit % 8)
		fn(fmt.Sprint("bit ", bit), flipped)
	}
	for n := 0; n < len(b); n += step {
		fn(fmt.Sprint("cut to ", n), b[:n])
	}
}

// TestPackBits: whatever bit of a pack flips, and wherever it ends, the same files count; verify names
// it, and its remedy mends it.
func TestPackBits(t *testing.T) {
	l, pack := packedLake(t)
	whole, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	damage := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(pack, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if differ := onDemand(l.Root()); differ != "" {
			t.Fatalf("%s: %s", what, differ)
		}
		r, err := open(t, l.Root()).Verify(t.Context(), time.Now(), nil)
		if err != nil || len(r.Culprits) != 1 || r.Culprits[0].Key != "ledger/packs/2026/11/22.pack" {
			t.Fatalf("%s: %+v, %v", what, r.Culprits, err)
		}
	}
	eachDamage(whole, 7, damage)
	if r := compact(t, l); r.Packed == 0 {
		t.Error("nothing was mended")
	}
	if again, err := os.ReadFile(pack); err != nil || !slices.Equal(again, whole) {
		t.Errorf("the pack is not what it was: %v", err)
	}
	sound(t, open(t, l.Root()))
}

// TestPackLies: a pack that is whole but says what the entries do not is named.
func TestPackLies(t *testing.T) {
	l, _ := packedLake(t)
	folder := filepath.Join(l.Root(), "ledger/2026/11/22/08")
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(someKey(t, l, "ledger/2026/11/22/08")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(folder, info.ModTime(), info.ModTime()); err != nil { // as who copies an older folder, with its times
		t.Fatal(err)
	}
	r, err := open(t, l.Root()).Verify(t.Context(), time.Now(), nil)
	if err != nil || !slices.ContainsFunc(r.Culprits, func(c lake.Culprit) bool { return strings.Contains(c.What, "what their entries do not") }) {
		t.Errorf("%+v, %v", r.Culprits, err)
	}
}

func someKey(t *testing.T, l *lake.Lake, folder string) (key string) {
	t.Helper()
	if err := l.Walk(folder, func(k string, _ fs.DirEntry) error { key = k; return nil }); err != nil || key == "" {
		t.Fatal(key, err)
	}
	return key
}

// counted counts what is read of a lake.
type counted struct {
	*lake.Dir
	files []string
}

func (c *counted) ReadFile(key string) ([]byte, error) {
	c.files = append(c.files, key)
	return c.Dir.ReadFile(key)
}

// TestPackSparesReading: a question about an hour reads that hour's snapshot, and no entry.
func TestPackSparesReading(t *testing.T) {
	l := open(t, scratch(t))
	for i := range 9 {
		if err := l.PutBytes(landed(i), gzipped(payload(fmt.Sprint("o", i), 4))); err != nil {
			t.Fatal(err)
		}
		must(t, l, landed(i))
	}
	age(l.Root())
	compact(t, l)
	d, err := lake.OpenDir(l.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{Dir: d}
	asked := lake.OnDemand(c)
	if err := asked.Need(t.Context(), packSpans()[1]); err != nil {
		t.Fatal(err)
	}
	if want := []string{"ledger/hours/2026/11/22/08/000001.json"}; !slices.Equal(c.files, want) || len(asked.Files(seamark.TableLogs, packSpans()[1])) != 1 {
		t.Errorf("read %v", c.files)
	}
}

// FuzzPack: no pack makes a reader fail otherwise than by an error.
func FuzzPack(f *testing.F) {
	_, pack := packedLake(f)
	b, err := os.ReadFile(pack)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) { lake.ReadPack(b) })
}
