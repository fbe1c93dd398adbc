package opensearch_test

import (
	"testing"

	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

// BenchmarkIndex measures lake files into a real server, all on one machine: docs/s from
// the first row read to the last document answered for.
func BenchmarkIndex(b *testing.B) {
	server := servertest.OpenSearch(b)
	c := realClient(b, server)
	l := newLake(b)
	const docs = 20_000
	next := 0
	for b.Loop() {
		b.StopTimer()
		e := commit(b, l, plainRows(next, docs)...)
		next += docs
		ix, err := indexer.New(l, c, indexer.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		r, err := ix.Index(b.Context(), []*lake.Entry{e})
		if err != nil || r.Created != docs {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(docs*b.N)/b.Elapsed().Seconds(), "docs/s")
}
