package boards_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards/boards"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/transformer"
)

// ranks are between which values a 95th percentile may lie: those a hundredth of the rows, and one, beside it.
const ranks = `list_sort(list(latency_ms))[greatest(1, floor(0.94 * count(*))::INT)], list_sort(list(latency_ms))[least(count(*)::INT, ceil(0.96 * count(*))::INT + 1)]`

// panels says in plain SQL over the lake what a panel shows: a key and a figure a row, with the bounds of a
// second one behind it, counted without the search language and without the index.
var panels = map[string]string{
	"health-success":     `SELECT coalesce(component, 'none'), round(100.0 * count(*) FILTER (status BETWEEN 200 AND 399) / count(*), 6) FROM access_logs WHERE status >= 100 GROUP BY 1`,
	"health-errors":      `SELECT component, count(*) FROM logs WHERE level IN ('ERROR', 'FATAL') GROUP BY 1`,
	"health-statuses":    `SELECT component, count(*) FROM access_logs WHERE status >= 500 GROUP BY 1`,
	"health-latency":     `SELECT 'all', avg(latency_ms), ` + ranks + ` FROM access_logs WHERE latency_ms >= 0`,
	"health-slowest":     `SELECT route, count(*), ` + ranks + ` FROM access_logs WHERE latency_ms >= 0 GROUP BY 1`,
	"health-throttled":   `SELECT component, count(*) FROM access_logs WHERE status = 429 GROUP BY 1`,
	"health-cold-starts": `SELECT component, count(*) FROM logs WHERE event_name = 'platform.report' AND (event_data->>'initDurationMs') IS NOT NULL GROUP BY 1`,
	"logs-levels":        `SELECT level, count(*) FROM logs GROUP BY 1`,
	"volume-products":    `SELECT product, count(*) FROM logs GROUP BY 1`,
	"volume-requests":    `SELECT product, count(*) FROM access_logs GROUP BY 1`,
	"volume-teams":       `SELECT team, count(*) FROM logs GROUP BY 1 ORDER BY 2 DESC LIMIT 10`,
	"volume-sources":     `SELECT source, count(*) FROM logs GROUP BY 1 ORDER BY 2 DESC LIMIT 10`,
}

// TestPanels: what each panel asks OpenSearch, run against a real one, gives the figures that plain
// SQL gives of the same rows.
func TestPanels(t *testing.T) {
	url := servertest.OpenSearch(t)
	prefix := "b" + strings.ToLower(rand.Text()[:10]) + "-"
	l, db := filled(t)
	c, err := opensearch.New(opensearch.Options{URL: url, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ask(t, url, "DELETE", "/"+prefix+"*", "")
		ask(t, url, "DELETE", "/_index_template/"+prefix+"*", "")
	})
	ix, err := indexer.New(l, c, indexer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Index(t.Context(), l.Entries()); err != nil {
		t.Fatal(err)
	}
	ask(t, url, "POST", "/"+prefix+"*/_refresh", "")
	asked := 0
	for _, o := range objects(t, export(t, prefix)) {
		name := strings.TrimPrefix(o.ID, "seamark-board-")
		if o.Type != "visualization" || strings.HasSuffix(name, "-choose") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			asked++
			state := inner(t, o.Attributes, "visState")
			var got map[string][]float64
			if state["type"] == "vega" {
				got = runVega(t, url, state)
			} else {
				pattern := prefix + "app-logs-*"
				if strings.Contains(fmt.Sprint(o.References), "seamark-access-logs") {
					pattern = prefix + "access-logs-*"
				}
				got = runNative(t, url, pattern, state, inner(t, o.Attributes, "kibanaSavedObjectMeta", "searchSourceJSON"))
			}
			compare(t, got, bySQL(t, db, panels[name]))
		})
	}
	if asked != len(panels) {
		t.Errorf("%d panels were asked for, %d are known", asked, len(panels))
	}
}

