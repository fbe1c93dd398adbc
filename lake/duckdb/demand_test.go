package duckdb_test

import (
	"bytes"
	"context"
	"errors"
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
	search "github.com/seamark-hq/seamark/query"
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

// mute is a store whose ledger cannot be listed.
type mute struct{ *lake.Dir }

var errMute = errors.New("the disk does not answer")

func (mute) Walk(string, func(string, fs.DirEntry) error) error { return errMute }

func (mute) Folders(string) ([]string, error) { return nil, errMute }

// TestLedgerUnread: where the ledger cannot be read each question fails: an answer without rows would
// say that there are none.
func TestLedgerUnread(t *testing.T) {
	l, _ := hours(t, 2)
	dir, err := lake.OpenDir(l.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	span := seamark.Span{From: hour, To: hour.Add(2 * time.Hour)}
	q := seamark.Query{Table: seamark.TableLogs, Span: span, Limit: 10}
	every, err := search.Parse(seamark.TableLogs, "level:INFO")
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(ctx context.Context, db *duckdb.DB) error{
		"search": func(ctx context.Context, db *duckdb.DB) error { _, err := db.Search(ctx, q); return err },
		"histogram": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Histogram(ctx, q, time.Minute)
			return err
		},
		"facets": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Facets(ctx, q, []seamark.Field{seamark.FieldLevel}, 3)
			return err
		},
		"measure": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Measure(ctx, search.Ask{Table: seamark.TableLogs, Span: span, Measures: []search.Measure{{Filter: every}}})
			return err
		},
		"fingerprints": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Fingerprints(ctx, every, span, nil)
			return err
		},
		"SQL": func(ctx context.Context, db *duckdb.DB) error {
			return db.Query(ctx, "SELECT 1 FROM logs", func([]duckdb.Column) {}, func([]any) error { return nil })
		},
		"ratios": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Ratios(ctx, seamark.TableLogs, span)
			return err
		},
		"patterns": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Patterns(ctx, seamark.Scope{}, span, 3)
			return err
		},
		"series": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.Series(ctx, seamark.Scope{}, span, time.Minute)
			return err
		},
		"products": func(ctx context.Context, db *duckdb.DB) error { _, err := db.Products(ctx, span); return err },
		"distinct": func(ctx context.Context, db *duckdb.DB) error {
			_, err := db.DistinctEvents(ctx, seamark.TableLogs, span)
			return err
		},
		"arrived": func(ctx context.Context, db *duckdb.DB) error { _, err := db.Arrived(ctx, span, time.Hour); return err },
	} {
		t.Run(name, func(t *testing.T) {
			stopped, stop := context.WithCancel(t.Context())
			stop()
			for _, c := range []struct {
				ctx   context.Context
				store lake.Store
				want  error
			}{{t.Context(), mute{dir}, errMute}, {stopped, dir, context.Canceled}, {t.Context(), dir, nil}} {
				db, err := duckdb.Open(lake.OnDemand(c.store), duckdb.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if err := ask(c.ctx, db); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
				db.Close()
			}
		})
	}
}

// faltering is a store in which an hour's entries cannot be listed once.
type faltering struct {
	*lake.Dir
	faltered bool
}

func (s *faltering) Walk(prefix string, fn func(string, fs.DirEntry) error) error {
	if strings.HasPrefix(prefix, "ledger/2026/") && !s.faltered {
		s.faltered = true
		return errMute
	}
	return s.Dir.Walk(prefix, fn)
}

// TestLedgerReadAgain: what a question could not read of the ledger the next one reads.
func TestLedgerReadAgain(t *testing.T) {
	l, whole := hours(t, 2)
	dir, err := lake.OpenDir(l.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(lake.OnDemand(&faltering{Dir: dir}), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	q := seamark.Query{Table: seamark.TableLogs, Limit: 1000}
	if _, err := db.Search(t.Context(), q); !errors.Is(err, errMute) {
		t.Errorf("%v, want %v", err, errMute)
	}
	want, err := whole.Search(t.Context(), q)
	if err != nil || len(want.Hits) == 0 {
		t.Fatal(len(want.Hits), err)
	}
	if got, err := db.Search(t.Context(), q); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%d rows of %d, %v", len(got.Hits), len(want.Hits), err)
	}
}
