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
)

// Ratios are counted by a real server: pages of them, documents that lack a field, and the
// bounds of the span.
func TestRatios(t *testing.T) {
	url := servertest.OpenSearch(t)
	c := realClient(t, url)
	day := time.UnixMilli(eventMs).UTC().Format("2006.01.02")
	var logs, access strings.Builder
	doc := func(b *strings.Builder, kind, id, body string) {
		fmt.Fprintf(b, "{\"create\":{\"_index\":%q,\"_id\":%q}}\n%s\n", c.Prefix()+kind+"-"+day, id, body)
	}
	for i := range 1100 { // more than a page of components
		doc(&logs, "app-logs", fmt.Sprint("many", i), fmt.Sprintf(`{"timestamp":%d,"product":"shop","environment":"prod","component":"fn%04d","account_id":"1","region":"r","level":"INFO"}`, eventMs, i))
	}
	for i := range 10 {
		level := []string{"INFO", "ERROR", "FATAL", "WARN", "INFO"}[i%5]
		doc(&logs, "app-logs", fmt.Sprint(i), fmt.Sprintf(`{"timestamp":%d,"product":"booking","environment":"prod","component":"fn","account_id":"1","region":"r","team":"web","level":%q}`, eventMs+int64(i)*1000, level))
		doc(&access, "access-logs", fmt.Sprint(i), fmt.Sprintf(`{"timestamp":%d,"product":"booking","environment":"prod","account_id":"1","region":"r","status":%d}`, eventMs, []int{200, 404, 500, 499, 503}[i%5]))
	}
	doc(&access, "access-logs", "none", fmt.Sprintf(`{"timestamp":%d,"product":"booking","environment":"prod","account_id":"1","region":"r"}`, eventMs))
	for _, body := range []string{logs.String(), access.String()} {
		if a := ask(t, url, "POST", "/_bulk?refresh=true", body); a["errors"] != false {
			t.Fatalf("%.300v", a)
		}
	}
	span := seamark.Span{From: time.UnixMilli(eventMs), To: time.UnixMilli(eventMs + 5000)} // the first five
	scope := seamark.Scope{Product: "booking", Environment: "prod", Component: "fn", AccountID: "1", Region: "r", Team: "web"}
	got, err := c.Ratios(t.Context(), seamark.TableLogs, span, seamark.ErrorLevels(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1101 {
		t.Errorf("%d ratios, want 1101", len(got))
	}
	got = slices.DeleteFunc(got, func(r seamark.Ratio) bool { return r.Product == "shop" })
	if diff := cmp.Diff(got, []seamark.Ratio{{Scope: scope, Matching: 2, Total: 5}}); diff != "" {
		t.Errorf("logs (-got +want):\n%s", diff)
	}
	scope.Component, scope.Team = "", ""
	for class, want := range map[string]int64{"4xx": 4, "5xx": 4} {
		got, err := c.Ratios(t.Context(), seamark.TableAccessLogs, span, nil, class)
		if diff := cmp.Diff(got, []seamark.Ratio{{Scope: scope, Matching: want, Total: 10}}); diff != "" || err != nil {
			t.Errorf("%s: %v (-got +want):\n%s", class, err, diff)
		}
	}
	empty := realClient(t, url)
	if got, err := empty.Ratios(t.Context(), seamark.TableLogs, span, seamark.ErrorLevels(), ""); err != nil || len(got) != 0 {
		t.Errorf("without an index: %v, %v", got, err)
	}
}
