package boards

import (
	"bytes"
	"encoding/json"
	"fmt"

	seamark "github.com/seamark-hq/seamark"
)

// Target says what saved objects lie over.
type Target struct {
	Logs, Access Index
	// Filter writes a text of the search language as the query DSL has it.
	Filter func(t seamark.Table, text string) (json.RawMessage, error)
}

// Index is an index pattern of OpenSearch Dashboards.
type Index struct {
	ID      string // of the saved object
	Pattern string // "app-logs-*"
}

func (t Target) index(of seamark.Table) Index {
	if of == seamark.TableAccessLogs {
		return t.Access
	}
	return t.Logs
}

// ours begins the ids of all saved objects that are Seamark's, but for index patterns, whose ids the
// configuration names.
const ours = "seamark-board-"

// savedObject is a line of an export.
type savedObject struct {
	Type             string            `json:"type"`
	ID               string            `json:"id"`
	Attributes       map[string]any    `json:"attributes"`
	References       []reference       `json:"references"`
	MigrationVersion map[string]string `json:"migrationVersion"`
}

type reference struct {
	Name string `json:"name"`
	Type string `json:"type"`
	ID   string `json:"id"`
}

// The newest versions of saved objects: what is written as these is migrated no further. Source:
// src/plugins of OpenSearch Dashboards 2.19 and 3.1, where they are the same.
var migrated = map[string]string{"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"}

