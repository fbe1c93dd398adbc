package lake

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// Formats keeps access-log formats beside the lake, where the transformer looks for
// them: formats/<hash>, content-addressed.
type Formats struct{ Store Store }

// PutFormat writes a format unless it is there already.
func (l Formats) PutFormat(_ context.Context, hash, text string) error {
	key, err := FormatKey(hash)
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
