package lake

import (
	"context"
	"io"
	"io/fs"
)

// Store keeps the objects of a lake under slash-separated keys: Dir in a folder, lake/s3
// in a bucket. What a method has written is durable when it returns.
//
// A Store is safe for concurrent use, also by several processes.
type Store interface {
	// Root names the place as a user would: an absolute folder, or "s3://bucket/prefix".
	Root() string
	// Path is where other programs find an object: below Root. Keys that leave the root, or are
	// not in their shortest form, are refused.
	Path(key string) (string, error)
	// Open opens an object for reading. It fails with fs.ErrNotExist.
	Open(key string) (Object, error)
	// ReadFile reads a whole object, which must be small.
	ReadFile(key string) ([]byte, error)
	Stat(key string) (fs.FileInfo, error)
	// Create writes a new object. It fails with fs.ErrExist when key is taken; then
	// nothing has changed.
	Create(key string, write func(io.Writer) error) error
	// Put writes an object, or replaces it as a whole.
	Put(key string, write func(io.Writer) error) error
	PutBytes(key string, b []byte) error
	// Remove deletes objects; those that are not there are fine.
	Remove(keys ...string) error
	// Walk calls fn for each object below the folder prefix, in order of its key.
	Walk(prefix string, fn func(key string, e fs.DirEntry) error) error
	// Folders names the folders directly below the folder prefix that hold objects, in order: one
	// request for a thousand of them, however much lies in them.
	Folders(prefix string) ([]string, error)
	// News is Walk of what may be new since the last call with the same seen, in any order.
	News(ctx context.Context, prefix string, seen *Seen, fn func(key string)) error
	// Temp begins an object whose key is named at its end.
	Temp() (Temp, error)
	// CleanTemp removes what processes that have died left half done, and reports how many.
	CleanTemp() (int, error)
}

// Object is an object opened for reading.
type Object interface {
	fs.File
	io.ReaderAt
}

// Temp is an object being written. End it with Publish, Replace or Discard.
type Temp interface {
	io.Writer
	// Publish makes the bytes durable under key, and fails with fs.ErrExist when key is taken.
	Publish(key string) error
	// Replace makes the bytes durable under key, in place of what was there.
	Replace(key string) error
	// Discard gives up what was not published. It may be called at any time.
	Discard()
}
