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
	"testing/synctest"
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
				ctx, cancel := stoppedAfter(t, after)
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

// TestInterruptedOnboard: so it is with the accounts of a company: each verb that asks or changes
// them says once what is safe and how to go on, and what it wrote before stays.
func TestInterruptedOnboard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const stay, nothing = "interrupted; what is done stays done, nothing is half done", "interrupted; nothing was changed"
		for verb, says := range map[string]string{
			"plan": nothing, "plan --rehearse 7d": nothing, "status": nothing, "explain /app/quote": nothing,
			"apply --yes": stay, "destroy --yes": stay, "event --file EVENT": stay, "backfill --log-group /app/quote --since 3h": stay,
		} {
			stopped := 0
			for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 200 * time.Millisecond, time.Second, 3 * time.Second} {
				r := newRoom(t, newTown(), onboardSettings)
				if verb == "destroy --yes" || strings.HasPrefix(verb, "backfill") {
					r.seamark("onboard", "apply", "--yes")
				}
				event := filepath.Join(r.folder, "event.json")
				body := `{"detail-type":"AWS API Call via CloudTrail","source":"aws.logs","account":"222222222222","region":"eu-central-1","time":"2026-11-22T17:40:00Z","detail":{"eventSource":"logs.amazonaws.com","eventName":"TagResource","awsRegion":"eu-central-1","recipientAccountId":"222222222222","requestParameters":{"resourceArn":"arn:aws:logs:eu-central-1:222222222222:log-group:/app/quote"}}}`
				if err := os.WriteFile(event, []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := stoppedAfter(t, after)
				var out, errOut bytes.Buffer
				c := &cli{in: strings.NewReader(""), out: &out, err: &errOut, cloud: r.cloud}
				args := append([]string{"onboard"}, strings.Fields(strings.ReplaceAll(verb, "EVENT", event))...)
				code := c.run(ctx, append(args, "--config", r.config))
				ended := ctx.Err() != nil
				cancel()
				if !ended {
					continue // it was done before
				}
				if code != exitFailed && code != exitDone {
					t.Errorf("%s after %s: exit %d: %s", verb, after, code, errOut.String())
				}
				if code == exitDone {
					continue
				}
				stopped++
				if n := strings.Count(errOut.String(), "interrupted"); n != 1 || !strings.Contains(errOut.String(), says+": ") || strings.Contains(errOut.String(), "context canceled") || strings.Contains(out.String(), "context canceled") {
					t.Errorf("%s after %s:\n%s%s", verb, after, out.String(), errOut.String())
				}
			}
			if stopped == 0 {
				t.Errorf("%s was never interrupted", verb)
			}
		}
	})
}

// stoppedAfter is a context that ends after a time; after none it has ended.
func stoppedAfter(t *testing.T, after time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	if after == 0 {
		cancel()
	} else {
		time.AfterFunc(after, cancel)
	}
	return ctx, cancel
}
