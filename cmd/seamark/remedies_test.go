package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// remedied is a fault, the command that prints it, and what is done with the commands of its remedy.
type remedied struct {
	name   string
	setup  func(t *testing.T, lake string)
	verb   string // LAKE and OBJECT stand for the lake and a landing object in it
	says   string // of the fault; it is gone after the remedy, unless the remedy only lists
	remedy []string
	lists  bool   // the remedy lists what there is: it has only to work
	also   string // what a person adds to the command, such as --yes, where it asks
}

var remedies = []remedied{
	{name: "not transformed", setup: func(t *testing.T, lake string) { addObject(t, lake, 2) }, verb: "verify --lake LAKE", says: "landing object not transformed", remedy: []string{"seamark transform --lake"}},
	{name: "missing file", setup: func(t *testing.T, lake string) { remove(t, lake, "lake/*/*/*/*/*/*.parquet") }, verb: "verify --lake LAKE", says: "the file is missing", remedy: []string{"seamark transform --force --lake"}},
	{name: "damaged file", setup: func(t *testing.T, lake string) { damage(t, lake, "lake/*/*/*/*/*/*.parquet", 100) }, verb: "verify --lake LAKE", says: "checksum does not match", remedy: []string{"seamark transform --force --lake"}},
	{name: "damaged entry", setup: func(t *testing.T, lake string) { damage(t, lake, "ledger/2*/*/*/*/*.json", 300) }, verb: "verify --lake LAKE", says: "damaged ledger entry", remedy: []string{"seamark replay --missing --yes"}},
	{name: "no ledger", setup: func(t *testing.T, lake string) {
		if err := os.RemoveAll(filepath.Join(lake, "ledger")); err != nil {
			t.Fatal(err)
		}
	}, verb: "verify --lake LAKE", says: "without a ledger", remedy: []string{"seamark replay --missing --yes"}},
	{name: "damaged compacted file", setup: func(t *testing.T, lake string) { compacted(t, lake); damage(t, lake, "lake/*/*/*/*/*/*.parquet", 100) }, verb: "verify --lake LAKE", says: "checksum does not match", remedy: []string{"seamark replay --hour", "seamark compact"}},
	{name: "damaged snapshot", setup: func(t *testing.T, lake string) {
		compacted(t, lake)
		damage(t, lake, "ledger/hours/*/*/*/*/*.json", 100)
	}, verb: "verify --lake LAKE", says: "damaged", remedy: []string{"seamark replay --hour", "seamark compact"}},
	{name: "small files", setup: func(t *testing.T, lake string) {
		for i := range 60 {
			addObject(t, lake, uint64(10+i))
		}
		does(t, "replay", "--lake", lake, "--missing", "--yes")
	}, verb: "lake stats --lake LAKE", says: "many small files", remedy: []string{"seamark compact --lake"}},
	{name: "changed object", setup: func(t *testing.T, lake string) { writeObject(t, objectOf(lake), 77) }, verb: "transform --lake LAKE OBJECT", says: "bytes have changed", remedy: []string{"seamark transform --force --lake"}},
	{name: "watermark ahead", setup: func(t *testing.T, lake string) {
		put(t, filepath.Join(lake, "ledger/expired/lake-2199-01-01T00"), "")
	}, verb: "verify --lake LAKE", says: "lies in the future", remedy: []string{"seamark retention --lake"}, also: "--yes"},
	{name: "damaged file in a query", setup: func(t *testing.T, lake string) { damage(t, lake, "lake/*/*/*/*/*/*.parquet", -1) }, verb: "query --lake LAKE 'SELECT * FROM logs UNION ALL BY NAME SELECT * FROM access_logs'", says: "left out of queries", remedy: []string{"seamark verify --lake"}, lists: true},
	{name: "no such piece", verb: "quarantine show --lake LAKE zz", says: "nothing in quarantine", remedy: []string{"seamark quarantine list"}, lists: true, also: "--lake LAKE"},
	{name: "no piece", verb: "quarantine show --lake LAKE", says: "which piece?", remedy: []string{"seamark quarantine list"}, lists: true, also: "--lake LAKE"},
	{name: "no such event", verb: "explain --lake LAKE zz", says: "no event of the lake", remedy: []string{"seamark logs --json"}, lists: true, also: "--lake LAKE"},
	{name: "no such silence", verb: "silence expire zz", says: "no silence", remedy: []string{"seamark silence list"}, lists: true},
	{name: "no silence", verb: "silence expire", says: "which silence?", remedy: []string{"seamark silence list"}, lists: true},
	{name: "no such session", verb: "session revoke zz", says: "no session", remedy: []string{"seamark session list"}, lists: true},
	{name: "no incident", verb: "incident show", says: "which incident?", remedy: []string{"seamark incident list"}, lists: true},
	{name: "no such incident", verb: "incident show zz", says: "incident", remedy: []string{"seamark incident list --all"}, lists: true},
	{name: "prices", setup: func(t *testing.T, lake string) { put(t, filepath.Join(lake, "prices"), "[]") }, verb: "cost --lake LAKE --price-file LAKE/prices", says: "prices", remedy: []string{"seamark cost --json"}, lists: true, also: "--lake LAKE"},
	{name: "old but not transformed", setup: func(t *testing.T, lake string) {
		writeObject(t, filepath.Join(lake, "landing/2026/01/02/03/old.gz"), 3)
	}, verb: "retention --lake LAKE --landing 30d --trust-clock --dry-run", says: "not transformed: kept", remedy: []string{"seamark verify --lake"}, lists: true},
	{name: "row is missing", setup: func(t *testing.T, lake string) { remove(t, lake, "lake/*/*/*/*/*/*.parquet") }, verb: "explain --lake LAKE OBJECT:1", says: "no file holds the row", remedy: []string{"seamark verify --lake"}, lists: true},
	{name: "a typo", verb: "verfy --lake LAKE", says: "unknown command", remedy: []string{"seamark verify"}, lists: true, also: "--lake LAKE"},
	{name: "a typo below", verb: "lake stat", says: "unknown command", remedy: []string{"seamark lake stats"}, lists: true, also: "--lake LAKE"},
	{name: "no such board", verb: "boards export zz", says: "no board", remedy: []string{"seamark boards list"}, lists: true},
	{name: "no alarm", verb: "alert render", says: "required flag", remedy: []string{"seamark alert render --help"}, lists: true},
	{name: "replay again", verb: "replay --lake LAKE --yes", says: "Next: seamark compact", remedy: nil},
}

