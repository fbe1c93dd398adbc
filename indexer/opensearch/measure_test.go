package opensearch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/querytest"
)

// What the index counts is what it means of the rows.
func TestMeasureMeansTheSame(t *testing.T) {
	rows := generated(t, 200)
	c := indexed(t, slices.Concat(rows[seamark.TableLogs], rows[seamark.TableAccessLogs]))
	querytest.Measures(t, "OpenSearch", c, rows, time.UnixMilli(eventMs))
}

// Groups beyond a page, measures beyond what one question holds, and documents that lack what they
// are told apart by are counted by a real server.
func TestMeasurePages(t *testing.T) {
	url := servertest.OpenSearch(t)
	c := realClient(t, url)
	day := time.UnixMilli(eventMs).UTC().Format("2006.01.02")
	var logs strings.Builder
	for i := range 1100 {
		fmt.Fprintf(&logs, "{\"create\":{\"_index\":%q,\"_id\":\"%d\"}}\n{\"timestamp\":%d,\"product\":\"shop\",\"environment\":\"prod\",\"component\":\"fn%04d\",\"level\":\"INFO\"}\n", c.Prefix()+"app-logs-"+day, i, eventMs, i)
	}
	if a := ask(t, url, "POST", "/_bulk?refresh=true", logs.String()); a["errors"] != false {
		t.Fatalf("%.300v", a)
	}
	a := query.Ask{Table: seamark.TableLogs, By: []string{"component", "account_id"}, Span: seamark.Span{From: time.UnixMilli(eventMs), To: time.UnixMilli(eventMs + 1)}}
	for i := range 500 { // rules
		e, err := query.Parse(a.Table, fmt.Sprintf("component:fn%04d level:INFO", i))
		if err != nil {
			t.Fatal(err)
		}
		a.Measures = append(a.Measures, query.Measure{Filter: e})
	}
	a.Measures = append(a.Measures, query.Measure{})
	got, err := c.Measure(t.Context(), a)
	if err != nil || len(got) != 1100 {
		t.Fatalf("%d groups, want 1100; %v", len(got), err)
	}
	want := query.Group{Product: "shop", Environment: "prod", By: []string{"fn0499", ""}, Values: make([]float64, 501)}
	want.Values[499], want.Values[500] = 1, 1
	if d := cmp.Diff(got[499], want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
	empty := realClient(t, url)
	if got, err := empty.Measure(t.Context(), a); err != nil || len(got) != 0 {
		t.Errorf("without an index: %v, %v", got, err)
	}
	pattern, err := query.Parse(a.Table, "/a.c/")
	if err != nil {
		t.Fatal(err)
	}
	a.Measures = []query.Measure{{Filter: pattern}}
	if _, err := c.Measure(t.Context(), a); seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("a regular expression: %v", err)
	}
}
