package lake

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	seamark "github.com/seamark-hq/seamark"
)

// Dir is the local store: objects with slash-separated keys below one folder.
//
// It is safe for concurrent use, also by several processes.
type Dir struct {
	root string
	fs   FS

	perm   os.FileMode // of files; folders may be searched besides
	mu     sync.Mutex
	synced map[string]bool // folders whose own name is durable, as seen by this process
}

// OpenDir opens the store rooted at folder, which is made when it is missing. A nil
// fsys means the operating system's. Its files and folders are for this user alone; when the
// folder itself is open to its group, and to nobody else, they are too.
func OpenDir(folder string, fsys FS) (*Dir, error) {
	if fsys == nil {
		fsys = OS{}
	}
	root, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("open lake: %w", err)
	}
	d := &Dir{root: root, fs: fsys, synced: map[string]bool{}, perm: 0o600}
	if info, err := os.Stat(root); err == nil && info.Mode()&0o057 == 0o050 { // shared with a group on purpose: chmod 2750
		d.perm = 0o640
	}
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "not a folder", Where: folder, Remedy: "name a folder for the lake"}
	} else if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(root), 0o700); err != nil {
			return nil, fault("cannot make the lake's folder", folder, err)
		}
	} else if err != nil {
		return nil, fault("cannot read the lake's folder", folder, err)
	}
	return d, nil
}

// Root implements Store: the absolute path of the folder.
func (d *Dir) Root() string { return d.root }

// Path implements Store.
func (d *Dir) Path(key string) (string, error) {
	if !fs.ValidPath(key) || key == "." || strings.ContainsAny(key, "\\\x00") {
		return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not an object key", key)}
	}
	return filepath.Join(d.root, filepath.FromSlash(key)), nil
}

// Create implements Store.
func (d *Dir) Create(key string, write func(io.Writer) error) error {
	return d.write(key, write, Temp.Publish)
}

// Put implements Store.
func (d *Dir) Put(key string, write func(io.Writer) error) error {
	return d.write(key, write, Temp.Replace)
}

func (d *Dir) write(key string, write func(io.Writer) error, finish func(Temp, string) error) error {
	t, err := d.Temp()
	if err != nil {
		return err
	}
	if err := write(t); err != nil {
		t.Discard()
		return err
	}
	return finish(t, key)
}

// PutBytes is Put of b.
func (d *Dir) PutBytes(key string, b []byte) error {
	return d.Put(key, func(w io.Writer) error { _, err := w.Write(b); return err })
}

// Open implements Store.
func (d *Dir) Open(key string) (Object, error) {
	f, err := d.openFile(key)
	if err != nil {
		return nil, err // not f: a nil *os.File is not a nil Object
	}
	return f, nil
}

func (d *Dir) openFile(key string) (*os.File, error) {
	p, err := d.Path(key)
	if err != nil {
		return nil, err
	}
	return os.Open(p)
}

// ReadFile implements Store.
func (d *Dir) ReadFile(key string) ([]byte, error) {
	p, err := d.Path(key)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(p)
}

// Stat implements Store.
func (d *Dir) Stat(key string) (fs.FileInfo, error) {
	p, err := d.Path(key)
	if err != nil {
		return nil, err
	}
	return os.Stat(p)
}

// FolderTime implements Dated.
func (d *Dir) FolderTime(folder string) (time.Time, error) {
	info, err := d.Stat(folder)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// Remove implements Store: the names are gone for good when it returns.
func (d *Dir) Remove(keys ...string) error {
	folders := map[string]bool{}
	for _, key := range keys {
		p, err := d.Path(key)
		if err != nil {
			return err
		}
		if err := d.fs.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault("cannot delete", key, err)
		}
		folders[filepath.Dir(p)] = true
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		if err := d.fs.SyncDir(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault("cannot fsync the folder", folder, err)
		}
	}
	return nil
}

// Walk implements Store. A folder that is not there holds nothing; files whose name
// begins with a dot are not objects.
func (d *Dir) Walk(prefix string, fn func(key string, e fs.DirEntry) error) error {
	p, err := d.Path(prefix)
	if err != nil {
		return err
	}
	return d.walk(p, prefix, fn)
}