// filled is a lake with rows of all that the boards show: the fleet's, and a few that the fleet does not write.
func filled(t *testing.T) (*lake.Lake, *duckdb.DB) {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := fleet.WriteObject(&b, 7, 3000); err != nil {
		t.Fatal(err)
	}
	event := 0
	for group, lines := range map[string][]string{
		"/aws/lambda/reserve": {
			"REPORT RequestId: f6e6096f-5d28-57bd-99a3-6959252efdd6\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\tInit Duration: 130.49 ms\t",
			"REPORT RequestId: f6e6096f-5d28-57bd-99a3-6959252efdd7\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t",
			`{"time":"2026-11-22T08:10:00Z","type":"platform.report","record":{"requestId":"f6e6096f-5d28-57bd-99a3-6959252efdd8","metrics":{"durationMs":1.5,"billedDurationMs":2,"memorySizeMB":128,"maxMemoryUsedMB":56,"initDurationMs":99.5},"status":"success"}}`,
		},
		"/aws/apigateway/reserve": {
			`{"requestId":"a","requestTimeEpoch":1795335000000,"status":429,"httpMethod":"POST","routeKey":"POST /r","responseLatency":3}`,
			`{"requestId":"b","requestTimeEpoch":1795335000001,"status":503,"httpMethod":"POST","routeKey":"POST /r","responseLatency":4000}`,
			`{"requestId":"c","requestTimeEpoch":1795335000002,"status":302,"httpMethod":"GET","routeKey":"GET /r","responseLatency":12}`,
		},
	} {
		var events []map[string]any
		for _, line := range lines {
			event++
			events = append(events, map[string]any{"id": fmt.Sprint(event), "timestamp": 1795335000000 + event, "message": line})
		}
		const filter = "seamark/1/booking/prod/web/eu-central-1/reserve"
		p, err := json.Marshal(map[string]any{"messageType": "DATA_MESSAGE", "owner": "222222222222", "logGroup": group, "logStream": "s", "subscriptionFilters": []string{filter}, "logEvents": events})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(p)
	}
	src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := transformer.New(l, nil).Transform(t.Context(), src, false); err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return l, db
}

