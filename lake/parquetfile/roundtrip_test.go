package parquetfile_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
)

// newEncoder returns a new Encoder.
func newEncoder(t testing.TB) *parquetfile.Encoder {
	t.Helper()
	e, err := parquetfile.NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// readAll reads a file back with parquet-go.
func readAll[T any](t tester, file []byte) []T {
	t.Helper()
	r := parquet.NewGenericReader[T](bytes.NewReader(file))
	defer r.Close()
	var out []T
	for {
		batch := make([]T, 100)
		n, err := r.Read(batch)
		for i := range batch[:n] {
			out = append(out, *clone(&batch[i]))
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// same compares rows; what differs is looked for only if something does, for it takes long.
func same[T any](t tester, got, want []T) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	d := cmp.Diff(got, want)
	t.Fatal(d[:min(len(d), 2000)])
}

func TestFleetRows(t *testing.T) {
	e, c := newEncoder(t), fleetRows(t, 30_000)
	for _, rows := range c.logs {
		var b bytes.Buffer
		writeAll(t, e.Logs(&b), rows)
		same(t, readAll[seamark.Log](t, b.Bytes()), rows)
	}
	for _, rows := range c.access {
		var b bytes.Buffer
		writeAll(t, e.AccessLogs(&b), rows)
		same(t, readAll[seamark.AccessLog](t, b.Bytes()), rows)
	}
}
