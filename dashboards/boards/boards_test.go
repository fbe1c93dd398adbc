package boards_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards/boards"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/schemas"
)

var update = flag.Bool("update", false, "write testdata anew")

func export(t *testing.T, prefix string) []byte {
	t.Helper()
	b, err := boards.OpenSearchDashboards(boards.All(), boards.Target{
		Logs: boards.Index{ID: "seamark-app-logs", Pattern: prefix + "app-logs-*"}, Access: boards.Index{ID: "seamark-access-logs", Pattern: prefix + "access-logs-*"},
		Filter: opensearch.Filter,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// object is a line of an export.
type object struct {
	Type, ID   string
	Attributes map[string]any
	References []struct{ Name, Type, ID string }
	Migration  map[string]string `json:"migrationVersion"`
}

func objects(t *testing.T, ndjson []byte) []object {
	t.Helper()
	var out []object
	for line := range bytes.Lines(ndjson) {
		var o object
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		out = append(out, o)
	}
	return out
}

// inner reads the JSON that an attribute holds as text.
func inner(t *testing.T, attributes map[string]any, path ...string) map[string]any {
	t.Helper()
	at := attributes
	for _, key := range path[:len(path)-1] {
		at, _ = at[key].(map[string]any)
	}
	text, _ := at[path[len(path)-1]].(string)
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v: %v: %q", path, err, text)
	}
	return out
}

func TestGolden(t *testing.T) {
	const name = "testdata/opensearch-dashboards.ndjson"
	got := export(t, "")
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is exported: look, then -update", name)
	}
}

// TestImportRules: what "Saved objects > Import" checks: known types, no id twice, each reference
// there and used, index patterns before what refers to them, no newer versions than it knows.
func TestImportRules(t *testing.T) {
	newest := map[string]string{"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}
	there := map[string]bool{}
	for _, o := range objects(t, export(t, "")) {
		id := o.Type + ":" + o.ID
		if there[id] {
			t.Errorf("%s is there twice", id)
		}
		there[id] = true
		if newest[o.Type] == "" || o.Migration[o.Type] != newest[o.Type] || len(o.Migration) != 1 {
			t.Errorf("%s has versions %v", id, o.Migration)
		}
		if title, _ := o.Attributes["title"].(string); title == "" {
			t.Errorf("%s has no title", id)
		}
		whole, err := json.Marshal(o.Attributes)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range o.References {
			if !there[r.Type+":"+r.ID] {
				t.Errorf("%s refers to %s:%s, which is not there before it", id, r.Type, r.ID)
			}
			if !strings.Contains(string(whole), r.Name) && !strings.HasPrefix(r.Name, "kibanaSavedObjectMeta") {
				t.Errorf("%s does not use its reference %s", id, r.Name)
			}
		}
		for _, used := range refNames(t, o) {
			if !slices.ContainsFunc(o.References, func(r struct{ Name, Type, ID string }) bool { return r.Name == used }) {
				t.Errorf("%s uses a reference %s, which it has not", id, used)
			}
		}
	}
}

// refNames are the references that an object's texts use.
func refNames(t *testing.T, o object) (names []string) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				if name, ok := inner.(string); ok && strings.HasSuffix(key, "RefName") {
					names = append(names, name)
				}
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case string:
			var inner any
			if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
				if err := json.Unmarshal([]byte(v), &inner); err != nil {
					t.Errorf("%s: %v: %.100s", o.ID, err, v)
				}
				walk(inner)
			}
		}
	}
	walk(map[string]any(o.Attributes))
	return names
}

// TestColumns: boards split by and measure what the index can: keywords and numbers.
func TestColumns(t *testing.T) {
	for _, b := range boards.All() {
		names := map[string]bool{}
		for _, p := range b.Panels {
			if names[p.Name] || p.Name == "choose" || !seamark.IsSlug(p.Name) {
				t.Errorf("%s: %q is no name of its own", b.Name, p.Name)
			}
			names[p.Name] = true
			if p.Title == "" || p.Doc == "" {
				t.Errorf("%s %s says nothing of itself", b.Name, p.Name)
			}
			if kind := indexed(p.Table, p.By); p.By != "" && kind != "keyword" {
				t.Errorf("%s %s: %s is a %s", b.Name, p.Name, p.By, kind)
			}
			if kind := indexed(p.Table, p.Of); p.Of != "" && kind != "double" && kind != "long" && kind != "integer" {
				t.Errorf("%s %s: %s is a %s", b.Name, p.Name, p.Of, kind)
			}
		}
	}
}

// indexed is the type that a column has in the index.
func indexed(t seamark.Table, column string) string {
	for _, table := range schemas.Tables() {
		for _, c := range slices.Concat(table.Columns, schemas.Partitions) {
			if table.Name == string(t) && c.Name == column {
				return c.Index
			}
		}
	}
	return "nothing"
}

func TestFaults(t *testing.T) {
	of := func(p boards.Panel) error {
		_, err := boards.OpenSearchDashboards([]boards.Board{{Name: "b", Panels: []boards.Panel{p}}}, boards.Target{Filter: opensearch.Filter})
		return err
	}
	for want, p := range map[string]boards.Panel{
		"no visualization draws \"pie\"":  {Name: "p", Table: seamark.TableLogs, Shape: "pie"},
		"the index has no regular expres": {Name: "p", Table: seamark.TableLogs, Shape: boards.Bars, Text: "/x+/"},
		"unbalanced":                      {Name: "p", Table: seamark.TableLogs, Shape: boards.Share, Text: `"x`},
		"hostile":                         {Name: "p", Table: seamark.TableLogs, Shape: boards.Share, By: "level", Part: "hostile:x"},
	} {
		if err := of(p); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "board b: panel p") {
			t.Errorf("%+v: %v, want %q", p, err, want)
		}
	}
}
