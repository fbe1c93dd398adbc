package inflate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Faults of a member. Input that ends too early is io.ErrUnexpectedEOF.
var (
	ErrHeader   = errors.New("no gzip header")
	ErrChecksum = errors.New("the gzip checksum does not match")
	ErrCorrupt  = errors.New("the deflate data is not valid")
	ErrTooLarge = errors.New("more than the limit of bytes when inflated")
)

// Decoder decodes gzip members. It keeps its tables from one to the next. It is not
// safe for concurrent use; the zero value is ready.
type Decoder struct {
	lit     [litSize]entry
	dist    [distSize]entry
	fixed   *fixedTables
	lengths [maxLitCodes + maxDistCodes]uint8
	sorted  [maxLitCodes]uint16 // scratch of build
}

// Member decodes the gzip member that src begins with into dst, from its first byte on,
// and returns the bytes, which lie in dst or, when that is too small, in a larger slice of
// at most limit bytes (and a few); and the number of bytes of src that the member takes.
// On a fault out is what was decoded before it.
func (d *Decoder) Member(dst, src []byte, limit int) (out []byte, n int, err error) {
	n, err = header(src)
	if err != nil {
		return dst[:0], 0, err
	}
	s := stream{in: src, p: n, out: dst[:cap(dst)], limit: limit}
	err = d.inflate(&s)
	out = s.out[:s.o]
	if err != nil {
		return out, 0, err
	}
	n = s.p - s.nb/8 // whole bytes that were read ahead go back
	if len(src)-n < 8 {
		return out, 0, io.ErrUnexpectedEOF
	}
	trailer := src[n:]
	if crc32.ChecksumIEEE(out) != binary.LittleEndian.Uint32(trailer) || uint32(len(out)) != binary.LittleEndian.Uint32(trailer[4:]) {
		return out, 0, ErrChecksum
	}
	return out, n + 8, nil
}

// Flags of a gzip header.
const (
	flagHeaderCRC = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4

	maxHeaderText = 512 // bytes of a name or a comment, as compress/gzip has it
)

// header returns the length of the gzip header that b begins with.
func header(b []byte) (int, error) {
	if len(b) < 10 {
		if len(b) > 0 && b[0] != 0x1f || len(b) > 1 && b[1] != 0x8b {
			return 0, ErrHeader
		}
		return 0, io.ErrUnexpectedEOF
	}
	if b[0] != 0x1f || b[1] != 0x8b || b[2] != 8 {
		return 0, ErrHeader
	}
	flags, n := b[3], 10
	if flags&flagExtra != 0 {
		if len(b) < n+2 {
			return 0, io.ErrUnexpectedEOF
		}
		n += 2 + int(binary.LittleEndian.Uint16(b[n:]))
	}
	for _, f := range [...]byte{flagName, flagComment} {
		if flags&f == 0 {
			continue
		}
		if n > len(b) {
			return 0, io.ErrUnexpectedEOF
		}
		text := b[n:min(len(b), n+maxHeaderText)]
		end := bytes.IndexByte(text, 0)
		if end < 0 && len(text) == maxHeaderText {
			return 0, ErrHeader
		}
		if end < 0 {
			return 0, io.ErrUnexpectedEOF
		}
		n += end + 1
	}
	if flags&flagHeaderCRC != 0 {
		if len(b) < n+2 {
			return 0, io.ErrUnexpectedEOF
		}
		if uint16(crc32.ChecksumIEEE(b[:n])) != binary.LittleEndian.Uint16(b[n:]) {
			return 0, ErrHeader
		}
		n += 2
	}
	if n > len(b) {
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}
