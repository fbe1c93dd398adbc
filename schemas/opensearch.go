package schemas

import (
	"encoding/json"
	"slices"
)

// IgnoreAbove is the length, in characters, beyond which a keyword is stored but not
// indexed: 4 bytes a character keep it below Lucene's 32,766 bytes a term.
const IgnoreAbove = 8191

// MaxTermBytes bounds "<field>.<path>=<value>", which a flat_object keeps as one term and
// one doc value for each of its leaves. Lucene ends at 32,766 bytes and OpenSearch 2.19.4
// adds a few of its own; a longer one fails its whole document, so leaves are cut.
const MaxTermBytes = 32_700

// IndexPrefix returns the beginning of the names of t's daily indices.
func (t Table) IndexPrefix() string {
	if t.Name == AccessLogs.Name {
		return "access-logs-"
	}
	return "app-logs-"
}

// IndexTemplate returns the composable index template of t for OpenSearch, for indices
// whose names begin with prefix (none, unless several share a cluster): typed
// columns, promoted fields num.* (double) and kw.* (keyword), dynamic strings as
// keywords, and event data as one flat_object that cannot explode the mapping.
func (t Table) IndexTemplate(prefix string, replicas int) ([]byte, error) {
	properties := map[string]any{
		EventText:     words(), // of the table's JSON column, as it was written
		"ingest_note": keyword(),
		"raw":         map[string]any{"type": "text", "index": false}, // event data that cannot be indexed
		"num":         map[string]any{"type": "object", "dynamic": true},
		"kw":          map[string]any{"type": "object", "dynamic": true},
	}
	for _, c := range append(append([]Column{}, Partitions...), t.Columns...) {
		m := c.mapping()
		if m == nil {
			continue
		}
		if c.Index == "keyword" && slices.Contains(t.TextColumns(), c.Name) {
			m["fields"] = map[string]any{Words: words()}
		}
		properties[c.Name] = m
	}
	return json.MarshalIndent(map[string]any{
		"index_patterns": []string{prefix + t.IndexPrefix() + "*"},
		"priority":       200,
		"version":        IndexVersion,
		"_meta":          map[string]any{"made_by": "seamark"},
		"template": map[string]any{
			"settings": map[string]any{"index": map[string]any{
				"number_of_shards":           1,
				"number_of_replicas":         replicas,
				"refresh_interval":           "5s",
				"codec":                      "best_compression",
				"mapping.total_fields.limit": 1000,
				"query.default_field":        defaultFields(t),
				"translog.durability":        "request", // what is answered 201 is marked as done
				"analysis": map[string]any{
					"tokenizer": map[string]any{analyzer: map[string]any{"type": "pattern", "pattern": `[^\p{L}\p{M}\p{N}_]+`}},
					"filter":    map[string]any{analyzer: map[string]any{"type": "truncate", "length": 256}},
					"analyzer":  map[string]any{analyzer: map[string]any{"type": "custom", "tokenizer": analyzer, "filter": []string{"lowercase", analyzer}}},
				},
				"unassigned.node_left.delayed_timeout": "5m",
			}},
			"mappings": map[string]any{
				"dynamic":        true,
				"date_detection": false,
				"_meta":          map[string]any{"seamark": IndexVersion},
				"dynamic_templates": []any{
					map[string]any{"promoted_numbers": map[string]any{"path_match": "num.*", "mapping": map[string]any{"type": "double"}}},
					map[string]any{"promoted_keywords": map[string]any{"path_match": "kw.*", "mapping": keyword()}},
					map[string]any{"strings_as_keyword": map[string]any{"match_mapping_type": "string", "mapping": keyword()}},
				},
				"properties": properties,
			},
		},
	}, "", "  ")
}

// IndexVersion is of the templates. Indices say in the _meta of their mapping of which they are made;
// those of before 2 say none, and the search language cannot be asked of them.
const IndexVersion = 2

// What the search language needs beside the columns: the words of a keyword are in its sub-field
// Words, those of the table's JSON column in EventText.
const (
	Words     = "t"
	EventText = "event_text"
)

// analyzer is of words as the search language knows them: letters, marks, digits and _, in lower
// case, of which the first 256 characters count.
const analyzer = "seamark"

func words() map[string]any {
	return map[string]any{"type": "text", "analyzer": analyzer, "norms": false}
}

// TextColumns are those that text is looked for in.
func (t Table) TextColumns() []string {
	if t.Name == AccessLogs.Name {
		return []string{"path", "route", "error_message", "request_id", "trace_id", "extra"}
	}
	return []string{"message", "error_type", "error_message", "error_stack", "event_name", "request_id", "trace_id", "event_data"}
}

func keyword() map[string]any {
	return map[string]any{"type": "keyword", "ignore_above": IgnoreAbove}
}

func (c Column) mapping() map[string]any {
	switch c.Index {
	case "":
		return nil
	case "keyword":
		return keyword()
	case "text":
		return words()
	case "date":
		return map[string]any{"type": "date", "format": "strict_date_optional_time||epoch_millis"}
	default:
		return map[string]any{"type": c.Index}
	}
}

// defaultFields are searched when a query names none. Of a flat_object that finds whole
// values, as they are written, at any path.
func defaultFields(t Table) []string {
	fields := []string{EventText}
	for _, c := range t.Columns {
		if c.Index == "text" || c.Index == "flat_object" || c.Name == "request_id" || c.Name == "event_name" || c.Name == "path" {
			fields = append(fields, c.Name)
		}
	}
	return fields
}
