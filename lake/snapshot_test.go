package lake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
)

// TestGenerations: what an object's files are called and what their outcome is, in any
// order of results.
func TestGenerations(t *testing.T) {
	l := filled(t, 1)
	key := "landing/2026/11/22/08/0.gz"
	first := must(t, l, key)
	if first.Generation() != "" || first.Schema != 2 {
		t.Errorf("generation %q, schema %d", first.Generation(), first.Schema)
	}
	again, err := transform(l, key, true)
	if err != nil || again.Entry.Outcome() != first.Outcome() || again.Entry.Files[0].Key != first.Files[0].Key {
		t.Errorf("the same result under other names: %+v, %v", again.Entry, err)
	}
	seenNames := map[string]bool{first.Generation(): true}
	seenOutcomes := map[lake.Outcome]bool{first.Outcome(): true}
	for range 4 { // the content never changes, the generation does
		next := open(t, l.Root())
		if _, err := next.Renew(lake.HourOf(firstHourMs)); err != nil {
			t.Fatal(err)
		}
		r, err := transform(next, key, true)
		if err != nil {
			t.Fatal(err)
		}
		g, o := r.Entry.Generation(), r.Entry.Outcome()
		if seenNames[g] || seenOutcomes[o] || len(g) != 8 {
			t.Errorf("generation %q or outcome %s was there before", g, o)
		}
		seenNames[g], seenOutcomes[o] = true, true
	}
	if own, _ := lakeFiles(t, l); own != 2 {
		t.Errorf("%d files are left of older generations", own)
	}
	sound(t, open(t, l.Root()))
}

// TestSnapshotIsTrusted: no snapshot is believed that is not as Seamark writes it, in its
// place, about its own hour, and balanced.
func TestSnapshotIsTrusted(t *testing.T) {
	l := filled(t, 2)
	compact(t, l)
	key := find(t, l, "ledger/hours/2026/11/22/08/000001.json")
	name := filepath.Join(l.Root(), key)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimPrefix(string(b), `{"snapshot":`)
	body = body[:strings.LastIndex(body, `,"sha256":`)]
	tests := []struct{ name, old, new string }{
		{"rows more", `"rows":3`, `"rows":4`},
		{"dropped more than there are", `"rows":3`, `"rows":3,"dropped":9`},
		{"another hour", `"hour":"2026-11-22T08"`, `"hour":"2026-11-22T09"`},
		{"another number", `"seq":1`, `"seq":2`},
		{"a newer version", `"version":1`, `"version":2`},
		{"a file of another hour", `/hour=08/`, `/hour=07/`},
		{"a file outside", `"key":"lake/`, `"key":"../lake/`},
		{"a file of one object", `.c.parquet`, `.l.parquet`},
		{"an id that is none", `"id":"`, `"id":"x`},
		{"an outcome that is none", `"outcome":"`, `"outcome":"x`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			forged := strings.Replace(body, tt.old, tt.new, 1)
			if forged == body {
				t.Fatal("nothing to forge")
			}
			if err := os.WriteFile(name, signAs("snapshot", []byte(forged)), 0o644); err != nil {
				t.Fatal(err)
			}
			next := open(t, l.Root())
			if next.Damaged()[key] == nil {
				t.Error("it is believed")
			}
			rows := map[string]int{}
			for _, f := range next.Files(seamark.TableLogs, seamark.Span{From: time.UnixMilli(firstHourMs + 3_600_000)}) {
				if err := readSeen(next, f, rows); err != nil {
					t.Error(err)
				}
			}
			if len(rows) != 6 {
				t.Errorf("of the other hour %d rows are seen", len(rows))
			}
			report := verify(t, l, time.Now())
			if len(report.Culprits) == 0 || report.Culprits[0].Key != key && report.Culprits[len(report.Culprits)-1].Key != key {
				t.Errorf("verify: %+v", report.Culprits)
			}
		})
	}
	if err := os.WriteFile(name, signAs("snapshot", []byte(body)), 0o644); err != nil {
		t.Fatal(err)
	}
	sound(t, open(t, l.Root()))
}

// TestExpireKilled: retention that is cut short at any call is completed by the next.
func TestExpireKilled(t *testing.T) {
	for at := 1; ; at++ {
		l := filled(t, 2)
		age(l.Root())
		compact(t, l)
		put(t, l, damagedKey, damagedObject())
		must(t, l, damagedKey)
		f := &faulty{killed: true, at: at, err: os.ErrClosed}
		d, err := lake.OpenDir(l.Root(), f)
		if err != nil {
			t.Fatal(err)
		}
		dying := lake.New(d)
		if err := dying.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		o := lake.RetentionOptions{Agreed: true, TrustClock: true, Landing: time.Hour, Lake: time.Hour, Quarantine: time.Hour,
			Now: func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }}
		_, killed := dying.Expire(t.Context(), o)
		if r := verify(t, l, o.Now()); !r.Balanced {
			t.Errorf("call %d: %+v", at, r.Culprits)
		}
		for _, f := range check.Check(l.Root(), check.Options{Unfinished: true}) {
			t.Errorf("call %d: %s", at, f)
		}
		next := open(t, l.Root())
		if _, err := next.Expire(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, name := range files(t, l.Root()) {
			if !strings.HasPrefix(name, "ledger/expired/") && !strings.HasPrefix(name, "tmp/") {
				t.Errorf("call %d: left over: %s", at, name)
			}
		}
		os.RemoveAll(l.Root())
		if f.failed == "" {
			if killed != nil {
				t.Fatal(killed)
			}
			t.Logf("%d calls", at-1)
			return
		}
	}
}
