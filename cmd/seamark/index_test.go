package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/internal/servertest"
)

const indexEvents = 900

// fleetLake transforms an object of fleet logs into a new lake.
func fleetLake(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	object, lake := filepath.Join(folder, "object.gz"), filepath.Join(folder, "lake")
	var b bytes.Buffer
	if _, err := fleet.WriteObject(&b, 1, indexEvents); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(object, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := seamarkRun(t, "transform", "--lake", lake, object); code != exitDone {
		t.Fatal(stderr)
	}
	return lake
}

func seamarkRun(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = run(t.Context(), append([]string{"--config", os.DevNull}, args...), strings.NewReader(""), &out, &errOut)
	return code, out.String(), errOut.String()
}

// TestIndexVerb indexes twice into the real OpenSearch that `make test` starts.
func TestIndexVerb(t *testing.T) {
	url := servertest.WholeOpenSearch(t)
	lake := fleetLake(t)
	for _, want := range []map[string]float64{
		{"objects": 1, "documents": indexEvents, "created": indexEvents, "duplicates": 0, "reduced": 0},
		{"objects": 1, "documents": indexEvents, "created": 0, "duplicates": indexEvents, "reduced": 0},
	} {
		code, stdout, stderr := seamarkRun(t, "index", "--lake", lake, "--opensearch", url, "--json")
		if code != exitDone {
			t.Fatal(stderr)
		}
		var got map[string]float64
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatal(err)
		}
		for key, n := range want {
			if got[key] != n {
				t.Errorf("%s is %v, want %v: %s", key, got[key], n, stdout)
			}
		}
	}
	if code, stdout, stderr := seamarkRun(t, "verify", "--lake", lake, "--opensearch", url); code != exitDone ||
		!strings.Contains(stdout, fmt.Sprintf("distinct_ids %d, documents %d", indexEvents, indexEvents)) {
		t.Errorf("verify: %d\n%s%s", code, stdout, stderr)
	}
	servertest.Empty(t, url)
	if code, stdout, _ := seamarkRun(t, "verify", "--lake", lake, "--opensearch", url); code != exitFailed || !strings.Contains(stdout, "0 documents in the index") {
		t.Errorf("verify with an empty index: %d\n%s", code, stdout)
	}
}

// TestIndexVerbCompacted: a lake that was compacted before it was indexed reaches the index
// whole, a replay replaces its documents, and verify agrees.
func TestIndexVerbCompacted(t *testing.T) {
	url := servertest.WholeOpenSearch(t)
	lake := fleetLake(t)
	ask := func(want map[string]float64, args ...string) {
		t.Helper()
		code, stdout, stderr := seamarkRun(t, append(args, "--lake", lake, "--json")...)
		var got map[string]any
		if err := json.Unmarshal([]byte(stdout), &got); code != exitDone || err != nil {
			t.Fatalf("%v: exit %d, %v\n%s%s", args, code, err, stdout, stderr)
		}
		for key, n := range want {
			value := any(got)
			for part := range strings.SplitSeq(key, ".") {
				m, _ := value.(map[string]any)
				value = m[part]
			}
			if value != n {
				t.Errorf("%v: %s is %v, want %v: %s", args, key, value, n, stdout)
			}
		}
	}
	verify := map[string]float64{"index.distinct_ids": indexEvents, "index.documents": indexEvents}
	ask(map[string]float64{"rows": indexEvents, "skipped": 0}, "compact", "--grace", "0")
	ask(map[string]float64{"objects": 1, "documents": indexEvents, "created": indexEvents}, "index", "--opensearch", url)
	ask(verify, "verify", "--opensearch", url)
	ask(map[string]float64{"created": 0, "duplicates": indexEvents}, "index", "--opensearch", url)
	ask(map[string]float64{"replaced": indexEvents, "duplicates": 0}, "index", "--opensearch", url, "--replace")
	ask(map[string]float64{"objects": 1, "index.replaced": indexEvents, "index.created": 0}, "replay", "--opensearch", url, "--yes")
	servertest.Empty(t, url)
	ask(map[string]float64{"objects": 1, "index.created": indexEvents}, "replay", "--opensearch", url, "--yes")
	ask(verify, "verify", "--opensearch", url)
}

