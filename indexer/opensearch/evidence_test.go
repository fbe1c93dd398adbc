package opensearch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// What a card shows of an outage is counted by a real server: only severe records of the scope and
// span, the newest of each as its sample, and both kinds of logs in the same buckets.
func TestEvidence(t *testing.T) {
	url := servertest.OpenSearch(t)
	c := realClient(t, url)
	start := time.UnixMilli(eventMs).UTC().Truncate(time.Minute)
	day := start.Format("2006.01.02")
	var body strings.Builder
	put := func(kind string, n int, at time.Time, rest string) {
		fmt.Fprintf(&body, "{\"create\":{\"_index\":%q,\"_id\":\"%d\"}}\n{\"timestamp\":%d,\"event_id\":\"e%d\",\"environment\":\"prod\",%s}\n", c.Prefix()+kind+"-"+day, n, at.UnixMilli(), n, rest)
	}
	for i, rest := range []string{
		`"product":"booking","level":"ERROR","fingerprint":"3:a","message":"first","event_data":{"k":1}`,
		`"product":"booking","level":"FATAL","fingerprint":"3:a","message":"newest","error_type":"E","event_data":{"k":1}`,
		`"product":"booking","level":"ERROR","fingerprint":"3:b","message":"other"`,
		`"product":"booking","level":"WARN","fingerprint":"3:c","message":"a warning"`,
		`"product":"booking","level":"ERROR","message":"without a pattern"`,
		`"product":"quote","level":"ERROR","fingerprint":"3:d","message":"of another product"`,
		`"product":"booking","level":"INFO","message":"fine"`,
	} {
		put("app-logs", i, start.Add(time.Duration(i)*20*time.Second), rest)
	}
	put("app-logs", 7, start.Add(5*time.Minute), `"product":"booking","level":"ERROR","fingerprint":"3:a","message":"too late"`)
	for i, status := range []int{200, 404, 503, 500} {
		put("access-logs", i, start.Add(time.Duration(i)*20*time.Second), fmt.Sprintf(`"product":"booking","status":%d`, status))
	}
	put("access-logs", 4, start, `"product":"booking"`)
	if a := ask(t, url, "POST", "/_bulk?refresh=true", body.String()); a["errors"] != false {
		t.Fatalf("%.300v", a)
	}
	scope, span := seamark.Scope{Product: "booking", Environment: "prod"}, seamark.Span{From: start, To: start.Add(5 * time.Minute)}
	sample := func(ms int64, id, level, message, kind, fingerprint string) seamark.Hit {
		return seamark.Hit{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Log: &seamark.Log{Timestamp: ms, EventID: id, Level: level, Message: message, ErrorType: kind, Fingerprint: fingerprint}}
	}
	at := func(n int) time.Time { return start.Add(time.Duration(n) * 20 * time.Second) }
	want := []seamark.Pattern{
		{Fingerprint: "3:a", Count: 2, First: at(0), Last: at(1), Sample: sample(at(1).UnixMilli(), "e1", "FATAL", "newest", "E", "3:a")},
		{Fingerprint: "3:b", Count: 1, First: at(2), Last: at(2), Sample: sample(at(2).UnixMilli(), "e2", "ERROR", "other", "", "3:b")},
	}
	for top := 1; top <= 2; top++ {
		got, err := c.Patterns(t.Context(), scope, span, top)
		if diff := cmp.Diff(got, want[:top]); diff != "" || err != nil {
			t.Errorf("top %d: %v (-got +want):\n%s", top, err, diff)
		}
	}
	got, err := c.Series(t.Context(), scope, span, time.Minute)
	if diff := cmp.Diff(got, []seamark.Bucket{
		{Start: start, Counts: map[string]int64{"ERROR": 2, "FATAL": 1, "2xx": 1, "4xx": 1, "5xx": 1}},
		{Start: start.Add(time.Minute), Counts: map[string]int64{"WARN": 1, "ERROR": 1, "5xx": 1}},
		{Start: start.Add(2 * time.Minute), Counts: map[string]int64{"INFO": 1}},
	}); diff != "" || err != nil {
		t.Errorf("%v (-got +want):\n%s", err, diff)
	}
	empty := realClient(t, url)
	patterns, err := empty.Patterns(t.Context(), scope, span, 5)
	series, seriesErr := empty.Series(t.Context(), scope, span, time.Minute)
	if len(patterns)+len(series) > 0 || err != nil || seriesErr != nil {
		t.Errorf("without an index: %v, %v, %v, %v", patterns, err, series, seriesErr)
	}
}
