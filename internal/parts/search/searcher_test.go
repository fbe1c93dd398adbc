package search_test

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// object puts a landing object into a lake: a row each minute of an hour.
func object(t *testing.T, l *lake.Lake, hour time.Time) *lake.Entry {
	t.Helper()
	name := make([]byte, 32)
	rand.Read(name)
	id := lake.ID(hex.EncodeToString(name))
	w := l.NewWriter(id)
	defer w.Discard()
	var rows []seamark.Log
	for i := range 60 {
		at := hour.Add(time.Duration(i) * time.Minute).UnixMilli()
		rows = append(rows, seamark.Log{Timestamp: at, EventID: fmt.Sprint(at), Level: []string{"ERROR", "INFO"}[i%2], Message: fmt.Sprintf("order %d was stored", i), EventData: `{"a": 1.0}`, IngestedAt: at})
	}
	if err := w.WriteLogs(lake.Partition{Table: seamark.TableLogs, Product: "booking", Environment: "prod", Hour: lake.HourOf(hour.UnixMilli())}, rows, 100); err != nil {
		t.Fatal(err)
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	e := &lake.Entry{Version: 1, ID: id, Origin: lake.Origin{URL: "-"}, Arrival: hour, Parser: "1", Accounts: seamark.Accounts{Objects: 1, Events: 60, Rows: 60}, Files: files}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	return e
}

// newClient is one of a real server, with indices of its own.
func newClient(t *testing.T) *opensearch.Client {
	t.Helper()
	url := servertest.OpenSearch(t)
	prefix := "s" + strings.ToLower(rand.Text()[:12]) + "-"
	client, err := opensearch.New(opensearch.Options{URL: url, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, path := range []string{"/" + prefix + "*", "/_index_template/" + prefix + "*"} {
			r, err := http.NewRequest(http.MethodDelete, url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := http.DefaultClient.Do(r); err == nil {
				resp.Body.Close()
			}
		}
	})
	if err := client.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	return client
}

// TestSearcher: a lake whose older days are beyond the index's retention and whose newest object is
// not indexed yet is searched by both, each where it must, with the answers of the lake alone; and by
// the lake when the index is gone.
func TestSearcher(t *testing.T) {
	client := newClient(t)
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	db, err := duckdb.Open(l, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const days = 3
	ix, err := indexer.New(l, client, indexer.Options{RetentionDays: days})
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	var entries []*lake.Entry
	for back := 5; back > 0; back-- {
		entries = append(entries, object(t, l, today.AddDate(0, 0, -back).Add(3*time.Hour)))
	}
	waits := object(t, l, today.Add(-2*time.Hour))
	if _, err := ix.Index(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CountDocuments(t.Context(), seamark.TableLogs, seamark.Span{}); err != nil { // makes the latest visible
		t.Fatal(err)
	}
	s := search.Searcher(client, ix, days, db, slog.New(slog.DiscardHandler))
	first, last := today.AddDate(0, 0, 1-days), today.Add(-2*time.Hour)
	by := "OpenSearch from " + first.Format("2006-01-02 15:04:05") + " to " + last.Format("2006-01-02 15:04:05") + " UTC, the lake for the rest"
	for _, text := range []string{"", "level:ERROR", "order -stored", `"order 7"`, "event_data.a:1.0", "*rder* level:INFO"} {
		for _, ascending := range []bool{false, true} {
			q := seamark.Query{Text: text, Limit: 50, Ascending: ascending}
			var want, got []seamark.Hit
			for _, part := range []struct {
				ask func() (seamark.Result, error)
				all *[]seamark.Hit
			}{{func() (seamark.Result, error) { return db.Search(t.Context(), q) }, &want}, {func() (seamark.Result, error) {
				r, err := s.Search(t.Context(), q)
				if err == nil && r.By != by {
					t.Errorf("%s: by %q, want %q", text, r.By, by)
				}
				return r, err
			}, &got}} {
				q.Before = nil
				for more := true; more; {
					r, err := part.ask()
					if err != nil {
						t.Fatalf("%s: %v", text, err)
					}
					*part.all = append(*part.all, r.Hits...)
					if more = r.More; more {
						at := r.Hits[len(r.Hits)-1].Position()
						q.Before = &at
					}
				}
			}
			for i := range want {
				want[i].Log.LandingID = "" // which no index has
			}
			for i := range got {
				got[i].Log.LandingID = ""
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, ascending %v (-lake +both):\n%s", text, ascending, d)
			}
		}
		want, err := db.Histogram(t.Context(), seamark.Query{Table: seamark.TableLogs, Text: text}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Histogram(t.Context(), seamark.Query{Table: seamark.TableLogs, Text: text}, time.Hour)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-lake +both):\n%s", text, err, d)
		}
	}
	for text, want := range map[string]string{
		"/order/": "the lake (the index has no regular expressions)",
		"timestamp:>=" + last.Format(time.RFC3339): "the lake",
		"timestamp:[" + first.Format(time.RFC3339) + " TO " + first.Add(time.Hour).Format(time.RFC3339) + "] order": "OpenSearch",
	} {
		if r, err := s.Search(t.Context(), seamark.Query{Text: text}); err != nil || r.By != want {
			t.Errorf("%s: by %q, %v; want %q", text, r.By, err, want)
		}
	}
	if _, err := ix.Index(t.Context(), []*lake.Entry{waits}); err != nil {
		t.Fatal(err)
	}
	fresh := search.Searcher(client, ix, days, db, slog.New(slog.DiscardHandler))
	if r, err := fresh.Search(t.Context(), seamark.Query{Text: "timestamp:>=" + first.Format(time.RFC3339) + " timestamp:<" + today.Format(time.RFC3339)}); err != nil || r.By != "OpenSearch" && time.Since(today) > 10*time.Minute {
		t.Errorf("with all indexed: by %q, %v", r.By, err)
	}
	gone, err := opensearch.New(opensearch.Options{URL: "http://127.0.0.1:1", Prefix: client.Prefix()})
	if err != nil {
		t.Fatal(err)
	}
	ixGone, err := indexer.New(l, gone, indexer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := search.Searcher(gone, ixGone, days, db, slog.New(slog.DiscardHandler)).Search(t.Context(), seamark.Query{Limit: 1000})
	if err != nil || len(r.Hits) != 360 || r.By != "the lake (OpenSearch does not answer)" {
		t.Errorf("%d rows by %q, %v", len(r.Hits), r.By, err)
	}
}
