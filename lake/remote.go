package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// Tagged is what Sys of an object's FileInfo is where the store knows a tag that changes
// whenever the object does, as S3 does.
type Tagged interface {
	ETag() string
}

// TagID is the identity of a landing object in a store that tags its objects: the SHA-256
// of its URL (its key, when it lies in the lake itself), size and tag. There nobody has to
// read an object to know whether it is done. ok is false elsewhere: an object is then known by its content.
func TagID(url string, info fs.FileInfo) (id ID, ok bool) {
	t, ok := info.Sys().(Tagged)
	if !ok || t.ETag() == "" {
		return "", false
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "s3\n%s\n%d\n%s\n", url, info.Size(), t.ETag()))
	return ID(hex.EncodeToString(sum[:])), true
}

// identify returns the identity of the landing object with key.
func (l *Lake) identify(key string) (ID, error) {
	info, err := l.Stat(key)
	if err != nil {
		return "", err
	}
	if id, ok := TagID(key, info); ok {
		return id, nil
	}
	sum, err := l.hash(key)
	return ID(sum), err
}

// Lister is a Store whose News can say more: what a listing knows of each object.
type Lister interface {
	// ListNews is News with the objects' entries.
	ListNews(ctx context.Context, prefix string, seen *Seen, fn func(key string, e fs.DirEntry)) error
}

// Memory lets a Store of another package keep in seen what it needs to tell what is new.
// Calls wait for one another.
func (s *Seen) Memory(fn func(memory *any) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(&s.memory)
}

// Everywhere makes the next News look where changes are rare too, and so are looked for
// rarely: somebody has found that what he knew is no longer so.
func (s *Seen) Everywhere() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.everywhere = true
}

// TakeEverywhere reports, once, that Everywhere was called. The caller is within Memory.
func (s *Seen) TakeEverywhere() bool {
	was := s.everywhere
	s.everywhere = false
	return was
}
