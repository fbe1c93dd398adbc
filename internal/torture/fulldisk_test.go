package torture_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// TestFullDisk fills a disk of 32 MB under the appliance: deliveries are answered 503,
// reading works, and with the space everything goes on by itself.
func TestFullDisk(t *testing.T) {
	e2e(t)
	v := newVolume(t, 32)
	seed := seeded(t)
	r := rand.New(rand.NewPCG(seed, 3))
	a := newAppliance(t, filepath.Join(v.path, "data"))
	a.up(t)
	a.healthy(t, a.url)
	l := deliver(t, a.url, a.key(t), seed, 2, 30)
	fills := times(t, "SEAMARK_FILLS", 3)
	for n := range fills {
		acked, _, full := l.sum()
		until(t, "requests are acknowledged", func() bool { now, _, _ := l.sum(); return len(now) > len(acked)+3 })
		release := v.fill(t, n, r.Int64N(600<<10))
		until(t, "a delivery is answered 503", func() bool { _, _, now := l.sum(); return now > full })
		if status := get(t, a.url+"/healthz"); status != http.StatusServiceUnavailable {
			t.Errorf("healthz answers %d on a full disk", status)
		}
		for _, path := range []string{"/", "/api/logs?from=now-2h", "/api/logs/histogram?from=now-2h"} {
			if status := get(t, a.url+path); status != http.StatusOK {
				t.Errorf("%s answers %d on a full disk", path, status)
			}
		}
		release()
		if t.Failed() {
			break
		}
	}
	a.healthy(t, a.url)
	until(t, "requests are acknowledged again", func() bool { return get(t, a.url+"/healthz") == http.StatusOK })
	before, _, _ := l.sum()
	until(t, "more is acknowledged", func() bool { now, _, _ := l.sum(); return len(now) > len(before)+3 })
	a.finish(t, l)
	_, _, full := l.sum()
	t.Logf("%d times full, %d answers 503", fills, full)
}

// until waits for what must come by itself.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after five minutes it does not hold that %s", what)
		}
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
