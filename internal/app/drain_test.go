package app_test

import (
	"fmt"
	"net"
	"strings"
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

// TestDrainOfHalfSentRequests: requests that are never sent to their end, by whom nobody knows,
// do not take the time of what was acknowledged: all of that is done, within ten seconds.
func TestDrainOfHalfSentRequests(t *testing.T) {
	a := start(t, settings(t.TempDir()))
	for _, head := range []string{
		"POST /ingest/firehose HTTP/1.1\r\nHost: localhost\r\nX-Amz-Firehose-Access-Key: " + a.AccessKey() + "\r\nX-Amz-Firehose-Request-Id: r1\r\nContent-Length: 100000\r\n\r\n{\"requestId\":",
		"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx",
		"GET /healthz HTTP/1.1\r\nHost: local",
	} {
		for range 20 {
			c, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprint(c, head)
		}
	}
	sent := a.deliver(2)
	begin := time.Now()
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("the stop took %v\n%s", took, a.log)
	}
	if got := a.rows(); got != sent.Events {
		t.Errorf("%d rows of %d events\n%s", got, sent.Events, a.log)
	}
}
