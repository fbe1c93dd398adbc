package scan

// names knows the keys of records by how they stand in escaped text. One logger writes
// its keys in one order, so that the key that followed last time is compared first, and
// mostly nothing else is done (BenchmarkParse: 1.2 times as fast).
type names struct {
	known map[string]*name // by the key, escaped
	first name             // before the first key
}

// name is a key.
type name struct {
	key         string
	written     string // \"key\":
	log, access Column
	hash        uint32
	next        *name // what followed last time
}

// Bounds of what is remembered.
const (
	maxNames = 4096
	maxName  = 64 // bytes
)

// name reads a key and its colon, last being the key before it.
func (e *Escaped) name(last *name) (*name, bool) {
	if n := last.next; n != nil && len(e.b)-e.i >= len(n.written) && string(e.b[e.i:e.i+len(n.written)]) == n.written {
		e.i += len(n.written)
		return n, true
	}
	n, ok := e.otherName()
	last.next = n
	return n, ok
}

// otherName reads a key that was not expected. It takes only plain ones.
func (e *Escaped) otherName() (*name, bool) {
	b, i := e.b, e.i
	if i+2 > len(b) || b[i] != '\\' || b[i+1] != '"' {
		return nil, false
	}
	end := PlainEnd(b, i+2)
	if end+3 > len(b) || b[end] != '\\' || b[end+1] != '"' || b[end+2] != ':' || end-i > maxName {
		return nil, false
	}
	n := e.names.known[string(b[i+2:end])]
	if n == nil {
		if n = e.learn(string(b[i+2 : end])); n == nil {
			return nil, false
		}
	}
	e.i = end + 3
	return n, true
}

func (e *Escaped) learn(key string) *name {
	for i := range len(key) {
		if key[i] >= 0x80 { // may not be UTF-8
			return nil
		}
	}
	if e.names.known == nil || len(e.names.known) >= maxNames {
		e.names = names{known: map[string]*name{}}
	}
	n := &name{key: key, written: `\"` + key + `\":`, hash: hashOf(key)}
	n.log, n.access = e.Keys.Find(key)
	e.names.known[key] = n
	return n
}
