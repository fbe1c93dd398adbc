package transformer_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// BenchmarkTransform turns one landing object of 100,000 events of three kinds into
// Parquet, gunzip to fsync. MB are uncompressed payload.
func BenchmarkTransform(b *testing.B) {
	const events = 100_000
	var object bytes.Buffer
	if _, err := fleet.WriteObject(&object, 1, events); err != nil {
		b.Fatal(err)
	}
	src, err := transformer.Spool(&object, vectorArrival)
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	l, err := lake.Open(context.Background(), b.TempDir(), false)
	if err != nil {
		b.Fatal(err)
	}
	tr := transformer.New(l, nil)
	b.ReportAllocs()
	b.ResetTimer()
	var in int64
	for b.Loop() {
		res, err := tr.Transform(context.Background(), src, true)
		if err != nil {
			b.Fatal(err)
		}
		if res.Entry.Accounts.Rows != events {
			b.Fatalf("%+v", res.Entry.Accounts)
		}
		in = res.Entry.Accounts.BytesIn
	}
	b.SetBytes(in)
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
