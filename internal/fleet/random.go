package fleet

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// random is the source of all that varies. It is seeded per second, so that any second
// can be produced again without those before it.
type random struct{ *rand.Rand }

func newRandom(seed, second uint64) *random {
	return &random{rand.New(rand.NewPCG(seed, mix(second+0x5ea3a4c)))}
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours in, strangers out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is true in so many of a thousand cases.
func (r *random) chance(perMille uint64) bool { return r.Uint64N(1000) < perMille }

// latency is log-normal around a median, in milliseconds, at most 8 seconds.
func (r *random) latency(medianMs float64) float64 {
	return min(medianMs*math.Exp(0.45*r.NormFloat64()), 8000)
}

const lowerHex = "0123456789abcdef"

// hexDigits fills b with the low digits of v.
func hexDigits(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = lowerHex[v&15]
		v >>= 4
	}
}

// uuid fills b, 36 bytes, with a random UUID (RFC 9562, version 4).
func (r *random) uuid(b []byte) {
	v, w := r.Uint64(), r.Uint64()
	v = v&^0xf000 | 0x4000
	w = w&^(3<<62) | 2<<62
	hexDigits(b[0:8], v>>32)
	b[8] = '-'
	hexDigits(b[9:13], v>>16)
	b[13] = '-'
	hexDigits(b[14:18], v)
	b[18] = '-'
	hexDigits(b[19:23], w>>48)
	b[23] = '-'
	hexDigits(b[24:36], w)
}

// appendEventID writes an id as CloudWatch Logs does: 56 decimal digits of a number whose
// upper bits are the time in milliseconds (ids of events from 2013 on have 56 digits). The
// origin tells sources and seconds apart, n the events of one origin.
func appendEventID(b []byte, unixMs int64, origin, n uint64) []byte {
	const chunk = 1e19
	limbs := [3]uint64{uint64(unixMs)<<16 | origin>>48, origin<<16 | n>>48, n << 16}
	var digits [57]byte
	for part := 2; part >= 0; part-- {
		var rest uint64
		for i := range limbs {
			limbs[i], rest = bits.Div64(rest, limbs[i], chunk)
		}
		for i := part*19 + 18; i >= part*19; i-- {
			digits[i] = '0' + byte(rest%10)
			rest /= 10
		}
	}
	return append(b, digits[1:]...)
}
