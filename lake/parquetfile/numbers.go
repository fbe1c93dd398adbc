package parquetfile

import (
	"encoding/binary"
	"math"
)

type number interface{ int32 | int64 | float64 }

// numberColumn is a column of numbers: integers as DELTA_BINARY_PACKED, the others PLAIN.
type numberColumn[V number] struct {
	chunk
	levels   []run
	values   []V
	last     V
	unsorted bool
	peak     int // bytes of the largest page
}

func newNumberColumn[V number](s *spec, e *Encoder) column {
	return &numberColumn[V]{chunk: newChunk(s, e)}
}

func (c *numberColumn[V]) add(v V) {
	c.levels = extend(c.levels, 1, 1)
	c.values = append(c.values, v)
	c.unsorted = c.unsorted || v < c.last && c.rows+int64(len(c.values)) > 1
	c.last = v
}

func (c *numberColumn[V]) addOptional(v *V) {
	if v == nil {
		c.levels = extend(c.levels, 0, 1)
		return
	}
	c.levels = extend(c.levels, 1, 1)
	c.values = append(c.values, *v)
}

func (c *numberColumn[V]) cut(only bool) {
	if len(c.levels) == 0 {
		return
	}
	p := page{encoding: deltaPacked}
	p.rows, p.nulls = rowsOf(c.levels)
	body := c.e.body[:0]
	if !c.Required {
		body = appendLevels(body, c.levels)
	}
	switch values := any(c.values).(type) {
	case []int32:
		body = appendDelta(body, values)
	case []int64:
		body = appendDelta(body, values)
	case []float64:
		p.encoding = plainValues
		for _, v := range values {
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
		}
	}
	c.e.body = body
	c.bound(&p)
	c.peak = max(c.peak, 8*(len(c.values)+len(c.levels)))
	c.levels, c.values = c.levels[:0], c.values[:0]
	c.end(p, only, 0)
}

// bound gives p its limits. A page with a NaN has none: its place in the order is disputed.
func (c *numberColumn[V]) bound(p *page) {
	if len(c.values) == 0 {
		return
	}
	least, greatest := c.values[0], c.values[0]
	for _, v := range c.values {
		if v != v {
			return
		}
		least, greatest = min(least, v), max(greatest, v)
	}
	p.min = c.keepBound(appendNumber(c.e.number[:0], least, -1), true)
	p.max = c.keepBound(appendNumber(c.e.number[:0], greatest, 1), true)
}

// appendNumber appends v as statistics have it. A zero that is a bound of floating-point
// numbers gets the sign that keeps both zeros inside.
func appendNumber[V number](b []byte, v V, zeroSign float64) []byte {
	switch v := any(v).(type) {
	case int32:
		return binary.LittleEndian.AppendUint32(b, uint32(v))
	case int64:
		return binary.LittleEndian.AppendUint64(b, uint64(v))
	case float64:
		if v == 0 {
			v = math.Copysign(0, zeroSign)
		}
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func (c *numberColumn[V]) dictionaryPage() ([]byte, int)    { return nil, 0 }
func (c *numberColumn[V]) appendHashes(h []uint64) []uint64 { return h }
func (c *numberColumn[V]) ascending() bool                  { return c.Required && !c.unsorted }
func (c *numberColumn[V]) held() int                        { return c.chunk.held() + 8*(len(c.values)+len(c.levels)) }
func (c *numberColumn[V]) most() int {
	return c.chunk.most() + max(c.peak, 8*(len(c.values)+len(c.levels)))
}
func (c *numberColumn[V]) memory() int { return c.chunk.memory() + 8*(cap(c.values)+cap(c.levels)) }

func (c *numberColumn[V]) reset() {
	c.chunk.reset()
	c.levels, c.values, c.unsorted, c.peak = c.levels[:0], c.values[:0], false, 0
}
