package worker_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/worker"
)

// counted is a store that counts what it is asked, and can die.
type counted struct {
	lake.Store
	mu    sync.Mutex
	calls []string
	dieAt int // the call from which on all fail; 0: none
}

var errDead = errors.New("the process is dead")

func (c *counted) call(kind, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, kind+" "+key)
	if c.dieAt > 0 && len(c.calls) >= c.dieAt {
		return errDead
	}
	return nil
}

// take returns how many calls there were since the last take.
func (c *counted) take() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.calls)
	c.calls = nil
	return n
}

func (c *counted) Open(key string) (lake.Object, error) {
	if err := c.call("open", key); err != nil {
		return nil, err
	}
	return c.Store.Open(key)
}

func (c *counted) ReadFile(key string) ([]byte, error) {
	if err := c.call("read", key); err != nil {
		return nil, err
	}
	return c.Store.ReadFile(key)
}

func (c *counted) Stat(key string) (fs.FileInfo, error) {
	if err := c.call("stat", key); err != nil {
		return nil, err
	}
	return c.Store.Stat(key)
}

func (c *counted) Create(key string, write func(io.Writer) error) error {
	if err := c.call("create", key); err != nil {
		return err
	}
	return c.Store.Create(key, write)
}

func (c *counted) PutBytes(key string, b []byte) error {
	if err := c.call("put", key); err != nil {
		return err
	}
	return c.Store.PutBytes(key, b)
}

func (c *counted) Remove(keys ...string) error {
	for _, key := range keys {
		if err := c.call("remove", key); err != nil {
			return err
		}
	}
	return c.Store.Remove(keys...)
}

// Walk counts each key that is shown: a bucket asks once for a thousand.
func (c *counted) Walk(prefix string, fn func(string, fs.DirEntry) error) error {
	if err := c.call("walk", prefix); err != nil {
		return err
	}
	return c.Store.Walk(prefix, func(key string, e fs.DirEntry) error {
		if err := c.call("list", key); err != nil {
			return err
		}
		return fn(key, e)
	})
}

func (c *counted) News(ctx context.Context, prefix string, seen *lake.Seen, fn func(string)) error {
	if err := c.call("news", prefix); err != nil {
		return err
	}
	return c.Store.News(ctx, prefix, seen, func(key string) {
		if c.call("list", key) == nil {
			fn(key)
		}
	})
}

type temp struct {
	lake.Temp
	c *counted
}

func (c *counted) Temp() (lake.Temp, error) {
	t, err := c.Store.Temp()
	return temp{t, c}, err
}

func (t temp) Replace(key string) error {
	if err := t.c.call("put", key); err != nil {
		return err
	}
	return t.Temp.Replace(key)
}

func (t temp) Publish(key string) error {
	if err := t.c.call("create", key); err != nil {
		return err
	}
	return t.Temp.Publish(key)
}

// rig is a worker over a folder.
type rig struct {
	*worker.Worker
	store  *counted
	root   string
	sent   []string
	counts map[string]float64
	log    bytes.Buffer
}

func newRig(t *testing.T, root string) *rig {
	t.Helper()
	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{store: &counted{Store: d}, root: root, counts: map[string]float64{}}
	r.Worker = &worker.Worker{
		Store: func(context.Context) lake.Store { return r.store }, Log: slog.New(slog.NewTextHandler(&r.log, nil)), Region: "eu-central-1",
		Queue: func(_ context.Context, bodies []string) error { r.sent = append(r.sent, bodies...); return nil },
		Count: func(values map[string]float64) {
			for name, v := range values {
				r.counts[name] += v
			}
		},
		Compact: lake.CompactOptions{Grace: -1},
	}
	return r
}