// TestRemedies runs each command that a remedy names against the fault that printed it: it works,
// and the fault is gone. The lake's name has a blank, as folders of people have.
func TestRemedies(t *testing.T) {
	for _, r := range remedies {
		t.Run(r.name, func(t *testing.T) {
			folder := t.TempDir()
			t.Chdir(folder)
			lake := filepath.Join(folder, "my lake")
			addObject(t, lake, 1)
			does(t, "transform", "--lake", lake, objectOf(lake))
			does(t, "silence", "list") // makes the data folder
			if err := os.MkdirAll(".seamark/incidents", 0o700); err != nil {
				t.Fatal(err)
			}
			if r.setup != nil {
				r.setup(t, lake)
			}
			fill := strings.NewReplacer("LAKE", "'"+lake+"'", "OBJECT", "'"+objectOf(lake)+"'")
			args := shell(t, fill.Replace(r.verb))
			code, out := runText(t, args)
			if !strings.Contains(out, r.says) {
				t.Fatalf("%q does not say %q: exit %d\n%s", args, r.says, code, out)
			}
			commands := commandsIn(out)
			for _, want := range r.remedy {
				done := false
				for _, command := range commands {
					if done || !strings.HasPrefix(command, want) {
						continue
					}
					done = true
					line := strings.TrimPrefix(command, "seamark ") + " " + fill.Replace(r.also)
					if strings.Contains(command, "replay --hour") {
						line += " --yes" // else it asks, and nobody is there
					}
					if code, out := runText(t, shell(t, line)); code == exitUsage || code == exitFailed && !strings.Contains(command, " verify") {
						t.Errorf("`%s`: exit %d\n%s", command, code, out)
					}
				}
				if !done {
					t.Fatalf("no `%s` in\n%s", want, out)
				}
			}
			if r.lists {
				return
			}
			if r.remedy == nil {
				does(t, "compact", "--lake", lake, "--quiet", "--grace", "0")
				return
			}
			if code, out := runText(t, args); code != exitDone || strings.Contains(out, r.says) {
				t.Errorf("afterwards %q: exit %d\n%s", args, code, out)
			}
		})
	}
}

