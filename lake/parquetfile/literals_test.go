package parquetfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// ids are n random UUIDs, as request ids are.
func ids(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for range n {
		x, y := r.Uint64(), r.Uint64()
		b = fmt.Appendf(b, "%08x-%04x-4%03x-%04x-%012x", uint32(x), uint16(x>>32), x>>52, uint16(y), y>>16)
	}
	return b
}

func unzstd(t testing.TB, frame []byte) []byte {
	t.Helper()
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	b, err := d.DecodeAll(frame, nil)
	if err != nil {
		t.Fatalf("%d bytes: %v", len(frame), err)
	}
	return b
}

func TestLiterals(t *testing.T) {
	random := make([]byte, 300_000)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	var l literals
	for name, src := range map[string][]byte{
		"nothing": nil, "one byte": {7}, "few": []byte("0123456789"), "one value": bytes.Repeat([]byte{'a'}, 200_000), "random": random,
		"ids": ids(100), "a block": ids(10_000)[:literalBlock], "a block and a byte": ids(10_000)[:literalBlock+1], "blocks": ids(20_000),
		"ids and random": append(ids(5000), random...),
	} {
		if got := unzstd(t, l.append(nil, src)); !bytes.Equal(got, src) {
			t.Errorf("%s: %d bytes came back as %d", name, len(src), len(got))
		}
	}
	if n, all := len(l.append(nil, ids(10_000))), len(ids(10_000)); n > all*55/100 {
		t.Errorf("ids of %d bytes take %d", all, n)
	}
}

func FuzzLiterals(f *testing.F) {
	f.Add([]byte("0f0e-11"), 3)
	f.Add(ids(100), 60)
	f.Fuzz(func(t *testing.T, b []byte, times int) {
		src := bytes.Repeat(b, min(max(times, 0), 1+1<<20/max(len(b), 1)))
		var l literals
		if got := unzstd(t, l.append(nil, src)); !bytes.Equal(got, src) {
			t.Errorf("%d bytes came back as %d", len(src), len(got))
		}
	})
}

func BenchmarkLiterals(b *testing.B) {
	src := ids(28_000) // about a page
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		b.Fatal(err)
	}
	var l literals
	var dst []byte
	for name, compress := range map[string]func() []byte{
		"literals": func() []byte { return l.append(dst[:0], src) },
		"zstd":     func() []byte { return e.EncodeAll(src, dst[:0]) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				dst = compress()
			}
			b.ReportMetric(float64(len(dst))/float64(len(src)), "of_size")
		})
	}
}
