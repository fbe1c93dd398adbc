package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBusyMachine: figures of a busy machine are printed, and not written down.
func TestBusyMachine(t *testing.T) {
	for _, tt := range []struct {
		others float64
		err    error
		want   string // file's content
	}{{0.04, nil, "written"}, {0.06, nil, "before"}, {0, errors.New("no /proc"), "before"}} {
		out := filepath.Join(t.TempDir(), "benchmarks.md")
		if err := os.WriteFile(out, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := &bench{watch: func() func() (float64, string, error) {
			return func() (float64, string, error) { return tt.others, "0.1 0.2 0.3", tt.err }
		}}
		err := b.run("none", out)
		if got, want := err == nil, tt.want == "written"; got != want {
			t.Errorf("others use %v of a core: %v", tt.others, err)
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if before := string(got) == "before"; before != (tt.want == "before") {
			t.Errorf("others use %v of a core (%v): the file is %q", tt.others, tt.err, got)
		}
	}
}

func TestBusyTime(t *testing.T) {
	got, err := busyTime("cpu  100 20 30 999999 888 4 5 777 0 0")
	if want := 1590 * time.Millisecond; err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := busyTime("intr 1 2 3 4 5 6 7 8"); err == nil {
		t.Error("another line is taken")
	}
}

// TestMixed holds what the mixed corpus is for: the same bytes of a seed, 90 log groups, ids
// consecutive within a batch, 40 escapes an event, a tenth as real loggers print them.
func TestMixed(t *testing.T) {
	t.Chdir("../..")
	printed, err := readPrinted()
	if err != nil {
		t.Fatal(err)
	}
	real := map[string]bool{}
	for _, lines := range printed {
		for _, l := range lines {
			real[l] = true
		}
	}
	const events = 60_000
	var b, again bytes.Buffer
	for _, w := range []io.Writer{&b, &again} {
		truth, err := mixed{Seed: 3, Events: events}.Write(w)
		if err != nil || truth.Events != events {
			t.Fatalf("%+v, %v", truth, err)
		}
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("two runs of one seed differ")
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	groups, all, dialects := map[string]bool{}, 0, 0
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var p struct {
			LogGroup  string
			LogEvents []struct {
				ID, Message string
				Timestamp   int64
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		groups[p.LogGroup] = true
		for i, e := range p.LogEvents {
			all++
			if real[e.Message] {
				dialects++
			}
			if len(e.ID) != 56 {
				t.Fatalf("id %s", e.ID)
			}
			if i > 0 && !follows(p.LogEvents[i-1].ID, e.ID) {
				t.Fatalf("%s does not follow %s", e.ID, p.LogEvents[i-1].ID)
			}
		}
	}
	if all != events || len(groups) != 90 {
		t.Errorf("%d events of %d log groups", all, len(groups))
	}
	if n := bytes.Count(text, []byte(`\`)) / events; n < 35 || n > 45 {
		t.Errorf("%d escapes an event, want 40", n)
	}
	if share := 100 * dialects / events; share < 9 || share > 12 {
		t.Errorf("%d%% as real loggers print them, want 10%%", share)
	}
}

// follows reports whether b is a plus one, as far as the last 15 digits tell.
func follows(a, b string) bool {
	var x, y int64
	fmt.Sscan(strings.TrimLeft(a[41:], "0"), &x)
	fmt.Sscan(strings.TrimLeft(b[41:], "0"), &y)
	return y == (x+1)%1_000_000_000_000_000
}

// A run of some sections leaves the others of a report as they were.
func TestWithSections(t *testing.T) {
	old := "# Benchmarks\n\nIntro.\n\n## A\n\nold a\n\n## B\n\nold b\n"
	got := withSections(old, "# Benchmarks\n\nIntro.\n\n## A\n\nnew a\n\n## C\n\nnew c\n")
	want := "# Benchmarks\n\nIntro.\n\n## A\n\nnew a\n\n## B\n\nold b\n\n## C\n\nnew c\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
