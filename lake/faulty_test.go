package lake_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"github.com/seamark-hq/seamark/lake"
)

// faulty is the operating system with a call that fails. It does not really fsync,
// which no test of one process can see.
type faulty struct {
	mu      sync.Mutex
	calls   int
	kinds   []string // of all calls
	at      int      // the call that fails, from 1; 0: none
	err     error    // what it answers; nil: a write that stores half and does not say so
	failed  string
	doomed  map[uint64]bool // inodes whose fsync failed
	crimes  []string        // what was done to a doomed inode
	healthy bool
	killed  bool // all calls after the one that fails fail too
}

// call counts a call, and fails it when its turn has come.
func (f *faulty) call(kind string) (err error, short bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.healthy {
		return nil, false
	}
	f.calls++
	f.kinds = append(f.kinds, kind)
	if f.killed && f.at > 0 && f.calls > f.at {
		return syscall.EIO, false
	}
	if f.calls != f.at {
		return nil, false
	}
	f.failed = kind
	if f.err == nil && kind == "write" {
		return nil, true
	}
	if f.err == nil {
		return syscall.EIO, false
	}
	return f.err, kind == "write"
}

// heal ends the trouble.
func (f *faulty) heal() {
	f.mu.Lock()
	f.healthy = true
	f.mu.Unlock()
}

func inodeOf(name string) uint64 {
	var st syscall.Stat_t
	if syscall.Stat(name, &st) != nil {
		return 0
	}
	return st.Ino
}

// accuse notes a use of a file whose fsync failed.
func (f *faulty) accuse(kind, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.doomed[inodeOf(name)] {
		f.crimes = append(f.crimes, fmt.Sprintf("%s of %s after its fsync failed", kind, name))
	}
}

func (f *faulty) OpenFile(name string, flag int, perm os.FileMode) (lake.FSFile, error) {
	if err, _ := f.call("open"); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	file, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	delete(f.doomed, inodeOf(name)) // a new file may get the number of a lost one
	f.mu.Unlock()
	return &faultyFile{file, f}, nil
}

func (f *faulty) Link(old, new string) error {
	f.accuse("link", old)
	if err, _ := f.call("link"); err != nil {
		return &os.LinkError{Op: "link", Old: old, New: new, Err: err}
	}
	return os.Link(old, new)
}

func (f *faulty) Rename(old, new string) error {
	f.accuse("rename", old)
	if err, _ := f.call("rename"); err != nil {
		return &os.LinkError{Op: "rename", Old: old, New: new, Err: err}
	}
	return os.Rename(old, new)
}

func (f *faulty) Remove(name string) error {
	if err, _ := f.call("remove"); err != nil {
		return &fs.PathError{Op: "remove", Path: name, Err: err}
	}
	return os.Remove(name)
}

func (f *faulty) Mkdir(name string, perm os.FileMode) error {
	if err, _ := f.call("mkdir"); err != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: err}
	}
	return os.Mkdir(name, perm)
}

func (f *faulty) SyncDir(name string) error {
	if err, _ := f.call("syncdir"); err != nil {
		return &fs.PathError{Op: "fsync", Path: name, Err: err}
	}
	if _, err := os.Stat(name); err != nil {
		return err
	}
	return nil
}

type faultyFile struct {
	*os.File
	f *faulty
}

func (f *faultyFile) Write(b []byte) (int, error) {
	err, short := f.f.call("write")
	if short {
		if err == nil && len(b) == 0 { // there is no half of nothing: a watermark is empty
			err = syscall.EIO
		}
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	if err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f *faultyFile) Sync() error {
	f.f.accuse("fsync", f.Name())
	err, _ := f.f.call("fsync")
	if err == nil {
		return nil
	}
	f.f.mu.Lock()
	if f.f.doomed == nil {
		f.f.doomed = map[uint64]bool{}
	}
	f.f.doomed[inodeOf(f.Name())] = true
	f.f.mu.Unlock()
	return &fs.PathError{Op: "fsync", Path: f.Name(), Err: err}
}

func (f *faultyFile) Close() error {
	err, _ := f.f.call("close")
	return errors.Join(f.File.Close(), err)
}
