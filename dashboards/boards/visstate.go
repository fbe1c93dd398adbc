package boards

import "fmt"

// bars beyond this many values are one: "other".
const (
	splits = 10
	rows   = 10
)

// agg is one aggregation of a visualization.
func agg(id, kind, schema string, params map[string]any) map[string]any {
	return map[string]any{"id": id, "enabled": true, "type": kind, "schema": schema, "params": params}
}

func overTime() map[string]any {
	return agg("time", "date_histogram", "segment", map[string]any{
		"field": "timestamp", "interval": "auto", "useNormalizedOpenSearchInterval": true, "drop_partials": false, "min_doc_count": 1, "extended_bounds": map[string]any{},
	})
}

// byTerms splits by the values of a field with the highest figure of another aggregation.
func byTerms(schema, field, orderBy string, size int) map[string]any {
	return agg("by", "terms", schema, map[string]any{
		"field": field, "orderBy": orderBy, "order": "desc", "size": size, "otherBucket": schema == "group", "otherBucketLabel": "other",
		"missingBucket": true, "missingBucketLabel": "none",
	})
}

// state is what a native visualization draws.
func (p Panel) state() (map[string]any, error) {
	count := agg("1", "count", "metric", map[string]any{})
	average := agg("2", "avg", "metric", map[string]any{"field": p.Of, "customLabel": "average"})
	high := agg("3", "percentiles", "metric", map[string]any{"field": p.Of, "percents": []int{95}})
	switch p.Shape {
	case Bars:
		aggs := []any{count, overTime()}
		if p.By != "" {
			aggs = append(aggs, byTerms("group", p.By, "1", splits))
		}
		return map[string]any{"title": p.Title, "type": "histogram", "aggs": aggs, "params": xy("histogram", p.Title, "1")}, nil
	case Lines:
		return map[string]any{"title": p.Title, "type": "line", "aggs": []any{average, high, overTime()}, "params": xy("line", p.Title, "2", "3")}, nil
	case Top:
		aggs := []any{count, byTerms("bucket", p.By, "1", rows)}
		if p.Of != "" {
			aggs = []any{high, average, count, byTerms("bucket", p.By, "3.95", rows)}
		}
		return map[string]any{"title": p.Title, "type": "table", "aggs": aggs, "params": map[string]any{
			"perPage": rows, "showPartialRows": false, "showMetricsAtAllLevels": false, "showTotal": false, "totalFunc": "sum", "percentageCol": "",
		}}, nil
	}
	return nil, fmt.Errorf("no visualization draws %q", p.Shape)
}

// xy are the axes of bars and lines.
func xy(kind, title string, series ...string) map[string]any {
	mode := "normal"
	if kind == "histogram" {
		mode = "stacked"
	}
	var lines []any
	for _, id := range series {
		lines = append(lines, map[string]any{
			"show": true, "type": kind, "mode": mode, "data": map[string]any{"label": title, "id": id}, "valueAxis": "ValueAxis-1",
			"drawLinesBetweenPoints": true, "lineWidth": 2, "showCircles": kind == "line",
		})
	}
	return map[string]any{
		"type": kind, "grid": map[string]any{"categoryLines": false}, "addTooltip": true, "addLegend": true, "legendPosition": "right", "times": []any{}, "addTimeMarker": false,
		"categoryAxes": []any{map[string]any{
			"id": "CategoryAxis-1", "type": "category", "position": "bottom", "show": true, "style": map[string]any{}, "scale": map[string]any{"type": "linear"},
			"labels": map[string]any{"show": true, "filter": true, "truncate": 100}, "title": map[string]any{},
		}},
		"valueAxes": []any{map[string]any{
			"id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": "left", "show": true, "style": map[string]any{},
			"scale": map[string]any{"type": "linear", "mode": "normal"}, "labels": map[string]any{"show": true, "rotate": 0, "filter": false, "truncate": 100}, "title": map[string]any{"text": title},
		}},
		"seriesParams": lines,
	}
}
