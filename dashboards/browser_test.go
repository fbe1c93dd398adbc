package dashboards_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards"
)

// The tests in this file need node, npm and Chromium. They run when SEAMARK_BROWSER=1:
//
//	SEAMARK_BROWSER=1 go test ./dashboards -run 'TestWeb' -count=1
//
// SEAMARK_BROWSER_ONLY is a pattern of the names of Chromium's tests; empty: all of them.
// SEAMARK_SCREENSHOTS names a folder for pictures of each view. With CI=true a missing
// browser is a failure; else the test is skipped, saying so.

func needsWeb(t *testing.T) {
	t.Helper()
	if os.Getenv("SEAMARK_BROWSER") != "1" {
		t.Skip("set SEAMARK_BROWSER=1 to run it: needs node, npm and Chromium")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		missing(t, "npm")
	}
	if stale("web/node_modules/.package-lock.json", "web/package-lock.json") {
		// Not "npm ci": where a registry lacks rollup's builds for other platforms, npm leaves
		// them out of the lock file and then refuses it. This installs what the lock says, too.
		run(t, nil, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund")
	}
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and CI=true: the page must not go untested", what)
	}
	t.Skipf("%s is missing", what)
}

// stale reports whether made is missing or older than from.
func stale(made, from string) bool {
	a, err := os.Stat(made)
	b, err2 := os.Stat(from)
	return err != nil || err2 != nil || a.ModTime().Before(b.ModTime())
}

// run runs a command in web and fails with its output.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = "web"
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("SEAMARK_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	missing(t, "Chromium")
	return ""
}

// TestWebDist holds the committed files to their source, byte for byte.
func TestWebDist(t *testing.T) {
	needsWeb(t)
	out := t.TempDir()
	run(t, nil, "npx", "vite", "build", "--outDir", out, "--emptyOutDir", "--logLevel", "error")
	want := tree(t, out)
	got := tree(t, "web/dist")
	for name, body := range want {
		if !bytes.Equal(got[name], body) {
			t.Errorf("web/dist/%s differs from its source: run npm run build in dashboards/web and commit", name)
		}
	}
	for name := range got {
		if want[name] == nil {
			t.Errorf("web/dist/%s is no longer built", name)
		}
	}
}

func tree(t *testing.T, root string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err == nil {
			files[filepath.ToSlash(name)], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestWebUnits type-checks the page and runs the tests of its pure parts.
func TestWebUnits(t *testing.T) {
	needsWeb(t)
	run(t, nil, "npx", "tsc")
	t.Log(run(t, []string{"NO_COLOR=1"}, "npx", "vitest", "run"))
}

// TestWebChromium walks through the page in a real browser, against a real server.
func TestWebChromium(t *testing.T) {
	needsWeb(t)
	browser := chromium(t)
	opts, store := options(t, time.Now)
	stop := feed(store)
	defer stop()
	page := serve(t, opts)
	locked := opts
	locked.Token = testToken
	gate := serve(t, locked)
	empty := opts
	nothing := newMemory(nil)
	empty.Searcher, empty.Incidents, empty.Flow = nothing, incidentList{}, emptyFlow{}
	blank := serve(t, empty)
	long := opts
	long.Searcher = newMemory(longCompany(time.Now(), 12_000))
	far := serve(t, long)
	shots := os.Getenv("SEAMARK_SCREENSHOTS")
	if shots != "" {
		if err := os.MkdirAll(shots, 0o755); err != nil {
			t.Fatal(err)
		}
		shots, _ = filepath.Abs(shots)
	}
	walk := []string{"--test", "--test-reporter=spec", "--test-timeout=600000"}
	if only := os.Getenv("SEAMARK_BROWSER_ONLY"); only != "" {
		walk = append(walk, "--test-name-pattern="+only)
	}
	t.Log(run(t, []string{
		"SEAMARK_URL=" + page.URL, "SEAMARK_LOCKED_URL=" + gate.URL, "SEAMARK_EMPTY_URL=" + blank.URL, "SEAMARK_LONG_URL=" + far.URL, "SEAMARK_TOKEN=" + testToken,
		"SEAMARK_CHROMIUM=" + browser, "SEAMARK_SCREENSHOTS=" + shots, "SEAMARK_INCIDENT=" + openIncident,
	}, "node", append(walk, "test/browser.mjs")...))
}

func serve(t *testing.T, opts dashboards.Options) *httptest.Server {
	t.Helper()
	s, err := dashboards.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server
}

// feed adds a few rows a second, for the live tail, until stopped.
func feed(m *memory) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-done:
				return
			case now := <-time.After(500 * time.Millisecond):
				m.add(logHit(components[3], seamark.Log{
					Timestamp: now.UnixMilli(), EventID: "live-" + now.Format("150405.000"), Level: seamark.LevelInfo, Message: "container loaded, fresh from the quay",
				}))
			}
		}
	}()
	return func() {
		close(done)
		<-gone
	}
}
