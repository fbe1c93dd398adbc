package revision_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/revision"
)

func openDir(t *testing.T) *lake.Dir {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mortal is the store of processes of which some are killed before they tidied up.
type mortal struct {
	lake.Store
	dies func() bool
}

func (m mortal) Remove(keys ...string) error {
	if m.dies() {
		return errors.New("killed")
	}
	return m.Store.Remove(keys...)
}

// TestModel: whatever was read when, and whoever was killed, each number is won once, in order;
// the last that was won is what is read; and what is kept stays bounded.
func TestModel(t *testing.T) {
	rounds := 0
	dir := openDir(t)
	rapid.Check(t, func(t *rapid.T) {
		rounds++
		d := revision.Document{Store: mortal{dir, func() bool { return rapid.Bool().Draw(t, "killed") }}, Folder: fmt.Sprintf("documents/%d", rounds)}
		if err := dir.PutBytes(d.Folder+"/note/0000000001.json", nil); err != nil {
			t.Fatal(err)
		}
		seen := make([]int, 4) // what each process has read
		last, content := 0, ""
		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			p := rapid.IntRange(0, len(seen)-1).Draw(t, "process")
			if rapid.Bool().Draw(t, "reads") {
				b, number, others, err := d.Latest(context.Background())
				if err != nil || number != last || string(b) != content || len(others) != 1 {
					t.Fatalf("read revision %d %q beside %q, %v, want %d %q", number, b, others, err, last, content)
				}
				seen[p] = number
				continue
			}
			mine := fmt.Sprintf("%d of %d", i, p)
			err := d.Make(seen[p]+1, []byte(mine))
			switch {
			case seen[p] == last && err == nil:
				last, content = last+1, mine
				seen[p] = last
			case seen[p] == last:
				t.Fatalf("revision %d, which is next: %v", last+1, err)
			case !errors.Is(err, fs.ErrExist):
				t.Fatalf("revision %d after %d: %v", seen[p]+1, last, err)
			}
		}
		tidy := revision.Document{Store: dir, Folder: d.Folder}
		if err := tidy.Make(last+1, nil); err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := dir.Walk(d.Folder, func(string, fs.DirEntry) error { n++; return nil }); err != nil || n > revision.Kept+1 {
			t.Fatalf("%d objects, want %d and the note; %v", n, revision.Kept, err)
		}
	})
}

// TestRace: many add lines at once, each to what it has read, and none is lost.
func TestRace(t *testing.T) {
	d := revision.Document{Store: openDir(t), Folder: "lines"}
	const processes, steps = 6, 10
	var wg sync.WaitGroup
	for p := range processes {
		wg.Go(func() {
			for i := range steps {
				line := fmt.Sprintf("%d-%d\n", p, i)
				for {
					b, number, _, err := d.Latest(t.Context())
					if err == nil && !bytes.Contains(b, []byte(line)) {
						err = d.Make(number+1, append(b, line...))
					}
					if err == nil {
						break
					}
					if !errors.Is(err, fs.ErrExist) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	b, number, _, err := d.Latest(t.Context())
	lines := strings.Fields(string(b))
	slices.Sort(lines)
	if n := len(slices.Compact(lines)); err != nil || n != processes*steps || number < n {
		t.Errorf("%d lines of %d in revision %d, %v", n, processes*steps, number, err)
	}
}

// TestNumberOf: only names that Key makes are revisions.
func TestNumberOf(t *testing.T) {
	for name, want := range map[string]int{
		"0000000001.json": 1, "9999999999.json": 9999999999, "0000000000.json": 0, "1.json": 0, "+000000001.json": 0, "-000000001.json": 0,
		"0000000001": 0, "0000000001.json.tmp": 0, "heard/0000000001.json": 0, "": 0,
	} {
		if got := revision.NumberOf(name); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
}
