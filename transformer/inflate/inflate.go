package inflate

import (
	"encoding/binary"
	"io"
)

// stream is one deflate stream being decoded.
type stream struct {
	in    []byte
	p     int    // the next byte to read
	bits  uint64 // read, but not yet used; the next bit is the lowest
	nb    int    // how many
	out   []byte
	o     int // the next byte to write
	limit int // of o
	value int // of the last symbol: a length or a distance
}

// Slack that the fast loop wants: a word to read, and the longest match and a word more to write.
const (
	inSlack  = 16
	outSlack = 258 + 32
	firstOut = 64 << 10
)

// need sees to it that n bits, 56 at most, are there.
func (s *stream) need(n int) error {
	for s.nb < n {
		if s.p == len(s.in) {
			return io.ErrUnexpectedEOF
		}
		s.bits |= uint64(s.in[s.p]) << (s.nb & 63)
		s.p++
		s.nb += 8
	}
	return nil
}

func (s *stream) take(n int) int {
	v := s.bits & (1<<n - 1)
	s.bits >>= n
	s.nb -= n
	return int(v)
}

func (s *stream) read(n int) (int, error) {
	if err := s.need(n); err != nil {
		return 0, err
	}
	return s.take(n), nil
}

// grow makes room for n bytes more.
func (s *stream) grow(n int) error {
	if s.o+n <= len(s.out) {
		return nil
	}
	if s.o+n > s.limit+outSlack {
		return ErrTooLarge
	}
	bigger := make([]byte, min(max(2*len(s.out), s.o+n, firstOut), s.limit+outSlack))
	copy(bigger, s.out[:s.o])
	s.out = bigger
	return nil
}

// inflate decodes the blocks of a stream.
func (d *Decoder) inflate(s *stream) error {
	for {
		head, err := s.read(3)
		if err != nil {
			return err
		}
		switch head >> 1 {
		case 0:
			err = s.stored()
		case 1:
			f := d.fixedCodes()
			err = s.block(&f.lit, &f.dist)
		case 2:
			if err = d.codes(s); err == nil {
				err = s.block(&d.lit, &d.dist)
			}
		default:
			err = ErrCorrupt
		}
		if err != nil || head&1 == 1 {
			return err
		}
	}
}

