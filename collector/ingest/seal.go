package ingest

import (
	"errors"
	"io"
	"io/fs"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// sealRetry is how long a landing object that could not be published waits for the next try.
const sealRetry = time.Second

// sealer turns segments into landing objects, in the background. What fails is tried
// again until it works: its segment is durable in the spool meanwhile.
type sealer struct {
	o *SpoolOptions

	mu      sync.Mutex
	waiting []sealing
	closed  bool
	wake    chan struct{} // buffered, one
	done    chan struct{}
	err     error // of the last round, once done
}

// sealing is a segment that is to become an object.
type sealing struct {
	segment *lake.Segment
	key     string
	broken  bool // only its durable part counts, and the file is not to be trusted: copy
}

func newSealer(o *SpoolOptions) *sealer {
	s := &sealer{o: o, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go s.run()
	return s
}

// publish takes over a segment that is sound and synced.
func (s *sealer) publish(segment *lake.Segment) { s.add(segment, false) }

// salvage takes over a segment of which only the durable part counts.
func (s *sealer) salvage(segment *lake.Segment) { s.add(segment, true) }

func (s *sealer) add(segment *lake.Segment, broken bool) {
	arrival, _ := arrivalOf(segment.Name()) // ours, for sure
	s.mu.Lock()
	s.waiting = append(s.waiting, sealing{segment, landingKey(segment.Name(), arrival), broken})
	s.mu.Unlock()
	s.kick()
}

func (s *sealer) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// close tries once more what is left, and ends.
func (s *sealer) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.kick()
	<-s.done
	return s.err
}

func (s *sealer) run() {
	defer close(s.done)
	timer := time.NewTimer(sealRetry)
	timer.Stop()
	for {
		select {
		case <-s.wake:
		case <-timer.C:
		}
		s.mu.Lock()
		round, last := s.waiting, s.closed
		s.waiting = nil
		s.mu.Unlock()
		var failed []sealing
		var errs []error
		for _, x := range round {
			if err := s.seal(x); err != nil {
				s.o.Log.Error("cannot seal a landing object, will try again", "key", x.key, "error", err)
				s.o.Hooks.failed(err)
				failed, errs = append(failed, x), append(errs, err)
			}
		}
		if last {
			for _, x := range failed {
				x.segment.Leave()
			}
			s.err = errors.Join(errs...)
			return
		}
		if len(failed) > 0 {
			s.mu.Lock()
			s.waiting = append(failed, s.waiting...)
			s.mu.Unlock()
			timer.Reset(sealRetry)
		}
	}
}

func (s *sealer) seal(x sealing) error {
	var err error
	if x.broken {
		err = salvage(s.o.Dir, x.segment, x.key)
	} else {
		err = x.segment.Publish(x.key)
	}
	if err == nil && s.o.Hooks.Sealed != nil {
		s.o.Hooks.Sealed(x.key)
	}
	return err
}

// salvage copies the durable part of a segment to a file of its own, publishes that under
// key, and removes the segment.
func salvage(d *lake.Dir, segment *lake.Segment, key string) error {
	f, err := d.Open(lake.SpoolFolder + "/" + segment.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return nil // done by the try before, but for its removal
	}
	if err != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "cannot read a segment", Where: segment.Name(), Err: err}
	}
	defer f.Close()
	err = d.Create(key, func(w io.Writer) error {
		_, err := io.CopyN(w, f, segment.Durable())
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		// Only an earlier try can have made it, with these very bytes; its last step may be missing.
		err = d.SyncFolder(key)
	}
	if err != nil {
		return err
	}
	return segment.Discard()
}
