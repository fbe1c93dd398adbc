package parquetfile_test

import (
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// batchRows is about how many rows the transformer hands over at a time.
const batchRows = 256

// file is what both writers have in common.
type file[T any] interface {
	Write([]T) error
	Close() error
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// BenchmarkWrite writes the rows of 100,000 events of three kinds, one file per
// partition. Compare cpu-ns/row and bytes/row of the two.
func BenchmarkWrite(b *testing.B) {
	c := fleetRows(b, 100_000)
	b.Run("own", func(b *testing.B) {
		e, err := parquetfile.NewEncoder()
		if err != nil {
			b.Fatal(err)
		}
		measure(b, c,
			func(w io.Writer) file[seamark.Log] { return e.Logs(w) },
			func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) })
	})
	b.Run("parquet-go", func(b *testing.B) {
		measure(b, c,
			func(w io.Writer) file[seamark.Log] { return generic[seamark.Log](w) },
			func(w io.Writer) file[seamark.AccessLog] { return generic[seamark.AccessLog](w) })
	})
}

type genericFile[T any] struct{ *parquet.GenericWriter[T] }

func (g genericFile[T]) Write(rows []T) error { _, err := g.GenericWriter.Write(rows); return err }

// generic is parquet-go's writer as the lake used it before.
func generic[T any](w io.Writer) file[T] {
	return genericFile[T]{parquet.NewGenericWriter[T](w,
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.PageBufferSize(256<<10), parquet.WriteBufferSize(64<<10), parquet.DataPageStatistics(false))}
}

func measure(b *testing.B, c corpus, logs func(io.Writer) file[seamark.Log], access func(io.Writer) file[seamark.AccessLog]) {
	var size counter
	b.ReportAllocs()
	before := cpuSeconds()
	for b.Loop() {
		size = 0
		for _, rows := range c.logs {
			writeAll(b, logs(&size), rows)
		}
		for _, rows := range c.access {
			writeAll(b, access(&size), rows)
		}
	}
	n := float64(b.N) * float64(c.rows)
	b.ReportMetric((cpuSeconds()-before)*1e9/n, "cpu-ns/row")
	b.ReportMetric(float64(size)/float64(c.rows), "bytes/row")
}

func writeAll[T any](t tester, w file[T], rows []T) {
	for ; len(rows) > batchRows; rows = rows[batchRows:] {
		if err := w.Write(rows[:batchRows]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
