package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

const (
	uploadedFolder = "uploaded"  // below the front door's folder: an empty file for each landing object that the bucket has
	keepUploaded   = time.Hour   // longer than a re-sent request is recognised by what lies here
	uploadsAtOnce  = 4           // landing objects
	uploadPause    = time.Second // after a failure; doubles
	maxUploadPause = 30 * time.Second
)

// Upload brings landing objects from the front door's folder into the bucket. What must
// be done is landing minus uploaded, so that a process that died lost nothing. A nil one has nothing to do.
type Upload struct {
	door   *lake.Dir
	bucket lake.Store
	log    *slog.Logger
	done   func(key string) // told of each object that the bucket has
	failed func(error)
	wake   chan struct{}
	pause  time.Duration // before the next try; 0: all is well
	queue  waiting       // keys that the bucket does not have
}

// NewUpload makes ready to bring landing objects from door into bucket; done hears of each that
// the bucket has, failed why one could not be stored.
func NewUpload(door *lake.Dir, bucket lake.Store, log *slog.Logger, done func(string), failed func(error)) *Upload {
	return &Upload{door: door, bucket: bucket, log: log, done: done, failed: failed, wake: make(chan struct{}, 1)}
}

// Offer says that a landing object is there.
func (s *Upload) Offer(key string) {
	s.queue.add(key, lake.Arrival(key, time.Now()))
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Oldest is the arrival of the oldest object that is waited for.
func (s *Upload) Oldest() (oldest time.Time, waiting bool) {
	if s == nil {
		return oldest, false
	}
	return s.queue.Oldest()
}

// Backlog is how many objects wait.
func (s *Upload) Backlog() int {
	if s == nil {
		return 0
	}
	return s.queue.Backlog()
}

// Trouble says what it cannot do.
func (s *Upload) Trouble() []string {
	if s == nil {
		return nil
	}
	return s.queue.Trouble()
}

// Run uploads until ctx ends.
func (s *Upload) Run(ctx context.Context) {
	if s == nil {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s.look()
		s.work(ctx)
		var again <-chan time.Time
		if s.pause > 0 {
			again = time.After(s.pause)
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		case <-s.wake:
		case <-tick.C:
		}
	}
}

func (s *Upload) mark(key string) string { return uploadedFolder + "/" + key }

// look finds what must be done, and removes what has lain here long enough.
func (s *Upload) look() {
	var old []string
	err := s.door.Walk(lake.LandingFolder, func(key string, e fs.DirEntry) error {
		mark, err := s.door.Stat(s.mark(key))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.queue.add(key, lake.Arrival(key, time.Now()))
		case err != nil:
			return err
		case time.Since(mark.ModTime()) > keepUploaded:
			old = append(old, key)
		}
		return nil
	})
	for _, key := range old {
		if err == nil { // the mark last: an object without one would be uploaded again
			if err = s.door.Remove(key); err == nil {
				err = s.door.Remove(s.mark(key))
			}
		}
	}
	if err != nil {
		s.log.Error("cannot look up what must be uploaded", "error", err)
	}
}

// work uploads what waits, oldest first. When the bucket is to blame for a failure, the rest
// waits too; one object that cannot be uploaded holds up no other.
func (s *Upload) work(ctx context.Context) {
	keys := s.queue.ready(0)
	running, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	slots := make(chan struct{}, uploadsAtOnce)
	for _, key := range keys {
		slots <- struct{}{}
		if running.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if !s.queue.begin(key) {
				return
			}
			err := s.upload(key)
			if err == nil {
				s.queue.end(key)
				s.done(key)
				return
			}
			s.queue.fail(key, err)
			mu.Lock()
			failed = err
			mu.Unlock()
			if seamark.ClassOf(err) == seamark.Temporary {
				stop()
			}
		})
	}
	wg.Wait()
	if failed == nil || ctx.Err() != nil {
		s.pause = 0
		return
	}
	s.pause = min(max(2*s.pause, uploadPause), maxUploadPause)
	s.failed(failed)
	s.log.Error("landing object not uploaded; it is kept here and tried again", "error", failed, "waiting", s.Backlog())
}

// upload makes one landing object durable in the bucket. The name is unique: when it is
// taken, an earlier try has taken it, or something is badly wrong.
func (s *Upload) upload(key string) error {
	from, err := s.door.Open(key)
	if err != nil {
		return err
	}
	defer from.Close()
	err = s.bucket.Create(key, func(w io.Writer) error { _, err := io.Copy(w, from); return err })
	if errors.Is(err, fs.ErrExist) {
		err = s.same(key)
	}
	if err != nil {
		return err
	}
	return s.door.PutBytes(s.mark(key), nil)
}

// same compares an object here with the one in the bucket, byte for byte.
func (s *Upload) same(key string) error {
	a, err := s.door.Open(key)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := s.bucket.Open(key)
	if err != nil {
		return err
	}
	defer b.Close()
	equal, err := equalBytes(a, b)
	if err != nil || equal {
		return err
	}
	place, _ := s.bucket.Path(key)
	return &seamark.Fault{What: "another landing object has this name already", Where: place, Remedy: "find out who wrote it, and rename it; ours stays in the data folder until then"}
}

func equalBytes(a, b io.Reader) (bool, error) {
	x, y := make([]byte, 256<<10), make([]byte, 256<<10)
	for {
		n, errA := io.ReadFull(a, x)
		m, errB := io.ReadFull(b, y)
		if err := errors.Join(notEnd(errA), notEnd(errB)); err != nil {
			return false, fmt.Errorf("compare: %w", err)
		}
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		if errA != nil || errB != nil {
			return true, nil
		}
	}
}

// notEnd is err unless it only says that the end was reached.
func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// Drain uploads all that is there.
func (s *Upload) Drain(ctx context.Context) error {
	if s == nil {
		return nil
	}
	s.look()
	s.work(ctx)
	if n := s.Backlog(); n > 0 {
		return &seamark.Fault{Class: seamark.Temporary, What: fmt.Sprintf("%d landing objects are left to upload", n)}
	}
	return nil
}
