package s3

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// staleAfter is when an upload in parts counts as given up.
const staleAfter = 24 * time.Hour

// scratchPattern names files of objects on their way, for the moment in which they have a name.
const scratchPattern = "seamark-s3-*"

// CleanTemp implements lake.Store: it aborts uploads of a day and more. Where listing them
// is not allowed, or not known, a lifecycle rule of the bucket must do it.
func (s *Store) CleanTemp() (int, error) {
	n := s.cleanScratch()
	in := &s3.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: aws.String(s.prefix)}
	for {
		out, err := s.client.ListMultipartUploads(s.ctx, in)
		if status := statusOf(err); status == http.StatusForbidden || status == http.StatusNotImplemented {
			return n, nil
		}
		if err != nil {
			return n, s.fault("cannot list uploads in parts", "", err)
		}
		for _, u := range out.Uploads {
			if !s.ours(aws.ToString(u.Key)) || u.Initiated == nil || time.Since(*u.Initiated) < staleAfter {
				continue
			}
			s.abort(aws.ToString(u.Key), aws.ToString(u.UploadId))
			n++
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextKeyMarker) == "" {
			return n, nil
		}
		in.KeyMarker, in.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
	}
}

// ours reports whether a key is one that only Seamark writes: landing/ is open to others.
func (s *Store) ours(name string) bool {
	folder, _, _ := strings.Cut(s.key(name), "/")
	switch folder {
	case lake.LakeFolder, lake.LedgerFolder, lake.QuarantineFolder:
		return true
	}
	return false
}

// cleanScratch removes files whose process died between making and unlinking them.
func (s *Store) cleanScratch() int {
	n := 0
	files, _ := filepath.Glob(filepath.Join(s.o.Scratch, scratchPattern))
	for _, name := range files {
		if i, err := os.Lstat(name); err == nil && i.Mode().IsRegular() && time.Since(i.ModTime()) > staleAfter && os.Remove(name) == nil {
			n++
		}
	}
	return n
}

// scratchFault classes an error of the scratch folder.
func scratchFault(err error) error {
	f := &seamark.Fault{Class: seamark.Permanent, What: "cannot keep an object on its way to the bucket", Err: err, Remedy: "set TMPDIR to a folder that this user may write"}
	if errors.Is(err, syscall.ENOSPC) {
		f.Class, f.Remedy = seamark.Temporary, "free some space there, or set TMPDIR to another folder"
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		f.Where, f.Err = filepath.Dir(p.Path), p.Err
	}
	return f
}
