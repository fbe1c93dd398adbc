package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/cache"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/lake/s3"
	"github.com/seamark-hq/seamark/transformer"
)

// OpenStore opens the store at place: a folder, its file:// URL, or s3://bucket/prefix. A
// folder that is missing is an empty store. Requests to a bucket end with ctx.
func OpenStore(ctx context.Context, place string) (lake.Store, error) {
	if strings.HasPrefix(place, s3.Scheme) {
		return s3.Open(ctx, place, s3.Options{})
	}
	if scheme, rest, isURL := strings.Cut(place, "://"); isURL && scheme == "file" {
		place = rest
	} else if isURL {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a lake cannot lie at " + scheme + "://", Where: place, Remedy: "name a folder, or s3://bucket/prefix"}
	}
	return lake.OpenDir(place, nil)
}

// IsRemote reports whether place is not a folder of this machine.
func IsRemote(place string) bool { return strings.HasPrefix(place, s3.Scheme) }

// openPlace opens the lake at place and reads its ledger. With mustExist one that is not
// there is a fault; else it is an empty lake.
func openPlace(ctx context.Context, place string, mustExist bool) (*lake.Lake, error) {
	place = strings.TrimPrefix(place, "file://")
	if !IsRemote(place) && !strings.Contains(place, "://") {
		return lake.Open(ctx, place, mustExist)
	}
	store, err := OpenStore(ctx, place)
	if err != nil {
		return nil, err
	}
	if mustExist {
		if err := someObject(store, place); err != nil {
			return nil, err
		}
	}
	l := lake.New(store)
	return l, l.Refresh(ctx)
}

var errFound = errors.New("found")

// someObject fails when a bucket holds nothing of a lake at place: a mistyped prefix would
// look like an empty lake.
func someObject(store lake.Store, place string) error {
	for _, folder := range []string{lake.LedgerFolder, lake.LandingFolder} {
		err := store.Walk(folder, func(string, fs.DirEntry) error { return errFound })
		if errors.Is(err, errFound) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return &seamark.Fault{Class: seamark.Rejected, What: "there is no lake", Where: place, Remedy: "check the prefix: it is the one above landing/ and ledger/"}
}

// origins opens landing objects wherever they lie. Buckets are signed in to once.
type origins struct {
	ctx  context.Context
	lake *lake.Lake

	mu     sync.Mutex
	stores map[string]lake.Store // by bucket
}

func newOrigins(ctx context.Context, l *lake.Lake) *origins {
	return &origins{ctx: ctx, lake: l, stores: map[string]lake.Store{}}
}

// open opens a landing object by its URL: a key of the lake, s3://bucket/key or a file.
func (o *origins) open(url string) (*transformer.Source, error) {
	if !strings.HasPrefix(url, s3.Scheme) {
		if strings.HasPrefix(url, lake.LandingFolder+"/") {
			return transformer.OpenObject(o.lake, o.lake.Store, url)
		}
		return transformer.OpenFile(o.lake, strings.TrimPrefix(url, "file://"))
	}
	bucket, key, err := s3.Parse(url)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a bucket is not a landing object", Where: url, Remedy: "name the objects in it"}
	}
	store, err := o.bucket(bucket)
	if err != nil {
		return nil, err
	}
	return transformer.OpenObject(o.lake, store, key)
}

func (o *origins) bucket(name string) (lake.Store, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.stores[name]; s != nil {
		return s, nil
	}
	s, err := OpenStore(o.ctx, s3.Scheme+name)
	if err == nil {
		o.stores[name] = s
	}
	return s, err
}

// openOrigin opens one landing object.
func openOrigin(ctx context.Context, l *lake.Lake, url string) (*transformer.Source, error) {
	return newOrigins(ctx, l).open(url)
}

// openDB starts a DuckDB over l. What of it lies elsewhere is copied to folder as it is asked for.
func openDB(l *lake.Lake, folder string, limit config.Bytes, o duckdb.Options) (*duckdb.DB, error) {
	if _, local := l.Store.(*lake.Dir); !local {
		copies, err := cache.New(l.Store, folder, int64(limit))
		if err != nil {
			return nil, err
		}
		o.Cache = copies
	}
	return duckdb.Open(l, o)
}

// userCache is where the command line keeps copies of the lake at place: several runs share them.
func userCache(place string) string {
	folder, err := os.UserCacheDir()
	if err != nil {
		folder = os.TempDir()
	}
	sum := sha256.Sum256([]byte(place))
	return filepath.Join(folder, "seamark", hex.EncodeToString(sum[:8]))
}

// OpenLake opens a lake that must be there, with a DuckDB over it.
func OpenLake(ctx context.Context, place string, c *config.Config, log *slog.Logger) (db *duckdb.DB, closeLake func(), err error) {
	l, err := ReadLake(ctx, place)
	if err != nil {
		return nil, nil, err
	}
	if db, err = openDB(l, userCache(l.Root()), c.LakeCache, duckdb.Options{Logger: log}); err != nil {
		return nil, nil, err
	}
	return db, func() { db.Close() }, nil
}
