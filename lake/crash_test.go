package lake_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

var seed = flag.Uint64("seed", 0, "of the crash states; 0: a new one each time")

// crashSeed prints the seed, so that a failure can be made again with -seed.
func crashSeed(t *testing.T) uint64 {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("seed %d", s)
	return s
}

// crashStates is how many power cuts TestPowerCut makes.
func crashStates() int {
	if torture {
		return 20_000
	}
	if testing.Short() {
		return 300
	}
	return 500
}

// scratch is a folder in memory, where there is one: what is proved needs no disk.
func scratch(t testing.TB) string {
	folder, err := os.MkdirTemp("/dev/shm", "seamark-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// milestone is a step of a life that was reported as done.
type milestone struct {
	step
	begun, done int // calls before it, and after it
}

// record lives the life of the fault tests on a recorder.
func record(t *testing.T) (*recorder, []milestone) {
	t.Helper()
	above := t.TempDir()
	r := &recorder{above: above}
	d, err := lake.OpenDir(filepath.Join(above, "lake"), r)
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	var stones []milestone
	for _, s := range life() {
		begun := r.done()
		if err := s.do(l); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		stones = append(stones, milestone{s, begun, r.done()})
	}
	return r, stones
}

// TestPowerCut cuts the power at every call, with any subset of what was not synced
// lost. What was reported as done is there, what the ledger says holds, and the next
// start completes the work; a second cut in the midst of that start changes nothing.
func TestPowerCut(t *testing.T) {
	log, stones := record(t)
	first := crashSeed(t)
	total := crashStates()
	var wg sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		folder := scratch(t)
		wg.Go(func() {
			for i := worker; i < total && !t.Failed(); i += runtime.GOMAXPROCS(0) {
				at := i % (len(log.log) + 1)
				c := &cutTest{T: t, r: rand.New(rand.NewPCG(first, uint64(i))), folder: filepath.Join(folder, "x"), at: at, state: i}
				disk := replay(nil, log.log[:at]).cut(c.r)
				c.run(disk, stones)
			}
		})
	}
	wg.Wait()
	t.Logf("%d states of %d calls", total, len(log.log))
}

type cutTest struct {
	*testing.T
	r      *rand.Rand
	folder string
	at     int
	state  int
}

func (c *cutTest) run(disk map[string][]byte, stones []milestone) {
	l := c.boot(disk, lake.OS{})
	c.checkStones(l, stones)
	for _, f := range check.Check(l.Root(), check.Options{Unfinished: true}) {
		c.Errorf("state %d, cut after call %d: %s", c.state, c.at, f)
	}
	if c.state%4 == 0 { // a cut in the midst of recovery
		r := &recorder{above: c.folder}
		before, err := snapshot(c.folder)
		if err != nil {
			c.Error(err)
			return
		}
		c.recover(c.boot(before, r))
		cut := r.log[:c.r.IntN(len(r.log)+1)]
		l = c.boot(replay(before, cut).cut(c.r), lake.OS{})
		c.checkStones(l, stones)
	}
	l = c.open(&unsynced{})
	c.recover(l)
	for _, m := range stones { // what was cut short is done again
		if m.begun <= c.at && c.at < m.done && (m.name == "renew" || m.name == "expire" || strings.HasPrefix(m.name, "compact")) {
			if err := m.do(l); err != nil {
				c.Errorf("state %d, %s again: %v", c.state, m.name, err)
			}
		}
	}
	c.checkRows(stones)
	for _, f := range check.Lake(filepath.Join(c.folder, "lake"), nil) {
		c.Errorf("state %d, cut after call %d, recovered: %s", c.state, c.at, f)
	}
}

// checkRows demands that readers see each event of what is there once, or until a
// compaction as often as objects hold it.
func (c *cutTest) checkRows(stones []milestone) {
	rows, err := seen(c.open(&unsynced{}))
	if err != nil {
		c.Errorf("state %d, cut after call %d: %v", c.state, c.at, err)
		return
	}
	got := events(rows)
	expired := stones[len(stones)-1].begun <= c.at // or is done after the cut
	for _, m := range stones {
		if m.done > c.at || m.name != "transform good" {
			continue
		}
		for i := range 3 {
			if expired && i%2 == 0 { // of the first hour
				continue
			}
			if n := got[fmt.Sprint("good-", i)]; n < 1 || n > 2 {
				c.Errorf("state %d, cut after call %d: good-%d is seen %d times", c.state, c.at, i, n)
			}
		}
	}
	for name, n := range rows {
		if n != 1 {
			c.Errorf("state %d, cut after call %d: %s is seen %d times", c.state, c.at, name, n)
		}
	}
}

// boot opens the lake on a disk.
func (c *cutTest) boot(disk map[string][]byte, fsys lake.FS) *lake.Lake {
	os.RemoveAll(c.folder)
	if err := os.Mkdir(c.folder, 0o755); err != nil {
		c.Error(err)
	}
	if err := build(c.folder, disk); err != nil {
		c.Error(err)
	}
	return c.open(fsys)
}

func (c *cutTest) open(fsys lake.FS) *lake.Lake {
	d, err := lake.OpenDir(filepath.Join(c.folder, "lake"), fsys)
	if err != nil {
		c.Error(err)
	}
	l := lake.New(d)
	if err := l.Refresh(context.Background()); err != nil {
		c.Error(err)
	}
	return l
}

// recover does what a start does.
func (c *cutTest) recover(l *lake.Lake) {
	if err := l.Recover(); err != nil {
		c.Errorf("state %d: %v", c.state, err)
	}
	pending, err := l.Pending()
	if err != nil {
		c.Error(err)
	}
	for _, p := range pending {
		if _, err := transform(l, p.Key, false); err != nil {
			c.Errorf("state %d: %v", c.state, err)
		}
	}
}

// What the steps of a life leave: the landing object and what it may hold, and the entry.
var (
	contents = map[string][]func() []byte{
		"create good": {goodObject}, "create damaged": {damagedObject, repairedObject}, "create copy": {goodObject}, "repair": {repairedObject},
		"create broken": {brokenObject, mendedObject}, "mend": {mendedObject},
	}
	keys = map[string]string{"create good": goodKey, "create damaged": damagedKey, "create copy": copyKey, "repair": damagedKey, "create broken": brokenKey, "mend": brokenKey}
	done = map[string]string{"transform good": goodKey, "force": goodKey, "transform damaged": damagedKey, "supersede": damagedKey,
		"renew": goodKey, "transform broken": brokenKey, "supersede what is compacted": brokenKey}
)

// checkStones demands what was reported as done before the cut.
func (c *cutTest) checkStones(l *lake.Lake, stones []milestone) {
	for _, m := range stones {
		if m.done > c.at {
			return
		}
		if key := keys[m.name]; key != "" {
			b, err := os.ReadFile(filepath.Join(l.Root(), key))
			if err != nil || !slices.ContainsFunc(contents[m.name], func(w func() []byte) bool { return bytes.Equal(b, w()) }) {
				c.Errorf("state %d, cut after call %d: %s was done, but: %v, %d bytes", c.state, c.at, m.name, err, len(b))
			}
		}
		if key := done[m.name]; key != "" && !slices.ContainsFunc(l.Entries(), func(e *lake.Entry) bool { return e.Origin.URL == key }) {
			c.Errorf("state %d, cut after call %d: %s was done, but the ledger has it not", c.state, c.at, m.name)
		}
	}
}

// unsynced is the operating system without its fsyncs.
type unsynced struct{ lake.OS }

func (unsynced) SyncDir(string) error { return nil }

func (unsynced) OpenFile(name string, flag int, perm os.FileMode) (lake.FSFile, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return lazyFile{f}, nil
}

type lazyFile struct{ *os.File }

func (lazyFile) Sync() error { return nil }
