package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
)

// operation is one thing that is done to a store through a bad network, and what must be so
// after it.
type operation struct {
	name   string
	before func(lake.Store) error
	do     func(lake.Store) error
	after  func(lake.Store) error
	// repeated is do once more after a try that failed; nil: do. A create may find that the
	// try before has been carried out.
	repeated func(lake.Store) error
}

func text(n int) string { return strings.Repeat("0123456789abcdef", n/16) }

func writing(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func holds(key, want string) func(lake.Store) error {
	return func(s lake.Store) error {
		got, err := s.ReadFile(key)
		if err == nil && string(got) != want {
			err = fmt.Errorf("%s: %d bytes such as %.20q, want %d such as %.20q", key, len(got), got, len(want), want)
		}
		return err
	}
}

func existing(do func(lake.Store) error) func(lake.Store) error {
	return func(s lake.Store) error {
		if err := do(s); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	}
}

func nothing(lake.Store) error { return nil }

func put(key, s string) func(lake.Store) error {
	return func(store lake.Store) error { return store.PutBytes(key, []byte(s)) }
}

const large = 5<<20 + 1<<19

func operations() []operation {
	create := func(key, s string) func(lake.Store) error {
		return func(store lake.Store) error { return store.Create(key, writing(s)) }
	}
	replace := func(store lake.Store) error {
		t, err := store.Temp()
		if err != nil {
			return err
		}
		defer t.Discard()
		if _, err := io.WriteString(t, text(100_000)); err != nil {
			return err
		}
		return t.Replace("x")
	}
	return []operation{
		{"create", nothing, create("x", "new"), holds("x", "new"), existing(create("x", "new"))},
		{"put", put("x", "old"), put("x", "new"), holds("x", "new"), nil},
		{"replace", put("x", "old"), replace, holds("x", text(100_000)), nil},
		{"read", put("x", text(300_000)), holds("x", text(300_000)), nothing, nil},
		{"read in blocks", put("x", text(5<<19)), readBlocks, nothing, nil},
		{"stat", put("x", "old"), func(s lake.Store) error { _, err := s.Stat("x"); return err }, nothing, nil},
		{"remove one", put("x", "old"), func(s lake.Store) error { return s.Remove("x") }, gone("x"), nil},
		{"remove", put("x", "old"), func(s lake.Store) error { return s.Remove("y", "x", "z") }, gone("x"), nil},
		{"walk", some, walkSome, nothing, nil},
		{"news", some, newsOfSome, nothing, nil},
		{"clean", nothing, func(s lake.Store) error { _, err := s.CleanTemp(); return err }, nothing, nil},
		{"create in parts", nothing, create("x", text(large)), holds("x", text(large)), existing(create("x", text(large)))},
		{"put in parts", put("x", "old"), put("x", text(large)), holds("x", text(large)), nil},
	}
}

func readBlocks(s lake.Store) error {
	f, err := s.Open("x")
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err == nil && string(b) != text(5<<19) {
		err = errors.New("other bytes")
	}
	return err
}

func gone(key string) func(lake.Store) error {
	return func(s lake.Store) error {
		if _, err := s.Stat(key); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("it is still there: %v", err)
		}
		return nil
	}
}

var someKeys = []string{"ledger/a", "ledger/b/c", "ledger/b/d"}

func some(s lake.Store) error {
	for _, key := range someKeys {
		if err := s.PutBytes(key, []byte(key)); err != nil {
			return err
		}
	}
	return nil
}

func walkSome(s lake.Store) error {
	var got []string
	err := s.Walk("ledger", func(key string, _ fs.DirEntry) error { got = append(got, key); return nil })
	if err == nil && !slices.Equal(got, someKeys) {
		err = fmt.Errorf("walked to %q", got)
	}
	return err
}

func newsOfSome(s lake.Store) error {
	var seen lake.Seen
	var got []string
	var failed error
	err := s.News(context.Background(), "ledger", &seen, func(key string) {
		if err := holds(key, key)(s); err != nil {
			failed = err
		}
		got = append(got, key)
	})
	if err = errors.Join(err, failed); err == nil && !slices.Equal(got, someKeys) {
		err = fmt.Errorf("shown %q", got)
	}
	return err
}

