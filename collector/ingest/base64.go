package ingest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

// base64Writer decodes standard base64 as it comes, in pieces of any size. Line ends are
// ignored when they were escaped in JSON, as encoding/json does; raw ones are not JSON.
type base64Writer struct {
	out     io.Writer
	carry   [4]byte
	carried int
	padded  bool // the last quantum had '=': nothing may follow
	scratch [24 << 10]byte
}

var errBase64 = errors.New("not base64")

func (d *base64Writer) reset(out io.Writer) { d.out, d.carried, d.padded = out, 0, false }

// errSink marks an error of the writer, not of the text.
type errSink struct{ error }

func (e errSink) Unwrap() error { return e.error }

// write decodes b.
func (d *base64Writer) write(b []byte) error {
	for len(b) > 0 {
		if d.padded {
			return errBase64
		}
		if d.carried > 0 || len(b) < 4 {
			n := copy(d.carry[d.carried:], b)
			d.carried += n
			b = b[n:]
			if d.carried == 4 {
				d.carried = 0
				if err := d.quanta(d.carry[:]); err != nil {
					return err
				}
			}
			continue
		}
		n := min(len(b), len(d.scratch)/3*4) &^ 3
		if pad := bytes.IndexByte(b[:n], '='); pad >= 0 {
			if n = pad &^ 3; n == 0 {
				n = 4 // the quantum with the padding
			}
		}
		if err := d.quanta(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// quanta decodes whole groups of four; padding may be in the last of them only when it is alone.
func (d *base64Writer) quanta(b []byte) error {
	n, err := base64.StdEncoding.Decode(d.scratch[:], b)
	if err != nil {
		return errBase64
	}
	if n != len(b)/4*3 {
		if len(b) != 4 || b[3] != '=' {
			return errBase64 // a line end among them
		}
		d.padded = true
	}
	if _, err := d.out.Write(d.scratch[:n]); err != nil {
		return errSink{err}
	}
	return nil
}

// close reports text that ends in the middle.
func (d *base64Writer) close() error {
	if d.carried > 0 {
		return errBase64
	}
	return nil
}
