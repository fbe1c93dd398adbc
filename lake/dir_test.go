package lake_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// files lists what lies below folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, strings.TrimPrefix(name, folder+"/"))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

// TestMain lets the test's own binary be the other process.
func TestMain(m *testing.M) {
	switch folder := os.Getenv("SEAMARK_TEST_LAKE"); os.Getenv("SEAMARK_TEST_ROLE") {
	case "writer": // holds a temporary file and the lock until its input ends
		d, err := lake.OpenDir(folder, nil)
		if err != nil {
			panic(err)
		}
		_, err = d.Temp()
		if err != nil {
			panic(err)
		}
		if _, err := d.Lock(); err != nil {
			panic(err)
		}
		names, _ := filepath.Glob(filepath.Join(folder, "tmp", "*.tmp"))
		fmt.Println(names[0])
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0) // without a word to the files
	default:
		os.Exit(m.Run())
	}
}

// neighbour starts the other process and returns its temporary file.
func neighbour(t *testing.T, folder string) (pid int, temp string, end func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SEAMARK_TEST_ROLE=writer", "SEAMARK_TEST_LAKE="+folder)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() { in.Close(); cmd.Wait() })
	t.Cleanup(end)
	return cmd.Process.Pid, strings.TrimSpace(line), end
}

// TestNeighbours: another process's temporary file is left alone while it lives, and
// removed when it is dead; its lock is refused with its pid, and then given.
func TestNeighbours(t *testing.T) {
	folder := t.TempDir()
	d, err := lake.OpenDir(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	pid, temp, end := neighbour(t, folder)
	if n, err := d.CleanTemp(); err != nil || n != 0 {
		t.Errorf("cleaned %d files of a process that lives: %v", n, err)
	}
	if _, err := os.Stat(temp); err != nil {
		t.Error(err)
	}
	_, err = d.Lock()
	fault, ok := errors.AsType[*seamark.Fault](err)
	if !ok || !strings.Contains(fault.What, fmt.Sprintf("pid %d", pid)) || fault.Remedy == "" {
		t.Errorf("the second process is told: %v", err)
	}
	end()
	if n, err := d.CleanTemp(); err != nil || n != 1 {
		t.Errorf("cleaned %d files of a dead process: %v", n, err)
	}
	if _, err := os.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its file is still there: %v", err)
	}
	unlock, err := d.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lock(); err == nil {
		t.Error("one process locks twice")
	}
	unlock()
	if unlock, err = d.Lock(); err != nil {
		t.Errorf("not given back: %v", err)
	}
	unlock()
}

func TestCleanTempKeepsOwn(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	temp, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.Root(), "tmp", "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if n, err := d.CleanTemp(); n != 0 || err != nil {
		t.Errorf("cleaned %d, %v: its own, or not one of ours", n, err)
	}
	if _, err := temp.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if err := temp.Publish("landing/x"); err != nil {
		t.Error(err)
	}
	if got := files(t, d.Root()); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestCreateAndPut(t *testing.T) {
	d, err := lake.OpenDir(filepath.Join(t.TempDir(), "new", "lake"), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) func(io.Writer) error { return write([]byte(s)) }
	if err := d.Create("a/b/c", text("one")); err != nil {
		t.Fatal(err)
	}
	if err := d.Create("a/b/c", text("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("created twice: %v", err)
	}
	if b, _ := d.ReadFile("a/b/c"); string(b) != "one" {
		t.Errorf("holds %q", b)
	}
	if err := d.Put("a/b/c", text("three")); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("no more")
	if err := d.Put("a/b/c", func(w io.Writer) error { w.Write([]byte("fo")); return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if b, _ := d.ReadFile("a/b/c"); string(b) != "three" {
		t.Errorf("holds %q", b)
	}
	if err := d.Remove("a/b/c"); err != nil {
		t.Error(err)
	}
	if err := d.Remove("a/b/c"); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
	if got := files(t, d.Root()); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestOpenFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{file, filepath.Join(file, "below"), filepath.Join(t.TempDir(), "missing")} {
		_, err := lake.Open(context.Background(), folder, true)
		if f, ok := errors.AsType[*seamark.Fault](err); !ok || f.Remedy == "" || f.Where == "" {
			t.Errorf("%s: %v", folder, err)
		}
	}
	if _, err := lake.OpenDir(file, nil); err == nil {
		t.Error("a file is opened as a lake")
	}
}

// TestCreateRace: of many that create one key, one wins, and its content is whole.
func TestCreateRace(t *testing.T) {
	for range 50 {
		d, err := lake.OpenDir(scratch(t), &unsynced{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var won []string
		for i := range 4 {
			wg.Go(func() {
				content := strings.Repeat(fmt.Sprint(i), 1000)
				if err := d.Create("landing/x", write([]byte(content))); err == nil {
					mu.Lock()
					won = append(won, content)
					mu.Unlock()
				} else if !errors.Is(err, fs.ErrExist) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		b, _ := d.ReadFile("landing/x")
		if len(won) != 1 || won[0] != string(b) {
			t.Fatalf("%d winners", len(won))
		}
	}
}

// Who makes temporary files is never stopped by who sweeps them up.
func TestTempBesideCleaners(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			other, err := lake.OpenDir(d.Root(), nil)
			for err == nil {
				select {
				case <-stop:
					return
				default:
					_, err = other.CleanTemp()
				}
			}
			t.Error(err)
		})
	}
	for i := range 500 {
		if err := d.PutBytes(fmt.Sprintf("x/%d", i), []byte("x")); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	wg.Wait()
}

// countingFS counts how often a name is removed.
type countingFS struct {
	lake.OS
	removed int
}

func (c *countingFS) Remove(name string) error {
	c.removed++
	return c.OS.Remove(name)
}

// TestNoCallsForNothing: what was renamed has no other name to remove; what was linked has.
func TestNoCallsForNothing(t *testing.T) {
	c := &countingFS{}
	d, err := lake.OpenDir(t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer) error { _, err := w.Write([]byte("x")); return err }
	if err := d.Put("a/b", write); err != nil {
		t.Fatal(err)
	}
	if got, want := c.removed, 0; got != want {
		t.Errorf("%d names removed after a Put, want %d", got, want)
	}
	if err := d.Create("a/c", write); err != nil {
		t.Fatal(err)
	}
	if got, want := c.removed, 1; got != want {
		t.Errorf("%d names removed after a Create, want %d", got, want)
	}
	left, err := os.ReadDir(filepath.Join(d.Root(), "tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in tmp: %v, %v", left, err)
	}
}
