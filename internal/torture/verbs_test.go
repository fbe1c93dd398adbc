package torture_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// verb is a command that changes a lake. Stopped at any moment and started again it must
// come to the same end.
type verb struct {
	name    string
	prepare func(t *testing.T, lake string)          // fills an empty folder
	args    func(t *testing.T, lake string) []string // of the command
	exact   bool                                     // the end is the same byte for byte, not only row for row
	// swept: files that nothing names any more, when it died before it could delete them, are
	// left to the next compaction; only then is the lake at rest.
	swept bool
}

// verbs are all of them; a new one is a row here.
var verbs = []verb{
	{"transform", arrive, transformArgs, true, false},
	{"compact", transformed, compactArgs, false, false},
	{"replay", release1, replayArgs, false, true},
	{"replay of compacted hours", compactedRelease1, replayArgs, false, true},
	{"retention", oldAndNew, retentionArgs, false, false},
}

func transformArgs(t *testing.T, lake string) []string {
	return append([]string{"transform", "--quiet", "--lake", lake}, landing(t, lake)...)
}

func compactArgs(_ *testing.T, lake string) []string {
	return []string{"compact", "--quiet", "--lake", lake, "--older-than", "1s", "--grace", "20ms"}
}

func replayArgs(_ *testing.T, lake string) []string {
	return []string{"replay", "--quiet", "--yes", "--lake", lake}
}

func retentionArgs(_ *testing.T, lake string) []string {
	return []string{"retention", "--quiet", "--yes", "--lake", lake, "--landing", "90d", "--lake-rows", "30d", "--quarantine", "30d"}
}

// arrive lays down landing objects: of many partitions, one of them damaged, and events
// that come a second time.
func arrive(t *testing.T, lake string) {
	start := time.Date(2024, 3, 14, 8, 50, 0, 0, time.UTC)
	var whole [][]byte
	for n := range 3 {
		var b bytes.Buffer
		if _, err := (fleet.Bulk{Seed: uint64(n), Events: 1500, Start: start, Span: 20 * time.Minute}).Write(&b); err != nil {
			t.Fatal(err)
		}
		whole = append(whole, b.Bytes())
	}
	var twins bytes.Buffer
	if _, err := (fleet.Bulk{Seed: 9, Events: 300, Products: 1, Start: start, Span: 20 * time.Minute}).Write(&twins); err != nil {
		t.Fatal(err)
	}
	objects := [][]byte{whole[0], whole[1][:len(whole[1])*2/3], slices.Concat(whole[2], twins.Bytes()), twins.Bytes()}
	for n, b := range objects {
		lay(t, filepath.Join(lake, fmt.Sprintf("landing/2024/03/14/09/object-%d.gz", n)), b)
	}
}

func transformed(t *testing.T, lake string) {
	arrive(t, lake)
	seamark(t, transformArgs(t, lake)...)
}

// oldAndNew holds what has long expired, compacted, and what has just arrived.
func oldAndNew(t *testing.T, lake string) {
	transformed(t, lake)
	seamark(t, compactArgs(t, lake)...)
	var b bytes.Buffer
	now := time.Now().UTC()
	if _, err := (fleet.Bulk{Seed: 5, Events: 500, Start: now.Add(-30 * time.Minute), Span: 20 * time.Minute}).Write(&b); err != nil {
		t.Fatal(err)
	}
	lay(t, filepath.Join(lake, now.Format("landing/2006/01/02/15"), "new.gz"), b.Bytes())
	seamark(t, transformArgs(t, lake)...)
}

func lay(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func release1(t *testing.T, lake string) {
	if err := os.CopyFS(lake, os.DirFS("../check/testdata/release-1")); err != nil {
		t.Fatal(err)
	}
}

func compactedRelease1(t *testing.T, lake string) {
	release1(t, lake)
	seamark(t, compactArgs(t, lake)...)
}

func landing(t *testing.T, lake string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(lake, "landing/*/*/*/*/*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no landing objects in %s: %v", lake, err)
	}
	return names
}

