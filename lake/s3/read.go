package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Stat implements lake.Store.
func (s *Store) Stat(key string) (fs.FileInfo, error) {
	name, err := s.name(key)
	if err != nil {
		return nil, err
	}
	if i := s.ahead.stat(key); i != nil {
		return i, nil
	}
	out, err := s.client.HeadObject(s.ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &name})
	if missing(err) {
		return nil, s.notExist("stat", key)
	}
	if err != nil {
		return nil, s.fault("cannot look at the object", key, err)
	}
	return newInfo(key, out.ContentLength, out.LastModified, out.ETag), nil
}

// ReadFile implements lake.Store.
func (s *Store) ReadFile(key string) ([]byte, error) {
	if b, ok := s.ahead.take(key); ok {
		return b, nil
	}
	return s.readFile(s.ctx, key)
}

func (s *Store) readFile(ctx context.Context, key string) ([]byte, error) {
	b, _, err := s.fetch(ctx, key, 0, -1, "")
	if errors.Is(err, errEmpty) {
		return []byte{}, nil
	}
	return b, err
}

// Open implements lake.Store. The object is read in blocks, the next one ahead of its
// use when reading goes forward. It must not change meanwhile: then reading fails.
func (s *Store) Open(key string) (lake.Object, error) {
	first, is, err := s.fetch(s.ctx, key, 0, s.o.BlockBytes, "")
	if errors.Is(err, errEmpty) {
		var stat fs.FileInfo
		if stat, err = s.Stat(key); err == nil {
			is = stat.(*info)
		}
	}
	if err != nil {
		return nil, err
	}
	return newObject(s, is, first), nil
}

// errEmpty says that an object has no bytes.
var errEmpty = errors.New("empty")

// fetch reads at most n bytes of an object from off on, to its end when n is negative. A
// body that breaks off is resumed. With an etag, an object that has changed since is a fault.
func (s *Store) fetch(ctx context.Context, key string, off, n int64, etag string) ([]byte, *info, error) {
	name, err := s.name(key)
	if err != nil {
		return nil, nil, err
	}
	p := piece{store: s, ctx: ctx, name: name, key: key, off: off, n: n, etag: etag}
	for attempt := 0; ; attempt++ {
		again, err := p.read()
		if err == nil {
			return p.got, p.info, nil
		}
		if !again || attempt+1 >= s.o.Attempts {
			if again {
				err = s.fault("the object's bytes break off", key, err)
			}
			return nil, nil, err
		}
		if err := s.o.pause(ctx, attempt); err != nil {
			return nil, nil, err
		}
	}
}

// piece is a range of an object that is being read.
type piece struct {
	store  *Store
	ctx    context.Context
	name   string
	key    string
	off, n int64
	etag   string
	got    []byte
	info   *info
}

// read asks for what is missing. again says that the body broke off and the rest may follow.
func (p *piece) read() (again bool, err error) {
	s, from := p.store, p.off+int64(len(p.got))
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &p.name}
	if from > 0 || p.n >= 0 {
		to := ""
		if p.n >= 0 {
			to = strconv.FormatInt(p.off+p.n-1, 10)
		}
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%s", from, to))
	}
	if p.etag != "" {
		in.IfMatch = aws.String(`"` + p.etag + `"`)
	}
	out, err := s.client.GetObject(p.ctx, in)
	switch {
	case err == nil:
	case missing(err):
		return false, s.notExist("open", p.key)
	case statusOf(err) == http.StatusRequestedRangeNotSatisfiable && from == 0:
		return false, errEmpty
	case statusOf(err) == http.StatusPreconditionFailed:
		return false, &seamark.Fault{Class: seamark.Temporary, What: "the object changed while it was read", Where: s.where(p.key), Remedy: "read it again"}
	default:
		return false, s.fault("cannot read the object", p.key, err)
	}
	defer out.Body.Close()
	size, want, err := extent(out, from, in.Range != nil)
	if err != nil {
		return false, s.fault("cannot read the object", p.key, err)
	}
	if p.info == nil {
		p.info = newInfo(p.key, &size, out.LastModified, out.ETag)
		p.etag = p.info.etag
		p.got = make([]byte, 0, want)
	}
	if int64(len(p.got))+want > int64(cap(p.got)) {
		return false, s.fault("cannot read the object", p.key, fmt.Errorf("%d bytes more than were asked for", want))
	}
	n, err := io.ReadFull(out.Body, p.got[len(p.got):len(p.got)+int(want)])
	p.got = p.got[:len(p.got)+n]
	if err != nil {
		return true, err
	}
	if _, err = io.Copy(io.Discard, out.Body); err != nil { // at the end the SDK compares checksums
		p.got = p.got[:0]
	}
	return err != nil, err
}

// extent is the object's size, and how many bytes an answer promises.
func extent(out *s3.GetObjectOutput, from int64, ranged bool) (size, want int64, err error) {
	want = aws.ToInt64(out.ContentLength)
	if !ranged {
		return want, want, nil
	}
	span, total, ok := strings.Cut(aws.ToString(out.ContentRange), "/")
	size, err = strconv.ParseInt(total, 10, 64)
	if !ok || err != nil || !strings.HasPrefix(span, fmt.Sprintf("bytes %d-", from)) || want < 0 || want > size-from {
		return 0, 0, fmt.Errorf("the service answers with %q and %d bytes", aws.ToString(out.ContentRange), want)
	}
	return size, want, nil
}
