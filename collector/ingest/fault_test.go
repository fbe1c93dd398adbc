package ingest_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/lake"
)

const accessKey = "a-key-for-the-tests"

// door opens a front door on a folder.
func door(d *lake.Dir, o ingest.SpoolOptions) (*ingest.Spool, *ingest.Firehose, error) {
	o.Dir = d
	spool, err := ingest.OpenSpool(context.Background(), o)
	if err != nil {
		return nil, nil, err
	}
	h, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: spool, AccessKey: accessKey})
	return spool, h, err
}

// small makes everything happen with little data: large requests, several segments.
func small() ingest.SpoolOptions {
	return ingest.SpoolOptions{SealBytes: 6000, SealAfter: 2 * time.Second, BufferBytes: 4000, MemoryBytes: 12_000}
}

// post sends r once and returns the status.
func post(h http.Handler, r request) int {
	req := httptest.NewRequest(http.MethodPost, "/ingest/firehose", bytes.NewReader(deliveryBody(r.id, r.records...)))
	req.Header.Set("X-Amz-Firehose-Access-Key", accessKey)
	req.Header.Set("X-Amz-Firehose-Request-Id", r.id)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w.Code
}

// requests makes n requests of all sizes, some of them larger than what stays in memory.
func requests(seed uint64, n int) []request {
	r := rand.New(rand.NewPCG(seed, 1))
	all := make([]request, n)
	for i := range all {
		all[i].id = fmt.Sprintf("request-%d-%d", seed, i)
		for range r.IntN(4) {
			size := r.IntN(300)
			if r.IntN(5) == 0 {
				size = r.IntN(6000)
			}
			b := make([]byte, size)
			for k := range b {
				b[k] = byte(r.Uint32())
			}
			if r.IntN(3) > 0 {
				b = gzipped(b)
			}
			all[i].records = append(all[i].records, b)
		}
	}
	return all
}

