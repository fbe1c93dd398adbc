package schemas_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/schemas"
)

// mappingTypes are the types of OpenSearch by which a column may be indexed. (What
// the server makes of them is tested against a real one in indexer/opensearch.)
var mappingTypes = map[schemas.Type][]string{
	schemas.Text:      {"keyword", "text"},
	schemas.JSON:      {"flat_object"},
	schemas.Timestamp: {"date"},
	schemas.Int32:     {"integer"},
	schemas.Int64:     {"long"},
	schemas.Float64:   {"double"},
}

func TestIndexTemplateHasEveryColumn(t *testing.T) {
	for _, table := range schemas.Tables() {
		b, err := table.IndexTemplate("x-", 1)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Patterns []string `json:"index_patterns"`
			Template struct {
				Mappings struct {
					Properties map[string]struct {
						Type        string `json:"type"`
						IgnoreAbove int    `json:"ignore_above"`
					} `json:"properties"`
				} `json:"mappings"`
			} `json:"template"`
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if want := "x-" + table.IndexPrefix() + "*"; len(got.Patterns) != 1 || got.Patterns[0] != want {
			t.Errorf("%s: patterns %q, want %s", table.Name, got.Patterns, want)
		}
		properties := got.Template.Mappings.Properties
		for _, c := range table.Columns {
			p := properties[c.Name]
			if p.Type != c.Index || !strings.Contains(strings.Join(mappingTypes[c.Type], " "), p.Type) {
				t.Errorf("%s.%s is indexed as %q, its column says %q of %v", table.Name, c.Name, p.Type, c.Index, mappingTypes[c.Type])
			}
			// Lucene refuses a term over 32,766 bytes, and a character has up to four.
			if p.Type == "keyword" && (p.IgnoreAbove == 0 || p.IgnoreAbove*4 > 32_766) {
				t.Errorf("%s.%s: ignore_above %d", table.Name, c.Name, p.IgnoreAbove)
			}
			delete(properties, c.Name)
		}
		for _, name := range []string{"product", "environment", "ingest_note", "raw", "num", "kw", "event_text"} {
			if properties[name].Type == "" {
				t.Errorf("%s: no mapping of %s", table.Name, name)
			}
			delete(properties, name)
		}
		if len(properties) > 0 {
			t.Errorf("%s: mappings without a column: %v", table.Name, properties)
		}
	}
}
