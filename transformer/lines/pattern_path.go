package lines

import "strings"

// isPath reports whether a token is a path of files or of a URL.
func isPath(t string) bool {
	i := strings.IndexByte(t, '/')
	return i == 0 || i > 0 && (t[0] == '.' || t[0] == '~' || strings.Count(t, "/") > 1) || strings.Count(t, "\\") > 1
}

// url hashes an address: the first label of its host, which says what is talked to, and
// its path; not the rest of the host, which says where that runs, nor the query.
func (h *patternHash) url(t string) {
	_, rest, _ := strings.Cut(t, "://")
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	label, _, _ := strings.Cut(host, ".")
	label, _, _ = strings.Cut(label, ":")
	h.constant("url")
	if n, _ := countDigits(label); n == 0 {
		h.bytes(label)
	}
	if path != "" && path[0] == '/' {
		h.path(path)
	}
}

// path hashes the parts of a path that are no ids; what lies below a folder for
// temporary files has a name of the moment.
func (h *patternHash) path(t string) {
	if i := strings.IndexAny(t, "?#"); i >= 0 {
		t = t[:i]
	}
	h.byte(' ')
	if strings.HasPrefix(t, "/tmp/") || strings.Contains(t, "/T/") || strings.HasPrefix(t, "/var/tmp/") {
		h.bytes("/tmp/")
		h.variable = false
		h.any()
		h.variable = false
		return
	}
	from := 0
	for i := 0; i <= len(t); i++ {
		if i < len(t) && t[i] != '/' && t[i] != '\\' {
			continue
		}
		part := t[from:i]
		digits, followed := countDigits(part)
		switch {
		case digits > 0 && !isVersion(part) && !isNameWithDigits(part, digits, followed), len(part) > 32, isPairOfCodes(part):
			h.byte('#')
		default:
			h.bytes(part)
		}
		h.byte('/')
		from = i + 1
	}
	h.variable, h.word = false, "/"
}

// isVersion reports whether a part of a path is that of an API: v1, v2.
func isVersion(part string) bool {
	return len(part) == 2 && part[0] == 'v'
}
