package indexer

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/schemas"
)

// Limits of what a flat_object takes, found on OpenSearch 2.19.4.
const (
	maxTermBytes = schemas.MaxTermBytes
	// maxKeyBytes bounds one key, so that maxTreeDepth of them leave room for a value.
	maxKeyBytes = 256
	// maxTreeDepth is how deep objects and arrays may nest. The server's parser recurses: at
	// a depth of 900 its stack overflows, which kills the whole node.
	maxTreeDepth = 32
	// maxTreeBytes bounds all terms of a document together: the path is repeated in each,
	// so a small text could become gigabytes of the server's heap.
	maxTreeBytes = 8 << 20
	// maxNumberBytes is the length beyond which a number is written as text; the server
	// ends at 1,000, and what it cannot hold it gives back as "Infinity".
	maxNumberBytes = 64
)

// note is what was changed in a document, as a set.
type note uint

const (
	noteCut note = 1 << iota
	noteKeys
	noteDeep
	noteWrapped
	noteText
	noteRaw
	noteTime
)

// noteTexts say it in words, in order of the bits.
var noteTexts = [...]string{
	"long values were cut",
	"long or repeated keys were renamed",
	"deep values were kept as text",
	"event data that is no object was wrapped",
	"event data that is not JSON was kept as text",
	"event data with too many values was stored unsearchable in raw",
	"a time that no index can hold was replaced",
}

// tree writes JSON text as an object that a flat_object field takes. It checks and
// writes in one pass; what is fine is copied as it is, without white space.
type tree struct {
	src   string
	i     int
	dst   []byte
	path  []byte   // of the value at hand, ".a.b"
	keys  []string // of the open objects, outermost first
	fixed int      // bytes of "<field>" and "=" in every term
	terms int      // bytes of all terms so far
	notes note
	want  *promotions
	found []found
	have  uint64 // which fields of want are found, as a set
}

// found is the first value that a promoted field can take.
type found struct {
	field  int
	text   string // the inside of a JSON string, or a number
	number float64
}

// write appends text as an object to dst. It reports false when text holds more than
// may be indexed; then dst is unchanged.
func (t *tree) write(dst []byte, field, text string, want *promotions) ([]byte, bool) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	start := len(dst)
	t.begin(dst, field, text, want)
	t.i = skipSpace(text, 0)
	wrapped := t.i >= len(text) || text[t.i] != '{'
	if wrapped {
		t.notes |= noteWrapped
		t.dst = append(t.dst, `{"value":`...)
		t.path = append(t.path, ".value"...)
	}
	ok := t.value(0)
	if wrapped {
		t.dst = append(t.dst, '}')
	}
	if ok && skipSpace(text, t.i) < len(text) {
		ok = false
	}
	if t.terms > maxTreeBytes {
		t.notes = noteRaw
		t.found = t.found[:0]
		return t.dst[:start], false
	}
	if !ok {
		t.begin(t.dst[:start], field, text, nil)
		t.notes = noteText
		if len(text) > maxTermBytes/2 {
			t.notes |= noteCut
		}
		t.dst = append(t.dst, `{"text":`...)
		t.dst = append(appendString(t.dst, cut(text, maxTermBytes/2)), '}')
	}
	return t.dst, true
}

func (t *tree) begin(dst []byte, field, text string, want *promotions) {
	t.dst, t.src, t.want = dst, text, want
	t.path, t.keys, t.found = t.path[:0], t.keys[:0], t.found[:0]
	t.fixed, t.terms, t.notes, t.i, t.have = len(field)+1, 0, 0, 0, 0
}

// value copies the value at t.i, which lies in depth objects and arrays.
func (t *tree) value(depth int) bool {
	t.i = skipSpace(t.src, t.i)
	if t.i >= len(t.src) || t.terms > maxTreeBytes {
		return false
	}
	switch c := t.src[t.i]; c {
	case '{', '[':
		if depth >= maxTreeDepth {
			return t.deep()
		}
		if c == '{' {
			return t.object(depth)
		}
		return t.array(depth)
	case '"':
		return t.text()
	case 't':
		return t.literal("true")
	case 'f':
		return t.literal("false")
	case 'n':
		return t.literal("null")
	}
	return t.number()
}

func (t *tree) literal(word string) bool {
	if !strings.HasPrefix(t.src[t.i:], word) {
		return false
	}
	t.dst = append(t.dst, word...)
	t.i += len(word)
	t.leaf(word, len(word))
	return true
}

func (t *tree) number() bool {
	end := scanNumber(t.src, t.i)
	if end < 0 {
		return false
	}
	n := t.src[t.i:end]
	t.i = end
	if len(n) <= maxNumberBytes && !strings.ContainsAny(n, "eE") {
		t.dst = append(t.dst, n...)
	} else if _, err := strconv.ParseFloat(n, 64); err == nil && len(n) <= maxNumberBytes {
		t.dst = append(t.dst, n...)
	} else { // the same term, only the type in the source differs
		whole := n
		if n = cut(n, t.room()); len(n) < len(whole) {
			t.notes |= noteCut
		}
		t.dst = append(append(append(t.dst, '"'), n...), '"')
	}
	t.leaf(n, len(n))
	return true
}

