package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
)

// TestInterrupted: Ctrl-C ends each verb that may take long with exit 1 and says once, in one
// line, what is safe and how to go on; the lake is whole, and the same command then does it.
func TestInterrupted(t *testing.T) {
	changes := "seamark: interrupted; what is done stays done, nothing is half done: run the same command again to go on\n"
	reads := "seamark: interrupted; nothing was changed: run the same command again\n"
	for verb, says := range map[string]string{
		"compact --grace 0": changes, "replay --yes": changes, "retention --landing 1500d --yes": changes, "quarantine retry --all": changes,
		"transform --force OBJECT": changes,
		"lake stats --footers":     reads, "cost": reads, "verify": reads, "quarantine list": reads,
		"logs --since 2026-01-01": reads, "query|SELECT|count(*)|FROM|(SELECT|DISTINCT|message|FROM|logs)": reads, "explain OBJECT:1": reads,
	} {
		t.Run(verb, func(t *testing.T) {
			lake := fleetLake(t)
			want, rows, err := check.RowHash(lake)
			if err != nil {
				t.Fatal(err)
			}
			args := append(strings.Fields(strings.ReplaceAll(verb, "OBJECT", filepath.Join(filepath.Dir(lake), "object.gz"))), "--config", os.DevNull, "--lake", lake)
			if name, sql, ok := strings.Cut(args[0], "|"); ok {
				args = append([]string{name, strings.ReplaceAll(sql, "|", " ")}, args[1:]...)
			}
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
					if errOut.String() != says {
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

// TestInterruptedIndex: so it is with an OpenSearch that does not answer.
func TestInterruptedIndex(t *testing.T) {
	lake := fleetLake(t)
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	var out, errOut bytes.Buffer
	code := run(ctx, []string{"index", "--config", os.DevNull, "--lake", lake, "--opensearch", server.URL}, strings.NewReader(""), &out, &errOut)
	if want := "seamark: interrupted; what is done stays done, nothing is half done: run the same command again to go on\n"; code != exitFailed || errOut.String() != want {
		t.Errorf("exit %d: %s", code, errOut.String())
	}
}
