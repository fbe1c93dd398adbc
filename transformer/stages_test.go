package transformer

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/landing"
)

// nowhere is a sink that only counts.
type nowhere struct{ rows int }

func (n *nowhere) WriteLogs(_ lake.Partition, rows []seamark.Log, _ int64) error {
	n.rows += len(rows)
	return nil
}

func (n *nowhere) WriteAccessLogs(_ lake.Partition, rows []seamark.AccessLog, _ int64) error {
	n.rows += len(rows)
	return nil
}

var stageArrival = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// newObject is an object over b whose rows go to out.
func newObject(t *Transformer, b []byte, out sink) *worker {
	src := &Source{landing.Input{ReaderAt: bytes.NewReader(b), Arrival: stageArrival, ID: "id"}, func() error { return nil }}
	src.Origin.Size = int64(len(b))
	return t.worker(context.Background(), src, out)
}

// cpu reports MB of payload per second of CPU time, which other processes disturb less
// than the time on the wall. It returns what to call at the end.
func cpu(b *testing.B, bytes int64) func() {
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

func benchObject(b *testing.B, kinds ...fleet.Kind) (object []byte, truth fleet.Truth) {
	b.Helper()
	var w bytes.Buffer
	truth, err := fleet.WriteObject(&w, 1, 100_000, kinds...)
	if err != nil {
		b.Fatal(err)
	}
	return w.Bytes(), truth
}

// BenchmarkGunzip is klauspost's streaming decoder alone, the yardstick of inflate.
func BenchmarkGunzip(b *testing.B) {
	object, truth := benchObject(b)
	raw := bufio.NewReaderSize(nil, 1280<<10)
	gz := new(gzip.Reader)
	buf := make([]byte, 512<<10)
	b.SetBytes(truth.Bytes)
	b.ReportAllocs()
	defer cpu(b, truth.Bytes)()
	for b.Loop() {
		raw.Reset(bytes.NewReader(object))
		for {
			if err := gz.Reset(raw); err != nil {
				break
			}
			gz.Multistream(false)
			for {
				if _, err := gz.Read(buf); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// BenchmarkRead is gunzip and parsing: everything but Parquet.
func BenchmarkRead(b *testing.B) {
	object, truth := benchObject(b)
	t := New(nil, nil)
	b.SetBytes(truth.Bytes)
	b.ReportAllocs()
	defer cpu(b, truth.Bytes)()
	for b.Loop() {
		var out nowhere
		o := newObject(t, object, &out)
		if err := o.Read(); err != nil {
			b.Fatal(err)
		}
		if out.rows != 100_000 {
			b.Fatalf("%d rows", out.rows)
		}
		t.pool.Put(o)
	}
}

// BenchmarkParse is payload to rows, of one kind of log each.
func BenchmarkParse(b *testing.B) {
	for _, k := range []struct {
		name  string
		kinds []fleet.Kind
	}{{"all", nil}, {"agreed", []fleet.Kind{fleet.KindAgreed}}, {"access", []fleet.Kind{fleet.KindAccess}}, {"platform", []fleet.Kind{fleet.KindPlatform}}} {
		b.Run(k.name, func(b *testing.B) {
			object, _ := benchObject(b, k.kinds...)
			gz, err := gzip.NewReader(bytes.NewReader(object))
			if err != nil {
				b.Fatal(err)
			}
			plain, err := io.ReadAll(gz)
			if err != nil {
				b.Fatal(err)
			}
			t := New(nil, nil)
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			defer cpu(b, int64(len(plain)))()
			for b.Loop() {
				var out nowhere
				o := newObject(t, plain, &out)
				if err := o.Read(); err != nil {
					b.Fatal(err)
				}
				if out.rows != 100_000 {
					b.Fatalf("%d rows", out.rows)
				}
				t.pool.Put(o)
			}
		})
	}
}