// OpenSearchDashboards writes boards as saved objects, a line each, index patterns first: what
// "Saved objects > Import" of OpenSearch Dashboards 2.10 and newer takes. The same boards give the
// same bytes and ids, so that importing them again replaces them.
func OpenSearchDashboards(all []Board, to Target) ([]byte, error) {
	w := osd{Target: to}
	for _, i := range []Index{to.Logs, to.Access} {
		w.add("index-pattern", i.ID, map[string]any{"title": i.Pattern, "timeFieldName": "timestamp"})
	}
	for _, b := range all {
		if err := w.board(b); err != nil {
			return nil, fmt.Errorf("board %s: %w", b.Name, err)
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, o := range w.objects {
		if err := e.Encode(o); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// osd collects saved objects.
type osd struct {
	Target
	objects []savedObject
}

func (w *osd) add(kind, id string, attributes map[string]any, refs ...reference) {
	w.objects = append(w.objects, savedObject{kind, id, attributes, append([]reference{}, refs...), map[string]string{kind: migrated[kind]}})
}

// text is JSON within JSON, as saved objects hold most of what they say.
func text(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // of maps and texts of our own
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// The width of a dashboard is 48 columns.
const (
	wide      = 48
	tall      = 12
	chosen    = 5 // of the controls
	longTable = 20
)

// board writes a dashboard and its panels: first what chooses product and environment.
func (w *osd) board(b Board) error {
	controls := w.controls(b)
	type panel struct {
		Version          string         `json:"version"`
		GridData         map[string]any `json:"gridData"`
		PanelIndex       string         `json:"panelIndex"`
		EmbeddableConfig map[string]any `json:"embeddableConfig"`
		PanelRefName     string         `json:"panelRefName"`
	}
	var panels []panel
	var refs []reference
	x, y, row := 0, 0, 0
	place := func(kind, id string, width, height int) {
		if x+width > wide {
			x, y, row = 0, y+row, 0
		}
		n := fmt.Sprint(len(panels))
		panels = append(panels, panel{"2.10.0", map[string]any{"x": x, "y": y, "w": width, "h": height, "i": n}, n, map[string]any{}, "panel_" + n})
		refs = append(refs, reference{"panel_" + n, kind, id})
		x, row = x+width, max(row, height)
	}
	place("visualization", controls, wide, chosen)
	for _, p := range b.Panels {
		kind, id, err := w.panel(b, p)
		if err != nil {
			return fmt.Errorf("panel %s: %w", p.Name, err)
		}
		width, height := wide, tall
		if p.Half {
			width = wide / 2
		}
		if p.Shape == Rows {
			height = longTable
		}
		place(kind, id, width, height)
	}
	w.add("dashboard", ours+b.Name, map[string]any{
		"title": "Seamark: " + b.Title, "description": b.Doc, "hits": 0, "version": 1,
		"optionsJSON": text(map[string]any{"useMargins": true, "hidePanelTitles": false}), "panelsJSON": text(panels),
		"timeRestore": true, "timeFrom": "now-24h", "timeTo": "now", "refreshInterval": map[string]any{"pause": true, "value": 0},
		"kibanaSavedObjectMeta": map[string]any{"searchSourceJSON": text(map[string]any{"query": kuery(""), "filter": []any{}})},
	}, refs...)
	return nil
}

func kuery(q string) map[string]any { return map[string]any{"language": "kuery", "query": q} }

// controls writes the lists by which a person chooses product and environment.
func (w *osd) controls(b Board) (id string) {
	id = ours + b.Name + "-choose"
	index := w.index(b.Panels[0].Table).ID
	var controls []any
	var refs []reference
	for i, c := range []struct{ field, label string }{{"product", "Product"}, {"environment", "Environment"}, {"component", "Component"}} {
		name := fmt.Sprintf("control_%d_index_pattern", i)
		controls = append(controls, map[string]any{
			"id": c.field, "fieldName": c.field, "label": c.label, "type": "list", "parent": "", "indexPatternRefName": name,
			"options": map[string]any{"type": "terms", "multiselect": true, "dynamicOptions": true, "size": 5, "order": "desc"},
		})
		refs = append(refs, reference{name, "index-pattern", index})
	}
	w.add("visualization", id, visualization("Seamark: choose", "", map[string]any{
		"title": "Seamark: choose", "type": "input_control_vis", "aggs": []any{},
		"params": map[string]any{"controls": controls, "updateFiltersOnChange": true, "useTimeFilter": false, "pinFilters": false},
	}, map[string]any{"query": kuery(""), "filter": []any{}}), refs...)
	return id
}

// visualization is the attributes of one.
func visualization(title, doc string, state, source map[string]any) map[string]any {
	return map[string]any{
		"title": title, "description": doc, "version": 1, "uiStateJSON": "{}", "visState": text(state),
		"kibanaSavedObjectMeta": map[string]any{"searchSourceJSON": text(source)},
	}
}

const searched = "kibanaSavedObjectMeta.searchSourceJSON.index"

// panel writes a panel's saved object.
func (w *osd) panel(b Board, p Panel) (kind, id string, err error) {
	id = ours + b.Name + "-" + p.Name
	if p.Shape == Share {
		spec, err := w.share(p)
		if err != nil {
			return "", "", err
		}
		state := map[string]any{"title": p.Title, "type": "vega", "aggs": []any{}, "params": map[string]any{"spec": spec}}
		w.add("visualization", id, visualization(p.Title, p.Doc, state, map[string]any{"query": kuery(""), "filter": []any{}}))
		return "visualization", id, nil
	}
	source, refs, err := w.source(p)
	if err != nil {
		return "", "", err
	}
	if p.Shape == Rows {
		columns := []string{"level", "product", "component", "message"}
		if p.Table == seamark.TableAccessLogs {
			columns = []string{"status", "method", "path", "component"}
		}
		w.add("search", id, map[string]any{
			"title": p.Title, "description": p.Doc, "columns": columns, "sort": [][]string{{"timestamp", "desc"}}, "version": 1,
			"kibanaSavedObjectMeta": map[string]any{"searchSourceJSON": text(source)},
		}, refs...)
		return "search", id, nil
	}
	state, err := p.state()
	if err != nil {
		return "", "", err
	}
	w.add("visualization", id, visualization(p.Title, p.Doc, state, source), refs...)
	return "visualization", id, nil
}

// source is which documents a panel reads: what its text means, as a filter of the query DSL.
func (w *osd) source(p Panel) (map[string]any, []reference, error) {
	index := w.index(p.Table).ID
	source := map[string]any{"query": kuery(""), "filter": []any{}, "indexRefName": searched}
	refs := []reference{{searched, "index-pattern", index}}
	if p.Text == "" {
		return source, refs, nil
	}
	filter, err := w.Filter(p.Table, p.Text)
	if err != nil {
		return nil, nil, err
	}
	const name = "kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index"
	source["filter"] = []any{map[string]any{
		"$state": map[string]any{"store": "appState"}, "query": filter,
		"meta": map[string]any{"alias": p.Text, "disabled": false, "negate": false, "type": "custom", "key": "query", "value": string(filter), "indexRefName": name},
	}}
	return source, append(refs, reference{name, "index-pattern", index}), nil
}
