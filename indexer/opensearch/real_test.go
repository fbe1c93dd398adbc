package opensearch_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

func TestTemplatesAreWrittenOnce(t *testing.T) {
	server := servertest.OpenSearch(t)
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	var writes atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			writes.Add(1)
		}
		httputil.NewSingleHostReverseProxy(target).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	first := realClient(t, server)
	c := newClient(t, opensearch.Options{URL: proxy.URL, Prefix: first.Prefix()})
	for range 2 {
		if err := c.InstallTemplates(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := writes.Load(); n != 0 {
		t.Errorf("%d writes although the templates were there", n)
	}
	if stale, err := c.Stale(t.Context()); err != nil || len(stale) != 0 {
		t.Errorf("stale %v, %v", stale, err)
	}
	other := newClient(t, opensearch.Options{URL: proxy.URL, Prefix: first.Prefix(), Replicas: 1})
	if stale, err := other.Stale(t.Context()); err != nil || len(stale) != 2 {
		t.Errorf("stale %v, %v, want both", stale, err)
	}
	if err := other.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := writes.Load(); n != 2 {
		t.Errorf("%d writes for 2 changed templates", n)
	}
}

func TestForeignTemplateIsLeftAlone(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	name := "/_index_template/" + c.Prefix() + "seamark-app-logs"
	ask(t, server, "PUT", name, `{"index_patterns":["`+c.Prefix()+`nothing-*"]}`)
	if err := c.InstallTemplates(t.Context()); seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("got %v, want a rejection", err)
	}
	if stale, err := c.Stale(t.Context()); err != nil || !slices.Contains(stale, c.Prefix()+"seamark-app-logs") {
		t.Errorf("stale %v, %v", stale, err)
	}
}

type vector struct {
	Want *struct {
		Product string             `json:"product"`
		Log     *seamark.Log       `json:"log"`
		Access  *seamark.AccessLog `json:"access"`
	} `json:"want"`
}

// vectorRows are the rows of all conformance vectors, each with an id of its own.
func vectorRows(t *testing.T) (rows []row, logs, access int) {
	files, err := filepath.Glob("../../schemas/vectors/*/*.json")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if v.Want == nil {
			continue
		}
		if v.Want.Access != nil {
			v.Want.Access.EventID, access = name, access+1
		} else {
			v.Want.Log.EventID, logs = name, logs+1
		}
		rows = append(rows, row{v.Want.Product, v.Want.Log, v.Want.Access})
	}
	return rows, logs, access
}

func TestVectorsAreIndexedWhole(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	l := newLake(t)
	rows, logs, access := vectorRows(t)
	e := commit(t, l, rows...)
	ix := newIndexer(t, l, c, quick())
	pending, err := ix.Pending(t.Context())
	if err != nil || len(pending) != 1 {
		t.Fatalf("pending: %d, %v", len(pending), err)
	}
	r, err := ix.Index(t.Context(), pending)
	if err != nil {
		t.Fatal(err)
	}
	if want := (indexer.Result{Objects: 1, Documents: int64(len(rows)), Created: int64(len(rows))}); r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	checkCount(t, c, seamark.TableLogs, logs)
	checkCount(t, c, seamark.TableAccessLogs, access)

	again, err := ix.Index(t.Context(), []*lake.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	if want := (indexer.Result{Objects: 1, Documents: int64(len(rows)), Duplicates: int64(len(rows))}); again != want {
		t.Errorf("again: got %+v, want %+v", again, want)
	}
	checkCount(t, c, seamark.TableLogs, logs)
	for name, ix := range map[string]*indexer.Indexer{"same": ix, "after a restart": newIndexer(t, l, c, quick())} {
		if pending, err := ix.Pending(t.Context()); err != nil || len(pending) != 0 {
			t.Errorf("%s: %d still pending, %v", name, len(pending), err)
		}
	}
}

func TestSearchAndPromotedFields(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	l := newLake(t)
	rows := plainRows(0, 30)
	rows = append(rows, row{product: "other", log: &seamark.Log{Timestamp: eventMs, EventID: "o", EventData: `{"n":"a word","port":{"x":1}}`}})
	o := quick()
	o.Fields = map[string]indexer.Promoted{"booking": {Num: []string{"n"}, Kw: []string{"port"}}, "other": {Num: []string{"n"}, Kw: []string{"port.x"}}}
	if _, err := newIndexer(t, l, c, o).Index(t.Context(), []*lake.Entry{commit(t, l, rows...)}); err != nil {
		t.Fatal(err)
	}
	checkCount(t, c, seamark.TableLogs, 31)
	path := "/" + indexer.IndexPattern(c.Prefix(), seamark.TableLogs) + "/_search?filter_path=hits.total.value,aggregations"
	for query, want := range map[string]string{
		`{"size":0,"query":{"term":{"event_data.port":"P1"}}}`:                         `{"hits":{"total":{"value":10}}}`,
		`{"size":0,"query":{"term":{"event_data":"P2"}}}`:                              `{"hits":{"total":{"value":10}}}`,
		`{"size":0,"query":{"match":{"message":"line"}}}`:                              `{"hits":{"total":{"value":30}}}`,
		`{"size":0,"query":{"query_string":{"query":"line AND level:INFO"}}}`:          `{"hits":{"total":{"value":30}}}`,
		`{"size":0,"query":{"query_string":{"query":"P1 AND line"}}}`:                  `{"hits":{"total":{"value":10}}}`,
		`{"size":0,"query":{"range":{"num.n":{"gte":25}}}}`:                            `{"hits":{"total":{"value":5}}}`,
		`{"size":0,"aggs":{"s":{"sum":{"field":"num.n"}}}}`:                            `{"aggregations":{"s":{"value":435.0}},"hits":{"total":{"value":31}}}`,
		`{"size":0,"aggs":{"p":{"cardinality":{"field":"kw.port"}}}}`:                  `{"aggregations":{"p":{"value":3}},"hits":{"total":{"value":31}}}`,
		`{"size":0,"query":{"range":{"timestamp":{"lt":"2026-11-22T10:00:00.010Z"}}}}`: `{"hits":{"total":{"value":11}}}`,
	} {
		got, err := json.Marshal(ask(t, server, "POST", path, query))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s\n%s", query, diff)
		}
	}
}

