package state

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"io"
	"sync"
)

// packed is a state's text kept small: as the base of a merge that hardly ever comes,
// it is a tenth of what thousands of places would otherwise hold.
type packed struct {
	sum      [sha256.Size]byte
	deflated []byte
}

// A deflater takes a megabyte, so that a few serve all places.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is valid
	}
	return w
}}

func pack(text []byte) packed {
	var b bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	if _, err := w.Write(text); err != nil {
		panic(err) // a buffer takes all
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return packed{sha256.Sum256(text), bytes.Clone(b.Bytes())}
}

// is reports whether p holds that text.
func (p packed) is(text []byte) bool { return p.deflated != nil && p.sum == sha256.Sum256(text) }

// text is empty when nothing was packed.
func (p packed) text() []byte {
	if p.deflated == nil {
		return nil
	}
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(p.deflated)))
	if err != nil {
		panic(err) // pack wrote it
	}
	return b
}
