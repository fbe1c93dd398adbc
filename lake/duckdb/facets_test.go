package duckdb_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/transformer"
)

// TestFacetsAreOfOneMoment: while objects arrive, every field counts the same rows.
func TestFacetsAreOfOneMoment(t *testing.T) {
	l, db := open(t, 1)
	tr := transformer.New(l, nil)
	arrived := make(chan error, 1)
	go func() {
		for i := range 8 {
			var b bytes.Buffer
			if _, err := fleet.WriteObject(&b, uint64(100+i), 300); err != nil {
				arrived <- err
				return
			}
			src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
			if err == nil {
				_, err = tr.Transform(t.Context(), src, false)
				src.Close()
			}
			if err != nil {
				arrived <- err
				return
			}
		}
		close(arrived)
	}()
	fields := []seamark.Field{seamark.FieldProduct, seamark.FieldEnvironment, seamark.FieldLevel, seamark.FieldComponent, seamark.FieldSource, seamark.FieldFingerprint}
	for done := false; !done; {
		select {
		case err := <-arrived:
			if err != nil {
				t.Fatal(err)
			}
			done = true
		default:
		}
		counts, err := db.Facets(t.Context(), seamark.Query{}, fields, 1000)
		if err != nil {
			t.Fatal(err)
		}
		sums := make([]int64, len(fields))
		for i, list := range counts {
			for _, c := range list {
				sums[i] += c.Count
			}
			if sums[i] != sums[0] || sums[0] == 0 {
				t.Fatalf("%v: %v rows", fields, sums)
			}
		}
	}
}

// TestFacets: a field is counted as if no value of it were asked for, others as they are asked, and
// a fingerprint brings its pattern's text.
func TestFacets(t *testing.T) {
	_, db := open(t, 1)
	q := seamark.Query{Terms: []seamark.Term{{Field: seamark.FieldProduct, Values: []string{"booking"}}, {Field: seamark.FieldLevel, Values: seamark.ErrorLevels()}}}
	counts, err := db.Facets(t.Context(), q, []seamark.Field{seamark.FieldProduct, seamark.FieldFingerprint}, 50)
	if err != nil {
		t.Fatal(err)
	}
	if len(counts[0]) < 2 {
		t.Errorf("other products cannot be chosen: %v", counts[0])
	}
	if len(counts[1]) == 0 {
		t.Fatal("no patterns")
	}
	for _, c := range counts[1] {
		found, err := db.Search(t.Context(), seamark.Query{Terms: append(q.Terms, seamark.Term{Field: seamark.FieldFingerprint, Values: []string{c.Value}})})
		if err != nil || int64(len(found.Hits)) != c.Count {
			t.Errorf("%s: %d rows, %d counted, %v", c.Value, len(found.Hits), c.Count, err)
			continue
		}
		newest, oldest := found.Hits[0].Log, found.Hits[len(found.Hits)-1].Log
		if want := seamark.PatternText(oldest, newest); c.Text != want || (c.Value != "" && strings.TrimSpace(c.Text) == "") {
			t.Errorf("%s: got %q, want %q", c.Value, c.Text, want)
		}
	}
	if _, err := db.Facets(t.Context(), seamark.Query{}, []seamark.Field{"nonsense"}, 5); err == nil {
		t.Error("an unknown field was counted")
	}
}
