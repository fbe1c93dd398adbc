package parquetfile

import "encoding/binary"

// Types of Thrift's compact protocol.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// compact writes one struct in Thrift's compact protocol. Fields come in rising order of their ids.
type compact struct {
	b     []byte
	last  int16 // id of the field before
	outer []int16
}

func (t *compact) reset() { t.b, t.last, t.outer = t.b[:0], 0, t.outer[:0] }

func (t *compact) field(id int16, kind byte) {
	if step := id - t.last; step > 0 && step < 16 {
		t.b = append(t.b, byte(step)<<4|kind)
	} else {
		t.b = binary.AppendVarint(append(t.b, kind), int64(id))
	}
	t.last = id
}

func (t *compact) i32(id int16, v int32) {
	t.field(id, thriftI32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *compact) i64(id int16, v int64) {
	t.field(id, thriftI64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *compact) boolean(id int16, v bool) {
	if v {
		t.field(id, thriftTrue)
	} else {
		t.field(id, thriftFalse)
	}
}

func (t *compact) binary(id int16, b []byte) {
	t.field(id, thriftBinary)
	t.item(b)
}

func (t *compact) text(id int16, s string) { t.binary(id, bytesOf(s)) }

// list begins a list of n items, which follow.
func (t *compact) list(id int16, kind byte, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|kind)
	} else {
		t.b = binary.AppendUvarint(append(t.b, 0xf0|kind), uint64(n))
	}
}

// item, number and flag write an item of a list.
func (t *compact) item(b []byte) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(b))), b...)
}

func (t *compact) number(v int64) { t.b = binary.AppendVarint(t.b, v) }

func (t *compact) flag(v bool) {
	if v {
		t.b = append(t.b, thriftTrue)
	} else {
		t.b = append(t.b, thriftFalse)
	}
}

// open begins a struct: as a field, or with id 0 as an item of a list.
func (t *compact) open(id int16) {
	if id > 0 {
		t.field(id, thriftStruct)
	}
	t.outer = append(t.outer, t.last)
	t.last = 0
}

// close ends the struct that was opened last.
func (t *compact) close() {
	t.b = append(t.b, 0)
	n := len(t.outer) - 1
	t.last, t.outer = t.outer[n], t.outer[:n]
}

// empty is a field that is a struct without fields.
func (t *compact) empty(id int16) {
	t.open(id)
	t.close()
}

// end ends the outermost struct and returns all; it is valid until the next reset.
func (t *compact) end() []byte {
	t.b = append(t.b, 0)
	return t.b
}
