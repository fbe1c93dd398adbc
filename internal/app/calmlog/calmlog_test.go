package calmlog

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// TestCalmLog: a full disk is one line at once and one a minute, with the count, from whichever
// component; other faults are said each time, and a disk that is full again is said at once.
func TestCalmLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		log := slog.New(New(slog.NewTextHandler(&b, nil)))
		lines := func() []string {
			synctest.Wait()
			out := strings.Split(strings.TrimSpace(b.String()), "\n")
			b.Reset()
			if out[0] == "" {
				return nil
			}
			return out
		}
		full := &seamark.Fault{What: "cannot write", Err: fmt.Errorf("x: %w", syscall.ENOSPC)}
		for i := range 600 {
			log.Error("cannot store requests", "error", full)
			log.With("component", "upload").Error("landing object not transformed", "error", full, "n", i)
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(time.Second)
		log.Error("another", "error", errors.New("no such host"))
		log.Error("another", "error", errors.New("no such host"))
		got := lines()
		if len(got) != 4 || !strings.Contains(got[0], "no space left on device") || !strings.Contains(got[3], "no such host") || !strings.Contains(got[2], "no such host") {
			t.Fatalf("in the first minute: %s", strings.Join(got, "\n"))
		}
		if !strings.Contains(got[1], "lines_like_this_in_a_minute=1199") || !strings.Contains(got[1], "component=upload") {
			t.Errorf("after the minute: %s", got[1])
		}
		time.Sleep(3 * every)
		if got := lines(); got != nil {
			t.Errorf("when it is over: %s", got)
		}
		log.Error("cannot store requests", "error", full)
		if got := lines(); len(got) != 1 || strings.Contains(got[0], "in_a_minute") {
			t.Errorf("full again: %s", got)
		}
		time.Sleep(2 * every) // its timer ends
	})
}

// TestHTTPErrors: a connection that its other end closed is not worth a line; what a certificate
// lacks is.
func TestHTTPErrors(t *testing.T) {
	var b bytes.Buffer
	to := log.New(HTTPErrors{slog.New(slog.NewTextHandler(&b, nil))}, "", 0)
	to.Print("http: TLS handshake error from 192.0.2.1:1: EOF")
	to.Print("http: TLS handshake error from 192.0.2.1:1: read tcp 192.0.2.2:443->192.0.2.1:1: read: connection reset by peer")
	if b.Len() > 0 {
		t.Error(b.String())
	}
	to.Print("http: TLS handshake error from 192.0.2.1:1: remote error: tls: unknown certificate authority")
	if !strings.Contains(b.String(), "level=WARN") || !strings.Contains(b.String(), "unknown certificate authority") {
		t.Error(b.String())
	}
}
