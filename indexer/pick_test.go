package indexer_test

import (
	"testing"
	"time"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/lake"
)

// Entries are picked by id, origin, path, the key of a file, and by the age of their newest row.
func TestPick(t *testing.T) {
	id := func(c byte) lake.ID {
		b := make([]byte, 64)
		for i := range b {
			b[i] = c
		}
		return lake.ID(b)
	}
	old := &lake.Entry{ID: id('a'), Origin: lake.Origin{URL: "landing/2026/11/22/08/a.gz"}, Files: []lake.FileRef{{MaxMs: 1000}}}
	recent := &lake.Entry{ID: id('b'), Origin: lake.Origin{URL: "file:///tmp/b.gz"}, Files: []lake.FileRef{{MaxMs: 5000}}}
	none := &lake.Entry{ID: id('c'), Origin: lake.Origin{URL: "-"}}
	all := []*lake.Entry{old, recent, none}
	for _, c := range []struct {
		since time.Time
		names []string
		want  string
	}{
		{names: nil, want: "abc"},
		{since: time.UnixMilli(2000), want: "b"},
		{names: []string{string(id('c'))}, want: "c"},
		{names: []string{"/srv/lake/landing/2026/11/22/08/a.gz", "/tmp/b.gz"}, want: "ab"},
		{names: []string{"/srv/lake/lake/logs/product=p/environment=e/date=2026-11-22/hour=08/" + string(id('b')) + ".l.parquet"}, want: "b"},
		{since: time.UnixMilli(2000), names: []string{string(id('a'))}, want: ""},
	} {
		got := ""
		picked, err := indexer.Pick(all, c.since, c.names)
		for _, e := range picked {
			got += string(e.ID[:1])
		}
		if err != nil || got != c.want {
			t.Errorf("%v %q: got %q, %v, want %q", c.since, c.names, got, err, c.want)
		}
	}
	if _, err := indexer.Pick(all, time.Time{}, []string{"nobody"}); err == nil {
		t.Error("an object that is not there")
	}
}
