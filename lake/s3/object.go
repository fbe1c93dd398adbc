package s3

import (
	"io"
	"io/fs"
	"sync"

	seamark "github.com/seamark-hq/seamark"
)

// keptBlocks bounds what one open object holds, with the one that is read ahead.
const keptBlocks = 3

// object is an object opened for reading.
type object struct {
	s    *Store
	info *info

	reading sync.Mutex // of Read
	at      int64

	mu     sync.Mutex
	closed bool
	last   int64 // block asked for last
	blocks map[int64]*block
	order  []int64 // oldest first
}

// block is a piece of an object that is there or on its way.
type block struct {
	ready chan struct{}
	b     []byte
	err   error
}

func newObject(s *Store, i *info, first []byte) *object {
	b := &block{ready: make(chan struct{}), b: first}
	close(b.ready)
	return &object{s: s, info: i, blocks: map[int64]*block{0: b}, order: []int64{0}}
}

// Stat implements fs.File.
func (o *object) Stat() (fs.FileInfo, error) { return o.info, nil }

// Size is the object's, in bytes: Parquet readers ask for it.
func (o *object) Size() int64 { return o.info.size }

// Close implements fs.File.
func (o *object) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.blocks = true, nil
	return nil
}

// Read implements fs.File.
func (o *object) Read(p []byte) (int, error) {
	o.reading.Lock()
	defer o.reading.Unlock()
	n, err := o.ReadAt(p, o.at)
	o.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, &seamark.Fault{What: "read before the beginning", Where: o.s.where(o.info.key)}
	}
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at >= o.info.size {
			return n, io.EOF
		}
		i := at / o.s.o.BlockBytes
		b, err := o.block(i)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], b[at-i*o.s.o.BlockBytes:])
	}
	return n, nil
}

// block returns the i-th block, and lets the next one come when reading goes forward.
func (o *object) block(i int64) ([]byte, error) {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return nil, fs.ErrClosed
	}
	b := o.want(i)
	if i == o.last+1 && (i+1)*o.s.o.BlockBytes < o.info.size {
		o.want(i + 1)
	}
	o.last = i
	o.mu.Unlock()
	<-b.ready
	if b.err != nil {
		o.forget(i, b) // the next call may do better
	}
	return b.b, b.err
}

// want finds a block or begins to fetch it. The caller holds mu.
func (o *object) want(i int64) *block {
	if b := o.blocks[i]; b != nil {
		return b
	}
	if len(o.order) >= keptBlocks {
		delete(o.blocks, o.order[0])
		o.order = append(o.order[:0], o.order[1:]...)
	}
	b := &block{ready: make(chan struct{})}
	o.blocks[i] = b
	o.order = append(o.order, i)
	go func() {
		defer close(b.ready)
		size := min(o.s.o.BlockBytes, o.info.size-i*o.s.o.BlockBytes)
		b.b, _, b.err = o.s.fetch(o.s.ctx, o.info.key, i*o.s.o.BlockBytes, size, o.info.etag)
		if b.err == nil && int64(len(b.b)) != size {
			b.err = &seamark.Fault{Class: seamark.Temporary, What: "the service sent fewer bytes than the object has", Where: o.s.where(o.info.key)}
		}
	}()
	return b
}

// forget drops a block that could not be fetched.
func (o *object) forget(i int64, b *block) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.blocks[i] != b {
		return
	}
	delete(o.blocks, i)
	for n, x := range o.order {
		if x == i {
			o.order = append(o.order[:n], o.order[n+1:]...)
			break
		}
	}
}
