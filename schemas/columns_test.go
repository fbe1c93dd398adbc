package schemas_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

var update = flag.Bool("update", false, "write what is got as what is wanted")

// golden compares got with a file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; run the test with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update writes it:\n%s", name, diff)
	}
}

// rows are the Go types of the tables' rows.
var rows = map[string]reflect.Type{
	schemas.Logs.Name:       reflect.TypeFor[seamark.Log](),
	schemas.AccessLogs.Name: reflect.TypeFor[seamark.AccessLog](),
}

// TestStructTags: the struct tags and the table of columns say the same.
func TestStructTags(t *testing.T) {
	for _, table := range schemas.Tables() {
		row := rows[table.Name]
		if row.NumField() != len(table.Columns) {
			t.Fatalf("%s has %d fields and %d columns", row, row.NumField(), len(table.Columns))
		}
		for i, c := range table.Columns {
			f := row.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("parquet"), ",")
			if name != c.Name {
				t.Errorf("%s.%s is called %q, the column %q", row, f.Name, name, c.Name)
			}
			if json, _, _ := strings.Cut(f.Tag.Get("json"), ","); json != c.Name {
				t.Errorf("%s.%s is %q in JSON", row, f.Name, json)
			}
			has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
			if !has(fmt.Sprintf("id(%d)", c.ID)) {
				t.Errorf("%s.%s does not have id(%d): %s", row, f.Name, c.ID, options)
			}
			if has("optional") == c.Required {
				t.Errorf("%s.%s: required is %v, but: %s", row, f.Name, c.Required, options)
			}
			if got, want := goType(f.Type), c.Type; got != want && !(got == schemas.Text && want == schemas.JSON) && want != schemas.Timestamp {
				t.Errorf("%s.%s is a %s, the column is of type %d", row, f.Name, f.Type, want)
			}
			if (c.Type == schemas.Timestamp) != has("timestamp(millisecond:utc)") {
				t.Errorf("%s.%s: %s", row, f.Name, options)
			}
		}
	}
}

func goType(t reflect.Type) schemas.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int32:
		return schemas.Int32
	case reflect.Int64:
		return schemas.Int64
	case reflect.Float64:
		return schemas.Float64
	}
	return schemas.Text
}

// released is what old files are known to hold.
type released struct {
	Table    string `json:"table"`
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Type     int    `json:"type"`
	Required bool   `json:"required"`
}

// TestReleasedColumns: what a release has written, every later one can read. Columns may
// be added at the end; none may be renamed, removed, retyped, made required, nor its id
// be given to another. -update adds new columns, and never changes old ones.
func TestReleasedColumns(t *testing.T) {
	const name = "testdata/columns.v1.json"
	var old, now []released
	b, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, &old)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	for _, table := range schemas.Tables() {
		ids := map[int]string{}
		for _, c := range table.Columns {
			if was := ids[c.ID]; was != "" || c.ID < 1 {
				t.Errorf("%s: id %d is %s's and %s's", table.Name, c.ID, was, c.Name)
			}
			ids[c.ID] = c.Name
			now = append(now, released{table.Name, c.ID, c.Name, int(c.Type), c.Required})
		}
	}
	for _, was := range old {
		if !slices.Contains(now, was) {
			t.Errorf("released, and now changed or gone: %+v", was)
		}
	}
	for _, is := range now {
		if len(old) > 0 && is.Required && !slices.Contains(old, is) {
			t.Errorf("a new column must be optional, old files have none: %+v", is)
		}
	}
	if t.Failed() {
		return
	}
	text, err := json.MarshalIndent(now, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name, append(text, '\n'))
}

// TestSynonyms: no key fills two columns of one table.
func TestSynonyms(t *testing.T) {
	for _, table := range schemas.Tables() {
		owner := map[string]string{}
		for _, c := range table.Columns {
			seen := map[string]bool{}
			for _, key := range c.Keys() {
				if seen[key] && key != c.Name {
					t.Errorf("%s.%s lists %q twice", table.Name, c.Name, key)
				}
				seen[key] = true
				if other := owner[key]; other != "" && other != c.Name {
					t.Errorf("%s: %q fills %s and %s", table.Name, key, other, c.Name)
				}
				owner[key] = c.Name
			}
		}
	}
}

// TestParquetFooter writes a file and reads how its columns are annotated: readers that
// see no string annotation show bytes.
func TestParquetFooter(t *testing.T) {
	logs := footer(t, []seamark.Log{{Timestamp: 1, EventID: "x"}})
	access := footer(t, []seamark.AccessLog{{Timestamp: 1, EventID: "x"}})
	for _, table := range schemas.Tables() {
		schema := logs
		if table.Name == schemas.AccessLogs.Name {
			schema = access
		}
		if n := len(schema.Columns()); n != len(table.Columns) {
			t.Errorf("%s: %d columns in the file, %d in the table", table.Name, n, len(table.Columns))
		}
		for _, c := range table.Columns {
			leaf, ok := schema.Lookup(c.Name)
			if !ok {
				t.Errorf("%s: no column %s in the file", table.Name, c.Name)
				continue
			}
			if got := leaf.Node.ID(); got != c.ID {
				t.Errorf("%s.%s has field id %d", table.Name, c.Name, got)
			}
			if leaf.Node.Required() != c.Required {
				t.Errorf("%s.%s: required %v", table.Name, c.Name, leaf.Node.Required())
			}
			want := map[schemas.Type]string{schemas.Text: "STRING", schemas.JSON: "STRING", schemas.Timestamp: "TIMESTAMP(isAdjustedToUTC=true,unit=MILLIS)"}[c.Type]
			got := ""
			if logical := leaf.Node.Type().LogicalType(); logical != nil {
				got = logical.String()
			}
			if want != "" && got != want {
				t.Errorf("%s.%s is annotated as %q, not as %q", table.Name, c.Name, got, want)
			}
		}
	}
}

// footer writes rows and returns the schema that a reader finds.
func footer[T any](t *testing.T, rows []T) *parquet.Schema {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f.Schema()
}
