package worker_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/worker"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// index holds documents as OpenSearch does.
type index struct {
	mu       sync.Mutex
	docs     map[string]string
	requests int
	down     error
}

func (*index) Target(context.Context) (string, error) { return "fake", nil }
func (*index) Prefix() string                         { return "" }

func (x *index) Bulk(_ context.Context, body []byte, _ int) ([]indexer.Answer, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.requests++
	if x.down != nil {
		return nil, x.down
	}
	var answers []indexer.Answer
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	for i := 0; i+1 < len(lines); i += 2 {
		type place struct {
			Index string `json:"_index"`
			ID    string `json:"_id"`
		}
		var action struct{ Create, Index *place }
		if err := json.Unmarshal(lines[i], &action); err != nil {
			return nil, err
		}
		at, status := action.Create, 201
		if at == nil {
			at = action.Index
		} else if x.docs[at.Index+at.ID] != "" {
			status = 409
		}
		if status == 201 {
			x.docs[at.Index+at.ID] = string(lines[i+1])
		}
		answers = append(answers, indexer.Answer{Status: status})
	}
	return answers, nil
}

// counted is a store that counts what it is asked.
type counted struct {
	lake.Store
	calls atomic.Int64
}

func (c *counted) Open(key string) (lake.Object, error) { c.calls.Add(1); return c.Store.Open(key) }
func (c *counted) ReadFile(key string) ([]byte, error)  { c.calls.Add(1); return c.Store.ReadFile(key) }
func (c *counted) Stat(key string) (fs.FileInfo, error) { c.calls.Add(1); return c.Store.Stat(key) }
func (c *counted) PutBytes(key string, b []byte) error {
	c.calls.Add(1)
	return c.Store.PutBytes(key, b)
}
func (c *counted) Remove(keys ...string) error {
	c.calls.Add(int64(len(keys)))
	return c.Store.Remove(keys...)
}
func (c *counted) Walk(prefix string, fn func(string, fs.DirEntry) error) error {
	c.calls.Add(1)
	return c.Store.Walk(prefix, func(key string, e fs.DirEntry) error { c.calls.Add(1); return fn(key, e) })
}
func (c *counted) News(ctx context.Context, prefix string, seen *lake.Seen, fn func(string)) error {
	c.calls.Add(1)
	return c.Store.News(ctx, prefix, seen, func(key string) { c.calls.Add(1); fn(key) })
}

type rig struct {
	*worker.Worker
	store  *counted
	root   string
	index  *index
	sent   []string
	counts map[string]float64
}

func newRig(t *testing.T, root string) *rig {
	t.Helper()
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{store: &counted{Store: d}, root: root, index: &index{docs: map[string]string{}}, counts: map[string]float64{}}
	r.Worker = &worker.Worker{
		Store: func(context.Context) lake.Store { return r.store }, Log: slog.New(slog.DiscardHandler),
		Open: func(l *lake.Lake) (*indexer.Indexer, error) {
			return indexer.New(l, r.index, indexer.Options{EachMark: true, FirstWait: time.Millisecond, MaxElapsed: 10 * time.Millisecond})
		},
		Prepare: func(context.Context) error { return nil },
		Queue:   func(_ context.Context, bodies []string) error { r.sent = append(r.sent, bodies...); return nil },
		Count: func(values map[string]float64) {
			for name, v := range values {
				r.counts[name] += v
			}
		},
	}
	return r
}

