package stage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/indexer"
)

// Index brings the lake's new rows into OpenSearch. A nil one has nothing to do.
type Index struct {
	ix      *indexer.Indexer
	prepare func(context.Context) error
	log     *slog.Logger
	wake    chan struct{}
	ready   bool // prepared

	mu    sync.Mutex
	fault string // why the last round failed
}

// NewIndex makes ready to index by ix, once prepare has made the index so. It connects to
// nothing yet: an OpenSearch that is down delays the index, not the rest.
func NewIndex(ix *indexer.Indexer, prepare func(context.Context) error, log *slog.Logger) *Index {
	return &Index{ix: ix, prepare: prepare, log: log, wake: make(chan struct{}, 1)}
}

// Offer says that there are new rows.
func (s *Index) Offer() {
	if s == nil {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run indexes until ctx ends.
func (s *Index) Run(ctx context.Context) {
	if s == nil {
		return
	}
	tick := time.NewTicker(lookEvery / 2)
	defer tick.Stop()
	for {
		err := s.work(ctx)
		if ctx.Err() != nil {
			return
		}
		s.note(err)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// note keeps why a round failed, and logs it once.
func (s *Index) note(err error) {
	fault := ""
	if err != nil {
		fault = err.Error()
	}
	s.mu.Lock()
	changed := fault != s.fault
	s.fault = fault
	s.mu.Unlock()
	if changed && err != nil {
		s.log.Warn("indexing waits; it is tried again", "error", err)
	}
}

// work indexes what is pending.
func (s *Index) work(ctx context.Context) error {
	if !s.ready {
		if err := s.prepare(ctx); err != nil {
			return err
		}
		s.ready = true
	}
	pending, err := s.ix.Pending(ctx)
	if err != nil {
		return err
	}
	for _, some := range indexer.Chunks(pending) {
		if _, err := s.ix.Index(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// Drain indexes what is left, unless the server is known to give nothing.
func (s *Index) Drain(ctx context.Context) error {
	if s == nil {
		return nil
	}
	if _, fault := s.ix.Status(); fault != nil {
		return fault
	}
	return s.work(ctx)
}

// Status is how many documents were sent since the start, and why the indexer waits.
func (s *Index) Status() (documents *int64, fault string) {
	if s == nil {
		return nil, ""
	}
	done, err := s.ix.Status()
	s.mu.Lock()
	fault = s.fault
	s.mu.Unlock()
	if err != nil {
		fault = err.Error()
	}
	return &done.Documents, fault
}
