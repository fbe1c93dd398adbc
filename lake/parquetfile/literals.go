package parquetfile

import (
	"encoding/binary"

	"github.com/klauspost/compress/huff0"
)

// literalBlock is the most that one block of a zstd frame may hold (RFC 8878, 3.1.1.2).
const literalBlock = 128 << 10

// literals compresses ids: text in which nothing repeats but the digits. It writes zstd
// frames (RFC 8878) whose blocks hold Huffman-coded literals and no sequences, which any
// zstd reader takes. A compressor that searches ids for repetitions finds none: it takes
// four times as long, or gives up and leaves them twice as large (BenchmarkLiterals).
type literals struct {
	huff huff0.Scratch
}

// append appends src as one frame.
func (l *literals) append(dst, src []byte) []byte {
	dst = append(dst, 0x28, 0xb5, 0x2f, 0xfd) // magic number
	// One segment, the content's size in four bytes, no checksum, no dictionary.
	dst = append(dst, 2<<6|1<<5)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(src)))
	for {
		n := min(len(src), literalBlock)
		last := n == len(src)
		dst = l.block(dst, src[:n], last)
		if last {
			return dst
		}
		src = src[n:]
	}
}

// Types of a block.
const (
	rawBlock        = 0
	compressedBlock = 2
)

// block appends one block: Huffman-coded, or as it stands where that is no gain.
func (l *literals) block(dst, src []byte, last bool) []byte {
	l.huff.Reuse = huff0.ReusePolicyNone
	out, _, err := huff0.Compress4X(src, &l.huff)
	const headers = 5 + 1 // of the literals, and of no sequences
	if err != nil || len(out)+headers >= len(src) {
		return append(blockHeader(dst, rawBlock, len(src), last), src...)
	}
	dst = blockHeader(dst, compressedBlock, len(out)+headers, last)
	// Compressed literals in four streams, both sizes in 18 bits (RFC 8878, 3.1.1.3.1.1).
	sizes := uint64(2 | 3<<2 | len(src)<<4 | len(out)<<22)
	dst = append(dst, byte(sizes), byte(sizes>>8), byte(sizes>>16), byte(sizes>>24), byte(sizes>>32))
	dst = append(dst, out...)
	return append(dst, 0)
}

func blockHeader(dst []byte, kind, size int, last bool) []byte {
	h := uint32(kind<<1 | size<<3)
	if last {
		h |= 1
	}
	return append(dst, byte(h), byte(h>>8), byte(h>>16))
}
