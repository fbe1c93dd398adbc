package opensearch_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeServer holds documents as OpenSearch does, so that faults can be had at will. What
// a real server says of a document is tested against a real server.
type fakeServer struct {
	*httptest.Server
	mu       sync.Mutex
	docs     map[string]string // source by index and id
	requests int
	stop     chan struct{} // closed at the end: who hangs goes on

	// before is asked first about the n-th bulk request; it may answer by itself.
	before func(n int, w http.ResponseWriter, body []byte) (answered bool)
	// after may spoil the answer to the n-th, whose documents are stored.
	after func(n int, w http.ResponseWriter, answer []byte) (answered bool)
	// refuse may answer for a document in place of storing it.
	refuse func(n int, index, id, source string) (status int, reason string)
}

const okInfo = `{"cluster_uuid":"fake","version":{"distribution":"opensearch","number":"2.19.4"},"tagline":"The OpenSearch Project: https://opensearch.org/"}`

func newFake(t *testing.T) *fakeServer {
	f := &fakeServer{docs: map[string]string{}, stop: make(chan struct{})}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(func() { close(f.stop); f.Close() })
	return f
}

func (f *fakeServer) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/" {
		io.WriteString(w, okInfo)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	f.mu.Lock()
	f.requests++
	n := f.requests
	f.mu.Unlock()
	if f.before != nil && f.before(n, w, body) {
		return
	}
	answer := f.store(n, body)
	if f.after != nil && f.after(n, w, answer) {
		return
	}
	w.Write(answer)
}

func (f *fakeServer) store(n int, body []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	var items []string
	for i := 0; i+1 < len(lines); i += 2 {
		type place struct {
			Index string `json:"_index"`
			ID    string `json:"_id"`
		}
		var action struct{ Create, Index *place }
		if err := json.Unmarshal(lines[i], &action); err != nil {
			return []byte(`{"error":"` + err.Error() + `"}`)
		}
		at, verb := action.Create, "create"
		if at == nil {
			at, verb = action.Index, "index"
		}
		key, status, reason := at.Index+"/"+at.ID, 201, ""
		if f.refuse != nil {
			if s, why := f.refuse(n, at.Index, at.ID, string(lines[i+1])); s != 0 {
				status, reason = s, why
			}
		}
		if status == 201 && f.docs[key] != "" {
			if status = 200; verb == "create" {
				status, reason = 409, "version_conflict_engine_exception"
			}
		}
		if status == 201 || status == 200 {
			f.docs[key] = string(lines[i+1])
		}
		item := fmt.Sprintf(`{%q:{"status":%d}}`, verb, status)
		if reason != "" {
			item = fmt.Sprintf(`{%q:{"status":%d,"error":{"type":%q,"reason":"r"}}}`, verb, status, reason)
		}
		items = append(items, item)
	}
	return []byte(`{"errors":false,"items":[` + strings.Join(items, ",") + `]}`)
}

// abort ends the connection without an answer.
func abort() { panic(http.ErrAbortHandler) }

// patience is how long the clients of these tests wait for an answer: long for a loopback server
// on a loaded machine, short beside a test's life.
const patience = 2 * time.Second

// hang answers nothing until the test ends.
func (f *fakeServer) hang() {
	select {
	case <-f.stop:
	case <-time.After(f.hangs()):
	}
}

func (f *fakeServer) hangs() time.Duration { return 30 * time.Second }

// pemOf is the certificate of a TLS server, as its authority.
func pemOf(s *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}