// TestReindexVerb: days are made anew by date and by age; what would lose documents is refused.
func TestReindexVerb(t *testing.T) {
	url := servertest.WholeOpenSearch(t)
	lake := fleetLake(t)
	reindex := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		code, stdout, stderr := seamarkRun(t, append([]string{"index", "reindex", "--lake", lake, "--opensearch", url}, args...)...)
		if code != want {
			t.Fatalf("%v: exit %d\n%s%s", args, code, stdout, stderr)
		}
		return stdout, stderr
	}
	if code, _, stderr := seamarkRun(t, "index", "--lake", lake, "--opensearch", url); code != exitDone {
		t.Fatal(stderr)
	}
	if stdout, _ := reindex(exitDone, "--stale"); !strings.Contains(stdout, "nothing to do") {
		t.Error(stdout)
	}
	var days struct {
		DryRun bool `json:"dry_run"`
		Days   []struct {
			Day      string
			Was, Now int64
		}
	}
	day := fleetDay(t, lake)
	for _, args := range [][]string{{day, "--dry-run", "--json"}, {day, "--json"}, {day, "--json"}} {
		stdout, _ := reindex(exitDone, args...)
		if err := json.Unmarshal([]byte(stdout), &days); err != nil || len(days.Days) != 1 || days.Days[0].Was == 0 || days.DryRun != (days.Days[0].Now == 0) || !days.DryRun && days.Days[0].Now != days.Days[0].Was {
			t.Errorf("%v: %v, %s", args, err, stdout)
		}
	}
	if code, stdout, stderr := seamarkRun(t, "verify", "--lake", lake, "--opensearch", url); code != exitDone {
		t.Errorf("verify: %d\n%s%s", code, stdout, stderr)
	}
	whole := lake
	lake = t.TempDir() // that never had the day
	object := filepath.Join(lake, "object")
	if err := os.WriteFile(object, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := seamarkRun(t, "transform", "--lake", lake, object); code != exitDone {
		t.Fatal(stderr)
	}
	if _, stderr := reindex(exitFailed, day); !strings.Contains(stderr, "the lake gives 0 documents") || !strings.Contains(stderr, "--force") {
		t.Error(stderr)
	}
	lake = whole
	if _, stderr := reindex(exitUsage, "yesterday"); !strings.Contains(stderr, "2026-11-22") {
		t.Error(stderr)
	}
	if _, stderr := reindex(exitUsage); !strings.Contains(stderr, "--stale") {
		t.Error(stderr)
	}
}

// fleetDay is a day of which the lake has most rows.
func fleetDay(t *testing.T, lake string) string {
	t.Helper()
	code, stdout, stderr := seamarkRun(t, "query", "--lake", lake, "--json", "SELECT strftime(max(timestamp), '%Y-%m-%d') AS day FROM logs")
	var row struct{ Day string }
	if err := json.Unmarshal([]byte(stdout), &row); code != exitDone || err != nil {
		t.Fatalf("%d, %v: %s%s", code, err, stdout, stderr)
	}
	return row.Day
}

// TestIndexVerbFaults: an OpenSearch that cannot be used gives exit 1 and a message that
// names it and the remedy.
func TestIndexVerbFaults(t *testing.T) {
	lake := fleetLake(t)
	tests := map[string]struct {
		status int
		body   string
		want   string
	}{
		"401":     {http.StatusUnauthorized, `{"error":"no"}`, "401"},
		"503":     {http.StatusServiceUnavailable, `{}`, "503"},
		"429":     {http.StatusTooManyRequests, `{}`, "429"},
		"garbage": {http.StatusOK, `<html>`, "OpenSearch"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			}))
			defer server.Close()
			code, stdout, stderr := seamarkRun(t, "index", "--lake", lake, "--opensearch", server.URL, "--wait", "1s")
			if code != exitFailed || stdout != "" || !strings.Contains(stderr, server.URL) || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d\n%s%s", code, stdout, stderr)
			}
			t.Log(strings.TrimSpace(stderr))
		})
	}
	if code, _, stderr := seamarkRun(t, "index", "--lake", lake, "--opensearch", "http://127.0.0.1:1", "--wait", "1s", "nosuchobject"); code != exitFailed || !strings.Contains(stderr, `no object "nosuchobject"`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
