package parquetfile_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/parquetfile"
	"github.com/seamark-hq/seamark/schemas"
)

func open(t testing.TB, file []byte) *parquet.File {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSchema holds the schema of our files, element by element, to that of the row
// structs' tags as parquet-go writes it, and to schemas.
func TestSchema(t *testing.T) {
	e := newEncoder(t)
	t.Run("logs", func(t *testing.T) {
		checkSchema(t, func(w io.Writer) file[seamark.Log] { return e.Logs(w) }, schemas.Logs)
	})
	t.Run("access_logs", func(t *testing.T) {
		checkSchema(t, func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) }, schemas.AccessLogs)
	})
}

func checkSchema[T any](t *testing.T, own func(io.Writer) file[T], table schemas.Table) {
	var got, want bytes.Buffer
	writeAll(t, own(&got), make([]T, 1))
	writeAll(t, generic[T](&want), make([]T, 1))
	meta := open(t, got.Bytes()).Metadata()
	elements, wanted := meta.Schema, open(t, want.Bytes()).Metadata().Schema
	for i := range wanted {
		wanted[i].TypeLength = elements[i].TypeLength // parquet-go's mean nothing for these types
	}
	if d := cmp.Diff(elements[1:], wanted[1:]); d != "" {
		t.Error(d)
	}
	if got, want := int(elements[0].NumChildren.V), len(table.Columns); got != want {
		t.Fatalf("%d columns, want %d", got, want)
	}
	for i, c := range table.Columns {
		if got := elements[i+1]; got.Name != c.Name || int(got.FieldID) != c.ID {
			t.Errorf("column %d is %s with id %d, want %s with id %d", i, got.Name, got.FieldID, c.Name, c.ID)
		}
	}
	if got, want := meta.CreatedBy, "seamark version 2 (build parquetfile)"; got != want {
		t.Errorf("created by %q, want %q", got, want)
	}
}

// TestFieldsCoverRow holds that no field of a row struct is forgotten: each alone comes
// back, and in its own column.
func TestFieldsCoverRow(t *testing.T) {
	e := newEncoder(t)
	checkFields(t, func(w io.Writer) file[seamark.Log] { return e.Logs(w) })
	checkFields(t, func(w io.Writer) file[seamark.AccessLog] { return e.AccessLogs(w) })
}

func checkFields[T any](t *testing.T, own func(io.Writer) file[T]) {
	var rows []T
	for i := range parquet.SchemaOf(new(T)).Fields() {
		var row T
		setField(&row, i)
		rows = append(rows, row)
	}
	var b bytes.Buffer
	writeAll(t, own(&b), rows)
	if d := cmp.Diff(readAll[T](t, b.Bytes()), rows); d != "" {
		t.Error(d)
	}
}

var _ file[seamark.Log] = (*parquetfile.Writer[seamark.Log])(nil)
