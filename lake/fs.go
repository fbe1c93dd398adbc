package lake

import (
	"io"
	"os"
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
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
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
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}
