package opensearch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// eventDay is that of plainRows.
var eventDay = time.UnixMilli(eventMs).UTC().Truncate(24 * time.Hour)

// rebuilding is a day that is indexed in an index of the server's own making, as before there was
// a template.
type rebuilding struct {
	url  string
	c    *opensearch.Client
	lake *lake.Lake
	name string // of the index that readers know
}

func newRebuilding(t *testing.T, rows int) *rebuilding {
	t.Helper()
	server := servertest.OpenSearch(t)
	r := &rebuilding{url: server, c: realClient(t, server), lake: newLake(t)}
	r.name = r.c.Prefix() + "app-logs-" + eventDay.Format("2006.01.02")
	t.Cleanup(func() { ask(t, server, "DELETE", "/rebuild-*-"+r.c.Prefix()+"*", "") })
	ask(t, server, "DELETE", "/_index_template/"+r.c.Prefix()+"*", "")
	commit(t, r.lake, plainRows(0, rows)...)
	r.index(t, quick())
	if err := r.c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// index sends all objects to the index that readers know.
func (r *rebuilding) index(t *testing.T, o indexer.Options) indexer.Result {
	t.Helper()
	res, err := newIndexer(t, r.lake, r.c, o).Index(t.Context(), r.lake.Entries())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// fill sends the day's rows to new indices.
func (r *rebuilding) fill(t *testing.T, to *opensearch.Rebuild) {
	t.Helper()
	o := quick()
	o.Day = eventDay
	ix, err := indexer.New(r.lake, to.Bulk(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Index(t.Context(), indexer.PickDay(r.lake.Entries(), eventDay)); err != nil {
		t.Fatal(err)
	}
}

// version is that of the day's index, and its name.
func (r *rebuilding) version(t *testing.T) (int, string) {
	t.Helper()
	days, err := r.c.Days(t.Context(), seamark.TableLogs)
	if err != nil || len(days) != 1 || !days[0].Day.Equal(eventDay) {
		t.Fatalf("%+v, %v", days, err)
	}
	return days[0].Version, days[0].Index
}

// TestRebuild: readers see each document once, before, while and after an index is made anew (who asks
// in the moment of the swap may be refused), which has the mapping of this version then, takes documents under the old name, and can be made anew again.
func TestRebuild(t *testing.T) {
	const rows = 300
	r := newRebuilding(t, rows)
	if v, _ := r.version(t); v == schemas.IndexVersion {
		t.Fatal("the index is new already")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var looks atomic.Int64
	var readers sync.WaitGroup
	ask(t, r.url, "POST", "/"+r.name+"/_refresh", "")
	readers.Go(func() {
		for ctx.Err() == nil {
			switch a := ask(t, r.url, "GET", "/"+r.c.Prefix()+"app-logs-*/_count", ""); {
			case a["count"] == json.Number(fmt.Sprint(rows)):
				looks.Add(1)
			case a["status"] == json.Number("503"): // it looks into the index that goes
			default:
				t.Errorf("a reader sees %v", a)
				return
			}
		}
	})
	for n := 1; n <= 2; n++ {
		next, err := r.c.Rebuild(t.Context(), eventDay)
		if err != nil {
			t.Fatal(err)
		}
		r.fill(t, next)
		if was, now, err := next.Documents(t.Context()); err != nil || was != rows || now != rows {
			t.Fatalf("%d documents, then %d, %v", was, now, err)
		}
		if err := next.Swap(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, index := r.version(t)
		if v != schemas.IndexVersion || index != fmt.Sprintf("rebuild-%d-%s", n, r.name) {
			t.Errorf("%s of version %d", index, v)
		}
		if from, ok, err := r.c.Searchable(t.Context(), seamark.TableLogs); err != nil || !ok || !from.Equal(eventDay) {
			t.Errorf("searchable from %v: %v, %v", from, ok, err)
		}
	}
	stop()
	readers.Wait()
	if looks.Load() < 3 {
		t.Errorf("the reader looked %d times", looks.Load())
	}
	o := quick()
	o.Replace = true
	if res := r.index(t, o); res.Replaced != rows {
		t.Errorf("under its old name: %+v", res)
	}
	if all := ask(t, r.url, "GET", "/*"+r.c.Prefix()+"*", ""); len(all) != 1 {
		t.Errorf("%d indices are left", len(all))
	}
}

// TestRebuildCutShort: what a killed rebuild has left nobody reads, and the next one removes; one
// that was given up leaves nothing.
func TestRebuildCutShort(t *testing.T) {
	r := newRebuilding(t, 20)
	first, err := r.c.Rebuild(t.Context(), eventDay)
	if err != nil {
		t.Fatal(err)
	}
	r.fill(t, first)
	second, err := r.c.Rebuild(t.Context(), eventDay)
	if err != nil {
		t.Fatal(err)
	}
	if _, now, err := second.Documents(t.Context()); err != nil || now != 0 {
		t.Errorf("the second begins with %d documents, %v", now, err)
	}
	if err := first.Swap(t.Context()); seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("the first took the second's index: %v", err)
	}
	if err := first.Drop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := second.Drop(t.Context()); err != nil {
		t.Error(err)
	}
	if all := ask(t, r.url, "GET", "/*"+r.c.Prefix()+"*", ""); len(all) != 1 || all[r.name] == nil {
		t.Errorf("left: %v", all)
	}
}

// TestSwapAnswerLost: when the answer to the swap is lost, what was done counts, and is not given up.
func TestSwapAnswerLost(t *testing.T) {
	r := newRebuilding(t, 20)
	target, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	for name, does := range map[string]bool{"refused": false, "done": true} {
		t.Run(name, func(t *testing.T) {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				lose := strings.HasSuffix(q.URL.Path, "/_aliases")
				if does || !lose {
					through := w
					if lose {
						through = httptest.NewRecorder()
					}
					httputil.NewSingleHostReverseProxy(target).ServeHTTP(through, q)
				}
				if lose {
					w.WriteHeader(http.StatusGatewayTimeout)
				}
			}))
			defer proxy.Close()
			next, err := newClient(t, opensearch.Options{URL: proxy.URL, Prefix: r.c.Prefix()}).Rebuild(t.Context(), eventDay)
			if err != nil {
				t.Fatal(err)
			}
			r.fill(t, next)
			if err := next.Swap(t.Context()); (err == nil) != does {
				t.Errorf("swap: %v", err)
			}
			if err := next.Drop(t.Context()); err != nil {
				t.Error(err)
			}
			if n, err := r.c.CountDay(t.Context(), seamark.TableLogs, eventDay); err != nil || n != 20 {
				t.Errorf("%d documents are left, %v", n, err)
			}
		})
	}
}
