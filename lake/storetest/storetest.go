// Package storetest holds what every lake.Store must do, as one suite that each
// implementation runs: whoever writes against the interface need not know which it is.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seamark-hq/seamark/lake"
)

// Run runs the suite; open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) lake.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, lake.Store)
	}{
		{"Create", create}, {"Put", put}, {"Missing", missing}, {"FailedWrite", failedWrite}, {"Temp", temp}, {"Remove", remove},
		{"Walk", walk}, {"Folders", folders}, {"News", news}, {"Ranges", ranges}, {"Empty", empty}, {"Keys", keys}, {"CreateRace", createRace}, {"PutRace", putRace},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func writing(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, s lake.Store, key, want string) {
	t.Helper()
	got, err := s.ReadFile(key)
	if err != nil || string(got) != want {
		t.Errorf("%s: got %.40q, %v; want %.40q", key, got, err, want)
	}
}

func absent(t *testing.T, s lake.Store, key string) {
	t.Helper()
	if _, err := s.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat %s: got %v, want fs.ErrNotExist", key, err)
	}
}

func create(t *testing.T, s lake.Store) {
	must(t, s.Create("a/b/one", writing("first")))
	if err := s.Create("a/b/one", writing("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second create: got %v, want fs.ErrExist", err)
	}
	holds(t, s, "a/b/one", "first")
	info, err := s.Stat("a/b/one")
	if err != nil || info.Size() != 5 || info.Name() != "one" || info.IsDir() || info.ModTime().IsZero() {
		t.Errorf("stat: got %+v, %v", info, err)
	}
}

func put(t *testing.T, s lake.Store) {
	must(t, s.PutBytes("x", []byte("first")))
	must(t, s.Put("x", writing("the second, which is longer")))
	holds(t, s, "x", "the second, which is longer")
	must(t, s.PutBytes("x", []byte("3")))
	holds(t, s, "x", "3")
}

func missing(t *testing.T, s lake.Store) {
	absent(t, s, "no/such/object")
	if _, err := s.Open("no/such/object"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: got %v, want fs.ErrNotExist", err)
	}
	if _, err := s.ReadFile("no/such/object"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read: got %v, want fs.ErrNotExist", err)
	}
	must(t, s.Walk("no/such", func(key string, _ fs.DirEntry) error { t.Errorf("walked to %s", key); return nil }))
	must(t, s.Remove("no/such/object"))
}

func failedWrite(t *testing.T, s lake.Store) {
	boom := errors.New("boom")
	fail := func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("half of it", 300_000)); err != nil {
			return err
		}
		return boom
	}
	if err := s.Create("a", fail); !errors.Is(err, boom) {
		t.Errorf("create: got %v, want %v", err, boom)
	}
	absent(t, s, "a")
	must(t, s.PutBytes("b", []byte("whole")))
	if err := s.Put("b", fail); !errors.Is(err, boom) {
		t.Errorf("put: got %v, want %v", err, boom)
	}
	holds(t, s, "b", "whole")
}

func temp(t *testing.T, s lake.Store) {
	big := strings.Repeat("0123456789abcdef", 1<<18) // 4 MiB
	for i, text := range []string{"small", big} {
		key := fmt.Sprintf("t/%d", i)
		w, err := s.Temp()
		must(t, err)
		for len(text) > 0 {
			n := min(len(text), 100_000)
			_, err = io.WriteString(w, text[:n])
			must(t, err)
			text = text[n:]
		}
		absent(t, s, key)
		must(t, w.Publish(key))
		w.Discard()
	}
	holds(t, s, "t/0", "small")
	holds(t, s, "t/1", big)

	again := func(finish func(lake.Temp) error) error {
		w, err := s.Temp()
		must(t, err)
		defer w.Discard()
		_, err = io.WriteString(w, "other")
		must(t, err)
		return finish(w)
	}
	if err := again(func(w lake.Temp) error { return w.Publish("t/0") }); !errors.Is(err, fs.ErrExist) {
		t.Errorf("publish over an object: got %v, want fs.ErrExist", err)
	}
	holds(t, s, "t/0", "small")
	must(t, again(func(w lake.Temp) error { return w.Replace("t/0") }))
	holds(t, s, "t/0", "other")
	w, err := s.Temp()
	must(t, err)
	w.Discard()
	w.Discard()
	if _, err := io.WriteString(w, "late"); err == nil {
		t.Error("a discarded object was written to")
	}
	n, err := s.CleanTemp()
	if n != 0 || err != nil {
		t.Errorf("clean: got %d, %v; want nothing to clean", n, err)
	}
}

