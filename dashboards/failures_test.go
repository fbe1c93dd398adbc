package dashboards

import (
	"testing"
	"time"
)

// TestGuessLimit: the tenth wrong token is still heard, the eleventh is not, of its sender alone,
// and only for a minute.
func TestGuessLimit(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	f := newFailures(func() time.Time { return now })
	for i := range maxFailures {
		if f.tooMany("192.0.2.1:1234") {
			t.Fatalf("not heard after %d wrong tokens", i)
		}
		f.add("192.0.2.1:1234")
	}
	if !f.tooMany("192.0.2.1:9999") {
		t.Errorf("still heard after %d wrong tokens", maxFailures)
	}
	if f.tooMany("192.0.2.2:1234") {
		t.Error("another sender is not heard")
	}
	now = now.Add(failureWindow)
	if f.tooMany("192.0.2.1:1234") {
		t.Error("not heard after a minute")
	}
}
