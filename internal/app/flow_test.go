package app

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// TestStorageFaultIsOne: a disk that is full for each temporary file anew is one fault, in the
// words of the system, with its place, a remedy and the runbook.
func TestStorageFaultIsOne(t *testing.T) {
	f := &flow{where: "/var/lib/seamark"}
	said := map[trouble]bool{}
	for i := range 3 {
		f.storageFailed(&seamark.Fault{Where: fmt.Sprintf("tmp/%d.tmp", i), What: "cannot write", Remedy: "free some space; nothing acknowledged is lost",
			Err: &os.PathError{Op: "write", Path: fmt.Sprint(i), Err: syscall.ENOSPC}})
		said[f.storage] = true
	}
	want := trouble{"front_door", "storing failed: no space left on device in /var/lib/seamark", "free some space; nothing acknowledged is lost; see docs/runbooks/cannot-store.md"}
	if len(said) != 1 || !said[want] {
		t.Errorf("%+v", said)
	}
	f.storageFailed(&seamark.Fault{Where: "s3://b/x", What: "access denied", Remedy: "grant s3:PutObject"})
	if want := (trouble{"front_door", "storing failed: s3://b/x: access denied", "grant s3:PutObject; see docs/runbooks/cannot-store.md"}); f.storage != want {
		t.Errorf("%+v", f.storage)
	}
}

// TestFlowClockSetBack: the points of the page go on from the new time.
func TestFlowClockSetBack(t *testing.T) {
	f := &flow{}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for i := range 20 {
		if i == 10 {
			now = now.Add(-time.Hour)
		}
		now = now.Add(time.Second)
		f.point(now).Events++
	}
	for i, p := range f.recent {
		if want := now.Add(time.Duration(i-len(f.recent)+1) * time.Second); p.Events != 1 || !p.At.Equal(want) {
			t.Errorf("point %d: %d events at %v, want 1 at %v", i, p.Events, p.At, want)
		}
	}
	if len(f.recent) != 10 {
		t.Errorf("%d points", len(f.recent))
	}
}
