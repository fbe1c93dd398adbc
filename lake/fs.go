package lake

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// FS is the part of the operating system on which durability rests. Tests put one
// that fails or forgets in its place.
type FS interface {
	// OpenFile is os.OpenFile.
	OpenFile(name string, flag int, perm os.FileMode) (FSFile, error)
	// Link is link(2): it fails with fs.ErrExist when new exists.
	Link(old, new string) error
	// Rename is rename(2): it replaces new.
	Rename(old, new string) error
	Remove(name string) error
	Mkdir(name string, perm os.FileMode) error
	// SyncDir makes the names in a folder durable.
	SyncDir(name string) error
}

// FSFile is a file being written.
type FSFile interface {
	io.Writer
	Sync() error
	Close() error
	Fd() uintptr
}

// OS is the real operating system.
type OS struct{}

var _ FS = OS{}

// OpenFile implements FS.
func (OS) OpenFile(name string, flag int, perm os.FileMode) (FSFile, error) {
	f, err := open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// open is os.OpenFile without the attempt to have the file polled, which costs five calls of
// the system for each regular file and folder and is always refused.
func open(name string, flag int, perm os.FileMode) (*os.File, error) {
	for {
		fd, err := unix.Open(name, flag|unix.O_CLOEXEC, uint32(perm.Perm()))
		if err == nil {
			return os.NewFile(uintptr(fd), name), nil
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
}

// Link implements FS.
func (OS) Link(old, new string) error { return os.Link(old, new) }

// Rename implements FS.
func (OS) Rename(old, new string) error { return os.Rename(old, new) }

// Remove implements FS.
func (OS) Remove(name string) error { return os.Remove(name) }

// Mkdir implements FS.
func (OS) Mkdir(name string, perm os.FileMode) error { return os.Mkdir(name, perm) }

// SyncDir implements FS.
func (OS) SyncDir(name string) error {
	d, err := open(name, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}
