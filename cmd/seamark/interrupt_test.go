package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
)

// TestInterrupted: Ctrl-C ends each verb that writes with exit 1 and says how to go on; the
// lake is whole, and the same command then does it.
func TestInterrupted(t *testing.T) {
	for _, verb := range [][]string{{"compact", "--grace", "0"}, {"replay", "--yes"}, {"retention", "--landing", "1500d", "--yes"}, {"quarantine", "retry", "--all"}, {"lake", "stats"}, {"cost"}} {
		t.Run(strings.Join(verb, " "), func(t *testing.T) {
			lake := fleetLake(t)
			want, rows, err := check.RowHash(lake)
			if err != nil {
				t.Fatal(err)
			}
			args := append(slices.Clone(verb), "--config", os.DevNull, "--lake", lake)
			stopped := false
			for after := time.Duration(0); after < 40*time.Millisecond; after += 8 * time.Millisecond {
				ctx, cancel := context.WithCancel(t.Context())
				if after == 0 {
					cancel()
				} else {
					time.AfterFunc(after, cancel)
				}
				var out, errOut bytes.Buffer
				code := run(ctx, args, strings.NewReader(""), &out, &errOut)
				cancel()
				if code == exitFailed {
					stopped = true
					if !strings.Contains(errOut.String(), "run the same command again") {
						t.Errorf("after %s: %s%s", after, out.String(), errOut.String())
					}
				} else if code != exitDone {
					t.Errorf("after %s: exit %d: %s", after, code, errOut.String())
				}
			}
			if !stopped {
				t.Error("never interrupted")
			}
			if code, _, stderr := seamarkRun(t, args...); code != exitDone {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			if got, n, err := check.RowHash(lake); err != nil || got != want || n != rows {
				t.Errorf("%d rows, want the same %d: %v", n, rows, err)
			}
		})
	}
}
