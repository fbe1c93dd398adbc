package opensearch_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/lake"
)

func status(code int, header ...string) func(n int, w http.ResponseWriter, body []byte) bool {
	return func(n int, w http.ResponseWriter, _ []byte) bool {
		if n > 3 {
			return false
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, `{"error":{"type":"rejected_execution_exception","reason":"queue full"}}`)
		return true
	}
}

func answer(text string) func(n int, w http.ResponseWriter, answer []byte) bool {
	return func(n int, w http.ResponseWriter, _ []byte) bool {
		if n <= 3 {
			io.WriteString(w, text)
		}
		return n <= 3
	}
}

// faultsBefore strike before the server has stored anything.
func faultsBefore() map[string]func(*fakeServer) {
	return map[string]func(f *fakeServer){
		"none":            func(*fakeServer) {},
		"429":             func(f *fakeServer) { f.before = status(429) },
		"429 retry after": func(f *fakeServer) { f.before = status(429, "Retry-After", "1") },
		"503":             func(f *fakeServer) { f.before = status(503) },
		"500":             func(f *fakeServer) { f.before = status(500) },
		"408":             func(f *fakeServer) { f.before = status(408) },
		"read-only cluster": func(f *fakeServer) {
			f.before = func(n int, w http.ResponseWriter, _ []byte) bool {
				if n > 2 {
					return false
				}
				w.WriteHeader(403)
				io.WriteString(w, `{"error":{"type":"cluster_block_exception","reason":"blocked by: [FORBIDDEN/6/cluster read-only (api)];"}}`)
				return true
			}
		},
		"reset before": func(f *fakeServer) {
			f.before = func(n int, _ http.ResponseWriter, _ []byte) bool {
				if n <= 3 {
					abort()
				}
				return false
			}
		},
		"hang before": func(f *fakeServer) {
			f.before = func(n int, _ http.ResponseWriter, _ []byte) bool {
				if n == 2 {
					f.hang()
				}
				return n == 2
			}
		},
	}
}

// faultsAfter strike when it has stored all, and nobody learns of it.
func faultsAfter() map[string]func(*fakeServer) {
	return map[string]func(f *fakeServer){
		"hang after": func(f *fakeServer) {
			f.after = func(n int, _ http.ResponseWriter, _ []byte) bool {
				if n == 2 {
					f.hang()
				}
				return n == 2
			}
		},
		"reset after": func(f *fakeServer) {
			f.after = func(n int, _ http.ResponseWriter, _ []byte) bool {
				if n <= 3 {
					abort()
				}
				return false
			}
		},
		"half an answer": func(f *fakeServer) {
			f.after = func(n int, w http.ResponseWriter, a []byte) bool {
				if n > 3 {
					return false
				}
				w.Header().Set("Content-Length", "100000")
				w.Write(a[:len(a)/2])
				abort()
				return true
			}
		},
		"answer cut": func(f *fakeServer) {
			f.after = func(n int, w http.ResponseWriter, a []byte) bool {
				if n <= 3 {
					w.Write(a[:len(a)/2])
				}
				return n <= 3
			}
		},
		"HTML":           func(f *fakeServer) { f.after = answer("<html>Please log in</html>") },
		"empty":          func(f *fakeServer) { f.after = answer("") },
		"no items":       func(f *fakeServer) { f.after = answer(`{"errors":false,"items":[]}`) },
		"fewer items":    func(f *fakeServer) { f.after = answer(`{"errors":false,"items":[{"create":{"status":201}}]}`) },
		"other document": func(f *fakeServer) { f.after = answer(`{"acknowledged":true}`) },
		"no status": func(f *fakeServer) {
			f.after = func(n int, w http.ResponseWriter, a []byte) bool {
				if n <= 3 {
					io.WriteString(w, strings.Replace(string(a), `{"create":{"status":201}}`, `{"create":{}}`, 1))
				}
				return n <= 3
			}
		},
	}
}

