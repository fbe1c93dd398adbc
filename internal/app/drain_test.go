package app_test

import (
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
)

// TestDrain stops an appliance at once after a delivery, again and again: whatever it was
// doing, all that was acknowledged is transformed when it has ended.
func TestDrain(t *testing.T) {
	c := settings(t.TempDir())
	c.FrontDoor.SealAfter = seamark.Duration(100 * time.Millisecond)
	var events int64
	for round := range 8 {
		a := start(t, c)
		events += a.deliver(2).Events
		time.Sleep(time.Duration(round) * 25 * time.Millisecond)
		if err := a.stop(); err != nil {
			t.Fatal(err)
		}
		for _, f := range check.Check(a.lake, check.Options{}) {
			t.Fatalf("round %d: %s\n%s", round, f, a.log)
		}
		if got := a.rows(); got != events {
			t.Fatalf("round %d: %d rows of %d events\n%s", round, got, events, a.log)
		}
	}
}

// rows counts the rows in the lake, by an eye of its own.
func (a *appliance) rows() int64 {
	a.Helper()
	_, rows, err := check.RowHash(a.lake)
	if err != nil {
		a.Fatal(err)
	}
	return int64(rows)
}
