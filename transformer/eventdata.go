package transformer

import (
	"strconv"
)

// keepInt puts a number of ours among what goes to event_data.
func (r *rows) keepInt(key string, n int64) {
	r.rest = append(r.rest, field{key: key, value: strconv.AppendInt(nil, n, 10)})
}

// keepText puts a text among what goes to event_data.
func (r *rows) keepText(key, s string) {
	a := r.arena
	a.room(len(s) + 2)
	from := len(a.text)
	a.text = appendQuoted(a.text, s)
	r.rest = append(r.rest, field{key: key, value: a.text[from:len(a.text):len(a.text)]})
}

// eventData returns the JSON object of a record's own data and whatever else has no
// column, or nothing when there is neither.
func (r *rows) eventData(data []byte) string {
	if len(r.rest) == 0 {
		if data == nil || isEmptyObject(data) {
			return ""
		}
		return view(data)
	}
	return r.object(data, r.rest)
}

func isEmptyObject(v []byte) bool { return v[skipSpace(v, 1)] == '}' }

// object writes an object of the members of data (an object, or nil) and the fields.
// No key stands twice, as readers of JSON disagree on what that means: a later one
// gets underscores before it.
func (r *rows) object(data []byte, fields []field) string {
	from := len(r.inner)
	if data != nil {
		r.inner, _ = scanFields(r.inner, r.arena, data, 0)
	}
	members := r.inner[from:]
	defer func() { r.inner = r.inner[:from] }()
	b := append(r.data[:0], '{')
	if len(members) > 0 {
		trimmed := trimSpace(data[1 : len(data)-1])
		b = append(b, trimmed...)
	}
	for i, f := range fields {
		if len(b) > 1 {
			b = append(b, ',')
		}
		key := f.key
		for taken(key, members) || taken(key, fields[:i]) {
			key = "_" + key
		}
		fields[i].key = key
		b = appendQuoted(b, key)
		b = append(b, ':')
		b = append(b, f.value...)
	}
	b = append(b, '}')
	r.data = b
	a := r.arena
	a.room(len(b))
	at := len(a.text)
	a.text = append(a.text, b...)
	return view(a.text[at:len(a.text):len(a.text)])
}

func taken(key string, fields []field) bool {
	for i := range fields {
		if fields[i].key == key {
			return true
		}
	}
	return false
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends s as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if plain[c] {
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		from = i + 1
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