func (t *tree) text() bool {
	end, escaped := scanString(t.src, t.i)
	if end < 0 {
		return false
	}
	raw := t.src[t.i+1 : end-1]
	if len(raw) <= t.room() { // never shorter than what it means
		t.dst = append(t.dst, t.src[t.i:end]...)
	} else {
		value := raw
		if escaped {
			value = string(unquote(nil, raw))
		}
		if short := cut(value, t.room()); len(short) < len(value) {
			t.notes |= noteCut
			value = short
		}
		start := len(t.dst)
		t.dst = appendString(t.dst, value)
		raw = string(t.dst[start+1 : len(t.dst)-1])
	}
	t.i = end
	t.leaf(raw, len(raw))
	return true
}

// deep writes the array or object at t.i as text.
func (t *tree) deep() bool {
	end := skipNested(t.src, t.i)
	if end < 0 {
		return false
	}
	whole := t.src[t.i:end]
	value := cut(whole, t.room())
	t.notes |= noteDeep
	if len(value) < len(whole) {
		t.notes |= noteCut
	}
	t.dst = appendString(t.dst, value)
	t.terms += len(t.path) + t.fixed + len(value)
	t.i = end
	return true
}

// room is how long a value may be at the path at hand.
func (t *tree) room() int { return maxTermBytes - t.fixed - len(t.path) }

// leaf notes a value that is a term, and keeps it when it is promoted.
func (t *tree) leaf(text string, n int) {
	t.terms += len(t.path) + t.fixed + n
	if t.want == nil || len(t.path) == 0 {
		return
	}
	for _, field := range t.want.byPath[string(t.path[1:])] {
		if t.have&(1<<field) != 0 {
			continue
		}
		f := found{field: field, text: text}
		if t.want.fields[field].num {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
				continue
			}
			f.number = x
		}
		t.have |= 1 << field
		t.found = append(t.found, f)
	}
}

func (t *tree) array(depth int) bool {
	t.dst = append(t.dst, '[')
	t.i = skipSpace(t.src, t.i+1)
	if t.i < len(t.src) && t.src[t.i] == ']' {
		t.dst = append(t.dst, ']')
		t.i++
		return true
	}
	for {
		if !t.value(depth + 1) {
			return false
		}
		more, ok := t.next(']')
		if !ok {
			return false
		}
		if !more {
			return true
		}
	}
}

// next takes the comma or the end behind a member.
func (t *tree) next(end byte) (more, ok bool) {
	t.i = skipSpace(t.src, t.i)
	if t.i >= len(t.src) || t.src[t.i] != ',' && t.src[t.i] != end {
		return false, false
	}
	c := t.src[t.i]
	t.dst = append(t.dst, c)
	t.i++
	return c == ',', true
}

func (t *tree) object(depth int) bool {
	t.dst = append(t.dst, '{')
	t.i = skipSpace(t.src, t.i+1)
	if t.i < len(t.src) && t.src[t.i] == '}' {
		t.dst = append(t.dst, '}')
		t.i++
		return true
	}
	o := siblings{first: len(t.keys)}
	path := len(t.path)
	for {
		if !t.key(&o) || !t.value(depth+1) {
			return false
		}
		t.path = t.path[:path]
		more, ok := t.next('}')
		if !ok {
			return false
		}
		if !more {
			t.keys = t.keys[:o.first]
			return true
		}
	}
}

// key copies the key at t.i and its colon, and appends it to the path. A doubled key,
// for which the server would refuse the document, is given a name of its own.
func (t *tree) key(o *siblings) bool {
	t.i = skipSpace(t.src, t.i)
	if t.i >= len(t.src) || t.src[t.i] != '"' {
		return false
	}
	end, escaped := scanString(t.src, t.i)
	if end < 0 {
		return false
	}
	key := t.src[t.i+1 : end-1]
	if escaped {
		key = string(unquote(nil, key))
	}
	name := cut(key, maxKeyBytes)
	for o.taken(t.keys, name) {
		o.doubled++
		name = cut(key, maxKeyBytes) + "~" + strconv.Itoa(o.doubled)
	}
	t.keys = append(t.keys, name)
	o.add(t.keys, name)
	if name == key {
		t.dst = append(t.dst, t.src[t.i:end]...)
	} else {
		t.notes |= noteKeys
		t.dst = appendString(t.dst, name)
	}
	t.path = append(append(t.path, '.'), name...)
	t.i = skipSpace(t.src, end)
	if t.i >= len(t.src) || t.src[t.i] != ':' {
		return false
	}
	t.dst = append(t.dst, ':')
	t.i++
	return true
}

// fewKeys is how many keys are compared one by one before a set is made.
const fewKeys = 32

// siblings are the keys of one object: tree.keys from first on.
type siblings struct {
	first   int
	doubled int
	set     map[string]struct{}
}

func (o *siblings) taken(keys []string, name string) bool {
	if o.set != nil {
		_, ok := o.set[name]
		return ok
	}
	for _, k := range keys[o.first:] {
		if k == name {
			return true
		}
	}
	return false
}

func (o *siblings) add(keys []string, name string) {
	if o.set != nil {
		o.set[name] = struct{}{}
	} else if own := keys[o.first:]; len(own) > fewKeys {
		o.set = make(map[string]struct{}, 2*len(own))
		for _, k := range own {
			o.set[k] = struct{}{}
		}
	}
}
