package boards

import "encoding/json"

// share is a Vega-Lite spec with the query verbatim: what native visualizations cannot divide.
// OpenSearch Dashboards fills in the time shown and the filters of the dashboard.
func (w *osd) share(p Panel) (string, error) {
	all, err := w.Filter(p.Table, p.Text)
	if err != nil {
		return "", err
	}
	part, err := w.Filter(p.Table, p.Part)
	if err != nil {
		return "", err
	}
	body := map[string]any{
		"size":  0,
		"query": map[string]any{"bool": map[string]any{"must": []any{"%dashboard_context-must_clause%"}, "filter": []any{"%dashboard_context-filter_clause%", map[string]any{"range": map[string]any{"timestamp": map[string]any{"%timefilter%": true}}}, all}, "must_not": []any{"%dashboard_context-must_not_clause%"}}},
		"aggs": map[string]any{"by": map[string]any{
			"terms": map[string]any{"field": p.By, "size": splits, "missing": "none"},
			"aggs": map[string]any{"time": map[string]any{
				"date_histogram": map[string]any{"field": "timestamp", "fixed_interval": map[string]any{"%autointerval%": true}, "min_doc_count": 1},
				"aggs":           map[string]any{"part": map[string]any{"filter": json.RawMessage(part)}},
			}},
		}},
	}
	spec := map[string]any{
		"$schema": "https://vega.github.io/schema/vega-lite/v4.json",
		"data":    map[string]any{"url": map[string]any{"index": w.index(p.Table).Pattern, "body": body}, "format": map[string]any{"property": "aggregations.by.buckets"}},
		"transform": []any{
			map[string]any{"flatten": []string{"time.buckets"}, "as": []string{"bucket"}},
			map[string]any{"calculate": "datum.bucket.key", "as": "time"},
			map[string]any{"calculate": "100 * datum.bucket.part.doc_count / datum.bucket.doc_count", "as": "percent"},
		},
		"mark": map[string]any{"type": "line", "point": true},
		"encoding": map[string]any{
			"x":       map[string]any{"field": "time", "type": "temporal", "axis": map[string]any{"title": nil}},
			"y":       map[string]any{"field": "percent", "type": "quantitative", "axis": map[string]any{"title": "percent"}, "scale": map[string]any{"domainMax": 100, "zero": false}},
			"color":   map[string]any{"field": "key", "type": "nominal", "legend": map[string]any{"title": p.By}},
			"tooltip": []any{map[string]any{"field": "key", "title": p.By}, map[string]any{"field": "time", "type": "temporal"}, map[string]any{"field": "percent", "type": "quantitative", "format": ".2f"}},
		},
	}
	return text(spec), nil
}
