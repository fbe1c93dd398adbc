package transformer_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// benchArrival is soon after the simulated events.
var benchArrival = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// BenchmarkTransform turns one landing object of 100,000 events of three kinds into
// Parquet, gunzip to fsync. MB are uncompressed payload.
func BenchmarkTransform(b *testing.B) {
	const events = 100_000
	var object bytes.Buffer
	truth, err := fleet.WriteObject(&object, 1, events)
	if err != nil {
		b.Fatal(err)
	}
	src, err := transformer.Spool(&object, benchArrival)
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
	defer cpuTime(b, truth.Bytes)()
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

// BenchmarkObjects turns the landing objects that SEAMARK_OBJECTS names, by commas, into
// Parquet. `go run ./internal/bench -emit FOLDER` writes some.
func BenchmarkObjects(b *testing.B) {
	names := os.Getenv("SEAMARK_OBJECTS")
	if names == "" {
		b.Skip("SEAMARK_OBJECTS names none")
	}
	for name := range strings.SplitSeq(names, ",") {
		b.Run(filepath.Base(name), func(b *testing.B) {
			f, err := os.Open(name)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			src, err := transformer.Spool(f, benchArrival)
			if err != nil {
				b.Fatal(err)
			}
			defer src.Close()
			l, err := lake.Open(context.Background(), b.TempDir(), false)
			if err != nil {
				b.Fatal(err)
			}
			tr := transformer.New(l, nil)
			var e *lake.Entry
			done := cpuTime(b, src.Origin.Size)
			for b.Loop() {
				res, err := tr.Transform(context.Background(), src, true)
				if err != nil {
					b.Fatal(err)
				}
				e = res.Entry
			}
			done()
			var size int64
			for _, f := range e.Files {
				size += f.Bytes
			}
			b.ReportMetric(float64(size), "parquet-bytes")
		})
	}
}

// BenchmarkWorkers turns eight objects into Parquet with one worker and with two. MB are
// uncompressed payload; two should take no more CPU time than one.
func BenchmarkWorkers(b *testing.B) {
	const objects, events = 8, 25_000
	var sources []*transformer.Source
	size := int64(0)
	for i := range objects {
		var object bytes.Buffer
		truth, err := fleet.WriteObject(&object, uint64(i+1), events)
		if err != nil {
			b.Fatal(err)
		}
		src, err := transformer.Spool(&object, benchArrival)
		if err != nil {
			b.Fatal(err)
		}
		defer src.Close()
		sources = append(sources, src)
		size += truth.Bytes
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			l, err := lake.Open(context.Background(), b.TempDir(), false)
			if err != nil {
				b.Fatal(err)
			}
			tr := transformer.New(l, nil)
			b.SetBytes(size)
			b.ReportAllocs()
			defer cpuTime(b, size)()
			for b.Loop() {
				var g errgroup.Group
				g.SetLimit(workers)
				for _, src := range sources {
					g.Go(func() error {
						_, err := tr.Transform(context.Background(), src, true)
						return err
					})
				}
				if err := g.Wait(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// cpuTime reports MB per second of CPU time, which other processes disturb less than the
// time on the wall. It returns what to call at the end.
func cpuTime(b *testing.B, bytes int64) func() {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func() {
		b.ReportMetric(float64(bytes)*float64(b.N)/1e6/(used()-before).Seconds(), "MB/cpu-s")
	}
}
