package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	seamark "github.com/seamark-hq/seamark"
)

// full takes so many bytes and then none: a full disk, or a reader that has gone.
type full struct {
	room int
	err  error
}

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: f.err}
	}
	return len(b), nil
}

// everyOutput are command lines of every verb that prints something, over a lake and an alarm.
func everyOutput(t *testing.T) map[string][]string {
	t.Helper()
	lake, alarm := fleetLake(t), filepath.Join(t.TempDir(), "alarm.json")
	if err := os.WriteFile(alarm, []byte(oneAlarm), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for _, line := range []string{"--help", "help logs", "version", "completion bash", "lake stats --by hour", "verify", "cost", "compact --dry-run", "replay --dry-run",
		"retention --landing 900d --dry-run", "retention --lifecycle", "retention --terraform", "quarantine list", "quarantine retry --all --dry-run",
		"logs --since 2026-01-01 --limit 5000", "explain " + filepath.Join(filepath.Dir(lake), "object.gz") + ":1", "alert render --to text --event " + alarm, "alert render --to slack --event " + alarm,
		"alert route", "incident list", "incident export", "silence list", "session list", "config check " + os.DevNull} {
		args := strings.Fields(line)
		for _, verb := range []string{"lake", "verify", "cost", "compact", "replay", "retention", "quarantine", "logs", "explain"} {
			if args[0] == verb {
				args = append(args, "--lake", lake)
			}
		}
		lines[line] = append(args, "--config", os.DevNull)
	}
	lines["query"] = []string{"query", "--lake", lake, "--config", os.DevNull, "SELECT * FROM logs"}
	return lines
}

const oneAlarm = `{"AlarmName":"seamark/1/booking/prod/web-mobile/eu-central-1/errors:booking-create","NewStateValue":"ALARM","OldStateValue":"OK",
"NewStateReason":"Threshold Crossed","StateChangeTime":"2026-11-22T17:40:02.000+0000","Region":"EU (Frankfurt)","AWSAccountId":"111111111111",
"AlarmArn":"arn:aws:cloudwatch:eu-central-1:111111111111:alarm:x","Trigger":{"MetricName":"Errors","Namespace":"AWS/Lambda","Dimensions":[{"name":"FunctionName","value":"booking-create"}]}}`

// TestUnwritableOutput: a verb whose output could not be written, at once or after some of it,
// exits 1 and says so in one line, with --json too; when its reader has gone it exits 1 and says nothing.
func TestUnwritableOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, args := range everyOutput(t) {
		t.Run(name, func(t *testing.T) {
			var whole bytes.Buffer
			if code := run(t.Context(), args, strings.NewReader(""), &whole, &bytes.Buffer{}); code == exitUsage {
				t.Fatalf("%q is no command line", args)
			}
			rooms := []int{0, whole.Len() / 2} // the length may differ by the digits of a duration
			if whole.Len() == 0 {
				rooms = nil
			}
			for _, room := range rooms {
				for _, extra := range [][]string{nil, {"--json"}} {
					if extra != nil && room > 0 {
						continue // its length is another
					}
					var errOut bytes.Buffer
					code := run(t.Context(), append(args, extra...), strings.NewReader(""), &full{room, syscall.ENOSPC}, &errOut)
					if printed := printedAs(t, args, extra); code != exitFailed && printed {
						t.Errorf("room %d %v: exit %d: %s", room, extra, code, errOut.String())
					} else if n := strings.Count(errOut.String(), "no space left on device"); printed && n != 1 {
						t.Errorf("room %d %v: said %d times: %s", room, extra, n, errOut.String())
					}
				}
				var errOut bytes.Buffer
				if code := run(t.Context(), args, strings.NewReader(""), &full{room, syscall.EPIPE}, &errOut); code != exitFailed || strings.Contains(errOut.String(), "pipe") || strings.Contains(errOut.String(), "seamark:") {
					t.Errorf("no reader, room %d: exit %d: %s", room, code, errOut.String())
				}
			}
		})
	}
}

// printedAs says whether the command line prints anything, which with --json some lists that are
// empty do not.
func printedAs(t *testing.T, args, extra []string) bool {
	var out bytes.Buffer
	run(t.Context(), append(args, extra...), strings.NewReader(""), &out, &bytes.Buffer{})
	return out.Len() > 0
}

// TestFirstFaultStays: later writes do not hide the first fault, and are not tried.
func TestFirstFaultStays(t *testing.T) {
	to := &full{3, syscall.EDQUOT}
	s := &stdout{to: to}
	for _, text := range []string{"abc", "def", ""} {
		s.Write([]byte(text))
	}
	to.err, to.room = nil, 100
	if _, err := s.Write([]byte("x")); !errors.Is(err, syscall.EDQUOT) || to.room != 100 {
		t.Errorf("a later write: %v", err)
	}
	f, ok := errors.AsType[*seamark.Fault](s.finish())
	if !ok || !errors.Is(f, syscall.EDQUOT) || f.Remedy == "" {
		t.Errorf("%v", f)
	}
}
