package lake_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// payload is a CloudWatch Logs payload of n events in two hours.
func payload(name string, n int) []byte {
	var events []string
	for i := range n {
		events = append(events, fmt.Sprintf(`{"id":"%s-%d","timestamp":%d,"message":"hello %d"}`, name, i, firstHourMs+int64(i%2)*3_600_000, i))
	}
	return []byte(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["x"],"logEvents":[` + strings.Join(events, ",") + `]}`)
}

// firstHourMs is the beginning of the first hour of a payload.
const firstHourMs = 1795334400000

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// The landing objects of the fault tests.
const (
	goodKey    = "landing/2026/11/22/08/good.gz"
	damagedKey = "landing/2026/11/22/08/damaged.gz"
	copyKey    = "landing/2026/11/22/08/copy.gz"
	brokenKey  = "landing/2026/11/22/08/broken.gz"
)

// Their contents, made once.
var (
	goodObject     = sync.OnceValue(func() []byte { return gzipped(payload("good", 3)) })
	repairedObject = sync.OnceValue(func() []byte { return append(gzipped(payload("a", 2)), gzipped(payload("b", 3))...) })
)

// Another damaged object, which holds events of a sound one, and its successor.
var mendedObject = sync.OnceValue(func() []byte { return append(gzipped(payload("good", 3)), gzipped(payload("z", 3))...) })

func brokenObject() []byte { b := mendedObject(); return b[: len(b)-20 : len(b)-20] }

func damagedObject() []byte { b := repairedObject(); return b[: len(b)-20 : len(b)-20] }

// transform does one landing object.
func transform(l *lake.Lake, key string, force bool) (transformer.Result, error) {
	src, err := transformer.OpenFile(l, filepath.Join(l.Root(), filepath.FromSlash(key)))
	if err != nil {
		return transformer.Result{}, err
	}
	defer src.Close()
	return transformer.New(l, nil).Transform(context.Background(), src, force)
}

func write(b []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// lifeRows are the rows that a life leaves: of three sound objects of four payloads, without
// the events that two of them hold; one of each payload is of the hour that has not expired.
const lifeRows = 4

// step is one thing that is done to a lake.
type step struct {
	name string
	do   func(*lake.Lake) error
}

// life is what a lake goes through in the fault tests: everything that writes.
func life() []step {
	again := func(key string, force bool) func(*lake.Lake) error {
		return func(l *lake.Lake) error { _, err := transform(l, key, force); return err }
	}
	create := func(key string, b []byte) func(*lake.Lake) error {
		return func(l *lake.Lake) error {
			err := l.Create(key, write(b))
			if errors.Is(err, fs.ErrExist) { // an attempt whose last fsync failed: it is whole
				return l.Store.(*lake.Dir).SyncFolder(key)
			}
			return err
		}
	}
	return []step{
		{"create good", create(goodKey, goodObject())},
		{"create damaged", create(damagedKey, damagedObject())},
		{"transform good", again(goodKey, false)},
		{"transform damaged", again(damagedKey, false)},
		{"create copy", create(copyKey, goodObject())},
		{"cover copy", again(copyKey, false)},
		{"repair", func(l *lake.Lake) error { return l.Put(damagedKey, write(repairedObject())) }},
		{"supersede", again(damagedKey, false)},
		{"force", again(goodKey, true)},
		{"compact", compactStep},
		{"force what is compacted", again(goodKey, true)},
		{"renew", func(l *lake.Lake) error {
			if _, err := l.Renew(lake.HourOf(firstHourMs)); err != nil {
				return err
			}
			_, err := transform(l, goodKey, true)
			return err
		}},
		{"create broken", create(brokenKey, brokenObject())},
		{"transform broken", again(brokenKey, false)},
		{"compact again", compactStep},
		{"mend", func(l *lake.Lake) error { return l.Put(brokenKey, write(mendedObject())) }},
		{"supersede what is compacted", again(brokenKey, false)},
		{"compact at last", compactStep},
		{"expire", func(l *lake.Lake) error { _, err := l.Expire(context.Background(), firstHourGoes()); return err }},
	}
}

// compactStep compacts all there is, some time after it came.
func compactStep(l *lake.Lake) error {
	age(l.Root())
	r, err := l.Compact(context.Background(), hasty())
	for _, h := range r.Hours {
		if h.Skipped != "" {
			err = errors.Join(err, errors.New(h.Skipped))
		}
	}
	return err
}

func newFaulty(t *testing.T, f *faulty) *lake.Lake {
	t.Helper()
	d, err := lake.OpenDir(filepath.Join(scratch(t), "lake"), f)
	if err != nil {
		t.Fatal(err)
	}
	return lake.New(d)
}

// TestEveryCallFails lets each call of the file system fail once, in each way, during
// each step. After it the lake is as it was or as it shall be, and the next try succeeds.
func TestEveryCallFails(t *testing.T) {
	count := &faulty{}
	l := newFaulty(t, count)
	whole := 0 // calls before anything is compacted
	for _, s := range life() {
		if s.name == "compact" {
			whole = len(count.kinds)
		}
		if err := s.do(l); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
	}
	for _, f := range check.Lake(l.Root(), nil) {
		t.Error(f)
	}
	if _, rows, err := check.RowHash(l.Root()); err != nil || rows != lifeRows {
		t.Fatal(rows, err)
	}
	turn := int(crashSeed(t) % 6)
	for i, kind := range count.kinds {
		if i >= whole && i%6 != turn && !torture {
			continue // a sixth each time
		}
		faults := []error{syscall.EIO}
		if kind == "write" {
			faults = append(faults, nil)
		}
		if kind == "write" || kind == "open" || torture {
			faults = append(faults, syscall.ENOSPC)
		}
		for _, err := range faults {
			oneFault(t, &faulty{at: i + 1, err: err})
		}
	}
}

// torture asks for the long versions of the fault tests.
var torture = os.Getenv("SEAMARK_TORTURE") == "1"

func oneFault(t *testing.T, f *faulty) {
	l := newFaulty(t, f)
	name := func(s step) string { return fmt.Sprintf("call %d (%s, %v) during %s", f.at, f.failed, f.err, s.name) }
	for _, s := range life() {
		before := f.failed
		err := s.do(l)
		if f.failed == "" || before != "" {
			if err != nil {
				t.Fatalf("%s: %v", name(s), err)
			}
			continue
		}
		if err == nil && (f.failed == "fsync" || f.failed == "write" || f.failed == "syncdir" || f.failed == "rename" || f.failed == "link") {
			t.Errorf("%s: it succeeds all the same", name(s))
		}
		if err != nil && errors.Is(f.err, syscall.ENOSPC) && !strings.HasPrefix(s.name, "compact") && seamark.ClassOf(err) != seamark.Temporary {
			t.Errorf("%s: a full disk is not temporary: %v", name(s), err)
		}
		for _, finding := range check.Check(l.Root(), check.Options{Unfinished: true}) {
			t.Errorf("%s: %s", name(s), finding)
		}
		f.heal()
		if err := s.do(l); err != nil {
			t.Fatalf("%s: the next try fails: %v", name(s), err)
		}
	}
	if err := errors.Join(l.Refresh(t.Context()), l.Recover()); err != nil {
		t.Error(err)
	}
	for _, finding := range check.Lake(l.Root(), nil) {
		t.Errorf("call %d (%s, %v): %s", f.at, f.failed, f.err, finding)
	}
	for _, c := range f.crimes {
		t.Errorf("call %d (%s, %v): %s", f.at, f.failed, f.err, c)
	}
	os.RemoveAll(l.Root())
}
