package lake

import (
	"context"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Landing never changes. An object with other bytes at a URL that was transformed is either the
// repair of a damaged one, and then no worse than that, or a fault: its rows would stand beside
// those of what it was, or take the place of good ones.

// isLanding reports whether a URL is of an object that never changes: in a landing folder, here
// or in a bucket. Files elsewhere belong to whoever feeds them in.
func isLanding(url string) bool {
	return strings.HasPrefix(url, LandingFolder+"/") || strings.HasPrefix(url, "s3://")
}

// Replaced returns the sound entry of another content that was read from url, if there is one.
func (l *Lake) Replaced(url string, id ID) (*Entry, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, was := range l.atURL[url] {
		if e := l.entries[was]; was != id && e != nil && !l.superseded[was] && !e.damaged() {
			return e.Entry, true
		}
	}
	return nil, false
}

// ChangedFault says that the landing object at url is no longer what was transformed.
func (l *Lake) ChangedFault(url string) *seamark.Fault {
	return &seamark.Fault{Class: seamark.Rejected, What: "the landing object's bytes have changed since it was transformed; the rows of what it was stay", Where: url,
		Remedy: "restore it from a copy, or, if the new bytes are right, run `" + l.Command("transform --force", l.place(url)) + "`"}
}

// Worse says why e must not take the place of the damaged objects with these ids, or "".
func (l *Lake) Worse(e *Entry, ids []ID) string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, id := range ids {
		was := l.entries[id]
		if was == nil {
			continue
		}
		if a, b := e.Accounts, was.Accounts; a.Rows < b.Rows || a.Quarantined > b.Quarantined {
			return fmt.Sprintf("it gives %d rows and %d quarantined pieces, what it would take the place of %d and %d", a.Rows, a.Quarantined, b.Rows, b.Quarantined)
		}
	}
	return ""
}

// Hold waits until nobody else makes the landing object with content id done, and keeps others
// from it until release is called. It fails when ctx ends.
func (l *Lake) Hold(ctx context.Context, id ID) (release func(), err error) {
	for {
		l.busy.Lock()
		held, taken := l.objects[id]
		if !taken {
			free := make(chan struct{})
			l.objects[id] = free
			l.busy.Unlock()
			return func() {
				l.busy.Lock()
				delete(l.objects, id)
				l.busy.Unlock()
				close(free)
			}, nil
		}
		l.busy.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// lockEntry keeps others from changing the entry of id, until what it returns is called.
func (l *Lake) lockEntry(id ID) (unlock func()) {
	n := 0
	for i := 0; i < len(id) && i < 2; i++ {
		n = n*16 + strings.IndexByte("0123456789abcdef", id[i])
	}
	m := &l.entryMu[max(n, 0)%len(l.entryMu)]
	m.Lock()
	return m.Unlock
}
