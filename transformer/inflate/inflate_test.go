package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	kgzip "github.com/klauspost/compress/gzip"

	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/transformer/inflate"
)

const limit = 1 << 20

// standard is compress/gzip's reading of the first member of b.
func standard(b []byte) (out []byte, n int, err error) {
	r := bytes.NewReader(b)
	gz, err := gzip.NewReader(r)
	if err != nil {
		return nil, 0, err
	}
	gz.Multistream(false)
	out, err = io.ReadAll(io.LimitReader(gz, limit+1))
	if err != nil {
		return out, 0, err
	}
	return out, len(b) - r.Len(), nil
}

// check compares a decoder with compress/gzip over b.
func check(t *testing.T, d *inflate.Decoder, b []byte) {
	t.Helper()
	want, wantN, wantErr := standard(b)
	got, n, err := d.Member(nil, b, limit)
	if len(want) > limit {
		if err == nil {
			t.Fatalf("%d bytes, over the limit, without a fault", len(got))
		}
		return
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("got fault %v, want %v, of %x", err, wantErr, b)
	}
	if err == nil && (n != wantN || !bytes.Equal(got, want)) {
		t.Fatalf("%d bytes of %d, want %d of %d, of %x", len(got), n, len(want), wantN, b)
	}
	if shorter := min(len(got), len(want)); !bytes.Equal(got[:shorter], want[:shorter]) {
		t.Fatalf("other bytes before the fault, of %x", b)
	}
}

// samples are texts that exercise every kind of block and code.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70_000)
	skewed := make([]byte, 70_000) // codes of every length up to 15
	for i := range noise {
		noise[i] = byte(r.Uint32())
		for skewed[i] < 40 && r.Uint32()&1 == 0 {
			skewed[i]++
		}
	}
	var log bytes.Buffer
	for p := range (fleet.Bulk{Seed: 3, Events: 1500}).Payloads() {
		gz, _ := gzip.NewReader(bytes.NewReader(p.Data))
		io.Copy(&log, gz)
	}
	return map[string][]byte{
		"nothing": nil, "one byte": []byte("a"), "zeros": make([]byte, 300_000), "noise": noise, "skewed": skewed,
		"short period": bytes.Repeat([]byte("abcde"), 5000), "logs": log.Bytes(), "far": append(append(bytes.Clone(noise[:33_000]), noise[:2000]...), noise[200:900]...),
	}
}

func compressed(t testing.TB, text []byte, level int) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(text)
	w.Close()
	return b.Bytes()
}

func TestMember(t *testing.T) {
	var d inflate.Decoder
	for name, text := range samples() {
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, 1, 6, 9} {
			b := compressed(t, text, level)
			got, n, err := d.Member(nil, append(bytes.Clone(b), "the next member"...), limit)
			if err != nil || n != len(b) || !bytes.Equal(got, text) {
				t.Errorf("%s, level %d: %d bytes of %d, %v; want %d of %d", name, level, len(got), n, err, len(text), len(b))
			}
			again, _, err := d.Member(got, b, limit)
			if err != nil || !bytes.Equal(again, text) {
				t.Errorf("%s, level %d, into a slice that is used again: %v", name, level, err)
			}
		}
	}
}

// TestTruncated cuts members at every byte.
func TestTruncated(t *testing.T) {
	var d inflate.Decoder
	for name, text := range samples() {
		text = text[:min(len(text), 3000)]
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, 1, 9} {
			b := compressed(t, text, level)
			for n := range b {
				got, _, err := d.Member(nil, b[:n], limit)
				if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(text, got) {
					t.Fatalf("%s, level %d, cut at %d of %d: %v", name, level, n, len(b), err)
				}
			}
		}
	}
}

