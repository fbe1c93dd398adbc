package parquetfile

import "encoding/binary"

// run is n rows of one code: 0 for NULL, else 1 for a value, or the number of the value
// in its dictionary, from 1.
type run struct{ code, n uint32 }

// extend appends n rows of a code to runs.
func extend(runs []run, code, n uint32) []run {
	if k := len(runs); k > 0 && runs[k-1].code == code {
		runs[k-1].n += n
		return runs
	}
	return append(runs, run{code, n})
}

// appendLevels appends the definition levels of runs as data pages of version 1 have
// them: their length, then RLE.
func appendLevels(b []byte, runs []run) []byte {
	at := len(b)
	h := hybrid{b: append(b, 0, 0, 0, 0), width: 1}
	for _, r := range runs {
		h.add(min(r.code, 1), r.n)
	}
	b = h.end()
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// hybrid writes Parquet's RLE/bit-packing hybrid: 8 or more equal values as a run, what
// lies between packed in groups of 8.
//
// https://parquet.apache.org/docs/file-format/data-pages/encodings/
type hybrid struct {
	b       []byte
	width   uint // bits of a value, 0 to 32
	value   uint32
	n       uint32 // of value, not written yet
	group   [8]uint32
	inGroup int
	header  int // where the header of the open packed run is kept free
	groups  int // of the open packed run
}

// maxGroups keeps the header of a packed run one byte long.
const maxGroups = 63

func (h *hybrid) add(value, n uint32) {
	if value != h.value {
		h.spend()
		h.value = value
	}
	h.n += n
}

// spend writes the values that are held back.
func (h *hybrid) spend() {
	for h.n > 0 && (h.inGroup > 0 || h.n < 8) {
		h.group[h.inGroup] = h.value
		h.inGroup++
		h.n--
		if h.inGroup == 8 {
			h.pack()
		}
	}
	if h.n == 0 {
		return
	}
	h.closePacked()
	h.b = binary.AppendUvarint(h.b, uint64(h.n)<<1)
	for bits, v := uint(0), h.value; bits < h.width; bits += 8 {
		h.b = append(h.b, byte(v))
		v >>= 8
	}
	h.n = 0
}

// pack writes the full group.
func (h *hybrid) pack() {
	if h.groups == 0 {
		h.header = len(h.b)
		h.b = append(h.b, 0)
	}
	var bits uint64
	var have uint
	for _, v := range h.group {
		bits |= uint64(v) << have
		for have += h.width; have >= 8; have -= 8 {
			h.b = append(h.b, byte(bits))
			bits >>= 8
		}
	}
	h.inGroup = 0
	if h.groups++; h.groups == maxGroups {
		h.closePacked()
	}
}

func (h *hybrid) closePacked() {
	if h.groups > 0 {
		h.b[h.header] = byte(h.groups<<1 | 1)
		h.groups = 0
	}
}

// end returns what was written. The last group is filled up with zeros, which readers
// ignore because they know the number of values.
func (h *hybrid) end() []byte {
	h.spend()
	if h.inGroup > 0 {
		clear(h.group[h.inGroup:])
		h.pack()
	}
	h.closePacked()
	return h.b
}