func remove(t *testing.T, s lake.Store) {
	var all []string
	for i := range 12 {
		key := fmt.Sprintf("r/%02d/x", i)
		must(t, s.PutBytes(key, []byte("x")))
		all = append(all, key)
	}
	must(t, s.Remove(all[0]))
	must(t, s.Remove(append(slices.Clone(all[:11]), "r/never")...))
	must(t, s.Remove())
	for _, key := range all[:11] {
		absent(t, s, key)
	}
	holds(t, s, all[11], "x")
}

func walk(t *testing.T, s lake.Store) {
	want := []string{
		"lake/a b+c%25/x", "lake/product=a-b/y", "lake/product=a/x", "lake/product=a/z", "lake/product=a0/x", "lake/umlaut-ü/<&>'\"",
		"lake/z",
	}
	slices.Sort(want)
	for i := range want {
		must(t, s.PutBytes(want[(i*3)%len(want)], []byte("12345")))
	}
	for _, other := range []string{"lakes/x", "lak", "other/lake/x", "lake/.hidden"} {
		must(t, s.PutBytes(other, []byte("x")))
	}
	var got []string
	must(t, s.Walk("lake", func(key string, e fs.DirEntry) error {
		got = append(got, key)
		info, err := e.Info()
		if err != nil || info.Size() != 5 || e.IsDir() || !strings.HasSuffix(key, e.Name()) {
			t.Errorf("%s: got %+v, %v", key, info, err)
		}
		return nil
	}))
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	stop := errors.New("stop")
	if err := s.Walk("lake", func(string, fs.DirEntry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want what fn returned", err)
	}
}

func folders(t *testing.T, s lake.Store) {
	for _, key := range []string{"lake/product=a/x", "lake/product=a/deep/y", "lake/product=a-b/x", "lake/a b+c%25/x", "lake/umlaut-ü/x", "lake/file", "lake/.hidden/x", "lakes/x/y"} {
		must(t, s.PutBytes(key, []byte("x")))
	}
	for prefix, want := range map[string][]string{"lake": {"a b+c%25", "product=a", "product=a-b", "umlaut-ü"}, "lake/product=a": {"deep"}, "no/such": nil} {
		if got, err := s.Folders(prefix); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", prefix, got, err, want)
		}
	}
	if _, err := s.Folders("../x"); err == nil {
		t.Error("a prefix outside the root is listed")
	}
}

