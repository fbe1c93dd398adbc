package quarantine_test

import (
	"io"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/quarantine"
	"github.com/seamark-hq/seamark/transformer"
)

// TestPieces: what a landing object held that is no payload is listed, found by each of its
// names, filtered, and its bytes are there.
func TestPieces(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	for _, name := range []string{"a", "b"} {
		key := "landing/2026/11/22/08/" + name + ".json"
		if err := l.PutBytes(key, []byte(`{"neither":"payload","of":"`+name+`"}`)); err != nil {
			t.Fatal(err)
		}
		src, err := transformer.OpenFile(l, d.Root()+"/"+key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transformer.New(l, nil).Transform(t.Context(), src, false); err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
	all := quarantine.Read(l, quarantine.Filter{})
	if len(all.All) != 2 {
		t.Fatalf("%d pieces", len(all.All))
	}
	p := all.All[0]
	for _, name := range []string{p.ID, p.Key, "s3://bucket/" + p.Key, string(p.Entry().ID), string(p.Entry().ID)[:8]} {
		if got, err := all.Pick([]string{name, name}); err != nil || len(got) != 1 || got[0].Key != p.Key {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{string(p.Entry().ID)[:7], "", "nothing", p.ID + "1"} {
		if got, err := all.Pick([]string{name}); err == nil {
			t.Errorf("%q picked %v", name, got)
		}
	}
	r, err := all.Open(p)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || !strings.Contains(string(b), "neither") {
		t.Errorf("%q, %v", b, err)
	}
	for _, c := range []struct {
		filter quarantine.Filter
		want   int
	}{
		{quarantine.Filter{Reason: strings.ToUpper(p.Reason)}, 2},
		{quarantine.Filter{Reason: "another"}, 0},
		{quarantine.Filter{Span: seamark.Span{From: p.Arrival}}, 2},
		{quarantine.Filter{Span: seamark.Span{To: p.Arrival}}, 0},
		{quarantine.Filter{Span: seamark.Span{From: p.Arrival.Add(time.Second)}}, 0},
	} {
		if got := quarantine.Read(l, c.filter); len(got.All) != c.want {
			t.Errorf("%+v: %d pieces, want %d", c.filter, len(got.All), c.want)
		}
	}
}
