package parquetfile

import "unsafe"

// layout is how the values of a text column are laid out.
type layout int

const (
	plain layout = iota // lengths, then bytes (DELTA_LENGTH_BYTE_ARRAY)
	few                 // a dictionary, as long as it pays (RLE_DICTIONARY), else plain
)

// textColumn is a column of text. The empty string is NULL.
type textColumn struct {
	chunk
	words  *dictionary // of layout few
	texts  *texts      // of the other layouts, and of few once the dictionary is given up
	direct bool        // texts takes the values
	limits textLimits  // of the current page
}

func newTextColumn(s *spec, e *Encoder) column {
	c := &textColumn{chunk: newChunk(s, e)}
	if s.layout == few {
		c.words = newDictionary(e.seed)
	} else {
		c.texts, c.direct = &texts{front: s.front}, true
	}
	return c
}

// stripe is one text of each of n rows that lie one behind the other, size bytes apart. To
// walk it costs less than to ask a function for each row's (BenchmarkWrite).
type stripe struct {
	first unsafe.Pointer // *string
	size  uintptr
	n     int
}

func (s *stripe) at(i int) string { return *(*string)(unsafe.Add(s.first, uintptr(i)*s.size)) }

// addAll appends a text of each row. What an envelope says of all its events is one text in
// memory: such runs are told by their address, without a look at the bytes.
func (c *textColumn) addAll(s stripe) {
	for i := 0; i < s.n; {
		text := s.at(i)
		i++
		if c.direct {
			c.add(text)
			continue
		}
		n := uint32(1)
		for i < s.n {
			next := s.at(i)
			if len(next) != len(text) || len(text) > 0 && unsafe.StringData(next) != unsafe.StringData(text) {
				break
			}
			i++
			n++
		}
		if !c.words.add(text, n) {
			c.leaveDictionary()
		}
	}
}

// add appends a text to the current page of those without a dictionary.
func (c *textColumn) add(s string) {
	t := c.texts
	if len(t.data)+len(s) > pageBytes && len(t.data) > 0 {
		c.cut(false)
	}
	if s == "" {
		t.levels = extend(t.levels, 0, 1)
		return
	}
	t.add(s)
	c.limits.add(bytesOf(s))
	if c.bloom {
		t.hash(bytesOf(s))
	}
}

// leaveDictionary goes on without the dictionary, because it does not pay. If no page
// refers to it yet, it is dissolved.
func (c *textColumn) leaveDictionary() {
	c.direct = true
	if c.texts == nil {
		c.texts = &texts{front: c.front}
	}
	if len(c.pages) > 0 {
		c.cutWords(false)
		return
	}
	for _, r := range c.words.runs {
		for range r.n {
			c.add(textOf(c.words.word(r.code)))
		}
	}
	c.words.reset()
}

func (c *textColumn) cut(only bool) {
	if !c.direct {
		c.cutWords(only)
		return
	}
	t := c.texts
	if len(t.levels) == 0 {
		return
	}
	p := page{encoding: deltaLength}
	p.rows, p.nulls = rowsOf(t.levels)
	c.e.body = appendLevels(c.e.body[:0], t.levels)
	if t.front {
		p.encoding = deltaFront
		c.e.body = appendDelta(c.e.body, t.common)
	}
	c.e.body = append(appendDelta(c.e.body, t.lengths), t.data...)
	t.endPage()
	c.endPage(p, only)
}

func (c *textColumn) cutWords(only bool) {
	d := c.words
	if len(d.runs) == 0 {
		return
	}
	p := page{encoding: dictionaryIndex}
	p.rows, p.nulls = rowsOf(d.runs)
	c.e.body = appendLevels(c.e.body[:0], d.runs)
	if d.count() == 0 {
		p.encoding = plainValues // of which there are none
	} else {
		c.e.body = d.appendIndexes(c.e.body)
	}
	d.limits(&c.limits)
	d.endPage()
	c.endPage(p, only)
}

func (c *textColumn) endPage(p page, only bool) {
	if c.limits.any {
		b, exact := c.limits.lower()
		p.min = c.keepBound(b, exact)
		if b, exact, ok := c.limits.upper(); ok {
			p.max = c.keepBound(b, exact)
		}
	}
	c.limits.reset()
	beside := 0
	if c.words != nil {
		beside = len(c.words.text)
	}
	c.end(p, only, beside)
}

func (c *textColumn) dictionaryPage() ([]byte, int) {
	if c.words == nil || c.words.count() == 0 {
		return nil, 0
	}
	return c.words.text, c.words.count()
}

// appendHashes appends those of the dictionary and of what was written without it.
func (c *textColumn) appendHashes(h []uint64) []uint64 {
	if c.words != nil {
		h = c.words.appendHashes(h)
	}
	if c.texts != nil {
		h = append(h, c.texts.hashes...)
	}
	return h
}

func (c *textColumn) ascending() bool { return false }

func (c *textColumn) held() int {
	n := c.chunk.held()
	if c.words != nil {
		n += c.words.held()
	}
	if c.texts != nil {
		n += c.texts.held()
	}
	return n
}

func (c *textColumn) most() int {
	n := c.chunk.most()
	if c.words != nil {
		n += c.words.most()
	}
	if c.texts != nil {
		n += c.texts.most()
	}
	return n
}

func (c *textColumn) memory() int {
	n := c.chunk.memory()
	if c.words != nil {
		n += c.words.memory()
	}
	if c.texts != nil {
		n += c.texts.memory()
	}
	return n
}

func (c *textColumn) reset() {
	c.chunk.reset()
	c.limits.reset()
	if c.words != nil {
		c.words.reset()
		c.direct = false
	}
	if c.texts != nil {
		c.texts.reset()
	}
}
