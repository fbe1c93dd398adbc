package dashboards

import (
	"net/netip"
	"sync"
	"time"
)

const (
	maxFailures   = 10 // wrong tokens from one address within failureWindow
	failureWindow = time.Minute
	maxAddresses  = 10_000 // remembered at most; beyond it the oldest windows go first
)

// failures counts wrong tokens by address: IPv4 whole, IPv6 by /64, which one
// subscriber commands.
type failures struct {
	mu   sync.Mutex
	now  func() time.Time
	seen map[string]window
}

type window struct {
	begun time.Time
	count int
}

func newFailures(now func() time.Time) *failures {
	return &failures{now: now, seen: map[string]window{}}
}

func (f *failures) tooMany(remote string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.seen[addressOf(remote)]
	return w.count >= maxFailures && f.now().Sub(w.begun) < failureWindow
}

func (f *failures) add(remote string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, key := f.now(), addressOf(remote)
	w := f.seen[key]
	if now.Sub(w.begun) >= failureWindow {
		w = window{begun: now}
	}
	w.count++
	f.seen[key] = w
	if len(f.seen) > maxAddresses {
		f.forget(now)
	}
}

// forget drops windows that are over; when all are open, all: better to forget
// guesses than to grow without bound.
func (f *failures) forget(now time.Time) {
	for key, w := range f.seen {
		if now.Sub(w.begun) >= failureWindow {
			delete(f.seen, key)
		}
	}
	if len(f.seen) > maxAddresses {
		clear(f.seen)
	}
}

func addressOf(remote string) string {
	host := hostOf(remote)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	ip = ip.Unmap()
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
