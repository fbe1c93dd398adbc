package lake

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	seamark "github.com/seamark-hq/seamark"
)

// SpoolFolder holds segments: input that is durable but not yet a landing object. Unlike
// a temporary file, a segment outlives its process; its owner's successor recovers it.
const SpoolFolder = "spool"

// Segment is a file in the spool that grows. What was synced is durable under the
// segment's name. It is locked while its process lives. It is not safe for concurrent use.
type Segment struct {
	appender // after its first failure nothing beyond durable counts any more
	d        *Dir
	size     int64 // bytes written
	durable  int64 // bytes that were synced
}

// NewSegment begins a segment, whose name becomes durable with it. It fails with
// fs.ErrExist when the name is taken.
func (d *Dir) NewSegment(name string) (*Segment, error) {
	key, p, err := d.segmentPath(name)
	if err != nil {
		return nil, err
	}
	if err := d.makeParents(key); err != nil {
		d.forget()
		return nil, fault("cannot make the spool", d.root, err)
	}
	f, err := d.fs.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, d.perm)
	if err != nil {
		d.forget() // somebody may have deleted the folder
		return nil, fault("cannot begin a segment", p, err)
	}
	s := &Segment{appender: appender{f: f, name: name}, d: d}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		s.Discard()
		return nil, fault("cannot lock a segment", p, err)
	}
	if err := d.fs.SyncDir(filepath.Dir(p)); err != nil {
		s.Discard()
		return nil, fault("cannot fsync the spool", p, err)
	}
	return s, nil
}

func (d *Dir) segmentPath(name string) (key, file string, err error) {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\x00") {
		return "", "", &seamark.Fault{Class: seamark.Rejected, What: "not the name of a segment", Where: name}
	}
	key = SpoolFolder + "/" + name
	file, err = d.Path(key)
	return key, file, err
}

// Name is the segment's name in the spool.
func (s *Segment) Name() string { return s.name }

// Size is the number of bytes written.
func (s *Segment) Size() int64 { return s.size }

// Durable is the number of bytes that the last successful Sync made durable.
func (s *Segment) Durable() int64 { return s.durable }

// Write appends. After a failure every further call fails.
func (s *Segment) Write(b []byte) (int, error) {
	n, err := s.appender.Write(b)
	s.size += int64(n)
	return n, err
}

// Sync makes what was written durable. After a failure what was written since the last
// one is lost, whatever the file seems to hold.
func (s *Segment) Sync() error {
	if err := s.appender.Sync(); err != nil {
		return err
	}
	s.durable = s.size
	return nil
}

// Publish makes the whole segment, which must be synced and sound, the object with key
// and ends it. After an error the segment is still in the spool, and Publish may be tried
// again with the same key.
func (s *Segment) Publish(key string) error {
	if s.err != nil {
		return s.err
	}
	if s.durable != s.size {
		return &seamark.Fault{Class: seamark.Permanent, What: "segment is not synced", Where: s.name}
	}
	if err := s.d.linkSegment(s.name, key); err != nil {
		return err
	}
	s.Leave()
	return nil
}

// Leave ends the segment and leaves the file where it is.
func (s *Segment) Leave() {
	if s.f == nil {
		return
	}
	s.f.Close() // all that counts is synced
	s.f = nil
	if s.err == nil {
		s.err = os.ErrClosed
	}
}

// Discard ends the segment and removes it from the spool.
func (s *Segment) Discard() error {
	err := s.d.RemoveSpooled(s.name)
	s.Leave()
	return err
}

// linkSegment publishes a durable file of the spool. A link that is already there, left
// by an attempt that was cut short, is completed.
func (d *Dir) linkSegment(name, key string) error {
	_, source, err := d.segmentPath(name)
	if err != nil {
		return err
	}
	target, err := d.Path(key)
	if err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		if err := d.makeParents(key); err != nil {
			d.forget()
			return fault("cannot make the folder of", key, err)
		}
		err := d.fs.Link(source, target)
		if err == nil || errors.Is(err, fs.ErrExist) && sameFile(source, target) {
			break
		}
		d.forget()
		if attempt > 0 || !errors.Is(err, fs.ErrNotExist) { // else the folder was deleted behind our back
			return fault("cannot publish", key, err)
		}
	}
	if err := d.SyncFolder(key); err != nil {
		return err
	}
	return d.RemoveSpooled(name)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// SyncFolder makes the name of the object with key durable.
func (d *Dir) SyncFolder(key string) error {
	p, err := d.Path(key)
	if err != nil {
		return err
	}
	if err := d.makeParents(key); err != nil {
		d.forget()
		return fault("cannot make the folder of", key, err)
	}
	if err := d.fs.SyncDir(filepath.Dir(p)); err != nil {
		d.forget()
		return fault("cannot fsync the folder of", key, err)
	}
	return nil
}

// Spooled lists the segments in the spool, in order of their names, with those of
// processes that live.
func (d *Dir) Spooled() ([]string, error) {
	var names []string
	err := d.Walk(SpoolFolder, func(key string, _ fs.DirEntry) error {
		if name, ok := strings.CutPrefix(key, SpoolFolder+"/"); ok && path.Base(name) == name {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// OpenSpooled opens a segment that a dead process left. While it is open nobody else
// can; a segment whose owner lives is busy. It fails with fs.ErrNotExist when it is gone.
func (d *Dir) OpenSpooled(name string) (f *os.File, busy bool, err error) {
	key, _, err := d.segmentPath(name)
	if err != nil {
		return nil, false, err
	}
	if f, err = d.openFile(key); err != nil {
		return nil, false, err
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		f.Close()
		return nil, true, nil
	}
	return f, false, nil
}

// PublishSpooled makes a whole segment that a dead process left the object with key.
func (d *Dir) PublishSpooled(name, key string) error {
	_, p, err := d.segmentPath(name)
	if err != nil {
		return err
	}
	f, err := d.fs.OpenFile(p, os.O_WRONLY, 0)
	if err != nil {
		return fault("cannot open a segment", name, err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil { // its owner may have died before its own
		return fault("cannot fsync", name, err)
	}
	return d.linkSegment(name, key)
}

// RemoveSpooled removes a segment from the spool; one that is gone is fine. What it held
// must be durable elsewhere, or not acknowledged.
func (d *Dir) RemoveSpooled(name string) error {
	key, _, err := d.segmentPath(name)
	if err != nil {
		return err
	}
	return d.Remove(key)
}
