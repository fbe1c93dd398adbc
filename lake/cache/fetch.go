package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seamark-hq/seamark/lake"
)

const tmpFolder = "tmp"

// badFile says why a file of the lake cannot be had, now or later.
type badFile struct{ reason string }

func (b *badFile) Error() string { return b.reason }

// fetch brings one file here. Who wants the same one meanwhile waits.
func (c *Cache) fetch(ctx context.Context, f lake.File, path string) error {
	for {
		c.mu.Lock()
		wait := c.coming[path]
		if wait == nil {
			c.coming[path] = make(chan struct{})
		}
		c.mu.Unlock()
		if wait == nil {
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
		if c.there(path, f.Bytes) {
			return nil
		}
	}
	defer func() {
		c.mu.Lock()
		close(c.coming[path])
		delete(c.coming, path)
		c.mu.Unlock()
	}()
	return c.download(ctx, f, path)
}

func (c *Cache) download(ctx context.Context, f lake.File, path string) error {
	from, err := c.store.Open(f.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return &badFile{"missing"}
	}
	if err != nil {
		return err
	}
	defer from.Close()
	if info, err := from.Stat(); err != nil {
		return err
	} else if info.Size() != f.Bytes {
		return &badFile{fmt.Sprintf("%d bytes, the ledger says %d", info.Size(), f.Bytes)}
	}
	temp, err := os.CreateTemp(filepath.Join(c.root, tmpFolder), "*.tmp")
	if err != nil {
		return fault(c.root, err)
	}
	defer os.Remove(temp.Name()) // it has another name when all went well
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(temp, sum), reader{ctx, from})
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		if _, local := errors.AsType[*fs.PathError](err); local {
			return fault(c.root, err)
		}
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return &badFile{"the checksum does not match the ledger's"}
	}
	if err := place(temp.Name(), path); err != nil {
		return fault(c.root, err)
	}
	c.mu.Lock()
	c.bytes += f.Bytes
	c.mu.Unlock()
	return nil
}

// placeTries is how often the folders of a copy are made anew: others take them away as long as
// they are empty, at each step of making them too. One that is given up in vain was unlucky a
// hundred times, or its temporary file is gone.
const placeTries = 100

// place moves a whole copy to its name. The folders above may go while they are empty.
func place(temp, path string) (err error) {
	for range placeTries {
		if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
			err = os.Rename(temp, path)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// reader ends with ctx.
type reader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
