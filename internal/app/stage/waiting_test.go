package stage

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// stageOf is a transformer's stage whose objects fare as do says.
func stageOf(t *testing.T, do func(ctx context.Context, key string) error) *Transform {
	t.Helper()
	dir, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewTransform(lake.New(dir), nil, slog.New(slog.DiscardHandler), func(transformer.Result, time.Time) {})
	s.do = func(ctx context.Context, key string) (transformer.Result, error) {
		return transformer.Result{Entry: &lake.Entry{}}, do(ctx, key)
	}
	return s
}

// TestOneThatFails: an object that cannot be read is waited for two minutes, is a fault from
// then on, is still tried, and is done once it can be read.
func TestOneThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		tried, mended := 0, false
		s := stageOf(t, func(_ context.Context, key string) error {
			mu.Lock()
			defer mu.Unlock()
			if key == "landing/bad" {
				if tried++; !mended {
					return errors.New("permission denied")
				}
			}
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()
		begun := time.Now()
		s.Offer("landing/bad")
		for minute := range 5 {
			s.Offer("landing/good" + string(rune('a'+minute)))
			synctest.Wait()
			oldest, waits := s.Oldest()
			if want := time.Since(begun) <= failingLong; waits != want || waits && !oldest.Equal(begun) {
				t.Errorf("after %v: waits %v", time.Since(begun), waits)
			}
			if got, want := len(s.Trouble()) == 1, time.Since(begun) > failingLong; got != want {
				t.Errorf("after %v: %v", time.Since(begun), s.Trouble())
			}
			time.Sleep(time.Minute)
		}
		if got := s.Trouble()[0]; !strings.Contains(got, "landing/bad fails since") || !strings.Contains(got, "permission denied") {
			t.Error(got)
		}
		mu.Lock()
		mended = true
		n := tried
		mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n < 5 || s.Backlog() != 0 || len(s.Trouble()) != 0 {
			t.Errorf("tried %d times, %d wait, %v", n, s.Backlog(), s.Trouble())
		}
		cancel()
		<-ended
	})
}

// TestAllThatFail: when nothing can be done no alarm may end for want of data: everything is
// waited for, and that it waits is a fault.
func TestAllThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stageOf(t, func(context.Context, string) error { return errors.New("input/output error") })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()
		begun := time.Now()
		s.Offer("landing/a")
		time.Sleep(time.Second)
		s.Offer("landing/b")
		time.Sleep(10 * time.Minute)
		if oldest, waits := s.Oldest(); !waits || !oldest.Equal(begun) {
			t.Errorf("waits %v for %v", waits, oldest)
		}
		if got := s.Trouble(); len(got) != 1 || !strings.Contains(got[0], "nothing was done for 10m0s, 2 landing objects fail: landing/a: input/output error") {
			t.Error(got)
		}
		cancel()
		<-ended
	})
}

// TestOneThatNeverEnds: an object on which the work hangs holds up no other, is a fault, and
// does not keep the stage from stopping.
func TestOneThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		done := 0
		release := make(chan struct{})
		s := stageOf(t, func(_ context.Context, key string) error {
			if key == "landing/hangs" {
				<-release
				return nil
			}
			mu.Lock()
			done++
			mu.Unlock()
			return nil
		})
		s.slots = make(chan struct{}, 2)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()
		s.Offer("landing/hangs")
		for i := range 12 {
			time.Sleep(time.Minute)
			s.Offer("landing/good" + string(rune('a'+i)))
		}
		synctest.Wait()
		mu.Lock()
		n := done
		mu.Unlock()
		if _, waits := s.Oldest(); n != 12 || waits {
			t.Errorf("%d objects were done, waits %v", n, waits)
		}
		if got := s.Trouble(); len(got) != 1 || !strings.Contains(got[0], "landing/hangs is not done after 12m0s") {
			t.Error(got)
		}
		cancel()
		before := time.Now()
		<-ended
		if took := time.Since(before); took > stopPatience {
			t.Errorf("the stop took %v", took)
		}
		close(release)
		synctest.Wait()
	})
}
