package parquetfile

import (
	"encoding/binary"
	"math/bits"
)

// Sizes of DELTA_BINARY_PACKED; those that every reader has seen.
const (
	deltaBlock     = 128
	deltaMiniblock = 32
)

// appendDelta appends values as DELTA_BINARY_PACKED: in blocks, what each is more than
// the one before, less the least of the block, in as many bits as it takes.
// Differences wrap in the type's own width, as the specification asks.
func appendDelta[V int32 | int64](b []byte, values []V) []byte {
	b = binary.AppendUvarint(b, deltaBlock)
	b = binary.AppendUvarint(b, deltaBlock/deltaMiniblock)
	b = binary.AppendUvarint(b, uint64(len(values)))
	if len(values) == 0 {
		return append(b, 0)
	}
	b = binary.AppendVarint(b, int64(values[0]))
	last := values[0]
	for values = values[1:]; len(values) > 0; {
		n := min(deltaBlock, len(values))
		b = appendDeltaBlock(b, last, values[:n])
		last, values = values[n-1], values[n:]
	}
	return b
}

func appendDeltaBlock[V int32 | int64](b []byte, last V, values []V) []byte {
	var block [deltaBlock]V
	least := values[0] - last
	for i, v := range values {
		d := v - last
		block[i], last = d, v
		least = min(least, d)
	}
	b = binary.AppendVarint(b, int64(least))
	widths := len(b)
	b = append(b, 0, 0, 0, 0)
	mask := ^uint64(0)
	if V(1)<<31<<1 == 0 {
		mask = 1<<32 - 1 // V is int32
	}
	for m := 0; m*deltaMiniblock < len(values); m++ {
		var rest [deltaMiniblock]uint64
		var all uint64
		for i, d := range block[m*deltaMiniblock : min((m+1)*deltaMiniblock, len(values))] {
			rest[i] = uint64(d-least) & mask
			all |= rest[i]
		}
		width := bits.Len64(all)
		b[widths+m] = byte(width)
		b = appendPacked(b, &rest, uint(width))
	}
	return b
}

// appendPacked appends 32 values of width bits each, 0 to 64, least significant bit first.
func appendPacked(b []byte, values *[deltaMiniblock]uint64, width uint) []byte {
	if width == 0 {
		return b
	}
	var word uint64
	var have uint
	for _, v := range values {
		word |= v << have
		if have+width >= 64 {
			b = binary.LittleEndian.AppendUint64(b, word)
			word = v >> (64 - have) // 0 if have is 0
			have += width - 64
		} else {
			have += width
		}
	}
	for ; have > 0; have -= 8 { // 32 values end at a multiple of 32 bits
		b = append(b, byte(word))
		word >>= 8
	}
	return b
}
