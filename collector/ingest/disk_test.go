package ingest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/seamark-hq/seamark/lake"
)

// disk is a file system that fails on command, and can lose what was not synced, as the
// real one may when the power goes. It works on real files.
type disk struct {
	grave string // folder for what was deleted, on the same file system

	mu     sync.Mutex
	calls  int
	plan   plan
	dead   bool // no call has an effect any more
	files  []*diskFile
	inodes map[uint64]*inode
	names  []nameChange // not yet synced, oldest first
	buried int
}

// plan says which calls fail, and how.
type plan struct {
	from, to int   // calls of that number, counted from 1, to excluded
	err      error // what they answer; a write stores half of its bytes first
	crash    bool  // the process dies at call from, in the middle of it
}

// nameChange is a change of a folder.
type nameChange struct {
	folder, name string
	removed      bool   // else made
	kept         string // in the grave: the file, removed or made
}

type diskFile struct {
	*os.File
	*inode
	d *disk
}

// inode is the content of a file, under whatever names.
type inode struct {
	kept         string // a name in the grave
	size, synced int64
}

var errDead = errors.New("process is dead")

// begin counts a call and says how it fails; half is true when a write is to be cut short.
func (d *disk) begin() (err error, half bool) {
	if d.dead {
		return errDead, false
	}
	d.calls++
	if d.calls < d.plan.from || d.calls >= d.plan.to {
		return nil, false
	}
	if d.plan.crash {
		d.dead = true
		return errDead, true
	}
	return d.plan.err, true
}

func (d *disk) OpenFile(name string, flag int, perm os.FileMode) (lake.FSFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err, _ := d.begin(); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	number := info.Sys().(*syscall.Stat_t).Ino
	if d.inodes == nil {
		d.inodes = map[uint64]*inode{}
	}
	if d.inodes[number] == nil {
		d.inodes[number] = &inode{kept: d.bury(name), size: info.Size(), synced: info.Size()}
	}
	file := &diskFile{File: f, inode: d.inodes[number], d: d}
	if flag&os.O_CREATE != 0 {
		d.names = append(d.names, nameChange{filepath.Dir(name), name, false, file.kept})
	}
	d.files = append(d.files, file)
	return file, nil
}

// bury keeps a file under a name of the grave's.
func (d *disk) bury(name string) string {
	d.buried++
	kept := filepath.Join(d.grave, fmt.Sprint(d.buried))
	os.Link(name, kept)
	return kept
}

func (d *disk) Link(old, new string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err, _ := d.begin(); err != nil {
		return &os.LinkError{Op: "link", Old: old, New: new, Err: err}
	}
	err := os.Link(old, new)
	if err == nil {
		d.names = append(d.names, nameChange{filepath.Dir(new), new, false, d.bury(new)})
	}
	return err
}

func (d *disk) Rename(string, string) error { return errors.New("nobody here renames") }

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err, _ := d.begin(); err != nil {
		return &fs.PathError{Op: "remove", Path: name, Err: err}
	}
	kept := d.bury(name)
	err := os.Remove(name)
	if err == nil {
		d.names = append(d.names, nameChange{filepath.Dir(name), name, true, kept})
	}
	return err
}

func (d *disk) Mkdir(name string, perm os.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err, _ := d.begin(); err != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: err}
	}
	err := os.Mkdir(name, perm)
	if err == nil {
		d.names = append(d.names, nameChange{folder: filepath.Dir(name), name: name})
	}
	return err
}

func (d *disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err, _ := d.begin(); err != nil {
		return &fs.PathError{Op: "sync", Path: name, Err: err}
	}
	kept := d.names[:0]
	for _, n := range d.names {
		if n.folder != name {
			kept = append(kept, n)
		}
	}
	d.names = kept
	return nil
}

func (f *diskFile) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err, half := f.d.begin()
	if err != nil {
		if half {
			n, _ := f.File.Write(b[:len(b)/2])
			f.size += int64(n)
			if f.d.plan.err == nil && !f.d.plan.crash {
				return n, nil // a short write that does not say so
			}
			return n, err
		}
		return 0, err
	}
	n, err := f.File.Write(b)
	f.size += int64(n)
	return n, err
}

func (f *diskFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err, _ := f.d.begin(); err != nil {
		return &fs.PathError{Op: "fsync", Path: f.Name(), Err: err}
	}
	f.synced = f.size
	return nil
}

// stop ends the process: its files are closed, their locks are free.
func (d *disk) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	for _, f := range d.files {
		f.File.Close()
	}
	d.files = nil
}

// count is how many calls the disk got in its life so far.
func (d *disk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// revive is the next process on the same machine: what the last one did not sync is
// still there, and still not synced.
func (d *disk) revive(p plan) {
	d.stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead, d.calls, d.plan = false, 0, p
}

// cutPower stops the process and undoes, at random, what was not synced: names appear and
// vanish, files end anywhere between what was synced and what was written, or have holes.
func (d *disk) cutPower(r *rand.Rand) {
	d.stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.inodes {
		lost := f.size - f.synced
		if lost <= 0 {
			continue
		}
		switch r.IntN(4) {
		case 0: // all of it came through
		case 1:
			os.Truncate(f.kept, f.synced)
		case 2:
			os.Truncate(f.kept, f.synced+r.Int64N(lost+1))
		default:
			if file, err := os.OpenFile(f.kept, os.O_WRONLY, 0); err == nil {
				from := r.Int64N(lost)
				file.WriteAt(make([]byte, 1+r.Int64N(lost-from)), f.synced+from)
				file.Close()
			}
		}
	}
	for i := len(d.names) - 1; i >= 0; i-- {
		n := d.names[i]
		if r.IntN(2) == 0 {
			continue
		}
		if n.removed {
			os.Link(n.kept, n.name)
		} else {
			os.RemoveAll(n.name)
		}
	}
}
