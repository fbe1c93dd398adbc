package collector

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/seamark-hq/seamark/lake"
)

// LakeFormats keeps access-log formats beside the lake, where the transformer looks for
// them: formats/<hash>, content-addressed.
type LakeFormats struct{ Store lake.Store }

// PutFormat writes a format unless it is there already.
func (l LakeFormats) PutFormat(_ context.Context, hash, text string) error {
	key, err := lake.FormatKey(hash)
	if err != nil {
		return err
	}
	err = l.Store.Create(key, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
