package stage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/senders"
	"github.com/seamark-hq/seamark/transformer"
)

// lookEvery is how often landing minus ledger is looked up; in between, a sealed
// object is offered as soon as it is there. A lost offer costs a minute, nothing else.
const lookEvery = time.Minute

// silentEvery is how often it is looked which accounts have stopped sending; days count.
const silentEvery = 10 * time.Minute

// stopPatience is how long a stop waits for an object that is worked on, once it was told to end.
const stopPatience = 3 * time.Second

// Transform makes landing objects done, a few at a time. One that fails, or on which the
// work never ends, holds up no other.
type Transform struct {
	waiting
	lake  *lake.Lake
	do    func(ctx context.Context, key string) (transformer.Result, error)
	log   *slog.Logger
	told  func(transformer.Result, time.Time) // of each object done
	wake  chan struct{}
	slots chan struct{}
	seen  lake.Seen // of landing

	senders senders.Marker
	asked   time.Time // when it was last looked who is silent

	faultMu sync.Mutex
	fault   string // why it cannot be looked up what must be done
	silent  []senders.Silent
}

// NewTransform makes ready to transform the landing objects of l; told hears of each that is done,
// with its arrival.
func NewTransform(l *lake.Lake, t *transformer.Transformer, log *slog.Logger, told func(transformer.Result, time.Time)) *Transform {
	do := func(ctx context.Context, key string) (transformer.Result, error) {
		src, err := transformer.OpenObject(l, l.Store, key)
		if err != nil {
			return transformer.Result{}, err
		}
		defer src.Close()
		return t.Transform(ctx, src, false)
	}
	return &Transform{lake: l, do: do, log: log, told: told, wake: make(chan struct{}, 1), slots: make(chan struct{}, transformer.InFlight())}
}

// Offer says that a landing object is there.
func (s *Transform) Offer(key string) {
	s.add(key, lake.Arrival(key, time.Now()))
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run transforms until ctx ends.
func (s *Transform) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	defer s.settle(context.Background())
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
func (s *Transform) look(ctx context.Context) {
	err := s.lake.Refresh(ctx)
	if err == nil {
		var pending []lake.Pending
		if pending, err = s.lake.PendingNews(ctx, &s.seen); err == nil {
			for _, p := range pending {
				s.add(p.Key, p.Arrival)
			}
		}
	}
	if ctx.Err() != nil {
		return
	}
	s.lookSilent()
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.fault = ""
	if err != nil {
		s.fault = Brief(err.Error())
		s.log.Error("cannot look up what must be done", "error", err)
	}
}

// lookSilent finds the accounts that have stopped sending.
func (s *Transform) lookSilent() {
	now := time.Now()
	if since := now.Sub(s.asked); since >= 0 && since < silentEvery {
		return
	}
	silent, err := senders.Look(s.lake.Store, now)
	if err != nil {
		s.log.Warn("cannot look which accounts have stopped sending", "error", err)
		return
	}
	s.asked = now
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.silent = silent
}

// Silent are the accounts that used to send and have stopped.
func (s *Transform) Silent() []senders.Silent {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	return s.silent
}

// Trouble says what it cannot do.
func (s *Transform) Trouble() []string {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	out := s.waiting.Trouble()
	if s.fault != "" {
		out = append(out, "cannot look up what must be done: "+s.fault)
	}
	return out
}

// work begins what waits, oldest first, without what failed a moment ago.
func (s *Transform) work(ctx context.Context) {
	for _, key := range s.ready(lookEvery / 2) {
		select {
		case <-ctx.Done():
			return
		case s.slots <- struct{}{}:
		}
		if !s.begin(key) {
			<-s.slots
			continue
		}
		go func() {
			defer func() { <-s.slots }()
			s.one(ctx, key)
		}()
	}
}

// settle waits until nothing is worked on, at most until ctx ends or stopPatience is over.
func (s *Transform) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stopPatience)
	defer cancel()
	s.fill(ctx)
}

// fill waits until every slot is free, or until ctx ends.
func (s *Transform) fill(ctx context.Context) {
	held := 0
	defer func() {
		for range held {
			<-s.slots
		}
	}()
	for range cap(s.slots) {
		select {
		case <-ctx.Done():
			return
		case s.slots <- struct{}{}:
			held++
		}
	}
}

func (s *Transform) one(ctx context.Context, key string) {
	res, err := s.do(ctx, key)
	if err != nil {
		if ctx.Err() != nil {
			s.fail(key, nil) // cut short, not failed: the drain takes it up at once
			return
		}
		if s.fail(key, err) {
			s.log.Error("landing object not transformed; it is tried again", "key", key, "error", err)
		}
		return
	}
	if err := s.senders.Mark(s.lake.Store, res.Entry.Arrival, res.Senders); err != nil { // the next object says it again
		s.log.Warn("who sent could not be remembered", "key", key, "error", err)
	}
	for _, q := range res.Entry.Quarantine {
		if !res.Skipped {
			s.log.Warn("quarantined", "object", q.Origin, "offset", q.Offset, "bytes", q.Bytes, "reason", q.Reason, "kept", q.Kept)
		}
	}
	s.told(res, s.end(key))
}

// Drain transforms all that is there.
func (s *Transform) Drain(ctx context.Context) error {
	s.look(ctx)
	s.forgive() // what failed a moment ago gets its last try
	s.work(ctx)
	s.fill(ctx)
	if n := s.Backlog(); n > 0 {
		return &seamark.Fault{Class: seamark.Temporary, What: "landing objects are left to transform"}
	}
	return nil
}