// One fault at each request of each operation: it must not be noticed. Then the same fault
// from that request on for good: a clean temporary fault, and the next try heals all.
func TestFaults(t *testing.T) {
	url, folder := gateway(t)
	p := newProxy(t, url)
	direct := open(t, "s3://"+bucket(t, folder), hasty(t))
	t.Setenv("AWS_ENDPOINT_URL", p.server.URL)
	o := hasty(t)
	o.Stall = 400 * time.Millisecond
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			if strings.Contains(op.name, "parts") {
				if testing.Short() {
					t.Skip("large objects")
				}
				o.Stall = time.Second // they take their time
			}
			s := open(t, direct.Root(), o)
			f := faulted{op: op, proxy: p, store: s, direct: direct}
			f.run(t, "clean", nil, false)
			calls := p.count()
			for i := range calls {
				for _, kind := range faults() {
					f.run(t, fmt.Sprintf("%s at request %d of %d", kind, i+1, calls), func(n int) fault {
						if n == i {
							return kind
						}
						return sound
					}, false)
					if kind == hang && i > 0 {
						continue // once is long enough
					}
					f.run(t, fmt.Sprintf("%s from request %d of %d on", kind, i+1, calls), func(n int) fault {
						if n >= i {
							return kind
						}
						return sound
					}, true)
				}
			}
		})
	}
}

// faulted runs an operation through a proxy.
type faulted struct {
	op            operation
	proxy         *proxy
	store, direct *s3.Store
}

func (f *faulted) run(t *testing.T, name string, plan func(int) fault, lasting bool) {
	t.Helper()
	f.proxy.play(nil)
	must := func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %s: %v", name, what, err)
		}
	}
	must("clear", f.direct.Remove("x", "y", "z"))
	must("prepare", f.op.before(f.direct))
	f.proxy.play(plan)
	err := f.op.do(f.store)
	f.proxy.mu.Lock()
	calls := f.proxy.calls
	f.proxy.plan = nil
	f.proxy.mu.Unlock()
	switch {
	case err == nil:
	case !lasting:
		t.Errorf("%s: %v\n%q", name, err, calls)
		return
	case seamark.ClassOf(err) != seamark.Temporary || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist):
		t.Errorf("%s: got %v, class %d; want a temporary fault\n%q", name, err, seamark.ClassOf(err), calls)
	case strings.Contains(err.Error(), "seamark-secret") || strings.Contains(err.Error(), "Signature"):
		t.Errorf("%s: the message holds secrets: %v", name, err)
	}
	if err != nil {
		again := f.op.do
		if f.op.repeated != nil {
			again = f.op.repeated
		}
		must("again", again(f.store))
	}
	must("after", f.op.after(f.direct))
}

// A replaced object fails the reader of its predecessor; it never mixes them.
func TestChangedWhileRead(t *testing.T) {
	_, folder := gateway(t)
	s := open(t, "s3://"+bucket(t, folder), hasty(t))
	if err := s.PutBytes("x", []byte(text(5<<20))); err != nil {
		t.Fatal(err)
	}
	f, err := s.Open("x")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 100)
	if _, err := f.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.PutBytes("x", []byte(strings.ToUpper(text(5<<20)))); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReadAt(b, 4<<20); err == nil || seamark.ClassOf(err) != seamark.Temporary || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("got %v, want a temporary fault that says so", err)
	}
}

// What cannot get better is said at once, with the remedy.
func TestPermanent(t *testing.T) {
	_, folder := gateway(t)
	name := bucket(t, folder)
	for _, c := range []struct {
		what, place, secret, want string
	}{
		{"no such bucket", "s3://test-none", "seamark-secret", "check the bucket's name"},
		{"wrong secret", "s3://" + name, "wrong", "check the credentials"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Setenv("AWS_SECRET_ACCESS_KEY", c.secret)
			s := open(t, c.place, hasty(t))
			err := s.PutBytes("x", []byte("x"))
			if seamark.ClassOf(err) != seamark.Permanent || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), c.secret+"\"") {
				t.Errorf("got %v, class %d; want a permanent fault with %q", err, seamark.ClassOf(err), c.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for place, want := range map[string]string{
		"s3://bucket": "bucket|", "s3://bucket/": "bucket|", "s3://bucket/a/b/": "bucket|a/b", "s3://my.bucket-1/x": "my.bucket-1|x",
		"s3://": "", "s3:///x": "", "s3://B/x": "", "s3://bucket/a/../b": "", "s3://bucket//a//b": "", "/folder": "", "https://bucket/x": "", "s3://bu/x": "",
	} {
		bucket, key, err := s3.Parse(place)
		if got := bucket + "|" + key; want == "" && err == nil || want != "" && got != want {
			t.Errorf("%s: got %s, %v; want %s", place, got, err, want)
		}
	}
}
