package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// lookEvery is how often landing minus ledger is looked up; in between, a sealed
// object is offered as soon as it is there. A lost offer costs a minute, nothing else.
const lookEvery = time.Minute

// transformStage makes landing objects done.
type transformStage struct {
	lake  *lake.Lake
	t     *transformer.Transformer
	log   *slog.Logger
	told  func(transformer.Result, time.Time) // of each object done
	wake  chan struct{}
	seen  lake.Seen // of landing
	mu    sync.Mutex
	queue map[string]time.Time // keys not done, with their arrival
	tried map[string]time.Time // when one failed last
}

func newTransformStage(l *lake.Lake, t *transformer.Transformer, log *slog.Logger, told func(transformer.Result, time.Time)) *transformStage {
	return &transformStage{lake: l, t: t, log: log, told: told, wake: make(chan struct{}, 1), queue: map[string]time.Time{}, tried: map[string]time.Time{}}
}

// offer says that a landing object is there.
func (s *transformStage) offer(key string) {
	s.mu.Lock()
	s.queue[key] = lake.Arrival(key, time.Now())
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// oldest is the arrival of the oldest object that waits.
func (s *transformStage) oldest() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest time.Time
	for _, t := range s.queue {
		if oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
	}
	return oldest, len(s.queue) > 0
}

// backlog is how many objects wait.
func (s *transformStage) backlog() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

func (s *transformStage) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	s.look(ctx)
	for {
		s.work(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
			s.look(ctx)
		}
	}
}

// look finds what must be done: landing minus ledger.
func (s *transformStage) look(ctx context.Context) {
	err := s.lake.Refresh(ctx)
	if err == nil {
		var pending []lake.Pending
		if pending, err = s.lake.PendingNews(ctx, &s.seen); err == nil {
			s.mu.Lock()
			for _, p := range pending {
				s.queue[p.Key] = p.Arrival
			}
			s.mu.Unlock()
			return
		}
	}
	if ctx.Err() == nil {
		s.log.Error("cannot look up what must be done", "error", err)
	}
}

// work transforms what waits, a few objects at a time.
func (s *transformStage) work(ctx context.Context) {
	keys := make(chan string)
	var wg sync.WaitGroup
	for range transformer.InFlight() {
		wg.Go(func() {
			for key := range keys {
				s.one(ctx, key)
			}
		})
	}
	for _, key := range s.ready() {
		if ctx.Err() != nil {
			break
		}
		keys <- key
	}
	close(keys)
	wg.Wait()
}

// ready lists what waits, oldest first, without what failed a moment ago.
func (s *transformStage) ready() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key := range s.queue {
		if time.Since(s.tried[key]) > lookEvery/2 {
			keys = append(keys, key)
		}
	}
	sortByArrival(keys, s.queue)
	return keys
}

func (s *transformStage) one(ctx context.Context, key string) {
	res, err := s.transform(ctx, key)
	if err != nil {
		if ctx.Err() != nil {
			return // cut short, not failed: the drain takes it up at once
		}
		s.log.Error("landing object not transformed; it is tried again", "key", key, "error", err)
		s.mu.Lock()
		s.tried[key] = time.Now()
		s.mu.Unlock()
		return
	}
	for _, q := range res.Entry.Quarantine {
		if !res.Skipped {
			s.log.Warn("quarantined", "object", q.Origin, "offset", q.Offset, "bytes", q.Bytes, "reason", q.Reason, "kept", q.Kept)
		}
	}
	s.mu.Lock()
	arrival := s.queue[key]
	delete(s.queue, key)
	delete(s.tried, key)
	s.mu.Unlock()
	s.told(res, arrival)
}

func (s *transformStage) transform(ctx context.Context, key string) (transformer.Result, error) {
	src, err := transformer.OpenObject(s.lake, s.lake.Store, key)
	if err != nil {
		return transformer.Result{}, err
	}
	defer src.Close()
	return s.t.Transform(ctx, src, false)
}

// drain transforms all that is there.
func (s *transformStage) drain(ctx context.Context) error {
	s.look(ctx)
	s.mu.Lock()
	clear(s.tried) // what failed a moment ago gets its last try
	s.mu.Unlock()
	s.work(ctx)
	if n := s.backlog(); n > 0 {
		return &seamark.Fault{Class: seamark.Temporary, What: "landing objects are left to transform"}
	}
	return nil
}
