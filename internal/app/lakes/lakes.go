// Package lakes opens lakes, in a folder or in a bucket, as people and the configuration name
// them, with the DuckDB that asks them and the landing objects that they are made of.
package lakes

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

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/cache"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/lake/s3"
)

// Place is where the configuration has the lake.
func Place(c *config.Config) string {
	if c.Lake != "" {
		return c.Lake
	}
	return filepath.Join(c.Data, "lake")
}

// IsRemote reports whether place is not a folder of this machine.
func IsRemote(place string) bool { return strings.HasPrefix(place, s3.Scheme) }

// Store opens the store at place: a folder, its file:// URL, or s3://bucket/prefix. A
// folder that is missing is an empty store. Requests to a bucket end with ctx.
func Store(ctx context.Context, place string) (lake.Store, error) {
	if IsRemote(place) {
		return s3.Open(ctx, place, s3.Options{})
	}
	if scheme, rest, isURL := strings.Cut(place, "://"); isURL && scheme == "file" {
		place = rest
	} else if isURL {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a lake cannot lie at " + scheme + "://", Where: place, Remedy: "name a folder, or s3://bucket/prefix"}
	}
	return lake.OpenDir(place, nil)
}

// Read opens a lake that must be there, and reads its ledger.
func Read(ctx context.Context, place string) (*lake.Lake, error) { return open(ctx, place, true) }

// Ask opens a lake that must be there, for questions alone: where it can, it reads of its ledger what
// they need when they are asked.
func Ask(ctx context.Context, place string) (*lake.Lake, error) {
	if !isFolder(strings.TrimPrefix(place, "file://")) {
		return Read(ctx, place)
	}
	store, err := Store(ctx, place)
	if err != nil {
		return nil, err
	}
	return lake.OnDemand(store), nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Make opens a lake, which may be empty, and reads its ledger.
func Make(ctx context.Context, place string) (*lake.Lake, error) { return open(ctx, place, false) }

// Change is Read for who will write to it: what processes that died left half done goes first.
func Change(ctx context.Context, place string) (*lake.Lake, error) {
	l, err := Read(ctx, place)
	if err == nil {
		_, err = l.CleanTemp()
	}
	return l, err
}

// open opens the lake at place and reads its ledger. With mustExist one that is not
// there is a fault; else it is an empty lake.
func open(ctx context.Context, place string, mustExist bool) (*lake.Lake, error) {
	place = strings.TrimPrefix(place, "file://")
	if !IsRemote(place) && !strings.Contains(place, "://") {
		return lake.Open(ctx, place, mustExist)
	}
	store, err := Store(ctx, place)
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

// DB starts a DuckDB over l. What of it lies elsewhere is copied to folder as it is asked for,
// up to limit bytes.
func DB(l *lake.Lake, folder string, limit config.Bytes, o duckdb.Options) (*duckdb.DB, error) {
	if _, local := l.Store.(*lake.Dir); !local {
		copies, err := cache.New(l.Store, folder, int64(limit))
		if err != nil {
			return nil, err
		}
		o.Cache = copies
	}
	return duckdb.Open(l, o)
}

// Query starts a DuckDB over l as a command does: copies are shared with other runs.
func Query(l *lake.Lake, c *config.Config, log *slog.Logger) (*duckdb.DB, error) {
	return DB(l, userCache(l.Root()), c.LakeCache, duckdb.Options{Logger: log})
}

// Open opens a lake that must be there, with a DuckDB over it.
func Open(ctx context.Context, place string, c *config.Config, log *slog.Logger) (db *duckdb.DB, closeLake func(), err error) {
	l, err := Ask(ctx, place)
	if err != nil {
		return nil, nil, err
	}
	if db, err = Query(l, c, log); err != nil {
		return nil, nil, err
	}
	return db, func() { db.Close() }, nil
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
