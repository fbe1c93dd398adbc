package indexer

import "strings"

// How long a text may be in a reduced document, in bytes.
const (
	reducedText = 1 << 20  // after 400: the document as such was refused
	tinyText    = 16 << 10 // after 413: a request may not be this long
	maxReason   = 2 << 10
)

// reduce rewrites the two lines of one document that the server refused into a form
// that gives it nothing to object to: the typed columns stay, event data becomes one
// unsearchable text in raw, long texts are cut to limit bytes, promoted fields go, and
// ingest_note says why. It is slow, and rare. doc must come from a Builder.
func reduce(dst []byte, doc string, reason string, limit int) []byte {
	line := strings.IndexByte(doc, '\n') + 1
	dst = append(dst, doc[:line]...)
	src := strings.TrimSuffix(doc[line:], "\n")
	dst = append(dst, '{')
	note, i := "", 1
	for i > 0 && i < len(src) && src[i] == '"' {
		end, _ := scanString(src, i)
		name := src[i:end]
		i = end + 1 // the colon
		value := src[i:valueEnd(src, i)]
		i += len(value) + 1 // the comma
		text := value
		if value[0] == '"' {
			text = string(unquote(nil, value[1:len(value)-1]))
		}
		switch name {
		case `"num"`, `"kw"`:
			continue
		case `"ingest_note"`:
			note = "; " + text
			continue
		case `"event_data"`, `"extra"`:
			dst = appendString(append(dst, `"raw":`...), cut(value, limit))
		default:
			dst = append(append(dst, name...), ':')
			if value[0] == '"' {
				dst = appendString(dst, cut(text, limit))
			} else {
				dst = append(dst, value...)
			}
		}
		dst = append(dst, ',')
	}
	note = "stored in reduced form: " + cut(reason, maxReason) + cut(note, maxReason)
	return append(appendString(append(dst, `"ingest_note":`...), note), "}\n"...)
}

// valueEnd is the index behind the value at s[i] of a document of ours.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		end, _ := scanString(s, i)
		return end
	case '{', '[':
		return skipNested(s, i)
	}
	return i + strings.IndexAny(s[i:], ",}")
}
