package ingest_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/lake"
)

// TestSealing: an object appears when it is full, or so long after its first byte; and its
// name says when it arrived.
func TestSealing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var keys []string
		o := ingest.SpoolOptions{SealBytes: 50_000, SealAfter: 5 * time.Second}
		o.Hooks.Sealed = func(key string) { mu.Lock(); keys = append(keys, key); mu.Unlock() }
		sealed := func() int { synctest.Wait(); mu.Lock(); defer mu.Unlock(); return len(keys) }
		root, spool, h := open(t, o)
		defer spool.Close()

		begin := time.Now().UTC()
		post(h, request{"one", [][]byte{noise(100)}})
		time.Sleep(3 * time.Second)
		post(h, request{"two", [][]byte{noise(100)}})
		if n := sealed(); n != 0 {
			t.Errorf("after 3 s: got %d objects, want none", n)
		}
		time.Sleep(2 * time.Second)
		if n := sealed(); n != 1 {
			t.Errorf("after 5 s: got %d objects, want 1", n)
		}
		post(h, request{"three", [][]byte{noise(60_000)}})
		if n := sealed(); n != 2 {
			t.Errorf("when full: got %d objects, want 2", n)
		}
		time.Sleep(time.Minute)
		if n := sealed(); n != 2 {
			t.Errorf("with nothing to seal: got %d objects, want 2", n)
		}
		if got := lake.Arrival(keys[0], time.Time{}); !got.Equal(begin.Truncate(time.Second)) {
			t.Errorf("arrival of %s: got %s, want %s", keys[0], got, begin)
		}
		if got, want := keys[0][:len("landing/2000/01/01/00/seamark-1-2000-01-01-00-00-00-")], "landing/2000/01/01/00/seamark-1-2000-01-01-00-00-00-"; got != want {
			t.Errorf("key: got %s, want %s", got, want)
		}
		all, err := readLanding(root)
		if err != nil || len(all) != 3 {
			t.Errorf("got %d requests, %v", len(all), err)
		}
	})
}

// TestHorizon: a request is known for so long, and not for ever.
func TestHorizon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root, spool, h := open(t, ingest.SpoolOptions{Horizon: 10 * time.Minute})
		r := request{"r", [][]byte{[]byte("x")}}
		for _, wait := range []time.Duration{0, 9 * time.Minute, 2 * time.Minute} {
			time.Sleep(wait)
			post(h, request{fmt.Sprint("other after ", wait)[:5] + wait.String(), [][]byte{[]byte("y")}})
			post(h, r)
		}
		spool.Close()
		all, err := readLanding(root)
		n := 0
		for _, f := range all {
			if f.id == "r" {
				n++
			}
		}
		if err != nil || n != 2 {
			t.Errorf("stored %d times, %v; want twice", n, err)
		}
	})
}

// TestAnySizesAnyClients: whatever is sent, by however many at once, lies in the landing
// zone once, across restarts.
func TestAnySizesAnyClients(t *testing.T) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		root := filepath.Join(t.TempDir(), fmt.Sprint(n))
		d, err := lake.OpenDir(root, nil)
		if err != nil {
			rt.Fatal(err)
		}
		o := ingest.SpoolOptions{
			SealBytes:   rapid.Int64Range(1, 20_000).Draw(rt, "seal"),
			SealAfter:   time.Duration(rapid.Int64Range(1, 20).Draw(rt, "after")) * time.Millisecond,
			BufferBytes: rapid.IntRange(1, 5000).Draw(rt, "buffer"),
			MemoryBytes: rapid.Int64Range(1, 20_000).Draw(rt, "memory"),
		}
		all := requests(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 12).Draw(rt, "requests"))
		clients := rapid.IntRange(1, 4).Draw(rt, "clients")
		acked := map[string]bool{}
		for range 2 {
			spool, h, err := door(d, o)
			if err != nil {
				rt.Fatal(err)
			}
			for id := range sendNow(h, all, clients) {
				acked[id] = true
			}
			if err := spool.Close(); err != nil {
				rt.Fatal(err)
			}
		}
		if len(acked) != len(all) {
			rt.Fatalf("acknowledged %d of %d", len(acked), len(all))
		}
		if err := balance(root, all, acked); err != nil {
			rt.Fatal(err)
		}
	})
}

// sendNow has each client send every request, so that the same one arrives several times at once.
func sendNow(h *ingest.Firehose, all []request, clients int) map[string]bool {
	var mu sync.Mutex
	acked := map[string]bool{}
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for _, r := range all {
				if post(h, r) == 200 {
					mu.Lock()
					acked[r.id] = true
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return acked
}

func TestFilesThatAreNotOurs(t *testing.T) {
	root, spool, _ := open(t, ingest.SpoolOptions{})
	spool.Close()
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	const strange = "spool/notes.txt"
	if err := d.PutBytes(strange, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if err := d.PutBytes("landing/2026/11/22/16/by-hand.gz", gzipped([]byte("{}"))); err != nil {
		t.Fatal(err)
	}
	spool, _, err = door(d, ingest.SpoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	spool.Close()
	if b, err := d.ReadFile(strange); err != nil || string(b) != "mine" {
		t.Errorf("got %q, %v", b, err)
	}
}
