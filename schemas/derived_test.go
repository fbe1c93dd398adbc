package schemas_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/schemas"
)

func TestAthenaDDL(t *testing.T) {
	for _, table := range schemas.Tables() {
		for kind, name := range map[schemas.AthenaKind]string{schemas.Injected: "injected", schemas.Enumerated: "enumerated"} {
			got := table.AthenaDDL(schemas.AthenaTable{
				Database: "seamark", Location: "s3://example-bucket/logs/", Kind: kind, Products: []string{"booking", "quotation"},
				Environments: []string{"prod", "staging", "unassigned"}, Since: "2026-01-01",
			})
			golden(t, fmt.Sprintf("testdata/%s.%s.sql", table.Name, name), []byte(got))
		}
	}
}

// TestAthenaEscapes: what an operator configures cannot leave its literal.
func TestAthenaEscapes(t *testing.T) {
	got := schemas.Logs.AthenaDDL(schemas.AthenaTable{Database: "a`; DROP", Location: "s3://b/it's", Environments: []string{"x'y"}, Since: "2026-01-01"})
	for _, bad := range []string{"`; DROP", "it's", "x'y"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s stands in the statement", bad)
		}
	}
}

func TestIndexTemplates(t *testing.T) {
	for _, table := range schemas.Tables() {
		got, err := table.IndexTemplate("", 0)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/"+table.Name+".template.json", append(got, '\n'))
	}
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// jsonSchema is the part of JSON Schema that record.schema.json uses.
type jsonSchema struct {
	Type       any                    `json:"type"`
	Properties map[string]*jsonSchema `json:"properties"`
	Required   []string               `json:"required"`
}

func (s *jsonSchema) check(at string, v any) []string {
	var wrong []string
	if !s.allows(v) {
		return []string{fmt.Sprintf("%s is a %T, not %v", at, v, s.Type)}
	}
	object, _ := v.(map[string]any)
	for _, key := range s.Required {
		if _, ok := object[key]; !ok && object != nil {
			wrong = append(wrong, at+"."+key+" is missing")
		}
	}
	for key, member := range s.Properties {
		if value, ok := object[key]; ok {
			wrong = append(wrong, member.check(at+"."+key, value)...)
		}
	}
	return wrong
}

func (s *jsonSchema) allows(v any) bool {
	kinds, many := s.Type.([]any)
	if !many {
		kinds = []any{s.Type}
	}
	for _, k := range kinds {
		switch v := v.(type) {
		case nil:
			many = k == "null"
		case string:
			many = k == "string"
		case float64:
			many = k == "number" || k == "integer" && v == float64(int64(v))
		case bool:
			many = k == "boolean"
		case []any:
			many = k == "array"
		case map[string]any:
			many = k == "object"
		}
		if many {
			return true
		}
	}
	return false
}

// TestRecordSchema: every vector of the agreed format is valid, but for the one that says
// what becomes of a wrong eventData.
func TestRecordSchema(t *testing.T) {
	b, err := os.ReadFile("record.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonSchema
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	invalid := map[string]bool{"event-data-not-an-object.json": true}
	names, err := filepath.Glob("vectors/agreed/*.json")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		var vector struct{ Message string }
		b, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(b, &vector)
		}
		if err != nil {
			t.Fatal(name, err)
		}
		var record any
		if err := json.Unmarshal([]byte(vector.Message), &record); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if wrong := schema.check("record", record); (len(wrong) > 0) != invalid[filepath.Base(name)] {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	for key := range schema.Properties {
		if !known(key) {
			t.Errorf("the schema's %q fills no column", key)
		}
	}
}

// known reports whether a key of the agreed format has a column or a place of its own.
func known(key string) bool {
	if contains([]string{"product", "environment", "error"}, key) {
		return true
	}
	for _, c := range schemas.Logs.Columns {
		if contains(c.Keys(), key) {
			return true
		}
	}
	return false
}
