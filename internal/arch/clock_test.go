package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Why production code may ask the clock itself, instead of one that a test can set. What decides by
// the time of day (what is old, due, expired, missed) never may.
const (
	lasting = "how long something takes, or waits: the monotonic part counts, which no jump moves"
	byFault = "the clock when none was given"
	ofFiles = "beside the times of files, which are this machine's"
	told    = "told to a person or another server, decides nothing here"
	inRoom  = "the tests of this room run in a bubble of testing/synctest, whose clock they turn"
)

// clocks are the files of the domain's rooms, or whole rooms ("…/"), that call time.Now so often.
var clocks = []struct {
	path  string
	calls int
	why   string
}{
	{"alerter/alertmanager/silences.go", 2, lasting}, // and the name of a file put aside
	{"alerter/email/message.go", 1, told},
	{"alerter/outgoing/fault.go", 1, told},
	{"alerter/teams/receiver.go", 1, lasting},
	{"alerter/worker/worker.go", 1, byFault},
	{"alerter/zabbix/receiver.go", 1, told},
	{"collector/", 0, inRoom},
	{"indexer/backoff.go", 1, lasting},
	{"indexer/opensearch/client.go", 1, told},
	{"lake/athena/athena.go", 1, told},
	{"lake/cache/cache.go", 1, ofFiles},
	{"lake/compactor.go", 1, lasting},
	{"lake/duckdb/duckdb.go", 1, lasting},
	{"lake/s3/news.go", 1, lasting}, // and which hours' folders are looked at first; all are, in time
	{"query/split/split.go", 2, lasting},
	{"transformer/origin/transform.go", 2, lasting}, // and the arrival of standard input
	{"transformer/replay/done.go", 2, lasting},
	{"transformer/replay/plan.go", 1, lasting},
	{"transformer/replay/replay.go", 1, lasting},
	{"transformer/worker/worker.go", 1, byFault},
}

// TestClocks: in the domain's rooms time.Now is called where the table says, and nowhere else, so that
// tests of clocks that are wrong, jump and are set back reach everything.
func TestClocks(t *testing.T) {
	found := map[string]int{}
	for _, room := range []string{"alerter", "collector", "dashboards", "indexer", "lake", "query", "schemas", "transformer"} {
		err := filepath.WalkDir(filepath.Join("../..", room), func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() {
				if base := e.Name(); base == "node_modules" || base == "testdata" || strings.HasSuffix(base, "test") {
					return fs.SkipDir
				}
				return nil
			}
			if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				if n := callsOfNow(t, name); n > 0 {
					found[strings.TrimPrefix(filepath.ToSlash(name), "../../")] += n
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range clocks {
		room := strings.HasSuffix(c.path, "/")
		for path, n := range found {
			if path != c.path && !(room && strings.HasPrefix(path, c.path)) {
				continue
			}
			if !room && n != c.calls {
				t.Errorf("%s calls time.Now %d times, the table says %d (%s)", path, n, c.calls, c.why)
			}
			delete(found, path)
			c.calls = -1
		}
		if c.calls >= 0 {
			t.Errorf("%s does not call time.Now any more: take it from the table", c.path)
		}
	}
	for path, n := range found {
		t.Errorf("%s calls time.Now %d times: take a clock that a test can set, or name it in the table with why", path, n)
	}
}

// callsOfNow counts calls of time.Now; its name alone, as the default of a clock, is none.
func callsOfNow(t *testing.T, name string) (n int) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Now" {
				if p, ok := f.X.(*ast.Ident); ok && p.Name == "time" {
					n++
				}
			}
		}
		return true
	})
	return n
}
