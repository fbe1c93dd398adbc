package opensearch_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/lake"
)

// TestFaultsForAnOperator: each is named with the address and a remedy, and comes at once.
func TestFaultsForAnOperator(t *testing.T) {
	answers := func(code int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		class   seamark.Class
		says    string
	}{
		"401":           {answers(401, "Unauthorized"), seamark.Permanent, "refuses the user (401)"},
		"403":           {answers(403, `{"error":{"type":"security_exception","reason":"no permissions"}}`), seamark.Permanent, "no permissions"},
		"404":           {answers(404, "not here"), seamark.Permanent, "answered 404"},
		"redirect":      {answers(301, "", "Location", "https://u:secret@other/"), seamark.Permanent, "use the address it leads to"},
		"429":           {answers(429, ""), seamark.Temporary, "answered 429"},
		"503":           {answers(503, "<html>bad gateway</html>"), seamark.Temporary, "answered 503"},
		"HTML":          {answers(200, "<html>hello</html>"), seamark.Rejected, "not an OpenSearch"},
		"empty":         {answers(200, ""), seamark.Rejected, "not an OpenSearch"},
		"another API":   {answers(200, `{"ok":true}`), seamark.Rejected, "not an OpenSearch"},
		"Elasticsearch": {answers(200, `{"cluster_uuid":"x","version":{"number":"8.15.0"},"tagline":"You Know, for Search"}`), seamark.Rejected, "Elasticsearch 8.15.0"},
		"hang":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, seamark.Temporary, "did not answer in " + patience.String()},
		"reset":         {func(http.ResponseWriter, *http.Request) { abort() }, seamark.Temporary, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(c.handler)
			defer s.Close()
			client := newClient(t, opensearch.Options{URL: strings.Replace(s.URL, "http://", "http://user:secret@", 1), Timeout: patience})
			err := client.Check(t.Context())
			f, ok := errors.AsType[*seamark.Fault](err)
			if !ok || f.Class != c.class || f.Where != s.URL || f.Remedy == "" || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v (%+v), want class %v and %q", err, f, c.class, c.says)
			}
		})
	}
}

func TestAccessDeniedStopsAtOnce(t *testing.T) {
	f := newFake(t)
	f.before = func(_ int, w http.ResponseWriter, _ []byte) bool { w.WriteHeader(401); return true }
	l := newLake(t)
	ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), indexer.Options{})
	r, err := ix.Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(0, 5000)...)})
	if seamark.ClassOf(err) != seamark.Permanent || !strings.Contains(err.Error(), f.URL) || r.Objects != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	if pending, err := ix.Pending(t.Context()); err != nil || len(pending) != 1 {
		t.Errorf("%d pending, %v", len(pending), err)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	c := newClient(t, opensearch.Options{URL: url})
	if err := c.Check(t.Context()); seamark.ClassOf(err) != seamark.Temporary || !strings.Contains(err.Error(), url) {
		t.Errorf("got %v", err)
	}
	lk := newLake(t)
	o := quick()
	o.MaxElapsed = 50 * time.Millisecond
	e := commit(t, lk, plainRows(0, 3)...)
	start := time.Now()
	_, err = newIndexer(t, lk, c, o).Index(t.Context(), []*lake.Entry{e})
	if seamark.ClassOf(err) != seamark.Temporary || time.Since(start) > time.Minute {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

// TestGivesUpAfterMaxElapsed: the server was there, and is not any more.
func TestGivesUpAfterMaxElapsed(t *testing.T) {
	f := newFake(t)
	f.before = func(_ int, w http.ResponseWriter, _ []byte) bool { w.WriteHeader(503); return true }
	l := newLake(t)
	o := quick()
	o.MaxElapsed = 100 * time.Millisecond
	ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), o)
	r, err := ix.Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(0, 3)...)})
	if seamark.ClassOf(err) != seamark.Temporary || !strings.Contains(err.Error(), "gave up") || r.Retries == 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestStopsWithItsContext: for ever means until the context ends.
func TestStopsWithItsContext(t *testing.T) {
	f := newFake(t)
	f.before = func(int, http.ResponseWriter, []byte) bool { f.hang(); return true }
	l := newLake(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), indexer.Options{})
	start := time.Now()
	if _, err := ix.Index(ctx, []*lake.Entry{commit(t, l, plainRows(0, 5000)...)}); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > f.hangs()-time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