// TestDamaged changes one byte at a time and compares with compress/gzip.
func TestDamaged(t *testing.T) {
	var d inflate.Decoder
	r := rand.New(rand.NewPCG(5, 6))
	for _, text := range samples() {
		for _, level := range []int{gzip.NoCompression, 1, 9} {
			b := compressed(t, text[:min(len(text), 2000)], level)
			for i := range b {
				c := bytes.Clone(b)
				c[i] ^= byte(1 + r.Uint32N(255))
				check(t, &d, c)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	var d inflate.Decoder
	body := compressed(t, []byte("hello"), 6)[10:]
	for _, tt := range []struct {
		name  string
		flags byte
		rest  []byte
	}{
		{"plain", 0, nil},
		{"text", 1, nil},
		{"extra", 4, []byte{3, 0, 'a', 'b', 'c'}},
		{"extra that is longer than the input", 4, []byte{255, 255}},
		{"name", 8, []byte("file\x00")},
		{"name without an end", 8, bytes.Repeat([]byte("x"), 600)},
		{"name and comment", 24, []byte("file\x00comment\x00")},
		{"comment of 511 bytes", 16, append(bytes.Repeat([]byte("x"), 511), 0)},
		{"wrong checksum", 2, []byte{1, 2}},
		{"right checksum", 2, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := append([]byte{0x1f, 0x8b, 8, tt.flags, 0, 0, 0, 0, 0, 255}, tt.rest...)
			if tt.name == "right checksum" {
				b = binary.LittleEndian.AppendUint16(b, uint16(crc32.ChecksumIEEE(b)))
			}
			b = append(b, body...)
			for n := range len(b) + 1 {
				check(t, &d, b[:n])
			}
		})
	}
}

// TestLimit: what comes out is bounded, however it is said.
func TestLimit(t *testing.T) {
	var d inflate.Decoder
	for name, text := range map[string][]byte{"zeros": make([]byte, 50<<20), "noise": samples()["noise"]} {
		for _, limit := range []int{0, 1, 1000, 60_000} {
			for _, level := range []int{gzip.NoCompression, gzip.HuffmanOnly, 9} {
				out, _, err := d.Member(nil, compressed(t, text[:min(len(text), 1<<20)], level), limit)
				if !errors.Is(err, inflate.ErrTooLarge) || cap(out) > 2*limit+100_000 {
					t.Errorf("%s, limit %d, level %d: %d bytes in %d, %v", name, limit, level, len(out), cap(out), err)
				}
			}
		}
	}
}

// FuzzMember: the same bytes and faults as compress/gzip, from any input, both as it is
// and as the deflate data of a member.
func FuzzMember(f *testing.F) {
	for _, text := range samples() {
		for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, 1, 9} {
			f.Add(compressed(f, text[:min(len(text), 700)], level))
		}
	}
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0x4b, 0x04, 0x00})
	var d inflate.Decoder
	f.Fuzz(func(t *testing.T, b []byte) {
		check(t, &d, b)
		if len(b) < 10 {
			return
		}
		text, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[10:])), limit))
		whole := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, b[10:]...)
		whole = binary.LittleEndian.AppendUint32(whole, crc32.ChecksumIEEE(text))
		check(t, &d, binary.LittleEndian.AppendUint32(whole, uint32(len(text))))
	})
}

// BenchmarkMember compares decoders over the payloads of a landing object.
func BenchmarkMember(b *testing.B) {
	var members [][]byte
	size := int64(0)
	for p := range (fleet.Bulk{Seed: 1, Events: 30_000}).Payloads() {
		members = append(members, p.Data)
		size += p.Truth.Bytes
	}
	b.Run("inflate", func(b *testing.B) {
		var d inflate.Decoder
		var out []byte
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, m := range members {
				var err error
				if out, _, err = d.Member(out, m, 16<<20); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("klauspost", func(b *testing.B) {
		gz, r, out := new(kgzip.Reader), new(bytes.Reader), make([]byte, 1<<20)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, m := range members {
				r.Reset(m)
				if err := gz.Reset(r); err != nil {
					b.Fatal(err)
				}
				if n, err := io.ReadFull(gz, out); err != io.ErrUnexpectedEOF {
					b.Fatal(n, err)
				}
			}
		}
	})
}
