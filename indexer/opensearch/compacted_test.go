package opensearch_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// commitAs writes rows as the landing object id, or what it is after another transformation.
func commitAs(t testing.TB, l *lake.Lake, id lake.ID, rows ...row) {
	t.Helper()
	w := l.NewWriter(id)
	defer w.Discard()
	if was, known := l.Known(id); known {
		w.Again(was)
	}
	for _, r := range rows {
		r.log.LandingID = string(id)
		p := lake.Partition{Table: seamark.TableLogs, Product: r.product, Environment: "prod", Hour: lake.HourOf(r.log.Timestamp)}
		if err := w.WriteLogs(p, []seamark.Log{*r.log}, 100); err != nil {
			t.Fatal(err)
		}
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	e := &lake.Entry{Version: 1, ID: id, Origin: lake.Origin{URL: "landing/" + string(id)}, Arrival: time.UnixMilli(eventMs).UTC(), Parser: "1", Schema: schemas.ColumnsVersion,
		Accounts: seamark.Accounts{Objects: 1, Events: int64(len(rows)), Rows: int64(len(rows))}, Files: files}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
}

// opens counts how often each compacted file is opened, and calls before once, when the
// first file of a landing object is.
type opens struct {
	lake.Store
	mu     sync.Mutex
	count  map[string]int
	before func()
}

func (s *opens) Open(key string) (lake.Object, error) {
	s.mu.Lock()
	before := s.before
	if lake.IsCompacted(key) {
		s.count[key]++
		before = nil
	} else if strings.HasPrefix(key, lake.LakeFolder+"/") {
		s.before = nil
	} else {
		before = nil
	}
	s.mu.Unlock()
	if before != nil {
		before()
	}
	return s.Store.Open(key)
}

func newOpens(t *testing.T) (*lake.Lake, *opens) {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &opens{Store: d, count: map[string]int{}}
	return lake.New(s), s
}

func compactAll(t *testing.T, l *lake.Lake) lake.CompactReport {
	t.Helper()
	r, err := l.Compact(context.Background(), lake.CompactOptions{Grace: -1})
	if err != nil || r.Skipped > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	return r
}

// servers are where the tests of this file index to: the fake one, and the real one where there is one.
func servers(t *testing.T, test func(t *testing.T, c *opensearch.Client, documents func() int)) {
	t.Run("fake", func(t *testing.T) {
		f := newFake(t)
		test(t, newClient(t, opensearch.Options{URL: f.URL}), func() int { f.mu.Lock(); defer f.mu.Unlock(); return len(f.docs) })
	})
	t.Run("real", func(t *testing.T) {
		c := realClient(t, servertest.OpenSearch(t))
		test(t, c, func() int {
			n, err := c.CountDocuments(t.Context(), seamark.TableLogs, seamark.Span{})
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		})
	})
}

// TestCompactedBeforeIndexed: objects whose files were merged before they were indexed
// reach the index whole, each compacted file is read once for all of them, and an object
// that came later does not make the others be read again.
func TestCompactedBeforeIndexed(t *testing.T) {
	servers(t, func(t *testing.T, c *opensearch.Client, documents func() int) {
		l, s := newOpens(t)
		const objects, each = 40, 30
		for i := range objects { // neighbours share 5 events: duplicates that compaction drops
			rows := plainRows(i*(each-5), each)
			for j := range rows {
				rows[j].log.Timestamp = eventMs + int64(i*(each-5)+j)
			}
			commitAs(t, l, lake.ID(randomHex(32)), rows...)
		}
		r := compactAll(t, l)
		if r.FilesAfter == 0 || r.Rows+r.Duplicates != objects*each || r.Duplicates != 5*(objects-1) {
			t.Fatalf("%+v", r)
		}
		ix := newIndexer(t, l, c, quick())
		indexAll(t, ix, objects)
		if got, want := documents(), int(r.Rows); got != want {
			t.Errorf("%d documents, want %d", got, want)
		}
		for key, n := range s.count {
			if n > 6 { // the compactor's own look, checksum, rows
				t.Errorf("%s was opened %d times for %d objects", key, n, objects)
			}
		}
		clear(s.count)
		commitAs(t, l, lake.ID(randomHex(32)), plainRows(100_000, each)...)
		indexAll(t, ix, 1)
		if len(s.count) > 0 {
			t.Errorf("compacted files were read for an object of its own: %v", s.count)
		}
		if got, want := documents(), int(r.Rows)+each; got != want {
			t.Errorf("%d documents, want %d", got, want)
		}
	})
}

// indexAll indexes what is pending, which must be so many objects.
func indexAll(t *testing.T, ix *indexer.Indexer, objects int) indexer.Result {
	t.Helper()
	pending, err := ix.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(pending) != objects {
		t.Errorf("%d objects pending, want %d", len(pending), objects)
	}
	var sum indexer.Result
	for _, some := range indexer.Chunks(pending) {
		r, err := ix.Index(t.Context(), some)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(r)
	}
	if again, err := ix.Pending(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("%d objects still pending, %v", len(again), err)
	}
	if sum.Objects != int64(objects) || sum.Created+sum.Replaced+sum.Duplicates+sum.Reduced != sum.Documents {
		t.Errorf("%d objects, want %d: %+v", sum.Objects, objects, sum)
	}
	return sum
}

// TestTransformedAnewIsReplaced: what an index holds of an object that was transformed
// anew is put in its place, before and after a compaction.
func TestTransformedAnewIsReplaced(t *testing.T) {
	servers(t, func(t *testing.T, c *opensearch.Client, documents func() int) {
		for _, compacted := range []bool{false, true} {
			l, _ := newOpens(t)
			id := lake.ID(randomHex(32))
			first := plainRows(1000, 20)
			if compacted {
				first = plainRows(2000, 20)
			}
			commitAs(t, l, id, first...)
			ix := newIndexer(t, l, c, quick())
			before := documents()
			if r := indexAll(t, ix, 1); r.Created != 20 {
				t.Errorf("%+v", r)
			}
			for i := range first {
				first[i].log.Message = fmt.Sprint("parsed anew ", i)
			}
			commitAs(t, l, id, first...)
			if compacted {
				compactAll(t, l)
			}
			if r := indexAll(t, ix, 1); r.Replaced != 20 || r.Created+r.Duplicates != 0 {
				t.Errorf("compacted %v: %+v", compacted, r)
			}
			if got, want := documents()-before, 20; got != want {
				t.Errorf("%d documents, want %d", got, want)
			}
		}
	})
}

// TestReplacedDocumentIsTheNewOne reads a replaced document back.
func TestReplacedDocumentIsTheNewOne(t *testing.T) {
	f := newFake(t)
	c := newClient(t, opensearch.Options{URL: f.URL})
	l, _ := newOpens(t)
	id := lake.ID(randomHex(32))
	rows := plainRows(1, 1)
	commitAs(t, l, id, rows...)
	indexAll(t, newIndexer(t, l, c, quick()), 1)
	rows[0].log.Message = "parsed anew"
	commitAs(t, l, id, rows...)
	indexAll(t, newIndexer(t, l, c, quick()), 1) // as another process does: the marks tell
	for key, doc := range f.docs {
		if !strings.Contains(doc, `"message":"parsed anew"`) {
			t.Errorf("%s: %s", key, doc)
		}
	}
	if len(f.docs) != 1 {
		t.Errorf("%d documents, want 1", len(f.docs))
	}
}

// TestCompactedWhileIndexed: files that are merged and deleted between the look at the
// ledger and the reading of the file cost nothing but another look.
func TestCompactedWhileIndexed(t *testing.T) {
	f := newFake(t)
	c := newClient(t, opensearch.Options{URL: f.URL})
	l, s := newOpens(t)
	for i := range 5 {
		commitAs(t, l, lake.ID(randomHex(32)), plainRows(i*100, 10)...)
	}
	other, err := lake.Open(t.Context(), l.Root(), true) // another process compacts
	if err != nil {
		t.Fatal(err)
	}
	s.before = func() { compactAll(t, other) }
	indexAll(t, newIndexer(t, l, c, quick()), 5)
	if got, want := len(f.docs), 50; got != want {
		t.Errorf("%d documents, want %d", got, want)
	}
	if left, err := os.ReadDir(l.Root() + "/lake/logs/product=booking/environment=prod"); err != nil || len(left) == 0 {
		t.Errorf("nothing was compacted: %v", err)
	}
}

// TestTransformedAnewWhileIndexed: the files of the object go while it is read; what the index
// holds in the end are the new rows, and nothing counts as indexed that is not.
func TestTransformedAnewWhileIndexed(t *testing.T) {
	f := newFake(t)
	c := newClient(t, opensearch.Options{URL: f.URL})
	l, s := newOpens(t)
	id := lake.ID(randomHex(32))
	rows := plainRows(1, 10)
	commitAs(t, l, id, rows...)
	other, err := lake.Open(t.Context(), l.Root(), true)
	if err != nil {
		t.Fatal(err)
	}
	s.before = func() {
		for i := range rows {
			rows[i].log.Message = "parsed anew"
		}
		commitAs(t, other, id, rows...)
		compactAll(t, other)
	}
	ix := newIndexer(t, l, c, quick())
	for range 3 {
		pending, err := ix.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ix.Index(t.Context(), pending); err != nil {
			t.Fatal(err)
		}
		if err := l.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if pending, err := ix.Pending(t.Context()); err != nil || len(pending) != 0 || len(f.docs) != 10 {
		t.Errorf("%d pending, %d documents, %v", len(pending), len(f.docs), err)
	}
	for key, doc := range f.docs {
		if !strings.Contains(doc, `"message":"parsed anew"`) {
			t.Errorf("%s: %s", key, doc)
		}
	}
}
