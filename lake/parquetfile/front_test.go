package parquetfile_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// TestFrontCoded: event ids as CloudWatch Logs makes them, consecutive within a batch, take
// hardly any bytes, and come back.
func TestFrontCoded(t *testing.T) {
	rows := make([]seamark.Log, 45_000)
	for i := range rows {
		rows[i].EventID = fmt.Sprintf("36%018d%036d", i/150*7919, i)
	}
	rows[7].EventID, rows[21_000].EventID = "", "short"
	var b bytes.Buffer
	writeAll(t, newEncoder(t).Logs(&b), rows)
	same(t, readAll[seamark.Log](t, b.Bytes()), rows)
	m := open(t, b.Bytes()).Metadata().RowGroups[0].Columns[1].MetaData
	if got, want := m.PathInSchema[0], "event_id"; got != want {
		t.Fatalf("column %s, want %s", got, want)
	}
	if !slices.Contains(m.Encoding, format.DeltaByteArray) {
		t.Errorf("encodings %v, want DELTA_BYTE_ARRAY", m.Encoding)
	}
	if got, most := m.TotalCompressedSize, int64(2*len(rows)); got > most {
		t.Errorf("%d bytes for %d ids, want at most %d", got, len(rows), most)
	}
}

// TestSameAddress: runs of one text are told by its address, but only within a call: the
// memory that rows point into is used anew after it.
func TestSameAddress(t *testing.T) {
	var b bytes.Buffer
	w := newEncoder(t).Logs(&b)
	memory := []byte("alpha")
	text := unsafe.String(&memory[0], len(memory))
	must(t, w.Write([]seamark.Log{{Component: text}, {Component: text}, {Component: text[:3]}, {Component: "alpha"}, {}, {}}))
	copy(memory, "gamma")
	must(t, w.Write([]seamark.Log{{Component: text}, {Component: text[1:4]}, {Component: text}}))
	must(t, w.Close())
	var got []string
	for _, r := range readAll[seamark.Log](t, b.Bytes()) {
		got = append(got, r.Component)
	}
	if want := []string{"alpha", "alpha", "alp", "alpha", "", "", "gamma", "amm", "gamma"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMemoryOfRows: what a Writer says it takes depends on its rows alone, not on what the columns
// that it got held before. Row groups end by it, and one object has one content.
func TestMemoryOfRows(t *testing.T) {
	rows := make([]seamark.Log, 3000)
	for i := range rows {
		rows[i] = seamark.Log{Timestamp: int64(i), EventID: fmt.Sprintf("%056d", i), Message: fmt.Sprintf("booking %d was confirmed", i*i), Level: "INFO", RequestID: fmt.Sprintf("%x", i*7919)}
	}
	large := make([]seamark.Log, 9000)
	for i := range large {
		large[i] = seamark.Log{EventID: fmt.Sprintf("%0200d", i*i), Message: strings.Repeat(fmt.Sprint(i), 100), ErrorStack: strings.Repeat(fmt.Sprint(i), 300), Component: fmt.Sprint(i)}
	}
	said := func(e *parquetfile.Encoder) (memory []int, file []byte) {
		var b bytes.Buffer
		w := e.Logs(&b)
		for block := range slices.Chunk(rows, 250) {
			must(t, w.Write(block))
			memory = append(memory, w.Memory())
		}
		must(t, w.Close())
		return memory, b.Bytes()
	}
	used := newEncoder(t)
	writeAll(t, used.Logs(new(bytes.Buffer)), large)
	want, file := said(newEncoder(t))
	for range 3 {
		got, again := said(used)
		if !slices.Equal(got, want) {
			t.Errorf("memory %v after other rows, %v of a new encoder", got, want)
		}
		if !bytes.Equal(again, file) {
			t.Error("the file has other bytes")
		}
	}
}
