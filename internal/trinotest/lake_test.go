package trinotest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/schemas"
)

// release1 is a lake that the previous release has written.
const release1 = "../check/testdata/release-1"

// server is the Trino that the environment names; without one the test is skipped.
func server(t *testing.T) (url, files string) {
	t.Helper()
	url, files = os.Getenv("SEAMARK_TRINO"), os.Getenv("SEAMARK_TRINO_FILES")
	if url == "" || files == "" {
		t.Skip("needs a Trino: run `make test-athena`")
	}
	return url, files
}

// world is one lake with tables of both kinds in Trino, and a DuckDB over it.
type world struct {
	folder string
	trino  *trino
	duck   *duckdb.DB
	lake   *lake.Lake
}

// binary builds seamark, once.
var binary = sync.OnceValues(func() (string, error) {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("seamark-trinotest-%d", os.Getpid()))
	out, err := exec.Command("go", "build", "-o", name, "../../cmd/seamark").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("SEAMARK_TRINO") != "" {
		if name, err := binary(); err == nil {
			os.Remove(name)
		}
	}
	os.Exit(code)
}

// seamarkRun runs the binary; what it quarantines is no fault here.
func seamarkRun(t *testing.T, args ...string) string {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "quarantined 1") {
		t.Fatalf("seamark %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// prepare makes the lake and its tables: a day of the company in compacted files, what
// the previous release left, and two days as today's transform writes them. One of them
// has a large file, of events logs and as many requests.
func prepare(t *testing.T, events int) *world {
	t.Helper()
	url, files := server(t)
	w := &world{folder: filepath.Join(files, fmt.Sprintf("lake%d", time.Now().UnixNano()))}
	t.Cleanup(func() { os.RemoveAll(w.folder) })
	begin := time.Now()
	w.transform(t, 0, company(t, 0))
	seamarkRun(t, "compact", "--lake", w.folder, "--quiet", "--older-than", "1s", "--grace", "10ms")
	if err := os.CopyFS(w.folder, os.DirFS(release1)); err != nil {
		t.Fatal(err)
	}
	w.transform(t, 1, company(t, 1))
	var large bytes.Buffer
	if _, err := (fleet.Bulk{Seed: 7, Events: events, Products: 1, Start: day(2), Span: 25 * time.Minute}).Write(&large); err != nil {
		t.Fatal(err)
	}
	w.transform(t, 2, large.Bytes())
	t.Logf("transform and compact: %.1f s", time.Since(begin).Seconds())
	w.open(t, url, files)
	return w
}

func day(n int) time.Time { return time.Date(2026, 11, 19+n, 9, 30, 0, 0, time.UTC) }

func (w *world) transform(t *testing.T, n int, object []byte) {
	t.Helper()
	name := filepath.Join(w.folder, day(n).Format("landing/2006/01/02/12"), "object.gz")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, object, 0o644); err != nil {
		t.Fatal(err)
	}
	seamarkRun(t, "transform", "--lake", w.folder, "--quiet", name)
}

// company is what the company logs in two hours, with a broken release and with payloads
// of strangers among it.
func company(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	seed, start := uint64(n), day(n)
	if _, err := (fleet.Bulk{Seed: seed + 1, Events: 20_000, Start: start, Span: 2 * time.Hour}).Write(&b); err != nil {
		t.Fatal(err)
	}
	f := fleet.New(fleet.Options{Seed: seed, Start: start, BreakAfter: 3 * time.Second, BreakFor: 10 * time.Second})
	for p := range f.Payloads(start, start.Add(15*time.Second)) {
		b.Write(p.Data)
	}
	for _, h := range fleet.HostilePayloads(seed, start) {
		b.Write(h.Data)
	}
	return b.Bytes()
}

// open reads the ledger and creates the tables that cover its partitions.
func (w *world) open(t *testing.T, url, files string) {
	t.Helper()
	l, err := lake.Open(t.Context(), w.folder, true)
	if err != nil {
		t.Fatal(err)
	}
	if w.duck, err = duckdb.Open(l, duckdb.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.duck.Close() })
	w.lake = l
	name := filepath.Base(w.folder)
	w.trino = &trino{url: url, schema: name}
	w.must(t, "CREATE SCHEMA "+name)
	t.Cleanup(func() { w.must(t, "DROP SCHEMA "+name+" CASCADE") })
	for _, table := range schemas.Tables() {
		for _, kind := range []schemas.AthenaKind{schemas.Injected, schemas.Enumerated} {
			w.must(t, table.TrinoDDL(schemas.AthenaTable{
				Database: name, Location: "local:///" + name, Kind: kind, Products: w.slugs(func(p lake.Partition) string { return p.Product }),
				Environments: w.slugs(func(p lake.Partition) string { return p.Environment }), Since: "2026-11-15",
			}))
		}
	}
}

// slugs lists what the collector would keep current: the values of a partition column.
func (w *world) slugs(of func(lake.Partition) string) []string {
	seen := map[string]bool{}
	for _, t := range seamark.Tables() {
		for _, f := range w.lake.Files(t, seamark.Span{}) {
			seen[of(f.Partition)] = true
		}
	}
	var all []string
	for s := range seen {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// must asks Trino.
func (w *world) must(t *testing.T, statement string, session ...string) answer {
	t.Helper()
	a, err := w.trino.query(context.WithoutCancel(t.Context()), statement, session...) // also in a cleanup
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return a
}

// sql asks DuckDB.
func (w *world) sql(t *testing.T, statement string) string {
	t.Helper()
	var rows []string
	err := w.duck.Query(t.Context(), statement, func([]duckdb.Column) {}, func(v []any) error {
		rows = append(rows, line(v))
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return strings.Join(rows, "\n")
}
