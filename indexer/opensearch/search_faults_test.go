package opensearch_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer/opensearch"
)

// TestSearchFaults: whatever a server answers in place of rows is told in words, and of a part of an
// answer it is said that it is one.
func TestSearchFaults(t *testing.T) {
	const (
		hit     = `{"_source":{"timestamp":1795341600000,"product":"booking","environment":"prod","event_id":"1","message":"one","ingested_at":1795341600000}}`
		html    = "<html><body>Login</body></html>"
		buckets = `{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"","phase":"fetch","grouped":true,"failed_shards":[],"caused_by":{"type":"too_many_buckets_exception","reason":"Trying to create too many buckets."}},"status":503}`
	)
	ok := func(failed int, timedOut bool) string {
		return fmt.Sprintf(`{"timed_out":%v,"_shards":{"total":5,"failed":%d},"hits":{"hits":[%s]}}`, timedOut, failed, hit)
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		class  seamark.Class
		want   string // of the fault
		note   string // of a partial answer
		counts bool   // they are right all the same
	}{
		{"no user", 401, "Unauthorized", seamark.Permanent, "OpenSearch refuses the user (401)", "", false},
		{"too busy", 429, `{"error":{"type":"rejected_execution_exception","reason":"full"},"status":429}`, seamark.Temporary, "OpenSearch answered 429", "", false},
		{"not there", 503, html, seamark.Temporary, "OpenSearch answered 503", "", false},
		{"too many bars", 503, buckets, seamark.Rejected, "more bars than the index counts", "", false},
		{"a login page", 200, html, seamark.Temporary, "OpenSearch gave an answer that makes no sense", "", false},
		{"something else", 200, "{}", seamark.Temporary, "OpenSearch gave an answer that makes no sense", "", false},
		{"half a body", 200, ok(0, false)[:100], seamark.Temporary, "", "", false},
		{"slow", 0, "", seamark.Temporary, "OpenSearch did not answer in", "", false},
		{"one shard failed", 200, ok(1, false), 0, "", "1 of 5 shards of the index did not answer: rows may be missing", false},
		{"out of time", 200, ok(0, true), 0, "", "the index ran out of time: rows may be missing", false},
		{"well", 200, ok(0, false), 0, "", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stop := make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case tt.status == 0:
					select {
					case <-stop:
					case <-r.Context().Done():
					}
					return
				case strings.HasPrefix(tt.name, "half"):
					w.Header().Set("Content-Length", "5000")
				}
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.body))
			}))
			defer s.Close()
			defer close(stop)
			patience := 20 * time.Second
			if tt.status == 0 {
				patience = 50 * time.Millisecond
			}
			c := newClient(t, opensearch.Options{URL: s.URL, Timeout: patience})
			r, err := c.Search(t.Context(), seamark.Query{})
			answered := tt.counts || tt.note != ""
			if answered {
				if err != nil || len(r.Hits) != 1 || r.Hits[0].Log.Message != "one" || strings.Join(r.Notes, "; ") != tt.note {
					t.Errorf("%+v, %v", r, err)
				}
			} else {
				tell(t, err, tt.class, tt.want)
			}
			_, err = c.Histogram(t.Context(), seamark.Query{}, time.Second)
			switch {
			case !answered:
				tell(t, err, tt.class, tt.want)
			case !tt.counts:
				tell(t, err, seamark.Temporary, tt.note) // figures that are too small are none
			case err != nil:
				t.Error(err)
			}
			if _, err = c.Facets(t.Context(), seamark.Query{}, []seamark.Field{seamark.FieldLevel}, 10); (err == nil) != tt.counts {
				t.Errorf("facets: %v", err)
			}
		})
	}
}

// tell checks what a fault says, and that it has a remedy that is about searching.
func tell(t *testing.T, err error, class seamark.Class, want string) {
	t.Helper()
	if err == nil || seamark.ClassOf(err) != class || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "indexing goes on") {
		t.Errorf("%v is of class %v; want %v and %q", err, seamark.ClassOf(err), class, want)
	}
}