// send has some clients send all requests, each again until it is acknowledged or tries times.
func send(h http.Handler, all []request, clients, tries int) map[string]bool {
	var (
		mu    sync.Mutex
		acked = map[string]bool{}
		wg    sync.WaitGroup
	)
	for c := range clients {
		wg.Go(func() {
			for i := c; i < len(all); i += clients {
				for range tries {
					code := post(h, all[i])
					if code == http.StatusOK {
						mu.Lock()
						acked[all[i].id] = true
						mu.Unlock()
						break
					}
					if code != http.StatusServiceUnavailable {
						panic(fmt.Sprintf("status %d", code))
					}
					time.Sleep(300 * time.Millisecond)
				}
				if i%5 == 4 {
					time.Sleep(700 * time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return acked
}

// life runs a front door on a disk with a plan until all is sent, and once more on a
// sound disk, and balances. It reports how many calls the disk got in its first life.
func life(t *testing.T, seed uint64, p plan, powerCut, sequential bool) (calls int) {
	t.Helper()
	if p.from == 0 {
		p = plan{} // a life without faults, to count the calls
	}
	root, grave := filepath.Join(t.TempDir(), "lake"), t.TempDir()
	bad := &disk{grave: grave, plan: p}
	d, err := lake.OpenDir(root, bad)
	if err != nil {
		t.Fatal(err)
	}
	all := requests(seed, 14)
	clients := 3
	if sequential {
		clients = 1
	}
	acked := map[string]bool{}
	spool, h, err := door(d, small())
	if err == nil {
		tries := 4
		if p.crash {
			tries = 1
		}
		acked = send(h, all, clients, tries)
		if !p.crash && p.to-p.from < 3 {
			for _, r := range all {
				if !acked[r.id] {
					t.Errorf("plan %+v: request %s is not accepted after the fault", p, r.id)
				}
			}
		}
		if p.from%2 == 0 || p.crash { // in the other half of the cases it ends as it should
			bad.stop()
		}
		spool.Close()
	} else if p.from == 0 {
		t.Fatal(err)
	}
	calls = bad.count()
	if powerCut {
		bad.cutPower(rand.New(rand.NewPCG(seed, uint64(p.from))))
	} else {
		bad.stop()
	}
	resume(t, root, all, acked, p)
	return calls
}

// resume opens the folder on a sound disk, sends again what was not acknowledged, and
// some of what was, and balances.
func resume(t *testing.T, root string, all []request, acked map[string]bool, p plan) {
	t.Helper()
	d, err := lake.OpenDir(root, &disk{grave: filepath.Dir(root)})
	if err != nil {
		t.Fatal(err)
	}
	if err := balanceAfter(d, root, all, acked, nil); err != nil {
		t.Fatalf("plan %+v: after the restart: %v", p, err)
	}
	if err := balanceAfter(d, root, all, acked, all); err != nil {
		t.Fatalf("plan %+v: after everything was sent again: %v", p, err)
	}
	if left := leftIn(root); len(left) > 0 {
		t.Fatalf("plan %+v: left behind: %v", p, left)
	}
}

func balanceAfter(d *lake.Dir, root string, all []request, acked map[string]bool, again []request) error {
	spool, h, err := door(d, small())
	if err != nil {
		return err
	}
	for id := range send(h, again, 2, 1) {
		acked[id] = true
	}
	if err := spool.Close(); err != nil {
		return err
	}
	return balance(root, all, acked)
}

// seeds multiplies the fault tests: -seeds 20 is for a night.
var seeds = flag.Uint64("seeds", 1, "how many random seeds the fault tests try")

// TestEveryCallFails lets every single call to the disk fail, and every run of five;
// whatever happens, nothing acknowledged is lost or doubled.
func TestEveryCallFails(t *testing.T) {
	for seed := range *seeds {
		for _, tc := range []struct {
			cause      error
			length     int
			sequential bool
		}{{syscall.EIO, 1, true}, {syscall.ENOSPC, 5, false}} {
			t.Run(fmt.Sprintf("%v for %d, seed %d", tc.cause, tc.length, seed), func(t *testing.T) {
				forEachCall(t, func(t *testing.T, n int) int {
					return life(t, 7+seed, plan{from: n, to: n + tc.length, err: tc.cause}, false, tc.sequential)
				})
			})
		}
	}
}

// TestKillThenPowerCut: a process is killed at every call; the next one, on the same
// machine, recovers, and is killed in the middle of that or lives; then the power goes.
// What only the memory of the machine held when the second one began must not count.
func TestKillThenPowerCut(t *testing.T) {
	for seed := range *seeds {
		for _, second := range []int{0, 4, 12} {
			t.Run(fmt.Sprintf("second killed at %d, seed %d", second, seed), func(t *testing.T) {
				forEachCall(t, func(t *testing.T, n int) int { return twoLives(t, 11+seed, n, second) })
			})
		}
	}
}

// twoLives kills the first process at call n and the second at call m; 0 means never.
func twoLives(t *testing.T, seed uint64, n, m int) (calls int) {
	root := filepath.Join(t.TempDir(), "lake")
	machine := &disk{grave: t.TempDir()}
	all := requests(seed, 14)
	acked := map[string]bool{}
	for i, at := range []int{n, m} {
		p := plan{from: at, to: 1 << 30, crash: true}
		if at == 0 {
			p = plan{}
		}
		machine.revive(p)
		d, err := lake.OpenDir(root, machine)
		if err != nil {
			t.Fatal(err)
		}
		if spool, h, err := door(d, small()); err == nil {
			for id := range send(h, all[:len(all)-3*(1-i)], 3, 1) {
				acked[id] = true
			}
			if i == 0 {
				calls = machine.count()
				machine.stop()
			}
			spool.Close()
		}
	}
	machine.cutPower(rand.New(rand.NewPCG(seed<<20+uint64(n), uint64(m))))
	resume(t, root, all, acked, plan{from: n, to: m})
	return calls
}

// TestCrashAtEveryCall kills the process at every call to the disk.
func TestCrashAtEveryCall(t *testing.T) {
	forEachCall(t, func(t *testing.T, n int) int {
		return life(t, 8, plan{from: n, to: 1 << 30, crash: true}, false, true)
	})
}

// TestPowerCutAtEveryCall takes, besides, what was not synced.
func TestPowerCutAtEveryCall(t *testing.T) {
	for seed := range 2 * *seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			forEachCall(t, func(t *testing.T, n int) int {
				return life(t, 100+seed, plan{from: n, to: 1 << 30, crash: true}, true, seed%2 == 0)
			})
		})
	}
}

// TestFaultThenPowerCut: after a failed call the process lives on, and loses power later.
func TestFaultThenPowerCut(t *testing.T) {
	forEachCall(t, func(t *testing.T, n int) int {
		return life(t, 9, plan{from: n, to: n + 1, err: syscall.EIO}, true, true)
	})
}

// forEachCall runs one life per call that the disk gets, in virtual time.
func forEachCall(t *testing.T, run func(t *testing.T, n int) int) {
	calls, n := 0, 0
	for ; n <= calls; n++ {
		synctest.Test(t, func(t *testing.T) { calls = max(calls, run(t, n)) })
		if t.Failed() {
			return
		}
	}
	t.Logf("%d calls", n)
	if n < 40 {
		t.Errorf("only %d calls to the disk: the test does not reach what it is for", n)
	}
}

func TestMain(m *testing.M) {
	if folder := os.Getenv(childVariable); folder != "" {
		child(folder)
		return
	}
	os.Exit(m.Run())
}