// land makes a landing object of n events and transforms it; it returns its ledger entry's key.
func (r *rig) land(t *testing.T, i, n int) string {
	t.Helper()
	key := fmt.Sprintf("landing/2026/11/22/17/seamark-1-2026-11-22-17-%02d-%02d-10000000-0000-4000-8000-000000000001.gz", i/60, i%60)
	var out bytes.Buffer
	for p := range 2 {
		var events []string
		for k := range n {
			events = append(events, fmt.Sprintf(`{"id":"%d-%d-%d","timestamp":%d,"message":"hello"}`, i, p, k, time.Date(2026, 11, 22, 17, 0, k, 0, time.UTC).UnixMilli()))
		}
		w := gzip.NewWriter(&out)
		fmt.Fprintf(w, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p%d/prod/team/eu-central-1/f"],"logEvents":[%s]}`, p, strings.Join(events, ","))
		w.Close()
	}
	if err := r.store.Store.PutBytes(key, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	l := lake.New(r.store.Store)
	src, err := transformer.OpenObject(l, r.store.Store, key)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := transformer.New(l, nil).Transform(t.Context(), src, false)
	if err != nil {
		t.Fatal(err)
	}
	return res.Entry.Key()
}

// ok fails when a message failed.
func ok(t *testing.T, errs []error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// The work on a message costs the same, whatever else is in the ledger or marked.
func TestCostOfAMessage(t *testing.T) {
	many := 5_000
	if os.Getenv("SEAMARK_TORTURE") != "" {
		many = 100_000
	}
	var calls [2][]int64
	for k, n := range []int{10, many} {
		r := newRig(t, t.TempDir())
		one := filepath.Join(r.root, "one")
		if err := os.WriteFile(one, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		target := "d6662d22a0d5b8ac0b1d44ea6e1d5a0b" // any: marks of another cluster count likewise
		for i := range n {
			for _, name := range []string{fmt.Sprintf("ledger/2026/10/%02d/%02d/%064x.json", 1+i/24%28, i%24, i), fmt.Sprintf("indexed/%s/%064x/%016x", target, i, i)} {
				name = filepath.Join(r.root, name)
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Link(one, name); err != nil {
					t.Fatal(err)
				}
			}
		}
		a, b := r.land(t, 0, 5), r.land(t, 1, 5)
		for _, messages := range [][][]string{{{a}}, {{a}}, {{a}, {b}}} {
			r.store.calls.Store(0)
			ok(t, r.Entries(t.Context(), messages))
			calls[k] = append(calls[k], r.store.calls.Load())
		}
	}
	if !slices.Equal(calls[0], calls[1]) {
		t.Errorf("with 10 entries %v calls, with %d %v", calls[0], many, calls[1])
	}
	t.Logf("calls of the store: an entry of two files, again, again with another: %v", calls[0])
}

// Every message is lost: reconciliation has everything indexed, once. Messages that come
// twice, also at once, change nothing.
func TestReconcile(t *testing.T) {
	r := newRig(t, t.TempDir())
	for i := range 30 {
		r.land(t, i, 3)
	}
	now := time.Date(2026, 11, 22, 17, 5, 0, 0, time.UTC)
	r.Now = func() time.Time { return now }
	if got, err := r.Reconcile(t.Context()); err != nil || got.Unindexed != 0 {
		t.Errorf("what has just come: %+v, %v", got, err)
	}
	now = now.Add(time.Hour)
	got, err := r.Reconcile(t.Context())
	if err != nil || got.Unindexed != 30 || got.Sent != 30 || len(r.sent) != 2 || r.counts["Unindexed"] != 30 {
		t.Fatalf("%+v, %v, sent %v", got, err, r.sent)
	}
	other := newRig(t, r.root)
	other.index = r.index
	var wg sync.WaitGroup
	for _, at := range []*rig{r, other} {
		wg.Go(func() {
			for _, body := range r.sent {
				m, err := worker.DecodeIndex([]byte(body))
				if err != nil {
					t.Error(err)
				}
				for _, err := range at.Entries(t.Context(), [][]string{m.Entries}) {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if len(r.index.docs) != 30*2*3 {
		t.Errorf("%d documents", len(r.index.docs))
	}
	if got, err := r.Reconcile(t.Context()); err != nil || got.Unindexed != 0 {
		t.Errorf("afterwards: %+v, %v", got, err)
	}
}

// Files without an entry index nothing; what is no entry, is gone or is damaged fails alone
// or not at all.
func TestOdd(t *testing.T) {
	r := newRig(t, t.TempDir())
	good, stopped := r.land(t, 0, 5), r.land(t, 1, 5)
	if err := r.store.Store.Remove(stopped); err != nil { // as if its transformation had died before the entry
		t.Fatal(err)
	}
	damaged := r.land(t, 2, 5)
	if err := r.store.Store.PutBytes(damaged, []byte("{")); err != nil {
		t.Fatal(err)
	}
	errs := r.Entries(t.Context(), [][]string{{"ledger/2026/11/22/17/x.replaced"}, {stopped}, {damaged}, {good, good}, {good}})
	for i, fails := range []bool{false, false, true, false, false} {
		if (errs[i] != nil) != fails {
			t.Errorf("message %d: %v", i, errs[i])
		}
	}
	if len(r.index.docs) != 10 || r.counts["Documents"] != 10 {
		t.Errorf("%d documents, want 10; counted %v", len(r.index.docs), r.counts)
	}
	for _, body := range []string{`{"do":"index"}`, `{"do":"index","entries":["landing/x"]}`, `{"do":"index","entries":7}`} {
		if _, err := worker.DecodeIndex([]byte(body)); err == nil {
			t.Errorf("%s was taken", body)
		}
	}
}

// An OpenSearch that takes nothing fails the messages, which are tried again.
func TestDown(t *testing.T) {
	r := newRig(t, t.TempDir())
	key := r.land(t, 0, 5)
	r.index.down = &seamark.Fault{Class: seamark.Temporary, What: "429"}
	if errs := r.Entries(t.Context(), [][]string{{key}}); errs[0] == nil {
		t.Error("it did not fail")
	}
	r.index.down = nil
	ok(t, r.Entries(t.Context(), [][]string{{key}}))
	if len(r.index.docs) != 10 {
		t.Errorf("%d documents", len(r.index.docs))
	}
}

// Between the entry and its message the hour was compacted: the rows are found where they
// are now, without the rest of the ledger.
func TestCompactedMeanwhile(t *testing.T) {
	r := newRig(t, t.TempDir())
	keys := []string{r.land(t, 0, 5), r.land(t, 1, 5), r.land(t, 2, 5)}
	l := lake.New(r.store.Store)
	if report, err := l.Compact(t.Context(), lake.CompactOptions{Grace: -1}); err != nil || report.FilesAfter != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	ok(t, r.Entries(t.Context(), [][]string{{keys[0]}, {keys[2]}}))
	if len(r.index.docs) != 20 {
		t.Errorf("%d documents, want 20", len(r.index.docs))
	}
}

// An object that was transformed anew is indexed anew, in place of what it was.
func TestDoneAnew(t *testing.T) {
	r := newRig(t, t.TempDir())
	key := r.land(t, 0, 5)
	ok(t, r.Entries(t.Context(), [][]string{{key}}))
	l := lake.New(r.store.Store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	src, err := transformer.OpenObject(l, r.store.Store, l.Entries()[0].Origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	owners := &transformer.Owners{Accounts: map[string][]string{"p1": {"111111111111"}}} // p1 is not this account's
	if _, err := transformer.New(l, &transformer.Options{Owners: owners}).Transform(t.Context(), src, true); err != nil {
		t.Fatal(err)
	}
	ok(t, r.Entries(t.Context(), [][]string{{key}}))
	unassigned := 0
	for _, doc := range r.index.docs {
		if strings.Contains(doc, `"unassigned"`) {
			unassigned++
		}
	}
	if len(r.index.docs) != 10 || unassigned != 5 {
		t.Errorf("%d documents, %d unassigned", len(r.index.docs), unassigned)
	}
	if got, err := r.Reconcile(t.Context()); err != nil || got.Unindexed != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