func (d *Dir) walk(folder, prefix string, fn func(key string, e fs.DirEntry) error) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault("cannot list", folder, err)
	}
	order := func(e fs.DirEntry) string { // a folder's slash counts: "a-b/x" is before "a/x"
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(order(a), order(b)) })
	for _, e := range entries {
		key := prefix + "/" + e.Name()
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			err = d.walk(filepath.Join(folder, e.Name()), key, fn)
		default:
			err = fn(key, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Folders implements Store. One that was emptied and is still there is named too.
func (d *Dir) Folders(prefix string) ([]string, error) {
	p, err := d.Path(prefix)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault("cannot list", p, err)
	}
	var names []string
	for _, e := range entries { // in order of their names
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// makeParents makes the folders above key durable: each new one, and each that this
// process has not yet seen, for another process may have died before its fsync.
func (d *Dir) makeParents(key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.makeFolder(d.root, filepath.Dir(d.root)); err != nil {
		return err
	}
	folder := d.root
	for _, part := range strings.Split(path.Dir(key), "/") {
		if part == "." {
			break
		}
		parent := folder
		folder = filepath.Join(folder, part)
		if err := d.makeFolder(folder, parent); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) makeFolder(folder, parent string) error {
	if d.synced[folder] {
		return nil
	}
	if err := d.fs.Mkdir(folder, d.perm|d.perm>>2&0o111); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := d.fs.SyncDir(parent); err != nil {
		return err
	}
	d.synced[folder] = true
	return nil
}

// forget drops what is known of the folders above key, after one of them failed.
func (d *Dir) forget() {
	d.mu.Lock()
	clear(d.synced)
	d.mu.Unlock()
}

const tmpFolder = "tmp"

// dirTemp is a file being written. It is locked while its process lives, so that a
// cleaner can tell it from what a dead one left.
type dirTemp struct {
	appender
	d     *Dir
	moved bool // it has its final name alone
}

// tempTries bounds how often a temporary file is made anew that a cleaner had before us.
const tempTries = 20

// Temp implements Store.
func (d *Dir) Temp() (Temp, error) {
	for try := 1; ; try++ {
		f, p, err := d.newTemp()
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil && linked(f) {
			return &dirTemp{appender: appender{f: f, name: p}, d: d}, nil
		}
		f.Close()
		// Between making and locking it another process's CleanTemp may have locked it, and
		// removes it: it cannot know that its owner lives.
		if err != nil && !errors.Is(err, unix.EWOULDBLOCK) || try == tempTries {
			return nil, fault("cannot lock a temporary file", p, err)
		}
	}
}

func (d *Dir) newTemp() (f FSFile, p string, err error) {
	var name [12]byte
	rand.Read(name[:])
	key := tmpFolder + "/" + hex.EncodeToString(name[:]) + ".tmp"
	if err := d.makeParents(key); err != nil {
		d.forget()
		return nil, "", fault("cannot make a temporary file", d.root, err)
	}
	p = filepath.Join(d.root, filepath.FromSlash(key))
	if f, err = d.fs.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, d.perm); err != nil {
		d.forget() // somebody may have deleted the folder
		return nil, "", fault("cannot make a temporary file", p, err)
	}
	return f, p, nil
}

// linked reports whether an open file still has a name.
func linked(f FSFile) bool {
	var st unix.Stat_t
	return unix.Fstat(int(f.Fd()), &st) != nil || st.Nlink > 0
}

// Publish implements Temp.
func (t *dirTemp) Publish(key string) error { return t.finish(key, t.d.fs.Link) }

// Replace implements Temp.
func (t *dirTemp) Replace(key string) error {
	return t.finish(key, func(old, new string) error {
		err := t.d.fs.Rename(old, new)
		t.moved = err == nil
		return err
	})
}

func (t *dirTemp) finish(key string, move func(old, new string) error) error {
	defer t.Discard()
	target, err := t.d.Path(key)
	if err != nil {
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	if err := t.d.makeParents(key); err != nil {
		t.d.forget()
		return fault("cannot make the folder of", key, err)
	}
	if err := move(t.name, target); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w", key, fs.ErrExist)
		}
		t.d.forget()
		return fault("cannot publish", key, err)
	}
	if err := t.d.fs.SyncDir(filepath.Dir(target)); err != nil {
		return fault("cannot fsync the folder of", key, err)
	}
	return nil
}

// Discard implements Temp.
func (t *dirTemp) Discard() {
	if t.f == nil {
		return
	}
	if t.err == nil {
		t.err = os.ErrClosed
	}
	if !t.moved {
		t.d.fs.Remove(t.name)
	}
	t.f.Close()
	t.f = nil
}

// CleanTemp implements Store.
func (d *Dir) CleanTemp() (int, error) {
	n := 0
	err := d.Walk(tmpFolder, func(key string, _ fs.DirEntry) error {
		if !strings.HasSuffix(key, ".tmp") {
			return nil
		}
		f, err := d.openFile(key)
		if err != nil {
			return nil // its owner was quicker
		}
		defer f.Close()
		if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
			return nil
		}
		n++
		return d.Remove(key)
	})
	return n, err
}

// Lock takes the lake for one process that runs stages on it. The second one is told
// who holds it. The returned function gives it back; so does the end of the process.
func (d *Dir) Lock() (unlock func(), err error) {
	if err := d.makeParents("lock"); err != nil {
		d.forget()
		return nil, fault("cannot make the lake's folder", d.root, err)
	}
	f, err := os.OpenFile(filepath.Join(d.root, ".lock"), os.O_RDWR|os.O_CREATE, d.perm)
	if err != nil {
		return nil, fault("cannot lock the lake", d.root, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		holder, _ := io.ReadAll(io.LimitReader(f, 64))
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: d.root, Err: err,
			What:   "another process works on this folder (" + strings.TrimSpace(string(holder)) + ")",
			Remedy: "stop it, or name another folder with --data"}
	}
	f.Truncate(0)
	fmt.Fprintf(f, "pid %d\n", os.Getpid())
	return func() { f.Close() }, nil
}

// fault classes an error of the file system; one of another store is classed already.
func fault(what, where string, err error) error {
	f := &seamark.Fault{Class: seamark.ClassOf(err), What: what, Where: where, Err: err}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		f.Class, f.Remedy = seamark.Temporary, "free some space; nothing acknowledged is lost"
	case errors.Is(err, syscall.EIO), errors.Is(err, io.ErrShortWrite):
		f.Class, f.Remedy = seamark.Temporary, "check the disk"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		f.Remedy = "give this user the right to write there"
	case errors.Is(err, syscall.EXDEV):
		f.Remedy = "keep all folders of a lake on one file system"
	case errors.Is(err, fs.ErrNotExist):
		f.Remedy = "check the path"
	}
	return f
}
