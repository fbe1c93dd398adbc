package duckdb_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// oddValues look like something else than a text: to DuckDB, to Hive, to people.
var oddValues = []string{"null", "nan", "inf", "-inf", "infinity", "0x10", "007", "1e5", "1_000", "true", "false", "2026-11-30", "2026-11-30-10", "10.5", ".5", "5.", "a..b", "_", "__hive_default_partition__",
	"none", "undefined", "default", "unassigned", "product", "hour", "select", "epoch", "today", "a-", strings.Repeat("9", 64), strings.Repeat("z", 64)}

// TestPartitionsAreTexts: whatever a partition is called, every reader gives it back as that text.
func TestPartitionsAreTexts(t *testing.T) {
	l, db := open(t, 0)
	when := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	sum := sha256.Sum256([]byte("an object"))
	id := lake.ID(hex.EncodeToString(sum[:]))
	w := l.NewWriter(id)
	want := map[string]bool{}
	for i, v := range oddValues {
		for _, p := range []lake.Partition{{Product: v, Environment: "prod"}, {Product: "booking", Environment: v}} {
			p.Table, p.Hour = seamark.TableLogs, lake.HourOf(when.UnixMilli())
			row := seamark.Log{Timestamp: when.UnixMilli(), EventID: fmt.Sprint(i), LandingID: string(id), Level: "ERROR", Message: p.Product + "/" + p.Environment}
			if err := w.WriteLogs(p, []seamark.Log{row}, 0); err != nil {
				t.Fatal(err)
			}
			want[row.Message] = true
		}
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	n := int64(len(want))
	if err := l.Commit(&lake.Entry{Version: 1, ID: id, Origin: lake.Origin{URL: "-"}, Arrival: when, Parser: "test", Files: files,
		Accounts: seamark.Accounts{Objects: 1, Events: n, Rows: n}}); err != nil {
		t.Fatal(err)
	}
	check := func(how string, got []string) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d of %d", how, len(got), len(want))
		}
		for _, name := range got {
			if !want[name] {
				t.Errorf("%s: %q", how, name)
			}
		}
	}
	var named []string
	result, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range result.Hits {
		if h.Log.Message != h.Product+"/"+h.Environment {
			t.Errorf("%s is given as %s/%s", h.Log.Message, h.Product, h.Environment)
		}
		named = append(named, h.Product+"/"+h.Environment)
	}
	check("search", named)
	ratios, err := db.Ratios(t.Context(), seamark.TableLogs, seamark.Span{}, seamark.Term{Field: seamark.FieldLevel, Values: seamark.ErrorLevels()})
	if err != nil {
		t.Fatal(err)
	}
	named = nil
	for _, r := range ratios {
		named = append(named, r.Product+"/"+r.Environment)
	}
	check("ratios", named)
	check("SQL", strings.Split(query(t, db, "SELECT product || '/' || environment FROM logs"), "\n"))
	for _, v := range oddValues {
		for _, f := range []seamark.Field{seamark.FieldProduct, seamark.FieldEnvironment} {
			r, err := db.Search(t.Context(), seamark.Query{Table: seamark.TableLogs, Limit: 10, Terms: []seamark.Term{{Field: f, Values: []string{v}}}})
			if err != nil || len(r.Hits) != 1 {
				t.Errorf("%s = %s: %d rows, %v", f, v, len(r.Hits), err)
			}
			if got := query(t, db, fmt.Sprintf("SELECT count(*) FROM logs WHERE %s = '%s'", f, v)); got != "1" {
				t.Errorf("SQL, %s = %s: %s rows", f, v, got)
			}
		}
	}
}

// TestNoSlugIsMisread: whatever a tag says, its partition is one that every reader reads right.
func TestNoSlugIsMisread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.SampledFrom(append([]string{"NULL", "Null", "nULL", "NaN", " null", "null ", "%00", "a b", "ä", "", "...", "NULL\x00", "{{ team }}"}, oddValues...)), rapid.String()).Draw(t, "value")
		s := seamark.Slug(v)
		if !seamark.IsSlug(s) || strings.EqualFold(s, "null") || seamark.Slug(s) != s {
			t.Errorf("%q gives %q", v, s)
		}
	})
}
