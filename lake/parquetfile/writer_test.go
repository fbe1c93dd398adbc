package parquetfile_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// full is a disk that takes so many bytes more.
type full struct{ left int }

var errFull = errors.New("disk is full")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		return f.left, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

// TestWriteFails: wherever the writing fails, the failure is told, and told again; the
// Encoder goes on to write good files.
func TestWriteFails(t *testing.T) {
	rows := manyRows[seamark.Log](3000)
	var whole bytes.Buffer
	writeTwice := func(e *parquetfile.Encoder, out io.Writer) (first, second error) {
		w := e.Logs(out)
		first = errors.Join(w.Write(rows[:1000]), w.Flush(), w.Write(rows[1000:]))
		return errors.Join(first, w.Close()), w.Close()
	}
	if err, _ := writeTwice(newEncoder(t), &whole); err != nil {
		t.Fatal(err)
	}
	e := newEncoder(t)
	for left := 0; left < whole.Len(); left += 1 + whole.Len()/40 {
		first, second := writeTwice(e, &full{left})
		if !errors.Is(first, errFull) || second == nil {
			t.Fatalf("after %d bytes: %v, then %v", left, first, second)
		}
	}
	var again bytes.Buffer
	if err, _ := writeTwice(e, &again); err != nil || !bytes.Equal(again.Bytes(), whole.Bytes()) {
		t.Errorf("the next file: %d bytes and %v, want %d", again.Len(), err, whole.Len())
	}
}

// TestShortWrite: a writer that takes less and does not say so is not believed.
func TestShortWrite(t *testing.T) {
	w := newEncoder(t).Logs(short{})
	must(t, w.Write(make([]seamark.Log, 1)))
	if err := w.Close(); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

type short struct{}

func (short) Write(b []byte) (int, error) { return len(b) - 1, nil }

func TestClosed(t *testing.T) {
	w := newEncoder(t).Logs(io.Discard)
	must(t, w.Close())
	if w.Write(make([]seamark.Log, 1)) == nil || w.Flush() == nil || w.Close() == nil {
		t.Error("a closed file takes rows")
	}
	w.Discard()
}

// TestNoRows: a file without rows is a file.
func TestNoRows(t *testing.T) {
	var b bytes.Buffer
	w := newEncoder(t).AccessLogs(&b)
	must(t, w.Flush())
	must(t, w.Close())
	if got := readAll[seamark.AccessLog](t, b.Bytes()); got != nil {
		t.Errorf("got %v, want no rows", got)
	}
}

// TestHugeText: a text of 60 MB comes back, and its memory is not kept.
func TestHugeText(t *testing.T) {
	e := newEncoder(t)
	rows := []seamark.Log{{Message: "before"}, {Message: strings.Repeat("0123456789", 6<<20), ErrorStack: strings.Repeat("at x\n", 1<<20)}, {Message: "after"}}
	var b bytes.Buffer
	w := e.Logs(&b)
	must(t, w.Write(rows))
	if n := w.Buffered(); n > 6<<20 {
		t.Errorf("%d bytes buffered: the page of the text must be compressed", n)
	}
	must(t, w.Close())
	if d := cmp.Diff(readAll[seamark.Log](t, b.Bytes()), rows); d != "" {
		t.Error(len(d))
	}
	rows, b = nil, bytes.Buffer{} //nolint:ineffassign // what they held must go
	if n := heap(); n > 48<<20 {
		t.Errorf("%d MB of memory are kept", n>>20)
	}
	runtime.KeepAlive(e)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestManyOpen: a landing object may have 2,000 files open at once, with a few rows each.
func TestManyOpen(t *testing.T) {
	const files = 2000
	e := newEncoder(t)
	rows := []seamark.Log{
		{Timestamp: 1, EventID: strings.Repeat("7", 56), AccountID: "123456789012", Source: "/aws/lambda/booking", Stream: "2026/11/22/[$LATEST]1", Level: "INFO", Message: strings.Repeat("message ", 30), LandingID: strings.Repeat("e", 64)},
		{Timestamp: 2, EventID: strings.Repeat("8", 56), AccountID: "123456789012", Source: "/aws/lambda/booking", Stream: "2026/11/22/[$LATEST]1", Level: "WARN", Message: strings.Repeat("message ", 20), LandingID: strings.Repeat("e", 64)},
	}
	before := heap()
	open := make([]*parquetfile.Writer[seamark.Log], files)
	buffered := 0
	for i := range open {
		open[i] = e.Logs(io.Discard)
		must(t, open[i].Write(rows))
		buffered += open[i].Buffered()
	}
	each := (heap() - before) / files
	t.Logf("%d bytes for each open file of 2 rows, of which it counts %d", each, buffered/files)
	if each > 16<<10 {
		t.Errorf("an open file takes %d bytes, want at most 16 KB", each)
	}
	for _, w := range open {
		must(t, w.Close())
	}
}

// TestSteadyState: once warm, rows cost no allocation.
func TestSteadyState(t *testing.T) {
	rows := manyRows[seamark.Log](5000)
	e := newEncoder(t)
	write := func() { writeAll(t, e.Logs(io.Discard), rows) }
	write()
	if n := testing.AllocsPerRun(10, write); n > 60 {
		t.Errorf("%v allocations for a file of %d rows", n, len(rows))
	}
}