// faultsOfSome concern part of a request.
func faultsOfSome() map[string]func(*fakeServer) {
	return map[string]func(f *fakeServer){
		"429 for some": func(f *fakeServer) {
			f.refuse = func(n int, _, id, _ string) (int, string) {
				if (int(id[0])+n)%3 > 0 && n < 20 {
					return 429, "rejected_execution_exception"
				}
				return 0, ""
			}
		},
		"503 for some": func(f *fakeServer) {
			f.refuse = func(n int, _, id, _ string) (int, string) {
				if (int(id[1])+n)%2 > 0 && n < 20 {
					return 503, "unavailable_shards_exception"
				}
				return 0, ""
			}
		},
		"413 beyond ten documents": func(f *fakeServer) {
			f.before = func(_ int, w http.ResponseWriter, body []byte) bool {
				if strings.Count(string(body), "\n") > 20 {
					w.WriteHeader(413)
					return true
				}
				return false
			}
		},
	}
}

// TestFaultsThatPass: whatever a server or what lies before it does for a while, each
// document is stored once and counted once.
func TestFaultsThatPass(t *testing.T) {
	faults := faultsBefore()
	maps.Copy(faults, faultsAfter())
	maps.Copy(faults, faultsOfSome())
	for name, spoil := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			spoil(f)
			l := newLake(t)
			entries := []*lake.Entry{commit(t, l, plainRows(0, 150)...), commit(t, l, plainRows(100, 200)...)}
			c := newClient(t, opensearch.Options{URL: f.URL, Timeout: patience})
			ix := newIndexer(t, l, c, quick())
			r, err := ix.Index(t.Context(), entries)
			if err != nil {
				t.Fatal(err)
			}
			checkBalance(t, r, 350)
			if r.Objects != 2 || r.Reduced != 0 || len(f.docs) != 300 {
				t.Errorf("%+v with %d documents stored, want 2 objects and 300 distinct", r, len(f.docs))
			}
			if _, waiting := ix.Status(); waiting != nil {
				t.Errorf("still waits for %v", waiting)
			}
			if pending, err := ix.Pending(t.Context()); err != nil || len(pending) > 0 {
				t.Errorf("%d pending, %v", len(pending), err)
			}
		})
	}
}

func TestRefusedDocumentsAreReduced(t *testing.T) {
	f := newFake(t)
	f.refuse = func(_ int, _, _, source string) (int, string) {
		if strings.Contains(source, `"event_data":{"n":3`) {
			return 400, "mapper_parsing_exception"
		}
		return 0, ""
	}
	l := newLake(t)
	r, err := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), quick()).Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(0, 50)...)})
	if want := (indexer.Result{Objects: 1, Documents: 50, Created: 39, Reduced: 11}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestDocumentThatBreaksTheServer: it answers 500 for one document for ever.
func TestDocumentThatBreaksTheServer(t *testing.T) {
	f := newFake(t)
	f.refuse = func(_ int, _, _, source string) (int, string) {
		if strings.Contains(source, `"event_data":{"n":7,`) {
			return 500, "null_pointer_exception"
		}
		return 0, ""
	}
	l := newLake(t)
	r, err := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), quick()).Index(t.Context(), []*lake.Entry{commit(t, l, plainRows(0, 50)...)})
	if want := (indexer.Result{Objects: 1, Documents: 50, Created: 49, Reduced: 1, Retries: 8}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestOneDocumentTooLong: a request for it alone is refused until it is short.
func TestOneDocumentTooLong(t *testing.T) {
	for limit, want := range map[int]indexer.Result{
		64 << 10: {Objects: 1, Documents: 21, Created: 20, Reduced: 1},
		8 << 10:  {Documents: 20, Created: 20},
	} {
		f := newFake(t)
		f.before = func(_ int, w http.ResponseWriter, body []byte) bool {
			if len(body) > limit {
				w.WriteHeader(413)
			}
			return len(body) > limit
		}
		l := newLake(t)
		rows := append(plainRows(0, 20), row{product: "p", log: &seamark.Log{Timestamp: eventMs, EventID: "long", Message: strings.Repeat("é", 1<<20)}})
		r, err := newIndexer(t, l, newClient(t, opensearch.Options{URL: f.URL}), quick()).Index(t.Context(), []*lake.Entry{commit(t, l, rows...)})
		if r != want || (err != nil) != (want.Objects == 0) {
			t.Errorf("limit %d: got %+v, %v; want %+v", limit, r, err, want)
		}
	}
}
