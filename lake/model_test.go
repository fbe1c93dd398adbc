package lake_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/lake"
)

// recorder is the operating system that writes down what it is told, so that the state
// of the disk after a power cut at any moment can be made: see world.
type recorder struct {
	above string // folder above the lake; paths in the log are relative to it
	mu    sync.Mutex
	log   []op
	next  int // number of the next inode
}

// op is one call that succeeded.
type op struct {
	kind     string // create, write, fsync, link, rename, remove, mkdir, syncdir
	name, to string
	inode    int
	data     []byte
}

func (r *recorder) note(o op) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o.kind == "create" {
		r.next++
		o.inode = r.next
	}
	o.name, o.to = r.rel(o.name), r.rel(o.to)
	r.log = append(r.log, o)
	return o.inode
}

// done is how many calls there were so far.
func (r *recorder) done() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.log)
}

func (r *recorder) rel(name string) string {
	if name == "" {
		return ""
	}
	rel, err := filepath.Rel(r.above, name)
	if err != nil {
		panic(err)
	}
	return rel
}

func (r *recorder) OpenFile(name string, flag int, perm os.FileMode) (lake.FSFile, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &recorded{f, r, r.note(op{kind: "create", name: name})}, nil
}

func (r *recorder) Link(old, new string) error {
	err := os.Link(old, new)
	if err == nil {
		r.note(op{kind: "link", name: old, to: new})
	}
	return err
}

func (r *recorder) Rename(old, new string) error {
	err := os.Rename(old, new)
	if err == nil {
		r.note(op{kind: "rename", name: old, to: new})
	}
	return err
}

func (r *recorder) Remove(name string) error {
	err := os.Remove(name)
	if err == nil {
		r.note(op{kind: "remove", name: name})
	}
	return err
}

func (r *recorder) Mkdir(name string, perm os.FileMode) error {
	err := os.Mkdir(name, perm)
	if err == nil {
		r.note(op{kind: "mkdir", name: name})
	}
	return err
}

func (r *recorder) SyncDir(name string) error {
	r.note(op{kind: "syncdir", name: name})
	return nil
}

type recorded struct {
	*os.File
	r     *recorder
	inode int
}

func (f *recorded) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	f.r.note(op{kind: "write", inode: f.inode, data: bytes.Clone(b[:n])})
	return n, err
}

func (f *recorded) Sync() error {
	f.r.note(op{kind: "fsync", inode: f.inode})
	return nil
}

// content is what a file holds: all of it, and what of it is durable.
type content struct {
	data    []byte
	durable int
}

// change is a change of one name in a folder that is not durable yet.
type change struct {
	name string
	file *content // nil: a folder, or removed
	gone bool
}

// world is a disk: its durable names, and the changes that a power cut may undo, in any
// subset. It is weaker than any real file system: nothing is ordered but by fsync.
type world struct {
	names   map[string]*content // nil: a folder
	live    map[string]*content // names as the process sees them
	pending map[string][]change // by folder
	inodes  map[int]*content
}

// replay makes the disk on which the calls of log were made, above a durable start.
func replay(start map[string][]byte, log []op) *world {
	w := &world{names: map[string]*content{}, live: map[string]*content{}, pending: map[string][]change{}, inodes: map[int]*content{}}
	for name, data := range start {
		var file *content
		if data != nil {
			file = &content{data, len(data)}
		}
		w.names[name], w.live[name] = file, file
	}
	for _, o := range log {
		w.apply(o)
	}
	return w
}

func (w *world) apply(o op) {
	switch o.kind {
	case "create":
		file, there := w.live[o.name]
		if !there {
			file = &content{}
			w.set(o.name, file)
		}
		w.inodes[o.inode] = file
	case "write":
		c := w.inodes[o.inode]
		c.data = append(c.data[:len(c.data):len(c.data)], o.data...)
	case "fsync":
		c := w.inodes[o.inode]
		c.durable = len(c.data)
	case "link":
		w.set(o.to, w.live[o.name])
	case "rename":
		w.set(o.to, w.live[o.name])
		w.unset(o.name)
	case "remove":
		w.unset(o.name)
	case "mkdir":
		w.set(o.name, nil)
	case "syncdir":
		for _, c := range w.pending[o.name] {
			c.settle(w.names)
		}
		delete(w.pending, o.name)
	}
}

func (w *world) set(name string, file *content) {
	w.live[name] = file
	w.defers(change{name, file, false})
}

func (w *world) unset(name string) {
	delete(w.live, name)
	w.defers(change{name, nil, true})
}

func (w *world) defers(c change) {
	folder := filepath.Dir(c.name)
	w.pending[folder] = append(w.pending[folder], c)
}

func (c change) settle(names map[string]*content) {
	if c.gone {
		delete(names, c.name)
	} else {
		names[c.name] = c.file
	}
}

// cut returns what is on the disk after the power went: of what was not synced some is
// there and some is not, as r has it.
func (w *world) cut(r *rand.Rand) map[string][]byte {
	names := map[string]*content{}
	for name, file := range w.names {
		names[name] = file
	}
	luck := []float64{0, 0.5, 0.9, 1}[r.IntN(4)] // how much of what was not synced survives
	folders := make([]string, 0, len(w.pending))
	for folder := range w.pending {
		folders = append(folders, folder)
	}
	slices.Sort(folders)
	for _, folder := range folders {
		for _, c := range w.pending[folder] {
			if r.Float64() < luck {
				c.settle(names)
			}
		}
	}
	out := map[string][]byte{}
	for name, file := range names {
		if !reachable(names, name) {
			continue
		}
		out[name] = nil
		if file != nil {
			out[name] = file.cut(r, luck)
		}
	}
	return out
}

// reachable reports whether every folder above name is there.
func reachable(names map[string]*content, name string) bool {
	for dir := filepath.Dir(name); dir != "."; dir = filepath.Dir(dir) {
		if file, there := names[dir]; !there || file != nil {
			return false
		}
	}
	return true
}

func (c *content) cut(r *rand.Rand, luck float64) []byte {
	lost := len(c.data) - c.durable
	if lost == 0 || luck == 1 {
		return append([]byte{}, c.data...)
	}
	switch r.IntN(3) {
	case 0:
		return append([]byte{}, c.data[:c.durable]...)
	case 1:
		return append([]byte{}, c.data[:c.durable+r.IntN(lost+1)]...)
	default: // a hole
		b := append([]byte{}, c.data...)
		clear(b[c.durable+r.IntN(lost):])
		return b
	}
}

// build writes a disk's content below folder.
func build(folder string, disk map[string][]byte) error {
	names := make([]string, 0, len(disk))
	for name := range disk {
		names = append(names, name)
	}
	slices.Sort(names) // folders before what is in them
	for _, name := range names {
		p := filepath.Join(folder, name)
		var err error
		if disk[name] == nil {
			err = os.Mkdir(p, 0o755)
		} else {
			err = os.WriteFile(p, disk[name], 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// snapshot reads what lies below folder, all of it taken for durable.
func snapshot(folder string) (map[string][]byte, error) {
	disk := map[string][]byte{}
	err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == folder {
			return err
		}
		rel := strings.TrimPrefix(name, folder+"/")
		if e.IsDir() {
			disk[rel] = nil
			return nil
		}
		b, err := os.ReadFile(name)
		disk[rel] = append([]byte{}, b...)
		return err
	})
	return disk, err
}
