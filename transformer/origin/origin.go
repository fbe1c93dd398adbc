// Package origin finds landing objects wherever they lie: in the lake itself, in another
// folder, in a bucket, on standard input; and transforms those that are named.
package origin

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

const (
	bucketScheme = "s3://"
	fileScheme   = "file://"
)

// Objects opens the landing objects of one lake. It is safe for concurrent use.
type Objects struct {
	lake   *lake.Lake
	bucket func(address string) (store lake.Store, key string, err error)
}

// New opens landing objects of l. An address in S3, s3://bucket/key, is taken apart by bucket,
// which returns the store of the whole bucket.
func New(l *lake.Lake, bucket func(address string) (store lake.Store, key string, err error)) *Objects {
	return &Objects{l, bucket}
}

// Open opens a landing object by its URL: a key of the lake, s3://bucket/key or a file.
func (o *Objects) Open(url string) (*transformer.Source, error) {
	if !strings.HasPrefix(url, bucketScheme) {
		if strings.HasPrefix(url, lake.LandingFolder+"/") {
			return transformer.OpenObject(o.lake, o.lake.Store, url)
		}
		return transformer.OpenFile(o.lake, strings.TrimPrefix(url, fileScheme))
	}
	store, key, err := o.bucket(url)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a bucket is not a landing object", Where: url, Remedy: "name the objects in it"}
	}
	return transformer.OpenObject(o.lake, store, key)
}

// OpenNamed opens a landing object as a person names it: a path comes before a key of the same
// spelling.
func (o *Objects) OpenNamed(name string) (*transformer.Source, error) {
	if _, err := os.Stat(name); err == nil && !strings.HasPrefix(name, bucketScheme) {
		name = fileScheme + name
	}
	return o.Open(name)
}

// Of opens the landing object of an entry: where it was read, or where a copy of it lies. An
// object that has changed since is refused: it is another one.
func (o *Objects) Of(e *lake.Entry) (*transformer.Source, error) {
	missing := &seamark.Fault{Class: seamark.Rejected, What: "the landing object is gone", Where: e.Origin.URL,
		Remedy: "fetch it again and run `" + o.lake.Command("transform --force") + " FILE`"}
	if e.Origin.URL == "-" {
		missing.What = "the landing object came from standard input and is not kept"
		missing.Remedy = "feed it to `" + o.lake.Command("transform --force", "-") + "` again"
	}
	for _, at := range append([]lake.Origin{e.Origin}, e.Also...) {
		if at.URL == "-" {
			continue
		}
		src, err := o.Open(at.URL)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		if src.ID == e.ID {
			src.Arrival = e.Arrival
			return src, nil
		}
		src.Close()
		missing.What, missing.Remedy = "the landing object has other bytes now", o.lake.ChangedFault(at.URL).Remedy
	}
	return nil, missing
}

// Take is told of a landing object: its URL, its size in bytes as it lies there, its arrival.
type Take func(url string, size int64, arrival time.Time)

// Walk lists the landing objects below an address, s3://bucket/prefix or a folder; of "" the
// lake's own.
func (o *Objects) Walk(ctx context.Context, address string, take Take) error {
	switch {
	case address == "":
		return walk(ctx, o.lake, lake.LandingFolder, func(key string) string { return key }, take)
	case strings.HasPrefix(address, bucketScheme):
		store, prefix, err := o.bucket(address)
		if err != nil {
			return err
		}
		return walk(ctx, store, prefix, func(key string) string { return store.Root() + "/" + key }, take)
	}
	return o.walkFolder(ctx, address, take)
}

// walk lists the objects of a store.
func walk(ctx context.Context, s lake.Store, prefix string, url func(key string) string, take Take) error {
	return s.Walk(prefix, func(key string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return ctx.Err() // gone meanwhile
		}
		at := url(key)
		take(at, info.Size(), lake.Arrival(at, info.ModTime()))
		return ctx.Err()
	})
}

// walkFolder lists the landing objects in another folder.
func (o *Objects) walkFolder(ctx context.Context, address string, take Take) error {
	root, err := filepath.Abs(strings.TrimPrefix(address, fileScheme))
	if err != nil {
		return err
	}
	if _, err := os.ReadDir(root); err != nil {
		return &seamark.Fault{Class: seamark.Rejected, What: "cannot read the landing objects", Where: address, Err: seamark.RootCause(err), Remedy: "name a folder with --landing"}
	}
	return filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return cmp.Or(err, ctx.Err())
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		url := fileScheme + filepath.ToSlash(name)
		if rel, err := filepath.Rel(o.lake.Root(), name); err == nil && strings.HasPrefix(filepath.ToSlash(rel), lake.LandingFolder+"/") {
			url = filepath.ToSlash(rel)
		}
		take(url, info.Size(), lake.Arrival(url, info.ModTime()))
		return ctx.Err()
	})
}

// Find looks up an object that was read from outside the lake: its size, and whether its
// bytes are still to be had. Of a bucket they are believed to be.
func (o *Objects) Find(e *lake.Entry) (size int64, found bool) {
	if strings.HasPrefix(e.Origin.URL, bucketScheme) {
		return e.Origin.Size, true
	}
	name, isFile := strings.CutPrefix(e.Origin.URL, fileScheme)
	if info, err := os.Stat(name); isFile && err == nil && info.Mode().IsRegular() {
		return info.Size(), true
	}
	return 0, false
}
