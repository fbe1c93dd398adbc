package lake

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
)

// appendRow appends the fields of the struct at row, as they wait to be sorted. Rows never
// leave the process in this form.
func appendRow[T any](b []byte, row *T) []byte {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.String:
			s := f.String()
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		case reflect.Pointer:
			if f.IsNil() {
				b = append(b, 0)
				continue
			}
			b = appendNumber(append(b, 1), f.Elem())
		default:
			b = appendNumber(b, f)
		}
	}
	return b
}

func appendNumber(b []byte, f reflect.Value) []byte {
	if f.CanFloat() {
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(f.Float()))
	}
	return binary.AppendVarint(b, f.Int())
}

var errRow = errors.New("a row that waited to be sorted is damaged")

// readRow fills row, which is zero, from what appendRow wrote. Its texts are parts of s.
func readRow[T any](s string, row *T) error {
	d := rowDecoder{s: s}
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.String:
			f.SetString(d.text())
		case reflect.Pointer:
			if d.take(1) == "\x01" {
				f.Set(reflect.New(f.Type().Elem()))
				d.number(f.Elem())
			}
		default:
			d.number(f)
		}
	}
	if d.bad || d.s != "" {
		return errRow
	}
	return nil
}

type rowDecoder struct {
	s   string
	bad bool
}

func (d *rowDecoder) take(n uint64) string {
	if n > uint64(len(d.s)) {
		d.bad = true
		return ""
	}
	head := d.s[:n]
	d.s = d.s[n:]
	return head
}

func (d *rowDecoder) uvarint() uint64 {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		b := d.take(1)
		if b == "" {
			return 0
		}
		v |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			return v
		}
	}
	d.bad = true
	return 0
}

func (d *rowDecoder) text() string { return d.take(d.uvarint()) }

func (d *rowDecoder) number(f reflect.Value) {
	if f.CanFloat() {
		if b := d.take(8); len(b) == 8 {
			f.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64([]byte(b))))
		}
		return
	}
	u := d.uvarint()
	f.SetInt(int64(u>>1) ^ -int64(u&1))
}