// stored copies a block that is not compressed.
func (s *stream) stored() error {
	s.take(s.nb & 7)
	n, err := s.read(16)
	if err != nil {
		return err
	}
	inverse, err := s.read(16)
	if err != nil {
		return err
	}
	if n != inverse^0xffff {
		return ErrCorrupt
	}
	s.p -= s.nb / 8
	s.bits, s.nb = 0, 0
	have := min(n, len(s.in)-s.p)
	if err := s.grow(have); err != nil {
		return err
	}
	copy(s.out[s.o:], s.in[s.p:s.p+have])
	s.o += have
	s.p += have
	if have < n {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// The order in which the lengths of the code of lengths come (RFC 1951, 3.2.7).
var preOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codes reads the codes of a dynamic block into the tables.
func (d *Decoder) codes(s *stream) error {
	if err := s.need(14); err != nil {
		return err
	}
	lits, dists, pres := s.take(5)+257, s.take(5)+1, s.take(4)+4
	if lits > 286 || dists > 30 {
		return ErrCorrupt
	}
	var pre [19]uint8
	for _, at := range preOrder[:pres] {
		l, err := s.read(3)
		if err != nil {
			return err
		}
		pre[at] = uint8(l)
	}
	var table [1 << preBits]entry
	if !d.build(table[:], preBits, pre[:], preSymbols[:]) {
		return ErrCorrupt
	}
	if err := d.readLengths(s, &table, lits+dists); err != nil {
		return err
	}
	if !d.build(d.lit[:], litBits, d.lengths[:lits], litSymbols[:]) || !d.build(d.dist[:], distBits, d.lengths[lits:lits+dists], distSymbols[:]) {
		return ErrCorrupt
	}
	pairUp(d.lit[:])
	return nil
}

// readLengths reads n lengths of codes.
func (d *Decoder) readLengths(s *stream, table *[1 << preBits]entry, n int) error {
	for i := 0; i < n; {
		if s.need(14) != nil && s.nb == 0 { // a symbol and what it wants; near the end it may be less
			return io.ErrUnexpectedEOF
		}
		e := table[s.bits&(1<<preBits-1)]
		if e&isOther != 0 {
			return ErrCorrupt
		}
		l := int(e & takes)
		if l > s.nb {
			return io.ErrUnexpectedEOF
		}
		s.take(l)
		symbol := int(e >> valueShift)
		if symbol < 16 {
			d.lengths[i] = uint8(symbol)
			i++
			continue
		}
		value, times, err := uint8(0), 0, error(nil)
		switch symbol {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			value = d.lengths[i-1]
			times, err = s.read(2)
			times += 3
		case 17:
			times, err = s.read(3)
			times += 3
		default:
			times, err = s.read(7)
			times += 11
		}
		if err != nil {
			return err
		}
		if i+times > n {
			return ErrCorrupt
		}
		for range times {
			d.lengths[i] = value
			i++
		}
	}
	return nil
}

// block decodes a compressed block: fast while there is room on both sides, else with care.
func (s *stream) block(lit *[litSize]entry, dist *[distSize]entry) error {
	for {
		if len(s.in)-s.p >= inSlack {
			if err := s.grow(outSlack); err != nil {
				return err
			}
			if done, err := s.fast(lit, dist); done || err != nil {
				return err
			}
		}
		if done, err := s.careful(lit, dist); done || err != nil {
			return err
		}
	}
}

// fast decodes until the block ends or one side has no slack any more. The bits are
// refilled by whole words, so that they suffice for a length and a distance (48 bits).
func (s *stream) fast(lit *[litSize]entry, dist *[distSize]entry) (done bool, err error) {
	in, out, p, o, bits, nb := s.in, s.out, s.p, s.o, s.bits, uint(s.nb)
	lastIn, lastOut := len(in)-inSlack, min(len(out)-outSlack, s.limit)
loop:
	for p <= lastIn && o <= lastOut {
		bits |= binary.LittleEndian.Uint64(in[p:]) << (nb & 63)
		p += int((63 - nb) >> 3)
		nb |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&isOther == 0 { // up to four literals
			out[o], out[o+1] = byte(e>>valueShift), byte(e>>(valueShift+8))
			o += int(e >> codeShift & 3)
			bits >>= e & takes
			nb -= uint(e & takes)
			e = lit[bits&(1<<litBits-1)]
			if e&isOther == 0 {
				out[o], out[o+1] = byte(e>>valueShift), byte(e>>(valueShift+8))
				o += int(e >> codeShift & 3)
				bits >>= e & takes
				nb -= uint(e & takes)
				continue
			}
			bits |= binary.LittleEndian.Uint64(in[p:]) << (nb & 63)
			p += int((63 - nb) >> 3)
			nb |= 56
		}
		if e&isFurther != 0 {
			if e&isEnd == 0 {
				if e == invalid {
					err = ErrCorrupt
					break
				}
				bits >>= litBits
				nb -= litBits
				e = lit[int(e>>valueShift)+int(bits&(1<<litFurther-1))]
				if e&isOther == 0 {
					out[o] = byte(e >> valueShift)
					o++
					bits >>= e & takes
					nb -= uint(e & takes)
					continue
				}
			}
			if e&isFurther != 0 {
				if e&isEnd == 0 {
					err = ErrCorrupt
					break
				}
				bits >>= e & takes
				nb -= uint(e & takes)
				done = true
				break
			}
		}
		length := int(e>>valueShift) + int(bits&(1<<(e&takes)-1)>>(e>>codeShift&codeMask))
		bits >>= e & takes
		nb -= uint(e & takes)
		e = dist[bits&(1<<distBits-1)]
		if e&isFurther != 0 {
			if e == invalid {
				err = ErrCorrupt
				break
			}
			bits >>= distBits
			nb -= distBits
			e = dist[int(e>>valueShift)+int(bits&(1<<distFurther-1))]
			if e&isFurther != 0 {
				err = ErrCorrupt
				break
			}
		}
		back := int(e>>valueShift) + int(bits&(1<<(e&takes)-1)>>(e>>codeShift&codeMask))
		bits >>= e & takes
		nb -= uint(e & takes)
		from := o - back
		if from < 0 {
			err = ErrCorrupt
			break
		}
		stop := o + length
		if back >= 8 { // words may write too much: it is overwritten
			for {
				binary.LittleEndian.PutUint64(out[o:], binary.LittleEndian.Uint64(out[from:]))
				binary.LittleEndian.PutUint64(out[o+8:], binary.LittleEndian.Uint64(out[from+8:]))
				if o, from = o+16, from+16; o >= stop {
					o = stop
					continue loop
				}
			}
		}
		for ; o < stop; o, from = o+1, from+1 {
			out[o] = out[from]
		}
	}
	s.p, s.o, s.bits, s.nb = p, o, bits, int(nb)
	return done, err
}

// careful decodes one symbol, and what belongs to it, with every check.
func (s *stream) careful(lit *[litSize]entry, dist *[distSize]entry) (done bool, err error) {
	e, err := s.symbol(lit[:], litBits)
	if err != nil {
		return false, err
	}
	if e&isOther == 0 {
		n := int(e >> codeShift & 3)
		if err := s.grow(n); err != nil {
			return false, err
		}
		for i := range n {
			s.out[s.o] = byte(e >> (valueShift + 8*i))
			s.o++
		}
		if s.o > s.limit {
			return false, ErrTooLarge
		}
		return false, nil
	}
	if e&isEnd != 0 {
		return true, nil
	}
	length := s.value
	if _, err = s.symbol(dist[:], distBits); err != nil {
		return false, err
	}
	back := s.value
	if back > s.o {
		return false, ErrCorrupt
	}
	if s.o+length > s.limit {
		return false, ErrTooLarge
	}
	if err := s.grow(length); err != nil {
		return false, err
	}
	for range length {
		s.out[s.o] = s.out[s.o-back]
		s.o++
	}
	return false, nil
}

// symbol reads the next symbol and, with its extra bits, its value.
func (s *stream) symbol(table []entry, first int) (entry, error) {
	s.need(48) // or as many as there are
	e := table[s.bits&(1<<first-1)]
	if e&isFurther != 0 && e&isEnd == 0 && e != invalid && s.nb >= first {
		s.take(first)
		e = table[int(e>>valueShift)+int(s.bits&(1<<(maxCode-first)-1))]
	}
	if int(e&takes) > s.nb || e&isFurther != 0 && e&isEnd == 0 && s.nb < maxCode && s.p == len(s.in) {
		return 0, io.ErrUnexpectedEOF
	}
	if e&isFurther != 0 && e&isEnd == 0 {
		return 0, ErrCorrupt
	}
	s.value = int(e>>valueShift) + int(s.bits&(1<<(e&takes)-1)>>(e>>codeShift&codeMask))
	s.take(int(e & takes))
	return e, nil
}
