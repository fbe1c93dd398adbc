package s3

import (
	"io/fs"
	"path"
	"strings"
	"time"
)

// info is what the service says of an object, as file and directory entry.
type info struct {
	key      string
	size     int64
	modified time.Time
	etag     string
}

// newInfo brings what requests and listings say of an object into one form: listings of
// some servers know fractions of a second, headers never do.
func newInfo(key string, size *int64, modified *time.Time, etag *string) *info {
	i := &info{key: key}
	if size != nil {
		i.size = *size
	}
	if modified != nil {
		i.modified = modified.UTC().Truncate(time.Second)
	}
	if etag != nil {
		i.etag = strings.Trim(*etag, `"`)
	}
	return i
}

// Name implements fs.FileInfo and fs.DirEntry.
func (i *info) Name() string { return path.Base(i.key) }

// Size implements fs.FileInfo.
func (i *info) Size() int64 { return i.size }

// Mode implements fs.FileInfo.
func (i *info) Mode() fs.FileMode { return 0o644 }

// ModTime implements fs.FileInfo, in whole seconds.
func (i *info) ModTime() time.Time { return i.modified }

// IsDir implements fs.FileInfo and fs.DirEntry.
func (i *info) IsDir() bool { return false }

// Sys implements fs.FileInfo: a lake.Tagged.
func (i *info) Sys() any { return i }

// ETag implements lake.Tagged: it changes whenever the object does.
func (i *info) ETag() string { return i.etag }

// Type implements fs.DirEntry.
func (i *info) Type() fs.FileMode { return 0 }

// Info implements fs.DirEntry.
func (i *info) Info() (fs.FileInfo, error) { return i, nil }