func news(t *testing.T, s lake.Store) {
	ctx := context.Background()
	var seen lake.Seen
	look := func() []string {
		var got []string
		must(t, s.News(ctx, "ledger", &seen, func(key string) {
			b, err := s.ReadFile(key)
			if err != nil || string(b) != key {
				t.Errorf("%s: read %q, %v", key, b, err)
			}
			got = append(got, key)
		}))
		slices.Sort(got)
		return got
	}
	if got := look(); len(got) != 0 {
		t.Errorf("in an empty store: got %q", got)
	}
	var want []string
	for i := range 70 {
		key := fmt.Sprintf("ledger/2026/11/22/%02d/%d.json", i%24, i)
		must(t, s.PutBytes(key, []byte(key)))
		want = append(want, key)
	}
	slices.Sort(want)
	seen.Everywhere()
	if got := look(); !slices.Equal(got, want) {
		t.Errorf("got %d keys, want %d", len(got), len(want))
	}
	must(t, s.PutBytes("ledger/2026/11/22/07/new.json", []byte("ledger/2026/11/22/07/new.json")))
	seen.Everywhere()
	if got := look(); !slices.Contains(got, "ledger/2026/11/22/07/new.json") {
		t.Errorf("the new one is not among %d", len(got))
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	seen.Everywhere()
	if err := s.News(stopped, "ledger", &seen, func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: got %v", err)
	}
}

func ranges(t *testing.T, s lake.Store) {
	draw := rand.New(rand.NewPCG(1, 2))
	whole := make([]byte, 9<<20+12345)
	for i := range whole {
		whole[i] = byte(draw.Uint32())
	}
	must(t, s.Put("big", func(w io.Writer) error { _, err := w.Write(whole); return err }))
	f, err := s.Open("big")
	must(t, err)
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() != int64(len(whole)) {
		t.Fatalf("stat: got %+v, %v", info, err)
	}
	for range 200 {
		off := draw.IntN(len(whole))
		p := make([]byte, 1+draw.IntN(1<<draw.IntN(21)))
		n, err := f.ReadAt(p, int64(off))
		want := whole[off:min(len(whole), off+len(p))]
		if !bytes.Equal(p[:n], want) || n < len(p) && err != io.EOF || n == len(p) && err != nil && err != io.EOF {
			t.Fatalf("%d bytes at %d: got %d, %v", len(p), off, n, err)
		}
	}
	if n, err := f.ReadAt(make([]byte, 1), int64(len(whole))); n != 0 || err != io.EOF {
		t.Errorf("behind the end: got %d, %v", n, err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("from the beginning: got %d bytes, %v", len(got), err)
	}
	must(t, f.Close())
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("a closed object was read")
	}
}

func empty(t *testing.T, s lake.Store) {
	must(t, s.Create("nothing", writing("")))
	holds(t, s, "nothing", "")
	f, err := s.Open("nothing")
	must(t, err)
	defer f.Close()
	if b, err := io.ReadAll(f); len(b) != 0 || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
}

func keys(t *testing.T, s lake.Store) {
	for _, key := range []string{"", ".", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", `a\b`, "a\x00b", "a\xffb"} {
		if p, err := s.Path(key); err == nil {
			t.Errorf("%q: the path is %q", key, p)
		}
		if err := s.PutBytes(key, nil); err == nil {
			t.Errorf("%q was written", key)
		}
		if _, err := s.ReadFile(key); err == nil {
			t.Errorf("%q was read", key)
		}
		if err := s.Remove(key); err == nil {
			t.Errorf("%q was removed", key)
		}
	}
	p, err := s.Path("lake/x")
	if err != nil || !strings.HasPrefix(p, s.Root()) || !strings.HasSuffix(p, "lake/x") {
		t.Errorf("got %q, %v; want a place below %q", p, err, s.Root())
	}
}

func createRace(t *testing.T, s lake.Store) {
	for round := range 10 {
		key := fmt.Sprintf("race/%d", round)
		var wg sync.WaitGroup
		won := make([]bool, 8)
		for i := range won {
			wg.Go(func() {
				err := s.Create(key, writing(fmt.Sprint(i)))
				if won[i] = err == nil; err != nil && !errors.Is(err, fs.ErrExist) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		winner := slices.Index(won, true)
		if winner < 0 || slices.Contains(won[winner+1:], true) {
			t.Fatalf("round %d: won by %v, want exactly one", round, won)
		}
		holds(t, s, key, fmt.Sprint(winner))
	}
}

func putRace(t *testing.T, s lake.Store) {
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 10 {
				if err := s.Put("p", writing(strings.Repeat(fmt.Sprint(i), 1+i*50_000))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			b, err := s.ReadFile("p")
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil || len(b) == 0 || len(b) != 1+int(b[0]-'0')*50_000 || len(bytes.Trim(b, string(b[:1]))) > 0 {
				t.Errorf("read %d bytes, %v; want one write, whole", len(b), err)
			}
		}
	})
	wg.Wait()
}
