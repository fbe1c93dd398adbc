package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/internal/config"
)

var update = flag.Bool("update", false, "write the golden files and the reference")

// checkRoutes is what the programs that route alarms hand to Load.
func checkRoutes(c *config.Config, fault func(key, what, remedy string)) {
	alertmanager.Check(c.Routing(), alertmanager.Keys{Route: "route", Inhibit: "inhibit_rules", Interval: c.IntervalKey}, fault)
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s (-got +want):\n%s", path, diff)
	}
}

// Each file of testdata/config has one kind of fault; its golden message names file, line and key.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.yml")
	if err != nil || len(files) < 15 {
		t.Fatalf("fixtures: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, err := config.Load(file, checkRoutes)
			if err == nil {
				t.Fatalf("accepted: %+v", c)
			}
			if faults, ok := errors.AsType[config.Faults](err); !ok || len(faults) == 0 {
				t.Fatalf("a %T, want Faults", err)
			}
			if got, want := seamark.ClassOf(err), seamark.Rejected; got != want {
				t.Errorf("class %v, want %v", got, want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the message repeats a secret")
			}
			golden(t, strings.TrimSuffix(file, ".yml")+".golden", err.Error()+"\n")
		})
	}
}

func TestMissingFile(t *testing.T) {
	_, err := config.Load("testdata/nowhere.yml")
	if err == nil || !strings.Contains(err.Error(), "testdata/nowhere.yml") || !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v", err)
	}
	if _, err := config.Load(t.TempDir()); err == nil {
		t.Error("a folder was accepted")
	}
}

func TestEmptyIsDefault(t *testing.T) {
	got, err := config.Load("testdata/good/empty.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if err := config.Default().Validate(); err != nil {
		t.Errorf("the default is faulty: %v", err)
	}
}

func TestFull(t *testing.T) {
	c, err := config.Load("testdata/good/full.yml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Rules.Every, seamark.Duration(2*time.Second); got != want {
		t.Errorf("rules.every %v, want %v", got, want)
	}
	if got, want := c.Rules.ResolveAfter, 2; got != want {
		t.Errorf("rules.resolveAfter %v, want the default %v", got, want)
	}
	if got, want := c.Rules.Ratio4xx.Threshold, 0.1; got != want {
		t.Errorf("rules.4xx.threshold %v, want %v", got, want)
	}
	if got, want := c.Rules.Errors.Severity, seamark.SeverityWarning; got != want {
		t.Errorf("rules.errors.severity %q, want the default %q", got, want)
	}
	if got, want := c.FrontDoor.SealBytes, config.Bytes(4_000_000); got != want {
		t.Errorf("frontDoor.sealBytes %v, want %v", got, want)
	}
	if got, want := c.Accounts[1].ID, "012345678901"; got != want {
		t.Errorf("account %q, want %q", got, want)
	}
	for what, pair := range map[string][2]string{
		"lake":           {c.Lake, "testdata/good/lake"},
		"tlsKey":         {c.FrontDoor.TLSKey, "/etc/seamark/key.pem"},
		"slack token":    {c.Receivers[0].Slack.TokenFile, "testdata/good/slack-token"},
		"folder":         {c.Receivers[3].Folder.Path, "testdata/good/cards"},
		"opensearch url": {c.OpenSearch.URL, "https://search.example.com"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	alarm := seamark.Alarm{Scope: seamark.Scope{Product: "booking", Environment: "prod", Team: "web-mobile"}, Severity: "warning"}
	routes, err := alertmanager.New(c.Routing())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(routes.Receivers(alarm), []string{"web", "team"}); diff != "" {
		t.Errorf("receivers (-got +want):\n%s", diff)
	}
	if got, want := c.CardLinks().Accounts["222222222222"], "shipping-prod"; got != want {
		t.Errorf("alias %q, want %q", got, want)
	}
}

func TestURLsAreNotPaths(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "seamark.yml")
	if err := os.WriteFile(file, []byte("lake: s3://bucket/prefix\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Lake, "s3://bucket/prefix"; got != want {
		t.Errorf("lake %q, want %q", got, want)
	}
	if got, want := c.Data, ".seamark"; got != want {
		t.Errorf("data %q, want %q", got, want)
	}
}

func TestReadSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	for content, want := range map[string]string{"xoxb-1\n": "xoxb-1", "xoxb-1\r\n": "xoxb-1", "xoxb-1": "xoxb-1", "": "", "a\nb\n": ""} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.ReadSecret(file, "")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", content, got, err, want)
		}
	}
	t.Setenv("SEAMARK_TEST_SECRET", "s3cret")
	if got, err := config.ReadSecret("", "SEAMARK_TEST_SECRET"); got != "s3cret" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := config.ReadSecret("", "SEAMARK_TEST_UNSET"); err == nil || !strings.Contains(err.Error(), "SEAMARK_TEST_UNSET") {
		t.Errorf("got %v", err)
	}
	if got, err := config.ReadSecret("", ""); got != "" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	golden(t, "../../docs/reference/configuration.md", config.Reference())
}

// The example in the documentation is a configuration.
func TestReferenceExample(t *testing.T) {
	_, rest, _ := strings.Cut(config.Reference(), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if _, err := config.Parse("example", []byte(example), checkRoutes); !ok || err != nil {
		t.Errorf("example: %v", err)
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]config.Bytes{"8MB": 8e6, "512KiB": 512 << 10, "10": 10, "1.5GB": 15e8, "7 B": 7, "0": 0} {
		var b config.Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%q: %d, %v; want %d", text, b, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1MB", "8MBs", "1e30", "NaN"} {
		var b config.Bytes
		if err := b.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, b)
		}
	}
}

// Whatever the text, Parse answers with a configuration that validates or with faults
// that name the file.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/config/*.yml", "testdata/good/*.yml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := config.Parse("seamark.yml", b, checkRoutes)
		if (c == nil) == (err == nil) {
			t.Fatalf("configuration %v, error %v", c, err)
		}
		if err == nil {
			if err := c.Validate(checkRoutes); err != nil {
				t.Fatalf("accepted, then refused: %v", err)
			}
			return
		}
		faults, ok := errors.AsType[config.Faults](err)
		if !ok || len(faults) == 0 {
			t.Fatalf("a %T", err)
		}
		for _, one := range faults {
			if !strings.HasPrefix(one.Where, "seamark.yml") || one.What == "" || one.Remedy == "" {
				t.Fatalf("fault without place, what or remedy: %+v", one)
			}
		}
	})
}