// notRun are commands that production code names and TestRemedies does not run, with the reason.
var notRun = map[string]string{
	"seamark onboard":  "needs accounts: onboard_test.go runs it over a simulated cloud",
	"seamark index":    "needs an OpenSearch: index_test.go runs it",
	"seamark up":       "TestFirstConfiguration and internal/app start it",
	"seamark demo":     "scripts/test.sh demo runs it",
	"seamark incident": "the page behind a card's buttons; the verbs below it are run",
	"seamark config":   "config.txtar runs it",
	"seamark session":  "session.txtar runs revoke with a session",
	"seamark alert":    "amtool's step reads what `alert route --alertmanager` prints",
	"seamark logs":     "the rules' skipped windows: logs.txtar runs it",
	"seamark rules":    "rules.txtar runs it",
	"seamark query":    "query.txtar runs it",
	"seamark dlq":      "needs queues: dlq_test.go runs it",
	"seamark doctor":   "doctor_test.go runs it",
}

// TestEveryRemedyIsRun: each `seamark VERB` that a text of production code names is run by
// TestRemedies, or is listed with the reason why not.
func TestEveryRemedyIsRun(t *testing.T) {
	run := map[string]bool{}
	for _, r := range remedies {
		for _, command := range r.remedy {
			run[strings.Join(strings.Fields(command)[:2], " ")] = true
		}
	}
	named := regexp.MustCompile("`(seamark [a-z]+)")
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".cache") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(l.Value)
			for _, m := range named.FindAllStringSubmatch(text, -1) {
				if _, excused := notRun[m[1]]; !run[m[1]] && !excused {
					t.Errorf("%s names `%s`, which no case of TestRemedies runs", path, m[1])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// commandsIn are the command lines of seamark between backquotes.
func commandsIn(text string) (out []string) {
	for _, m := range regexp.MustCompile("`(seamark [^`]*)`").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// shell parts a command line into arguments as sh does.
func shell(t *testing.T, line string) []string {
	t.Helper()
	out, err := exec.Command("sh", "-c", `for a in `+line+`; do printf '%s\0' "$a"; done`).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func runText(t *testing.T, args []string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func does(t *testing.T, args ...string) {
	t.Helper()
	if code, out := runText(t, args); code != exitDone {
		t.Fatalf("%q: exit %d\n%s", args, code, out)
	}
}

func objectOf(lake string) string { return filepath.Join(lake, "landing/2026/11/22/08/1.gz") }

// addObject puts a landing object into a lake.
func addObject(t *testing.T, lake string, seed uint64) {
	t.Helper()
	writeObject(t, filepath.Join(lake, "landing/2026/11/22/08", strconv.FormatUint(seed, 10)+".gz"), seed)
}

func writeObject(t *testing.T, name string, seed uint64) {
	t.Helper()
	var b bytes.Buffer
	if _, err := (fleet.Bulk{Seed: seed, Events: 60, Products: 1}).Write(&b); err != nil {
		t.Fatal(err)
	}
	put(t, name, b.String())
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, lake, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(lake, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("nothing at %s: %v", pattern, err)
	}
	return names
}

func remove(t *testing.T, lake, pattern string) {
	t.Helper()
	for _, name := range found(t, lake, pattern) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

func damage(t *testing.T, lake, pattern string, at int) {
	t.Helper()
	name := found(t, lake, pattern)[0]
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[(at+len(b))%len(b)] ^= 4
	put(t, name, string(b))
}

func compacted(t *testing.T, lake string) {
	t.Helper()
	does(t, "compact", "--lake", lake, "--quiet", "--grace", "0")
}
