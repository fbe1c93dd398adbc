package inflate

import "math/bits"

// entry is what a table says of the next bits:
//
//	bits 0-4   how many bits it takes, extra bits included
//	bits 5-7   what it is: one of the kinds
//	bits 8-12  without the extra bits; of literals: how many there are, 1 or 2
//	bits 16-31 the base of a length or distance; the literals; the place of a further table
type entry uint32

const (
	takes      = 31
	isOther    = 1 << 5 // no literal
	isFurther  = 1 << 6 // a further table, end of block or not valid
	isEnd      = 1 << 7 // end of block
	codeShift  = 8
	codeMask   = 31
	valueShift = 16

	invalid = entry(isOther | isFurther)
	end     = entry(isOther | isFurther | isEnd)
)

// Sizes of the tables. A first table is indexed by the next bits, as many as most codes
// have at most; longer codes lead to a further one, always of the size that the longest needs.
const (
	maxCode      = 15
	maxLitCodes  = 288
	maxDistCodes = 32

	litBits     = 11
	litFurther  = maxCode - litBits
	litSize     = 1<<litBits + (maxLitCodes/2)<<litFurther
	distBits    = 9
	distFurther = maxCode - distBits
	distSize    = 1<<distBits + (maxDistCodes/2)<<distFurther
	preBits     = 7
)

// What the symbols mean (RFC 1951, 3.2.5), as entries without the length of their code.
var (
	litSymbols  = litMeanings()
	distSymbols = distMeanings()
	preSymbols  = preMeanings()
)

func litMeanings() (t [maxLitCodes]entry) {
	for i := range 256 {
		t[i] = entry(i)<<valueShift | 1<<codeShift
	}
	t[256] = end
	base := 3
	for i := 257; i < 285; i++ {
		extra := max(0, (i-261)/4)
		t[i] = entry(base)<<valueShift | isOther | entry(extra)
		base += 1 << extra
	}
	t[285] = 258<<valueShift | isOther
	t[286], t[287] = invalid, invalid
	return
}

func distMeanings() (t [maxDistCodes]entry) {
	base := 1
	for i := range 30 {
		extra := max(0, (i-2)/2)
		t[i] = entry(base)<<valueShift | isOther | entry(extra)
		base += 1 << extra
	}
	t[30], t[31] = invalid, invalid
	return
}

func preMeanings() (t [19]entry) {
	for i := range t {
		t[i] = entry(i) << valueShift
	}
	return
}

// build fills a table for the code with those lengths and reports whether it is one: all
// of its bit patterns used once, or, as zlib allows, none, or one of one bit.
func (d *Decoder) build(table []entry, first int, lengths []uint8, meanings []entry) bool {
	var count, next [maxCode + 2]int
	for _, l := range lengths {
		count[l]++
	}
	count[0] = 0
	code, longest := 0, 0
	for l := 1; l <= maxCode; l++ {
		next[l+1] = next[l] + count[l] // of the first symbol of length l+1 in the sorted list
		code = code<<1 + count[l]
		if count[l] > 0 {
			longest = l
		}
		if code > 1<<l {
			return false
		}
	}
	if code != 1<<maxCode && longest > 0 && !(longest == 1 && count[1] == 1) {
		return false
	}
	for s, l := range lengths {
		if l > 0 {
			d.sorted[next[l]] = uint16(s)
			next[l]++
		}
	}
	fill(table, first, count[:], d.sorted[:], meanings)
	return true
}

// fill enters the codes by rising length. A table that is right for codes of l bits,
// written twice, is right for those of l+1 too; so each code is entered once.
func fill(table []entry, first int, count []int, sorted []uint16, meanings []entry) {
	table[0] = invalid
	code, s := 0, 0
	for l := 1; l <= first; l++ {
		copy(table[1<<(l-1):1<<l], table[:1<<(l-1)])
		code <<= 1
		for range count[l] {
			table[reversed(code, l)] = coded(meanings[sorted[s]], l)
			code++
			s++
		}
	}
	free, further := 1<<first, maxCode-first
	for l := first + 1; l <= maxCode; l++ {
		code <<= 1
		for range count[l] {
			r := reversed(code, l)
			e := &table[r&(1<<first-1)]
			if *e == invalid {
				*e = entry(free)<<valueShift | invalid | entry(first)
				for i := range 1 << further {
					table[free+i] = invalid
				}
				free += 1 << further
			}
			at := int(*e>>valueShift) + r>>first
			for ; at < int(*e>>valueShift)+1<<further; at += 1 << (l - first) {
				table[at] = coded(meanings[sorted[s]], l-first)
			}
			code++
			s++
		}
	}
}

// coded is meaning for a code of l bits (in its table).
func coded(meaning entry, l int) entry {
	switch {
	case meaning == invalid:
		return invalid
	case meaning&isOther == 0: // a literal has no extra bits
		return meaning + entry(l)
	}
	return meaning + entry(l)<<codeShift + entry(l)
}

func reversed(code, l int) int { return int(bits.Reverse16(uint16(code)) >> (16 - l)) }

// pairUp makes one entry of two literals whose codes both fit the first table's index.
// An entry looks at one below it, so they are done from the top.
func pairUp(table []entry) {
	for i := 1<<litBits - 1; i >= 0; i-- {
		e := table[i]
		if e&isOther != 0 {
			continue
		}
		second := table[i>>(e&takes)]
		if second&isOther == 0 && (e&takes)+(second&takes) <= litBits {
			table[i] = 2<<codeShift | (e&takes + second&takes) | e&(0xff<<valueShift) | second&(0xff<<valueShift)<<8
		}
	}
}

// fixedTables are those of the fixed codes (RFC 1951, 3.2.6).
type fixedTables struct {
	lit  [litSize]entry
	dist [distSize]entry
}

func (d *Decoder) fixedCodes() *fixedTables {
	if d.fixed != nil {
		return d.fixed
	}
	f := new(fixedTables)
	var lit [maxLitCodes]uint8
	for i := range lit {
		switch {
		case i < 144:
			lit[i] = 8
		case i < 256:
			lit[i] = 9
		case i < 280:
			lit[i] = 7
		default:
			lit[i] = 8
		}
	}
	var dist [maxDistCodes]uint8
	for i := range dist {
		dist[i] = 5
	}
	d.build(f.lit[:], litBits, lit[:], litSymbols[:])
	d.build(f.dist[:], distBits, dist[:], distSymbols[:])
	d.fixed = f
	return f
}
