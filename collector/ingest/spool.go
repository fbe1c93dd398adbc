package ingest

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// SpoolOptions configure a Spool. Only Dir is required.
type SpoolOptions struct {
	Dir *lake.Dir
	Log *slog.Logger     // nil: silent
	Now func() time.Time // nil: time.Now; names landing objects

	SealBytes int64         // a segment becomes a landing object at this size; 0: 8 MiB
	SealAfter time.Duration // or this long after its first byte; 0: 5 s
	Horizon   time.Duration // how long a re-sent request is recognised; 0: 30 minutes

	BufferBytes int   // a request up to this size stays in memory; 0: 1 MiB
	MemoryBytes int64 // all requests together; 0: 32 MiB. Beyond, small ones go to disk too

	Hooks Hooks
}

// Hooks are called as things happen, from several goroutines. Each may be nil, and none may block.
type Hooks struct {
	// Request is called for each request that was answered: body bytes as they came, bytes
	// of gzip members, whether it was a re-sent one.
	Request func(status int, body, members int64, duplicate bool, took time.Duration)
	// Commit is called after each successful fsync: how many requests and bytes it made durable.
	Commit func(requests int, bytes int64, took time.Duration)
	// Sealed is called when a landing object is there to be read.
	Sealed func(key string)
	// Failed is called when the disk refuses a write or an fsync, and when sealing has to be tried again.
	Failed func(err error)
}

func (h Hooks) commit(requests int, bytes int64, took time.Duration) {
	if h.Commit != nil {
		h.Commit(requests, bytes, took)
	}
}

func (h Hooks) failed(err error) {
	if h.Failed != nil {
		h.Failed(err)
	}
}

func (o *SpoolOptions) setDefaults() {
	o.SealBytes = or(o.SealBytes, 8<<20)
	o.SealAfter = or(o.SealAfter, 5*time.Second)
	o.Horizon = or(o.Horizon, 30*time.Minute)
	o.BufferBytes = or(o.BufferBytes, 1<<20)
	o.MemoryBytes = or(o.MemoryBytes, 32<<20)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// Spool makes requests durable in groups and turns them into landing objects. It is safe
// for concurrent use. One process at a time may have the spool of a folder open; the
// caller holds lake.Dir.Lock.
type Spool struct {
	o        SpoolOptions
	memory   atomic.Int64 // bytes held by requests on their way in
	wrappers sync.Pool    // of *gzip.Writer
	closed   atomic.Bool
	entering sync.RWMutex // held for reading while something is put into queue
	queue    chan *pending
	sealer   *sealer
	stopped  chan struct{} // closed when the committer has ended

	mu       sync.Mutex
	seen     *seen
	inFlight map[identity]*outcome
}

// pending is a small request that waits for its fsync.
type pending struct {
	marker  marker
	members []byte
	done    chan error // buffered
}

var errClosed = &seamark.Fault{Class: seamark.Temporary, What: "shutting down", Remedy: "send it again"}

// OpenSpool recovers what the last process left behind, and begins to accept requests. It
// is a fault when the recovery fails; nothing acknowledged is lost by it, and opening the
// spool again tries again.
func OpenSpool(ctx context.Context, o SpoolOptions) (*Spool, error) {
	o.setDefaults()
	s := &Spool{
		o: o, queue: make(chan *pending, 256), stopped: make(chan struct{}),
		seen: newSeen(o.Horizon), inFlight: map[identity]*outcome{},
	}
	s.wrappers.New = func() any {
		w, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		if err != nil {
			panic(err) // not a level: a bug
		}
		return w
	}
	r := recovery{SpoolOptions: &s.o, seen: s.seen}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	s.sealer = newSealer(&s.o)
	go s.run()
	return s, nil
}

// Close refuses further requests, commits those that wait, and seals. What cannot be
// sealed stays in the spool for the next process, and is reported.
func (s *Spool) Close() error {
	if s.closed.Swap(true) {
		<-s.stopped
		return nil
	}
	s.entering.Lock() // nobody is between the check and the queue any more
	close(s.queue)
	s.entering.Unlock()
	<-s.stopped
	return s.sealer.close()
}

// submit hands p to the committer and waits.
func (s *Spool) submit(p *pending) error {
	s.entering.RLock()
	if s.closed.Load() {
		s.entering.RUnlock()
		return errClosed
	}
	s.queue <- p
	s.entering.RUnlock()
	return <-p.done
}

// outcome is the fate of a request that is being stored.
type outcome struct {
	done chan struct{} // nil: it was stored long ago
	err  error
}

func (o *outcome) wait() error {
	if o.done != nil {
		<-o.done
	}
	return o.err
}

// claim reports whether the caller is the first with this request and must store it, and
// settle it afterwards. Others wait for the outcome.
func (s *Spool) claim(r identity) (first bool, o *outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen.has(r) {
		return false, &outcome{}
	}
	if o := s.inFlight[r]; o != nil {
		return false, o
	}
	o = &outcome{done: make(chan struct{})}
	s.inFlight[r] = o
	return true, o
}

func (s *Spool) settle(r identity, o *outcome, err error) {
	s.mu.Lock()
	delete(s.inFlight, r)
	if err == nil {
		s.seen.add(r, s.o.Now())
	}
	s.mu.Unlock()
	o.err = err
	close(o.done)
}
