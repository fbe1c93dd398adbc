package opensearch_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

// TestFaultyNetworkBeforeARealServer: a proxy turns answers into faults after the real
// server has done the work, and marks some documents as refused by a full queue.
func TestFaultyNetworkBeforeARealServer(t *testing.T) {
	server := servertest.OpenSearch(t)
	direct := realClient(t, server)
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int32
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(res *http.Response) error {
			if !strings.HasPrefix(res.Request.URL.Path, "/_bulk") {
				return nil
			}
			i := n.Add(1)
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			switch {
			case i > 60:
			case i%5 == 1:
				turnAway(body)
			case i%5 == 2:
				body = body[:len(body)/2]
			case i%5 == 3:
				res.StatusCode, body = 503, []byte("<html>")
			}
			res.Body = io.NopCloser(bytes.NewReader(body))
			res.ContentLength = int64(len(body))
			res.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
	}
	s := httptest.NewServer(proxy)
	defer s.Close()
	l := newLake(t)
	var entries []*lake.Entry
	for i := range 10 {
		entries = append(entries, commit(t, l, plainRows(i*400, 500)...))
	}
	c := newClient(t, opensearch.Options{URL: s.URL, Prefix: direct.Prefix()})
	r, err := newIndexer(t, l, c, quick()).Index(t.Context(), entries)
	if err != nil {
		t.Fatal(err)
	}
	checkBalance(t, r, 5000)
	if r.Retries == 0 {
		t.Error("no retries: the proxy did no harm")
	}
	checkCount(t, direct, seamark.TableLogs, 9*400+500)
}

// turnAway changes an answer as if every second created document had met a full queue.
func turnAway(body []byte) {
	ok := []byte(`"status":201`)
	for n, from := 0, 0; ; n++ {
		at := bytes.Index(body[from:], ok)
		if at < 0 {
			return
		}
		if n%2 == 0 {
			copy(body[from+at:], `"status":429`)
		}
		from += at + len(ok)
	}
}

// ownServer is a real server of the test's own, which may be killed.
type ownServer struct {
	t          *testing.T
	data, port string
}

func newOwnServer(t *testing.T) *ownServer {
	servertest.OpenSearch(t) // the same guard: where there is one, another can be started
	s := &ownServer{t, t.TempDir(), freePort(t)}
	for dir := s.data; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user
			t.Fatal(err)
		}
	}
	t.Cleanup(s.kill)
	s.start()
	return s
}

func (s *ownServer) url() string { return "http://127.0.0.1:" + s.port }
func (s *ownServer) start()      { s.script("start.sh", s.port, s.data) }
func (s *ownServer) kill()       { s.script("stop.sh", "--kill", s.data) }

func (s *ownServer) script(name string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join("..", "..", "scripts", "opensearch", name), args...)
	cmd.Env = append(os.Environ(), "OPENSEARCH_HEAP=512m")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// TestServerKilledAndRestarted: the server dies twice under load and comes back; the
// indexer waits and ends balanced.
func TestServerKilledAndRestarted(t *testing.T) {
	server := newOwnServer(t)
	c := newClient(t, opensearch.Options{URL: server.url(), Timeout: 10 * time.Second})
	if err := c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := newLake(t)
	const objects = 60
	var entries []*lake.Entry
	for i := range objects {
		entries = append(entries, commit(t, l, plainRows(i*1000, 1000)...))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ix := newIndexer(t, l, c, indexer.Options{BatchDocs: 200, InFlight: 2, MaxWait: time.Second})
	var r indexer.Result
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		r, err = ix.Index(ctx, entries)
	}()
	for range 2 {
		time.Sleep(700 * time.Millisecond)
		server.kill()
		time.Sleep(500 * time.Millisecond)
		if _, waiting := ix.Status(); waiting == nil {
			t.Error("the server is down and the indexer does not say so")
		}
		server.start()
	}
	<-done
	if err != nil {
		t.Fatal(err)
	}
	checkBalance(t, r, objects*1000)
	if r.Retries == 0 {
		t.Error("no retries: the server died too late")
	}
	checkCount(t, c, seamark.TableLogs, objects*1000)
	t.Logf("%+v", r)
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
