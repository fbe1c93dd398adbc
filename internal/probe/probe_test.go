package probe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/internal/probe"
	"github.com/seamark-hq/seamark/internal/servertest"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/cloudtest"
)

var update = flag.Bool("update", false, "write what is got as what is wanted")

// TestAssumptions: each says where the code relies on it, and can be asked or says why not.
func TestAssumptions(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range probe.Assumptions() {
		if seen[a.ID] || a.Claim == "" || a.Wrong == "" || a.Sure == "" || len(a.Code) == 0 || a.Asked() == (a.Unasked != "") {
			t.Errorf("%+v", a)
		}
		seen[a.ID] = true
		for _, file := range a.Code {
			if _, err := os.Stat(filepath.Join("..", "..", file)); err != nil {
				t.Errorf("%s: %v", a.ID, err)
			}
		}
	}
	for _, a := range probe.Recorded() {
		if !seen[a.ID] {
			t.Errorf("an answer to %s is recorded, which nobody assumes", a.ID)
		}
	}
}

// TestDocument: docs/assumptions.md is of today, and says whether AWS was ever asked.
func TestDocument(t *testing.T) {
	var got bytes.Buffer
	probe.WriteDocument(&got, probe.Assumptions(), probe.Recorded())
	golden(t, "../../docs/assumptions.md", got.Bytes())
	var other bytes.Buffer
	probe.WriteDocument(&other, probe.Assumptions(), []probe.Answer{{ID: "clock", Holds: true, On: "AWS", Date: "2026-12-01"}, {ID: "event-ids", Saw: "an id of 7 | characters", On: "AWS", Date: "2026-12-01"}})
	for _, want := range []string{"AWS, 2026-12-01: holds", `AWS, 2026-12-01: does not hold: an id of 7 \| characters`} {
		if !strings.Contains(other.String(), want) || strings.Contains(other.String(), "Never run on AWS") {
			t.Errorf("no %q in\n%s", want, &other)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(got), string(want)); d != "" {
		t.Errorf("%s (-got +want): run this with -update\n%s", name, d)
	}
}

// TestMiniStack runs the probe on an emulator: each question is asked, nothing is left behind, and
// what is recorded names no account.
func TestMiniStack(t *testing.T) {
	url, account := servertest.MiniStack(t), cloudtest.Account()
	environment(t, url, account)
	answers, err := probe.Run(t.Context(), probe.Options{Account: account, Patience: 2 * time.Second, Pause: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(answers, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`\d{12}|seamark-probe-[0-9a-f]`).Match(b) {
		t.Errorf("not redacted: %s", b)
	}
	for i := range answers {
		answers[i].Date = "2026-11-30"
	}
	if b, err = json.MarshalIndent(answers, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "recorded/ministack.json", append(b, '\n'))
	again, err := probe.Run(t.Context(), probe.Options{Account: account, Patience: time.Second, Pause: 100 * time.Millisecond})
	if err != nil || len(again) != len(answers) {
		t.Errorf("the second time: %d answers of %d, %v", len(again), len(answers), err)
	}
	if _, err := probe.Run(t.Context(), probe.Options{Account: "111122223333"}); !rejected(err, "the credentials are of account") {
		t.Errorf("another account: %v", err)
	}
}

// TestNobodyThere: without credentials, or without AWS, nothing is asked, and the fault says so.
func TestNobodyThere(t *testing.T) {
	environment(t, "http://127.0.0.1:1", "111122223333")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if answers, err := probe.Run(ctx, probe.Options{Account: "111122223333"}); !rejected(err, "AWS does not answer") || len(answers) > 0 {
		t.Errorf("%v, %v", answers, err)
	}
	t.Setenv("AWS_REGION", "")
	if _, err := probe.Run(ctx, probe.Options{Account: "111122223333"}); !rejected(err, "which region?") {
		t.Error(err)
	}
}

func rejected(err error, says string) bool {
	f, ok := errors.AsType[*seamark.Fault](err)
	return ok && f.Remedy != "" && strings.Contains(f.What, says)
}

func environment(t *testing.T, url, key string) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}
