package parquetfile_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"

	"pgregory.net/rapid"
)

// setField gives field i of row a value that is not its zero.
func setField[T any](row *T, i int) {
	switch f := reflect.ValueOf(row).Elem().Field(i); f.Kind() {
	case reflect.String:
		f.SetString(fmt.Sprintf("field %d", i))
	case reflect.Int64:
		f.SetInt(int64(i) + 1)
	case reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
	}
}

// source draws the values of rows; the same code serves properties, by rapid, and
// fuzzing, by bytes.
type source interface {
	number() int64
	text(column int) string
	null() bool
}

// draw makes a row of what s gives.
func draw[T any](s source) (row T) {
	v := reflect.ValueOf(&row).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(s.text(i))
		case reflect.Int64:
			f.SetInt(s.number())
		case reflect.Pointer:
			if !s.null() {
				p := reflect.New(f.Type().Elem())
				if p.Elem().CanFloat() {
					p.Elem().SetFloat(float64(s.number()) / 7)
				} else {
					p.Elem().SetInt(s.number())
				}
				f.Set(p)
			}
		}
	}
	return row
}

// stream is a source of bytes; after their end come zeros.
type stream struct{ b []byte }

func (s *stream) next() byte {
	if len(s.b) == 0 {
		return 0
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c
}

func (s *stream) null() bool { return s.next()%2 == 0 }

func (s *stream) number() int64 {
	c := s.next()
	if c < 128 {
		return int64(c)
	}
	var n [8]byte
	copy(n[:], s.b)
	s.b = s.b[min(8, len(s.b)):]
	return int64(binary.LittleEndian.Uint64(n[:]))
}

func (s *stream) text(int) string {
	n := int(s.next())
	if n < 100 {
		return [...]string{"", "", "a", "ERROR", strings.Repeat("ü", 40)}[n%5]
	}
	n = min(n-100, len(s.b))
	t := string(s.b[:n])
	s.b = s.b[n:]
	return t
}

// drawn is a source of rapid. Its columns have a manner each, so that runs, dictionaries
// that pay and that do not, and columns that are all NULL are all likely.
type drawn struct {
	rt      *rapid.T
	manners []int
	words   []string
	n       int
}

func newDrawn(rt *rapid.T, columns int) *drawn {
	return &drawn{
		rt:      rt,
		manners: rapid.SliceOfN(rapid.IntRange(0, 4), columns, columns).Draw(rt, "manners"),
		words:   rapid.SliceOfN(rapid.StringN(0, 80, 200), 1, 6).Draw(rt, "words"),
	}
}

func (d *drawn) null() bool { return rapid.Bool().Draw(d.rt, "null") }

func (d *drawn) number() int64 {
	return rapid.OneOf(rapid.Int64Range(-3, 700), rapid.Int64(), rapid.Just(int64(math.MinInt64)), rapid.Just(int64(math.MaxInt64))).Draw(d.rt, "number")
}

func (d *drawn) text(column int) string {
	switch d.n++; d.manners[column] {
	case 0:
		return ""
	case 1:
		return d.words[0]
	case 2:
		return rapid.SampledFrom(d.words).Draw(d.rt, "word")
	case 3:
		return fmt.Sprintf("%s-%d", d.words[0], d.n)
	}
	return rapid.String().Draw(d.rt, "text")
}
