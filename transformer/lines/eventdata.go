package lines

import (
	"strconv"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// keepInt puts a number of ours among what goes to event_data.
func (r *Parser) keepInt(key string, n int64) {
	r.rest = append(r.rest, scan.Field{Key: key, Value: strconv.AppendInt(nil, n, 10)})
}

// keepText puts a text among what goes to event_data.
func (r *Parser) keepText(key, s string) {
	a := r.Arena
	a.Room(len(s) + 2)
	from := len(a.Text)
	a.Text = AppendQuoted(a.Text, s)
	r.rest = append(r.rest, scan.Field{Key: key, Value: a.Text[from:len(a.Text):len(a.Text)]})
}

// eventData returns the JSON object of a record's own data and whatever else has no
// column, or nothing when there is neither.
func (r *Parser) eventData(data []byte) string {
	if len(r.rest) == 0 {
		if data == nil || isEmptyObject(data) {
			return ""
		}
		return scan.View(data)
	}
	return r.object(data, r.rest)
}

func isEmptyObject(v []byte) bool { return v[scan.SkipSpace(v, 1)] == '}' }

// object writes an object of the members of data (an object, or nil) and the fields.
// No key stands twice, as readers of JSON disagree on what that means: a later one
// gets underscores before it.
func (r *Parser) object(data []byte, fields []scan.Field) string {
	from := len(r.inner)
	if data != nil {
		r.inner, _ = scan.Fields(r.inner, r.Arena, data, 0)
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
		key := f.Key
		for taken(key, members) || taken(key, fields[:i]) {
			key = "_" + key
		}
		fields[i].Key = key
		b = AppendQuoted(b, key)
		b = append(b, ':')
		b = append(b, f.Value...)
	}
	b = append(b, '}')
	r.data = b
	a := r.Arena
	a.Room(len(b))
	at := len(a.Text)
	a.Text = append(a.Text, b...)
	return scan.View(a.Text[at:len(a.Text):len(a.Text)])
}

func taken(key string, fields []scan.Field) bool {
	for i := range fields {
		if fields[i].Key == key {
			return true
		}
	}
	return false
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON string.
func AppendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if scan.Plain[c] {
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
