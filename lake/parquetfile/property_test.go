package parquetfile_test

import (
	"bytes"
	"io"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// TestReadsBackProperty: whatever rows come, in whatever batches and row groups, are read
// back; and the same calls give the same bytes, from an Encoder that has written other
// files too.
func TestReadsBackProperty(t *testing.T) {
	e := newEncoder(t)
	rapid.Check(t, func(rt *rapid.T) {
		if rapid.Bool().Draw(rt, "access") {
			readsBack(rt, func(e *parquetfile.Encoder, w io.Writer) *parquetfile.Writer[seamark.AccessLog] {
				return e.AccessLogs(w)
			}, e, newEncoder(t))
		} else {
			readsBack(rt, func(e *parquetfile.Encoder, w io.Writer) *parquetfile.Writer[seamark.Log] { return e.Logs(w) }, e, newEncoder(t))
		}
	})
}

func readsBack[T any](rt *rapid.T, begin func(*parquetfile.Encoder, io.Writer) *parquetfile.Writer[T], used, fresh *parquetfile.Encoder) {
	s := newDrawn(rt, reflect.TypeFor[T]().NumField())
	var got, again bytes.Buffer
	w, w2 := begin(used, &got), begin(fresh, &again)
	var want []T
	for range rapid.IntRange(0, 4).Draw(rt, "batches") {
		var batch []T
		for range rapid.IntRange(0, 30).Draw(rt, "rows") {
			row, repeat := draw[T](s), rapid.SampledFrom([]int{1, 1, 2, 9, 300}).Draw(rt, "repeat")
			for range repeat {
				batch = append(batch, row)
			}
		}
		want = append(want, batch...)
		flush := rapid.Bool().Draw(rt, "flush")
		for _, w := range []*parquetfile.Writer[T]{w, w2} {
			must(rt, w.Write(batch))
			if flush {
				must(rt, w.Flush())
				if w.Buffered() != 0 || w.Rows() != 0 {
					rt.Fatalf("%d bytes and %d rows after Flush", w.Buffered(), w.Rows())
				}
			}
		}
	}
	must(rt, w.Close())
	must(rt, w2.Close())
	if d := cmp.Diff(readAll[T](rt, got.Bytes()), want); d != "" {
		rt.Fatal(d)
	}
	if !bytes.Equal(got.Bytes(), again.Bytes()) {
		rt.Fatal("a used and a fresh Encoder differ")
	}
}

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("\x03\x80seamark, any bytes at all, \xff\x00 included"))
	f.Add(bytes.Repeat([]byte{200, 'x', 1, 2, 0}, 400))
	f.Fuzz(func(t *testing.T, b []byte) {
		e := newEncoder(t)
		s := &stream{b: b}
		var logs []seamark.Log
		var access []seamark.AccessLog
		for len(s.b) > 0 && len(logs) < 2000 {
			logs = append(logs, draw[seamark.Log](s))
			access = append(access, draw[seamark.AccessLog](s))
		}
		var l, a bytes.Buffer
		writeAll(t, e.Logs(&l), logs)
		writeAll(t, e.AccessLogs(&a), access)
		if d := cmp.Diff(readAll[seamark.Log](t, l.Bytes()), logs); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(readAll[seamark.AccessLog](t, a.Bytes()), access); d != "" {
			t.Error(d)
		}
	})
}
