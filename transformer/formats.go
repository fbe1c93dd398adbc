package transformer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/lines"
)

// Formats finds the access-log formats that filter names refer to by hash.
type Formats interface {
	// Format returns the text of a format. It fails with fs.ErrNotExist when there is none.
	Format(hash string) (string, error)
}

// lakeFormats are the formats that lie content-addressed below formats/ in the lake.
type lakeFormats struct{ lake *lake.Lake }

// maxFormat bounds a format, in bytes; API Gateway allows 3 KB.
const maxFormat = 16 << 10

// Format reads formats/<hash>. An object whose content does not have the hash is none.
func (f lakeFormats) Format(hash string) (string, error) {
	key, err := lake.FormatKey(hash)
	if err != nil {
		return "", fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if info, err := f.lake.Stat(key); err != nil {
		return "", err
	} else if info.Size() > maxFormat {
		return "", fs.ErrNotExist
	}
	b, err := f.lake.ReadFile(key)
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(b); !strings.HasPrefix(hex.EncodeToString(sum[:]), hash) {
		return "", fs.ErrNotExist
	}
	return string(b), nil
}

// formatCache remembers the formats that were found. One that is missing is looked for
// again with the next payload.
type formatCache struct {
	from  Formats
	known sync.Map // hash -> *accessFormat
}

func newFormatCache(from Formats) *formatCache { return &formatCache{from: from} }

// get returns the compiled format, or nil when there is none; it fails only when the
// store does, and then trying again may help.
func (c *formatCache) get(hash string) (*lines.Format, error) {
	if c == nil || hash == "" {
		return nil, nil
	}
	if f, ok := c.known.Load(hash); ok {
		return f.(*lines.Format), nil
	}
	text, err := c.from.Format(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Temporary, What: "cannot read the access-log format", Where: lake.FormatsFolder + "/" + hash,
			Err: err, Remedy: "check that the lake can be read"}
	}
	f := lines.CompileFormat(text)
	c.known.Store(strings.Clone(hash), f)
	return f, nil
}
