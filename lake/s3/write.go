package s3

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seamark-hq/seamark/lake"
)

// Create implements lake.Store, with a conditional write.
func (s *Store) Create(key string, write func(io.Writer) error) error {
	return s.write(key, write, lake.Temp.Publish)
}

// Put implements lake.Store.
func (s *Store) Put(key string, write func(io.Writer) error) error {
	return s.write(key, write, lake.Temp.Replace)
}

// PutBytes implements lake.Store.
func (s *Store) PutBytes(key string, b []byte) error {
	return s.Put(key, func(w io.Writer) error { _, err := w.Write(b); return err })
}

func (s *Store) write(key string, write func(io.Writer) error, finish func(lake.Temp, string) error) error {
	t := &temp{s: s, spool: spool{folder: s.o.Scratch, inMemory: 1 << 20}}
	defer t.Discard()
	if err := write(t); err != nil {
		return err
	}
	return finish(t, key)
}

// smallTemp is how much of an object on its way stays in memory: a transformer has
// thousands open at a time.
const smallTemp = 16 << 10

// Temp implements lake.Store. The bytes wait on this machine; only whole objects go to the bucket.
func (s *Store) Temp() (lake.Temp, error) {
	return &temp{s: s, spool: spool{folder: s.o.Scratch, inMemory: smallTemp}}, nil
}

// temp is an object on its way.
type temp struct {
	s *Store
	spool
}

// Publish implements lake.Temp.
func (t *temp) Publish(key string) error { return t.send(key, true) }

// Replace implements lake.Temp.
func (t *temp) Replace(key string) error { return t.send(key, false) }

// Discard implements lake.Temp.
func (t *temp) Discard() { t.spool.close() }

func (t *temp) send(key string, create bool) error {
	defer t.Discard()
	name, err := t.s.name(key)
	if err != nil {
		return err
	}
	if t.err != nil {
		return t.err
	}
	if t.size > t.s.o.PartBytes {
		err = t.s.sendParts(key, name, &t.spool, create)
	} else {
		err = t.s.sendWhole(key, name, &t.spool, create)
	}
	return err
}

// markKey is the metadata that tells one write from every other.
const markKey = "seamark-write"

func newMark() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// sendWhole writes an object with one request.
func (s *Store) sendWhole(key, name string, from *spool, create bool) error {
	mark := newMark()
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: &name, ContentLength: aws.Int64(from.size),
		Body: from.section(0, from.size), Metadata: map[string]string{markKey: mark},
	}
	if create {
		in.IfNoneMatch = aws.String("*")
	}
	_, err := s.client.PutObject(s.ctx, in)
	if err == nil {
		return nil
	}
	if create && taken(err) {
		return s.whose(key, name, mark)
	}
	return s.fault("cannot write the object", key, err)
}

// taken reports whether a conditional write found its key taken.
func taken(err error) bool {
	return statusOf(err) == http.StatusPreconditionFailed || codeOf(err) == "PreconditionFailed"
}

// whose tells a key that somebody else has taken from one that this very write took, of
// which only the answer was lost.
func (s *Store) whose(key, name, mark string) error {
	out, err := s.client.HeadObject(s.ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &name})
	switch {
	case err == nil && out.Metadata[markKey] == mark:
		return nil
	case err == nil:
		return fmt.Errorf("%s: %w", s.where(key), fs.ErrExist)
	case missing(err): // deleted since
		return fmt.Errorf("%s: %w", s.where(key), fs.ErrExist)
	}
	return s.fault("cannot tell whether the object was written", key, err)
}

// spool holds bytes in memory, and in a nameless file when they are many.
type spool struct {
	folder   string
	inMemory int
	small    []byte
	file     *os.File
	size     int64
	err      error // the first failure
}

// Write implements io.Writer.
func (p *spool) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	if p.file == nil && len(p.small)+len(b) <= p.inMemory {
		p.small = append(p.small, b...)
		p.size += int64(len(b))
		return len(b), nil
	}
	if p.file == nil {
		if p.err = p.spill(); p.err != nil {
			return 0, p.err
		}
	}
	n, err := p.file.Write(b)
	p.size += int64(n)
	if err != nil {
		p.err = scratchFault(err)
	}
	return n, p.err
}

// spill moves what is held to a file, which is gone with this process.
func (p *spool) spill() error {
	f, err := os.CreateTemp(p.folder, scratchPattern)
	if err != nil {
		return scratchFault(err)
	}
	p.file = f
	if err := os.Remove(f.Name()); err != nil {
		return scratchFault(err)
	}
	if _, err := f.Write(p.small); err != nil {
		return scratchFault(err)
	}
	p.small = nil
	return nil
}

// section reads n bytes from off on.
func (p *spool) section(off, n int64) io.ReadSeeker {
	var r io.ReaderAt = bytesAt(p.small)
	if p.file != nil {
		r = p.file
	}
	return io.NewSectionReader(r, off, n)
}

func (p *spool) close() {
	if p.file != nil {
		p.file.Close()
	}
	if p.err == nil {
		p.err = os.ErrClosed
	}
	p.small, p.file = nil, nil
}

// bytesAt is an io.ReaderAt over bytes.
type bytesAt []byte

// ReadAt implements io.ReaderAt.
func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