// seamark runs a command to its end: done, or done with something in quarantine.
func seamark(t *testing.T, args ...string) {
	t.Helper()
	p := run(t, args...)
	select {
	case <-p.done:
	case <-time.After(2 * time.Minute):
		t.Fatalf("seamark %s: still there after two minutes\n%s", args[0], p.log)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 && (code != 1 || !strings.Contains(p.log.String()+p.out.String(), "quarantine")) {
		t.Fatalf("seamark %s: exit code %d\n%s%s", strings.Join(args, " "), code, p.out, p.log)
	}
}

// trial is a verb with the lake that it starts from, and what must come of it.
type trial struct {
	verb
	from       string
	took       time.Duration // undisturbed
	hash, tree string
	rows       int
}

// newTrial runs the verb undisturbed, twice: the second run must change nothing.
func newTrial(t *testing.T, v verb) *trial {
	t.Helper()
	x := &trial{verb: v, from: filepath.Join(scratch(t), "from")}
	v.prepare(t, x.from)
	lake := x.copy(t, scratch(t))
	begin := time.Now()
	seamark(t, v.args(t, lake)...)
	x.took = time.Since(begin)
	x.rows, x.hash, x.tree = x.end(t, lake)
	seamark(t, v.args(t, lake)...)
	if _, hash, tree := x.end(t, lake); hash != x.hash || tree != x.tree {
		t.Error("Again: a second run changes the lake")
	}
	return x
}

// copy makes a copy of the lake that the verb starts from, with all times as they are.
func (x *trial) copy(t *testing.T, folder string) string {
	t.Helper()
	lake := filepath.Join(folder, "lake")
	if err := command("cp", "-a", x.from, lake); err != nil {
		t.Fatal(err)
	}
	return lake
}

// end checks a lake at rest and says what is in it.
func (x *trial) end(t *testing.T, lake string) (rows int, hash, tree string) {
	t.Helper()
	if x.swept {
		age(t, filepath.Join(lake, "lake/*/*/*/*/*/*.parquet"), 48*time.Hour)
		seamark(t, compactArgs(t, lake)...)
	}
	for _, f := range check.Check(lake, check.Options{}) {
		t.Error(f)
	}
	if v := verified(t, lake); v["balanced"] != true || v["objects_waiting"] != 0.0 {
		t.Errorf("verify says %v", v)
	}
	hash, rows, err := check.RowHash(lake)
	if err == nil && x.exact {
		tree, err = check.TreeHash(lake)
	}
	if err != nil {
		t.Error(err)
	}
	return rows, hash, tree
}

// recover starts the verb again after it was stopped, and looks at what came of it.
func (x *trial) recover(t *testing.T, lake, when string) {
	t.Helper()
	for _, f := range check.Check(lake, check.Options{Unfinished: true}) {
		t.Errorf("%s: %s", when, f)
	}
	age(t, filepath.Join(lake, todos), time.Hour)
	seamark(t, x.args(t, lake)...)
	x.compare(t, lake, when)
}

func (x *trial) compare(t *testing.T, lake, when string) {
	t.Helper()
	rows, hash, tree := x.end(t, lake)
	if rows != x.rows || hash != x.hash || tree != x.tree {
		t.Errorf("%s: %d rows, undisturbed %d; rows equal %v, bytes equal %v", when, rows, x.rows, hash == x.hash, tree == x.tree)
	}
}

// todos are the notes of a compactor; when they are old, nobody waits for who wrote them.
const todos = "ledger/hours/*/*/*/*/*.todo"

// age makes files look as old as that.
func age(t *testing.T, pattern string, by time.Duration) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-by)
	for _, name := range names {
		if err := os.Chtimes(name, then, then); err != nil {
			t.Fatal(err)
		}
	}
}

// scratch is a folder in memory, where there is one: kill -9 loses nothing that was written.
func scratch(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "seamark-torture-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// eachVerb runs a test over every verb, with n rounds of random moments.
func eachVerb(t *testing.T, variable string, n int, round func(t *testing.T, x *trial, r *rand.Rand, when string)) {
	t.Helper()
	e2e(t)
	seed := seeded(t)
	for i, v := range verbs {
		t.Run(v.name, func(t *testing.T) {
			x := newTrial(t, v)
			r := rand.New(rand.NewPCG(seed, uint64(10+i)))
			for k := range times(t, variable, n) {
				if round(t, x, r, fmt.Sprintf("seed %d, round %d", seed, k+1)); t.Failed() {
					return
				}
			}
		})
	}
}

// moment is a random one while the verb works.
func (x *trial) moment(r *rand.Rand) time.Duration {
	return time.Duration(r.Int64N(int64(x.took)*11/10 + 1))
}

// TestKilledVerbs kills each verb at random moments.
func TestKilledVerbs(t *testing.T) {
	eachVerb(t, "SEAMARK_VERB_KILLS", 10, func(t *testing.T, x *trial, r *rand.Rand, when string) {
		folder := scratch(t)
		defer os.RemoveAll(folder)
		lake := x.copy(t, folder)
		for range 1 + r.IntN(3) { // what a second death finds is what the first has left
			p := run(t, x.args(t, lake)...)
			time.Sleep(x.moment(r))
			p.kill()
		}
		x.recover(t, lake, when)
	})
}

// TestPowerCutOfVerbs cuts the power while each verb works, and right behind it: what it
// has done is done.
func TestPowerCutOfVerbs(t *testing.T) {
	e2e(t)
	v := newVolume(t, 128)
	eachVerb(t, "SEAMARK_VERB_CUTS", 6, func(t *testing.T, x *trial, r *rand.Rand, when string) {
		lake := x.copy(t, v.path)
		v.sync(t)
		done := r.IntN(3) == 0
		if p := run(t, x.args(t, lake)...); done {
			err := <-p.done
			p.done <- err
			v.cut(t)
		} else {
			time.Sleep(x.moment(r))
			v.cut(t)
			p.kill()
		}
		if v.remount(t); done {
			x.compare(t, lake, when+", after its end")
		} else {
			x.recover(t, lake, when)
		}
		if err := os.RemoveAll(lake); err != nil {
			t.Error(err)
		}
	})
}

// TestTwoAtOnce runs each verb twice at once on the same lake: one result.
func TestTwoAtOnce(t *testing.T) {
	eachVerb(t, "SEAMARK_RACES", 15, func(t *testing.T, x *trial, r *rand.Rand, when string) {
		folder := scratch(t)
		defer os.RemoveAll(folder)
		lake := x.copy(t, folder)
		var wg sync.WaitGroup
		var both [2]*process
		for i := range both {
			both[i] = run(t, x.args(t, lake)...)
			time.Sleep(x.moment(r) / 20)
		}
		for _, p := range both {
			wg.Go(func() { err := <-p.done; p.done <- err })
		}
		wg.Wait()
		for _, p := range both {
			if code := p.cmd.ProcessState.ExitCode(); code != 0 && !strings.Contains(p.log.String()+p.out.String(), "quarantine") {
				t.Errorf("%s: exit code %d\n%s%s", when, code, p.out, p.log)
			}
		}
		age(t, filepath.Join(lake, todos), time.Hour)
		seamark(t, x.args(t, lake)...)
		x.compare(t, lake, when)
	})
}
