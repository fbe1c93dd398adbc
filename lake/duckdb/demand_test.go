package duckdb_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// TestOnDemand: over a lake of whose ledger only what is asked for is read, questions have the same
// answers; a pack that is damaged changes none, and is named once, with the remedy.
func TestOnDemand(t *testing.T) {
	l, whole := hours(t, 4)
	old := time.Now().Add(-time.Hour)
	filepath.WalkDir(filepath.Join(l.Root(), "ledger"), func(name string, _ fs.DirEntry, _ error) error { return os.Chtimes(name, old, old) })
	if _, err := l.Compact(t.Context(), lake.CompactOptions{Grace: -1, Now: func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }}); err != nil {
		t.Fatal(err)
	}
	pack := filepath.Join(l.Root(), "ledger/packs/2026/11/22.pack")
	b, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pack, b[:len(b)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []bool{true, false} {
		if !damaged {
			if err := os.WriteFile(pack, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var heard bytes.Buffer
		db, err := duckdb.Open(lake.OnDemand(l.Store), duckdb.Options{Logger: slog.New(slog.NewTextHandler(&heard, nil))})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		hour := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
		for _, span := range []seamark.Span{{From: hour, To: hour.Add(time.Minute)}, {From: hour.Add(-time.Hour), To: hour}, {}} {
			q := seamark.Query{Table: seamark.TableLogs, Span: span, Limit: 1000}
			want, err := whole.Search(t.Context(), q)
			if err != nil || len(want.Hits) == 0 {
				t.Fatal(len(want.Hits), err)
			}
			if got, err := db.Search(t.Context(), q); err != nil || !cmp.Equal(got, want) {
				t.Errorf("damaged %v, %v: %s, %v", damaged, span, cmp.Diff(want, got), err)
			}
		}
		if n := strings.Count(heard.String(), "22.pack"); n != map[bool]int{true: 1}[damaged] || damaged && !strings.Contains(heard.String(), "seamark compact --lake") {
			t.Errorf("damaged %v: %s", damaged, &heard)
		}
		products, _ := db.Names(seamark.TableLogs)
		if known, _ := whole.Names(seamark.TableLogs); !cmp.Equal(products, known) || len(known) == 0 {
			t.Errorf("products %v, want %v", products, known)
		}
	}
}