// TestLimitsOfTheServer holds the limits in eventdata.go to the real ones: the longest
// that the builder lets through is stored whole, at every depth and key length.
func TestLimitsOfTheServer(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	l := newLake(t)
	var rows []row
	add := func(data string) {
		rows = append(rows, row{product: "p", log: &seamark.Log{Timestamp: eventMs, EventID: fmt.Sprint(len(rows)), EventData: data}})
	}
	for _, key := range []int{0, 1, 10, 255, 256, 257, 5000, 60_000} {
		for _, value := range []int{32_000, 32_680, 32_690, 32_700, 32_766, 40_000, 1_000_000} {
			add(fmt.Sprintf(`{%q:%q}`, strings.Repeat("k", key), strings.Repeat("v", value)))
			add(fmt.Sprintf(`{%q:[{"é":%q}]}`, strings.Repeat("ü", key), strings.Repeat("😀", value/4)))
		}
	}
	deep := strings.Repeat(fmt.Sprintf(`{%q:`, strings.Repeat("k", 300)), 40)
	add(deep + `"` + strings.Repeat("v", 50_000) + `"` + strings.Repeat("}", 40))
	for _, depth := range []int{31, 32, 33, 100, 900, 5000, 200_000} {
		add(strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth))
		add(`{"a":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`)
	}
	add(`{"a":` + strings.Repeat("9", 100_000) + `,"b":1e99999,"c":-1E-99999}`)
	wide := `{"k":0`
	for i := range 30_000 {
		wide += fmt.Sprintf(`,"k%d":%d`, i, i)
	}
	add(wide + "}")
	r, err := newIndexer(t, l, c, quick()).Index(t.Context(), []*lake.Entry{commit(t, l, rows...)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Created != int64(len(rows)) {
		t.Errorf("%+v, want %d created", r, len(rows))
	}
	checkCount(t, c, seamark.TableLogs, len(rows))
}

func TestBlockedIndexFailsByNameAndTheRestGoesOn(t *testing.T) {
	server := servertest.OpenSearch(t)
	for what, block := range map[string]func(index string){
		"closed":        func(index string) { ask(t, server, "POST", "/"+index+"/_close", "") },
		"write-blocked": func(index string) { ask(t, server, "PUT", "/"+index+"/_settings", `{"index.blocks.write":true}`) },
	} {
		t.Run(what, func(t *testing.T) {
			c := realClient(t, server)
			l := newLake(t)
			index := c.Prefix() + "app-logs-2026.11.21"
			ask(t, server, "PUT", "/"+index, "")
			block(index)
			bad := plainRows(0, 5)
			for i := range bad {
				bad[i].log.Timestamp -= 86_400_000
			}
			blocked, fine := commit(t, l, bad...), commit(t, l, plainRows(100, 5)...)
			ix := newIndexer(t, l, c, quick())
			r, err := ix.Index(t.Context(), []*lake.Entry{blocked, fine})
			if err == nil || !strings.Contains(err.Error(), blocked.Key()) {
				t.Errorf("got %v, want an error that names %s", err, blocked.Key())
			}
			checkBalance(t, r, 5)
			pending, err := ix.Pending(t.Context())
			if err != nil || len(pending) != 1 || pending[0].ID != blocked.ID {
				t.Errorf("pending %v, %v", pending, err)
			}
			ask(t, server, "POST", "/"+index+"/_open", "")
			ask(t, server, "PUT", "/"+index+"/_settings", `{"index.blocks.write":false}`)
			if r, err = ix.Index(t.Context(), pending); err != nil {
				t.Fatal(err)
			}
			checkBalance(t, r, 5)
			checkCount(t, c, seamark.TableLogs, 10)
		})
	}
}

// TestForeignMappingGivesReducedDocuments: an index whose mapping contradicts ours.
func TestForeignMappingGivesReducedDocuments(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	l := newLake(t)
	ask(t, server, "PUT", "/"+c.Prefix()+"app-logs-2026.11.22", `{"mappings":{"properties":{"event_data":{"type":"date"}}}}`)
	r, err := newIndexer(t, l, c, quick()).Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(0, 7)...)})
	if want := (indexer.Result{Objects: 1, Documents: 7, Reduced: 7}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
	checkCount(t, c, seamark.TableLogs, 7)
	got, err := json.Marshal(ask(t, server, "POST", "/"+indexer.IndexPattern(c.Prefix(), seamark.TableLogs)+"/_search?size=1&sort=timestamp", ""))
	for _, part := range []string{`"raw":"{\"n\":0,\"port\":\"P0\"}"`, `"ingest_note":"stored in reduced form: mapper_parsing_exception`, `"message":"line 0"`} {
		if !strings.Contains(string(got), part) {
			t.Errorf("no %s in %s, %v", part, got, err)
		}
	}
}