// land puts a landing object of n events there; events of the same name are the same.
func (r *rig) land(t *testing.T, key, name string, n int) {
	t.Helper()
	var out bytes.Buffer
	for p := range 2 {
		var events []string
		for i := range n {
			events = append(events, fmt.Sprintf(`{"id":"%s-%d-%d","timestamp":%d,"message":"hello %d"}`, name, p, i, time.Date(2026, 11, 22, 17, 0, i, 0, time.UTC).UnixMilli(), i))
		}
		w := gzip.NewWriter(&out)
		fmt.Fprintf(w, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p%d/prod/team/eu-central-1/f"],"logEvents":[%s]}`, p, strings.Join(events, ","))
		w.Close()
	}
	if err := r.store.Store.PutBytes(key, out.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// rows are those that readers see.
func (r *rig) rows(t *testing.T) int64 {
	t.Helper()
	l := lake.New(r.store.Store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l.Accounts().Rows
}

// sound checks all invariants, by code that shares nothing with what it checks.
func (r *rig) sound(t *testing.T) {
	t.Helper()
	for _, f := range check.Lake(r.root, nil) {
		t.Errorf("%s", f)
	}
}

func landing(i int) string {
	return fmt.Sprintf("landing/2026/11/22/17/seamark-1-2026-11-22-17-%02d-%02d-10000000-0000-4000-8000-000000000001.gz", i/60, i%60)
}

// crowd puts n entries into the ledger, and as many landing objects into landing.
func (r *rig) crowd(t *testing.T, n int) {
	t.Helper()
	one := filepath.Join(r.root, "one")
	if err := os.WriteFile(one, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(one)
	for i := range n {
		hour := fmt.Sprintf("2026/10/%02d/%02d", 1+i/24%28, i%24)
		for _, name := range []string{fmt.Sprintf("ledger/%s/%064x.json", hour, i), fmt.Sprintf("landing/%s/%d.gz", hour, i)} {
			name = filepath.Join(r.root, name)
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Link(one, name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The work on a message costs the same, whatever else is in the ledger.
func TestCostOfAMessage(t *testing.T) {
	many := 5_000
	if os.Getenv("SEAMARK_TORTURE") != "" {
		many = 100_000
	}
	var calls [2][]int
	for k, n := range []int{10, many} {
		r := newRig(t, t.TempDir())
		r.crowd(t, n)
		for i := range 3 {
			r.land(t, landing(i), fmt.Sprint(i), 5)
		}
		for i := range 3 {
			if err := r.Object(t.Context(), landing(i)); err != nil {
				t.Fatal(err)
			}
			calls[k] = append(calls[k], r.store.take())
		}
		if err := r.Object(t.Context(), landing(0)); err != nil { // once more
			t.Fatal(err)
		}
		calls[k] = append(calls[k], r.store.take())
		report, err := r.CompactHour(t.Context(), worker.Compact{Hour: "2026-11-22T17", Folders: []string{"ledger/2026/11/22/17", "ledger/hours/2026/11/22/17", "ledger/expired"}})
		if err != nil || report.FilesBefore != 6 || report.FilesAfter != 2 {
			t.Fatalf("%+v, %v", report, err)
		}
		calls[k] = append(calls[k], r.store.take())
		if _, err := r.Canary(t.Context()); err != nil {
			t.Fatal(err)
		}
		calls[k] = append(calls[k], r.store.take())
	}
	if !slices.Equal(calls[0], calls[1]) {
		t.Errorf("with 10 entries %v calls, with %d %v", calls[0], many, calls[1])
	}
	t.Logf("calls of the store: three objects, one again, an hour's compaction, a canary: %v", calls[0])
}

// An account that stops sending is counted and named, once a whole day has passed without it; one
// that goes on sending is not.
func TestSilent(t *testing.T) {
	r := newRig(t, t.TempDir())
	var log bytes.Buffer
	r.Log = slog.New(slog.NewTextHandler(&log, nil))
	object := func(day, n int) {
		key := fmt.Sprintf("landing/2026/11/%02d/17/seamark-1-2026-11-%02d-17-05-%02d-00000000-0000-4000-8000-0000000000%02d.gz", day, day, n, n)
		r.land(t, key, fmt.Sprint(day, n), 2)
		if err := r.Object(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	for day := 16; day <= 20; day++ {
		object(day, day)
	}
	for day, want := range map[int]float64{20: 0, 21: 0, 22: 1, 30: 1} {
		r.Now = func() time.Time { return time.Date(2026, 11, day, 18, 0, 0, 0, time.UTC) }
		clear(r.counts)
		got, err := r.Reconcile(t.Context())
		if err != nil || r.counts["SilentAccounts"] != want || len(got.Silent) != int(want) {
			t.Errorf("on the %d.: %+v, %v, counted %v; want %v", day, got, err, r.counts, want)
		}
	}
	if !strings.Contains(log.String(), "account=222222222222 last=2026-11-20 days=5") {
		t.Errorf("the log does not name it:\n%s", &log)
	}
	object(30, 31)
	r.Now = func() time.Time { return time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC) }
	if got, err := r.Reconcile(t.Context()); err != nil || len(got.Silent) != 0 {
		t.Errorf("it sends again: %+v, %v", got, err)
	}
}

// Every message is lost: reconciliation makes all rows arrive. It leaves alone what has
// just come, and says how much waits for how long.
func TestReconcile(t *testing.T) {
	r := newRig(t, t.TempDir())
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	r.Now = func() time.Time { return now }
	for i := range 20 {
		r.land(t, landing(i), fmt.Sprint(i), 5)
	}
	r.land(t, "landing/2026/11/22/17/seamark-1-2026-11-22-17-55-00-10000000-0000-4000-8000-000000000001.gz", "new", 5)
	got, err := r.Reconcile(t.Context())
	if err != nil || got.Pending != 20 || got.Sent != 20 || len(r.sent) != 20 || r.counts["FreshnessSeconds"] != 3600 {
		t.Fatalf("%+v, %v, %d messages, counted %v", got, err, len(r.sent), r.counts)
	}
	for _, body := range append(r.sent, r.sent[0]) { // one comes twice
		m, err := worker.DecodeTransform([]byte(body))
		if err == nil {
			err = r.Object(t.Context(), m.Key)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.sent = nil
	now = now.Add(time.Hour)
	if got, err := r.Reconcile(t.Context()); err != nil || got.Pending != 1 || len(r.sent) != 1 {
		t.Errorf("later: %+v, %v", got, err)
	}
	r.Queue = nil // a local run does at once what would be sent
	if got, err := r.Reconcile(t.Context()); err != nil || got.Sent != 1 {
		t.Errorf("without a queue: %+v, %v", got, err)
	}
	if got, want := r.rows(t), int64(21*10); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	r.sound(t)
}

// Killed at any call of the store, and done again: nothing is lost and nothing twice. What is
// not remembered of who sent is no fault of the object.
func TestKilled(t *testing.T) {
	for at := 1; ; at++ {
		r := newRig(t, t.TempDir())
		r.land(t, landing(0), "a", 5)
		r.store.dieAt = at
		err := r.Object(t.Context(), landing(0))
		died := len(r.store.calls) >= at
		if died == (err == nil) && !(died && strings.HasPrefix(r.store.calls[at-1], "create senders/")) {
			t.Fatalf("call %d: died %v, %v", at, died, err)
		}
		r.store.dieAt = 0
		if err := r.Object(t.Context(), landing(0)); err != nil {
			t.Fatalf("call %d: %v", at, err)
		}
		if got := r.rows(t); got != 10 {
			t.Fatalf("call %d: %d rows", at, got)
		}
		r.sound(t)
		if !died {
			t.Logf("killed at each of %d calls", at-1)
			return
		}
	}
}

// One message is delivered to two processes at once.
func TestTwiceAtOnce(t *testing.T) {
	root := t.TempDir()
	a, b := newRig(t, root), newRig(t, root)
	for round := range 20 {
		key := landing(round)
		a.land(t, key, fmt.Sprint(round), 5)
		var wg sync.WaitGroup
		for _, r := range []*rig{a, b} {
			wg.Go(func() {
				if err := r.Object(t.Context(), key); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if got := a.rows(t); got != 200 {
		t.Errorf("%d rows, want 200", got)
	}
	a.sound(t)
}

// A landing object with other bytes than were transformed is refused, though no ledger was
// read: its rows would stand beside those of what it was. A damaged one is repaired.
func TestChanged(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.land(t, landing(0), "a", 5)
	if err := r.Object(t.Context(), landing(0)); err != nil {
		t.Fatal(err)
	}
	r.land(t, landing(0), "b", 5)
	if err := r.Object(t.Context(), landing(0)); err == nil || !strings.Contains(err.Error(), "have changed") {
		t.Errorf("got %v", err)
	}
	r.land(t, landing(0), "a", 5)
	r.land(t, landing(1), "c", 5)
	whole, err := r.store.Store.ReadFile(landing(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.store.Store.PutBytes(landing(1), whole[:len(whole)-20]); err != nil {
		t.Fatal(err)
	}
	if err := r.Object(t.Context(), landing(1)); err != nil || r.counts["Quarantined"] != 1 {
		t.Fatalf("%v, counted %v", err, r.counts)
	}
	if err := r.store.Store.PutBytes(landing(1), whole); err != nil {
		t.Fatal(err)
	}
	if err := r.Object(t.Context(), landing(1)); err != nil {
		t.Fatal(err)
	}
	if got := r.rows(t); got != 20 {
		t.Errorf("%d rows, want 20", got)
	}
	r.sound(t)
}

// What is no landing object or is gone blocks nothing.
func TestOddKeys(t *testing.T) {
	r := newRig(t, t.TempDir())
	for i, key := range []string{"landing/product=x/a b.gz", "landing/a+b%3D.gz", "landing/ü/%.gz"} {
		r.land(t, key, fmt.Sprint(i), 5)
		if err := r.Object(t.Context(), key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	for key, fails := range map[string]bool{"landing/gone.gz": false, "landing/folder/": false, "lake/logs/x.parquet": true} {
		if err := r.Object(t.Context(), key); (err != nil) != fails {
			t.Errorf("%s: %v", key, err)
		}
	}
	if got := r.rows(t); got != 30 {
		t.Errorf("%d rows, want 30", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	r.land(t, landing(0), "late", 5)
	if err := r.Object(ended, landing(0)); err == nil || !strings.Contains(err.Error(), "time was up") {
		t.Errorf("out of time: %v", err)
	}
}

// Compaction fans out: a message for each hour, which names what of the ledger it needs.
// Late objects, objects done anew, and a compactor that was killed are all made up for.
func TestCompact(t *testing.T) {
	r := newRig(t, t.TempDir())
	all := func() {
		t.Helper()
		r.sent = nil
		if _, err := r.CompactHours(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, body := range r.sent {
			m, err := worker.DecodeCompact([]byte(body))
			if err == nil {
				_, err = r.CompactHour(t.Context(), m)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 6 {
		r.land(t, landing(i), fmt.Sprint(i), 5)
		if err := r.Object(t.Context(), landing(i)); err != nil {
			t.Fatal(err)
		}
	}
	all()
	if len(r.sent) != 1 || !strings.Contains(r.sent[0], "2026-11-22T17") {
		t.Fatalf("sent %v", r.sent)
	}
	late := "landing/2026/11/23/02/seamark-1-2026-11-23-02-00-00-10000000-0000-4000-8000-000000000001.gz"
	r.land(t, late, "late", 5)
	if err := r.Object(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	r.land(t, landing(7), "3", 4) // events of another object once more: dropped
	if err := r.Object(t.Context(), landing(7)); err != nil {
		t.Fatal(err)
	}
	all()
	if got := r.rows(t); got != 78 {
		t.Errorf("%d rows, want 78", got)
	}
	all()
	if len(r.sent) != 0 {
		t.Errorf("still due: %v", r.sent)
	}
	r.sound(t)
	for _, body := range []string{`{"do":"compact","hour":"yesterday"}`, `{"do":"compact","hour":"2026-11-22T17","folders":["landing"]}`, `{"do":"compact","hour":7}`} {
		if _, err := worker.DecodeCompact([]byte(body)); err == nil {
			t.Errorf("%s was taken", body)
		}
	}
}

// The canary's event takes the way of all others; when it does not arrive, the next one says so.
func TestCanary(t *testing.T) {
	r := newRig(t, t.TempDir())
	now := time.Date(2026, 11, 22, 17, 58, 0, 0, time.UTC)
	r.Now = func() time.Time { return now }
	first, err := r.Canary(t.Context())
	if err != nil || first.Previous != "" || first.Lost {
		t.Fatalf("%+v, %v", first, err)
	}
	now = now.Add(time.Minute) // the first may be on its way
	if c, err := r.Canary(t.Context()); err != nil || c.Previous != "" {
		t.Errorf("%+v, %v", c, err)
	}
	now = now.Add(5 * time.Minute) // another hour
	c, err := r.Canary(t.Context())
	if err == nil || !c.Lost || c.Key == "" || r.counts["CanaryMissing"] != 1 || !strings.Contains(err.Error(), c.Previous) {
		t.Errorf("%+v, %v, counted %v", c, err, r.counts)
	}
	if err := r.Object(t.Context(), c.Key); err != nil {
		t.Fatal(err)
	}
	now = now.Add(5 * time.Minute)
	if d, err := r.Canary(t.Context()); err != nil || d.Previous != c.Key || d.Lost {
		t.Errorf("%+v, %v", d, err)
	}
	if l := r.rows(t); l != 1 {
		t.Errorf("%d rows", l)
	}
	if _, err := os.Stat(filepath.Join(r.root, "lake/logs/product=seamark/environment=canary/date=2026-11-22/hour=18")); err != nil {
		t.Error(err)
	}
}

// Through Firehose: what it gathered arrives in objects of its own making, with events of
// others. One that is not there in time is missed, and found when it comes late after all.
func TestCanaryByFirehose(t *testing.T) {
	r := newRig(t, t.TempDir())
	now := time.Date(2026, 11, 22, 17, 58, 0, 0, time.UTC)
	r.Now = func() time.Time { return now }
	var held [][]byte // by Firehose
	var refuses error
	r.Firehose = func(_ context.Context, record []byte) error {
		if refuses == nil {
			held = append(held, record)
		}
		return refuses
	}
	deliver := func(records ...[]byte) {
		t.Helper()
		key := fmt.Sprintf("landing/%s/seamark-1-%s-10000000-0000-4000-8000-000000000001.gz", now.Format("2006/01/02/15"), now.Format("2006-01-02-15-04-05"))
		if err := r.store.PutBytes(key, bytes.Join(records, nil)); err != nil {
			t.Fatal(err)
		}
		if err := r.Object(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(after time.Duration, lost bool, marks int) worker.Canaried {
		t.Helper()
		now = now.Add(after)
		before := r.counts["CanaryMissing"]
		c, err := r.Canary(t.Context())
		open, _ := os.ReadDir(filepath.Join(r.root, "canary"))
		counted := map[bool]float64{true: 1}[lost]
		if c.Lost != lost || (err != nil) != lost || len(open) != marks || r.counts["CanaryMissing"]-before != counted {
			t.Errorf("after %s: %+v, %v, %d marks, counted %v; want lost %v, %d marks", after, c, err, len(open), r.counts, lost, marks)
		}
		return c
	}
	ask(0, false, 1)
	ask(5*time.Minute, false, 2) // another hour; both on their way
	deliver(held...)
	held = nil
	ask(5*time.Minute, false, 1) // both found
	ask(5*time.Minute, false, 2)
	ask(5*time.Minute, false, 3)
	c := ask(10*time.Minute, true, 4) // the first of these is 20 minutes old
	if !strings.HasPrefix(c.Previous, "canary/") {
		t.Errorf("%+v", c)
	}
	late := held
	held = nil
	deliver(late...)
	ask(5*time.Minute, false, 1)
	refuses = errors.New("Firehose takes nothing")
	ask(5*time.Minute, true, 1)
	refuses = nil
	ask(4*time.Hour, true, 1) // what was never delivered is told of, and forgotten
	ask(5*time.Minute, false, 2)
}

// Retention deletes what is old and done, and waits for a person where much would go at once.
func TestRetain(t *testing.T) {
	r := newRig(t, t.TempDir())
	if _, err := r.Retain(t.Context()); err != nil || r.store.take() != 0 {
		t.Errorf("without ages: %v", err)
	}
	r.Retention = lake.RetentionOptions{Landing: 24 * time.Hour}
	r.land(t, landing(0), "a", 5)
	if err := r.Object(t.Context(), landing(0)); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	r.Now = func() time.Time { return now }
	r.land(t, "landing/2026/11/23/19/seamark-1-2026-11-23-19-00-00-10000000-0000-4000-8000-000000000001.gz", "b", 5)
	if err := r.Object(t.Context(), "landing/2026/11/23/19/seamark-1-2026-11-23-19-00-00-10000000-0000-4000-8000-000000000001.gz"); err != nil {
		t.Fatal(err)
	}
	got, err := r.Retain(t.Context())
	if err != nil || len(got.Held()) != 1 || !strings.Contains(r.log.String(), "waits for a person") {
		t.Errorf("%+v, %v", got, err)
	}
}