// bySQL are the figures of a statement's rows by its first column.
func bySQL(t *testing.T, db *duckdb.DB, sql string) map[string][]float64 {
	t.Helper()
	out := map[string][]float64{}
	err := db.Query(t.Context(), sql, func([]duckdb.Column) {}, func(row []any) error {
		key := "none"
		if row[0] != nil {
			key = fmt.Sprint(row[0])
		}
		for _, v := range row[1:] {
			var n float64
			if _, err := fmt.Sscan(fmt.Sprint(v), &n); err != nil {
				return fmt.Errorf("%v: %w", v, err)
			}
			out[key] = append(out[key], n)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v: %s", err, sql)
	}
	return out
}

// compare holds figures equal, and within bounds where two more are given.
func compare(t *testing.T, got, want map[string][]float64) {
	t.Helper()
	if len(want) == 0 {
		t.Error("there are no rows to compare: the test shows nothing")
	}
	for key, w := range want {
		g := got[key]
		equal := len(g) > 0 && math.Abs(g[0]-w[0]) <= 1e-6*math.Max(1, w[0])
		bounded := len(w) == 1 && len(g) == 1 || len(w) == 3 && len(g) == 2 && w[1] <= g[1] && g[1] <= w[2]
		if !equal || !bounded {
			t.Errorf("%s is %v, want %v", key, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d keys, want %d: %v", len(got), len(want), got)
	}
}

// runNative asks what a native visualization would. Each key of its aggregations must be known here.
func runNative(t *testing.T, url, pattern string, state, source map[string]any) map[string][]float64 {
	t.Helper()
	aggs := map[string]any{}
	root := aggs
	var metrics []string
	list := state["aggs"].([]any)
	for _, metric := range []bool{false, true} { // metrics lie within the buckets
		for _, a := range list {
			a := a.(map[string]any)
			params := a["params"].(map[string]any)
			id, kind := a["id"].(string), a["type"].(string)
			if (a["schema"] == "metric") != metric {
				continue
			}
			switch kind {
			case "count":
				known(t, params)
				metrics = append(metrics, "_count")
			case "avg":
				known(t, params, "field", "customLabel")
				aggs[id] = map[string]any{"avg": map[string]any{"field": params["field"]}}
				metrics = append(metrics, id)
			case "percentiles":
				known(t, params, "field", "percents")
				aggs[id] = map[string]any{"percentiles": map[string]any{"field": params["field"], "percents": params["percents"]}}
				metrics = append(metrics, id+".95")
			case "date_histogram": // summed below: drawn apart, counted together
				known(t, params, "field", "interval", "useNormalizedOpenSearchInterval", "drop_partials", "min_doc_count", "extended_bounds")
			case "terms":
				known(t, params, "field", "orderBy", "order", "size", "otherBucket", "otherBucketLabel", "missingBucket", "missingBucketLabel")
				within := map[string]any{}
				order := params["orderBy"].(string)
				if order == "1" {
					order = "_count"
				}
				aggs[id] = map[string]any{"terms": map[string]any{"field": params["field"], "size": params["size"], "order": map[string]any{order: params["order"]}, "missing": params["missingBucketLabel"]}, "aggs": within}
				aggs = within
			default:
				t.Fatalf("an aggregation %q, which nobody translates", kind)
			}
		}
	}
	filter := []any{}
	for _, f := range source["filter"].([]any) {
		filter = append(filter, f.(map[string]any)["query"])
	}
	answer := ask(t, url, "POST", "/"+pattern+"/_search", text(t, map[string]any{"size": 0, "query": map[string]any{"bool": map[string]any{"filter": filter}}, "aggs": root}))
	found, _ := answer["aggregations"].(map[string]any)
	if by, ok := found["by"].(map[string]any); ok {
		out := map[string][]float64{}
		for _, b := range by["buckets"].([]any) {
			b := b.(map[string]any)
			out[b["key"].(string)] = figures(b, metrics)
		}
		return out
	}
	return map[string][]float64{"all": figures(found, metrics)}
}

// figures are the metrics of a bucket: count before average, percentiles last.
func figures(bucket map[string]any, metrics []string) (out []float64) {
	for _, m := range metrics {
		if m == "_count" {
			return append([]float64{bucket["doc_count"].(float64)}, percentile(bucket, metrics)...)
		}
	}
	for _, m := range metrics {
		if !strings.HasSuffix(m, ".95") {
			out = append(out, bucket[m].(map[string]any)["value"].(float64))
		}
	}
	return append(out, percentile(bucket, metrics)...)
}

func percentile(bucket map[string]any, metrics []string) (out []float64) {
	for _, m := range metrics {
		if id, ok := strings.CutSuffix(m, ".95"); ok {
			out = append(out, bucket[id].(map[string]any)["values"].(map[string]any)["95.0"].(float64))
		}
	}
	return out
}

// runVega asks what a Vega panel asks, its placeholders filled in as OpenSearch Dashboards does.
func runVega(t *testing.T, url string, state map[string]any) map[string][]float64 {
	t.Helper()
	spec := inner(t, state, "params", "spec")
	from := spec["data"].(map[string]any)["url"].(map[string]any)
	known(t, from, "index", "body")
	body := text(t, from["body"])
	for placeholder, value := range map[string]string{
		`"%dashboard_context-must_clause%"`: `{"match_all":{}}`, `"%dashboard_context-filter_clause%"`: `{"match_all":{}}`, `["%dashboard_context-must_not_clause%"]`: `[]`,
		`{"%timefilter%":true}`: `{"gte":1795000000000,"lt":1796000000000,"format":"epoch_millis"}`, `{"%autointerval%":true}`: `"12h"`,
	} {
		if strings.Count(body, placeholder) != 1 {
			t.Fatalf("%s is there %d times: %s", placeholder, strings.Count(body, placeholder), body)
		}
		body = strings.Replace(body, placeholder, value, 1)
	}
	answer := ask(t, url, "POST", "/"+from["index"].(string)+"/_search", body)
	out := map[string][]float64{}
	for _, b := range answer["aggregations"].(map[string]any)["by"].(map[string]any)["buckets"].([]any) {
		b := b.(map[string]any)
		times := b["time"].(map[string]any)["buckets"].([]any)
		if len(times) != 1 {
			t.Fatalf("%d intervals", len(times))
		}
		at := times[0].(map[string]any)
		out[b["key"].(string)] = []float64{100 * at["part"].(map[string]any)["doc_count"].(float64) / at["doc_count"].(float64)}
	}
	return out
}

// known refuses keys that nobody here translates.
func known(t *testing.T, params map[string]any, keys ...string) {
	t.Helper()
	for key := range params {
		if !strings.Contains(" "+strings.Join(keys, " ")+" ", " "+key+" ") {
			t.Errorf("a key %q, which nobody translates", key)
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ask(t *testing.T, url, method, path, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequest(method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	var out map[string]any
	if err != nil || json.Unmarshal(b, &out) != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %v %.500s", method, path, res.StatusCode, err, b)
	}
	return out
}

// TestShown: each panel of rows is counted above, but for those that show the rows themselves.
func TestShown(t *testing.T) {
	for _, b := range boards.All() {
		for _, p := range b.Panels {
			if _, ok := panels[b.Name+"-"+p.Name]; ok == (p.Shape == boards.Rows) {
				t.Errorf("%s %s has no figures to compare with", b.Name, p.Name)
			}
		}
	}
	if len(seamark.Tables()) != 2 {
		t.Error("a table has no board")
	}
}
