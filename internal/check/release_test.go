package check_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer"
)

// testdata/release-1 is a lake as release 1 left it: parser 1, no column landing_id, one
// damaged object. It was written by that release's binary and is never made anew.
const (
	release1Rows = 1051
	release1Logs = 856
)

// release1 is a copy of that lake, with the times that its ledger knows.
func release1(t testing.TB) string {
	t.Helper()
	folder := filepath.Join(scratch(t), "lake")
	if err := os.CopyFS(folder, os.DirFS("testdata/release-1")); err != nil {
		t.Fatal(err)
	}
	arrived := time.Date(2026, 11, 19, 0, 30, 0, 0, time.UTC)
	for _, key := range landingOf(t, folder) {
		if err := os.Chtimes(filepath.Join(folder, key), arrived, arrived); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func landingOf(t testing.TB, folder string) []string {
	t.Helper()
	var keys []string
	err := filepath.WalkDir(filepath.Join(folder, "landing"), func(name string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(folder, name)
			keys = append(keys, rel)
		}
		return err
	})
	if err != nil || len(keys) == 0 {
		t.Fatalf("no landing objects: %v", err)
	}
	return keys
}

// sound demands that both checkers find nothing, and returns the rows.
func sound(t *testing.T, folder string) int64 {
	t.Helper()
	for _, f := range check.Lake(folder, nil) {
		t.Error(f)
	}
	l, err := lake.Open(t.Context(), folder, true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Verify(t.Context(), time.Now(), nil)
	if err != nil || !r.Balanced || r.Waiting != 0 {
		t.Errorf("verify: balanced %v, %d waiting, %v, %v", r.Balanced, r.Waiting, r.Culprits, err)
	}
	return r.Rows
}

// ask runs a statement over the lake in folder and returns its rows, a line each.
func ask(t *testing.T, folder, statement string) string {
	t.Helper()
	l, err := lake.Open(t.Context(), folder, true)
	if err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out []string
	err = db.Query(t.Context(), statement, func([]duckdb.Column) {}, func(v []any) error {
		out = append(out, strings.TrimSpace(fmt.Sprintln(v...)))
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	for key, why := range db.Broken() {
		t.Errorf("%s is left out: %s", key, why)
	}
	return strings.Join(out, "\n")
}

// filled counts rows, and rows whose column is filled, over both tables.
func filled(column string) string {
	return fmt.Sprintf("SELECT sum(n), sum(c) FROM (SELECT count(*) AS n, count(%[1]s) AS c FROM logs UNION ALL SELECT count(*), count(%[1]s) FROM access_logs)", column)
}

// TestPreviousRelease: what release 1 wrote is read as it is: sound, in all columns of
// today, those that it did not know being NULL.
func TestPreviousRelease(t *testing.T) {
	folder := release1(t)
	if got := sound(t, folder); got != release1Rows {
		t.Errorf("%d rows, want %d", got, release1Rows)
	}
	if got, want := ask(t, folder, filled("landing_id")), fmt.Sprintf("%d 0", release1Rows); got != want {
		t.Errorf("rows and landing ids %q, want %q", got, want)
	}
	for _, table := range schemas.Tables() {
		for _, c := range table.Columns {
			ask(t, folder, fmt.Sprintf("SELECT min(%[1]s), count(%[1]s), count(*) FROM %[2]s", c.Name, table.Name))
		}
	}
	if got := ask(t, folder, "SELECT count(*) FROM logs WHERE fingerprint IS NOT NULL AND level IN ('ERROR', 'FATAL') AND landing_id IS NULL"); got == "0" {
		t.Error("no error of the previous release is found")
	}
}

// TestPreviousReleaseBesideToday: one question reads files of both.
func TestPreviousReleaseBesideToday(t *testing.T) {
	folder := release1(t)
	var object bytes.Buffer
	const events = 400
	if _, err := (fleet.Bulk{Seed: 21, Events: events, Start: time.Date(2026, 11, 18, 8, 30, 0, 0, time.UTC)}).Write(&object); err != nil {
		t.Fatal(err)
	}
	put(t, folder, "landing/2026/11/18/09/new.gz", object.Bytes())
	transformAll(t, folder)
	if got := sound(t, folder); got != release1Rows+events {
		t.Errorf("%d rows, want %d", got, release1Rows+events)
	}
	if got, want := ask(t, folder, filled("landing_id")), fmt.Sprintf("%d %d", release1Rows+events, events); got != want {
		t.Errorf("rows and landing ids %q, want %q", got, want)
	}
	if got := ask(t, folder, "SELECT count(*) FROM logs WHERE landing_id IS NULL"); got != fmt.Sprint(release1Logs) {
		t.Errorf("%s rows of logs without a landing id, want %d", got, release1Logs)
	}
}

// TestPreviousReleaseMadeAnew: `transform --force` writes the rows as today's release
// does, in the place of those that were there.
func TestPreviousReleaseMadeAnew(t *testing.T) {
	folder := release1(t)
	ids := "SELECT count(*), md5(string_agg(event_id, ' ' ORDER BY event_id)) FROM (SELECT event_id FROM logs UNION ALL SELECT event_id FROM access_logs)"
	before := ask(t, folder, ids)
	l, err := lake.Open(t.Context(), folder, true)
	if err != nil {
		t.Fatal(err)
	}
	tr := transformer.New(l, nil)
	for _, key := range landingOf(t, folder) {
		src, err := transformer.OpenFile(l, filepath.Join(folder, key))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Transform(context.Background(), src, true); err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
	if got := sound(t, folder); got != release1Rows {
		t.Errorf("%d rows, want %d", got, release1Rows)
	}
	if got, want := ask(t, folder, filled("landing_id")), fmt.Sprintf("%d %[1]d", release1Rows); got != want {
		t.Errorf("rows and landing ids %q, want %q", got, want)
	}
	if after := ask(t, folder, ids); after != before {
		t.Errorf("event ids %s, before %s", after, before)
	}
}