func TestDamagedFileDoesNotStopTheOthers(t *testing.T) {
	f := newFake(t)
	l := newLake(t)
	bad, good := commit(t, l, plainRows(0, 5)...), commit(t, l, plainRows(10, 5)...)
	name := filepath.Join(l.Root(), filepath.FromSlash(bad.Files[0].Key))
	if err := os.WriteFile(name, []byte("PAR1"), 0o644); err != nil {
		t.Fatal(err)
	}
	ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), quick())
	r, err := ix.Index(t.Context(), []*lake.Entry{bad, good})
	if err == nil || !strings.Contains(err.Error(), bad.Files[0].Key) || r.Objects != 1 || r.Created != 5 {
		t.Errorf("got %+v, %v", r, err)
	}
	if pending, err := ix.Pending(t.Context()); err != nil || len(pending) != 1 || pending[0].ID != bad.ID {
		t.Errorf("pending %v, %v", pending, err)
	}
}

func TestRetention(t *testing.T) {
	f := newFake(t)
	l := newLake(t)
	rows := plainRows(0, 9)
	for i := range rows {
		rows[i].log.Timestamp -= int64(i) * 86_400_000
	}
	o := quick()
	o.RetentionDays = 3
	o.Now = func() time.Time { return time.UnixMilli(eventMs) }
	r, err := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), o).Index(t.Context(), []*lake.Entry{commit(t, l, rows...)})
	if want := (indexer.Result{Objects: 1, Documents: 4, Created: 4, TooOld: 5}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestRepairedObject: the successor of a damaged object holds the same events and more;
// what the first one left in the index counts for it.
func TestRepairedObject(t *testing.T) {
	f := newFake(t)
	l := newLake(t)
	ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), quick())
	damaged := commit(t, l, plainRows(0, 30)...)
	if _, err := ix.Index(t.Context(), []*lake.Entry{damaged}); err != nil {
		t.Fatal(err)
	}
	whole := commit(t, l, plainRows(0, 50)...)
	whole.Supersedes = []lake.ID{damaged.ID}
	if err := l.Commit(whole); err != nil {
		t.Fatal(err)
	}
	pending, err := ix.Pending(t.Context())
	if err != nil || len(pending) != 1 || pending[0].ID != whole.ID {
		t.Fatalf("pending %v, %v", pending, err)
	}
	// Whoever still holds the old entry finds its files gone, and no fault in that.
	for _, f := range damaged.Files {
		if err := l.Remove(f.Key); err != nil {
			t.Fatal(err)
		}
	}
	r, err := ix.Index(t.Context(), append(pending, damaged))
	if want := (indexer.Result{Objects: 2, Documents: 50, Created: 20, Duplicates: 30}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
	if len(f.docs) != 50 {
		t.Errorf("%d documents, want 50", len(f.docs))
	}
}

// TestMarksAreOfTheirCluster: a cluster made anew has nothing, and many files of marks
// become one.
func TestMarksAreOfTheirCluster(t *testing.T) {
	f := newFake(t)
	l := newLake(t)
	c := newClient(t, opensearch.Options{URL: f.URL})
	ix := newIndexer(t, l, c, quick())
	for i := range 70 {
		if _, err := ix.Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(i, 1)...)}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(l.Root(), "indexed", "*", "*.ids"))
	if err != nil || len(files) == 0 || len(files) > 65 {
		t.Errorf("%d files of marks, %v", len(files), err)
	}
	for prefix, want := range map[string]int{"": 0, "other-": 70} {
		ix := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL, Prefix: prefix}), quick())
		if pending, err := ix.Pending(t.Context()); err != nil || len(pending) != want {
			t.Errorf("prefix %q: %d pending, want %d, %v", prefix, len(pending), want, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]opensearch.Options{
		"empty": {}, "no scheme": {URL: "localhost:9200"}, "ftp": {URL: "ftp://x"}, "garbage": {URL: "http://[::1"},
		"no CA": {URL: "https://x", CAFile: "testdata/none.pem"}, "prefix": {URL: "http://x", Prefix: "Upper*"},
	} {
		if _, err := opensearch.New(o); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%s: got %v, want a rejection", name, err)
		}
	}
	_, err := opensearch.New(opensearch.Options{URL: "ftp://user:secret@x"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestCertificates(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "user" || p != "secret" {
			w.WriteHeader(401)
			return
		}
		io.WriteString(w, okInfo)
	}))
	defer s.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pemOf(s), 0o644); err != nil {
		t.Fatal(err)
	}
	o := opensearch.Options{URL: s.URL, Username: "user", Password: "secret"}
	if err := newClient(t, o).Check(t.Context()); seamark.ClassOf(err) != seamark.Permanent || !strings.Contains(err.Error(), "caFile") {
		t.Errorf("unknown authority: got %v", err)
	}
	o.CAFile = ca
	if err := newClient(t, o).Check(t.Context()); err != nil {
		t.Error(err)
	}
	o.URL = strings.Replace(s.URL, "https", "http", 1)
	if err := newClient(t, o).Check(t.Context()); err == nil {
		t.Error("plain HTTP to a TLS server is fine")
	}
}
