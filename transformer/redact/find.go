package redact

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// finder finds the places of values in a text.
type finder struct {
	// find appends where the values lie, in order and apart, to dst.
	find func(dst [][2]int, s string) [][2]int
	// least is the length of the shortest value, in bytes.
	least int
	// may reports, cheaply, whether a value could lie in JSON text without \u escapes. It
	// may err to one side only. nil: it always could.
	may func(s string) bool
}

// finders are the built-in patterns.
func finders() map[string]*finder { return builtin }

var builtin = map[string]*finder{
	"email":  {emails, 6, func(s string) bool { return strings.IndexByte(s, '@') >= 0 }},
	"ipv4":   {ipv4s, 7, func(s string) bool { return hasRun(s, ipv4Bytes, 7, '.', 3) }},
	"ipv6":   {ipv6s, 3, func(s string) bool { return hasRun(s, ipv6Bytes, 3, ':', 2) }},
	"card":   {cards, 13, func(s string) bool { return hasRun(s, cardBytes, 13, '0', 13) }},
	"bearer": {bearers, 15, func(s string) bool { return bearerWord(s) >= 0 }},
}

// Patterns lists the built-in patterns.
func Patterns() []string { return []string{"email", "ipv4", "ipv6", "card", "bearer"} }

// set is a set of bytes.
type set [256]bool

func setOf(chars string) *set {
	s := new(set)
	for i := range len(chars) {
		s[chars[i]] = true
	}
	return s
}

const (
	digitChars  = "0123456789"
	letterChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	ipv4Bytes  = setOf(digitChars + ".")
	ipv6Bytes  = setOf(digitChars + "abcdefABCDEF:.")
	cardBytes  = setOf(digitChars + " -")
	localBytes = withHigh(setOf(digitChars + letterChars + "._%+-"))
	hostBytes  = withHigh(setOf(digitChars + letterChars + ".-"))
	tokenBytes = setOf(digitChars + letterChars + "-._~+/=")
	wordBytes  = withHigh(setOf(digitChars + letterChars))
)

// withHigh adds the bytes of letters outside ASCII.
func withHigh(s *set) *set {
	for i := 0x80; i < 0x100; i++ {
		s[i] = true
	}
	return s
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// nextRun finds the next longest stretch of bytes of a set, of at least n bytes, at or
// behind i. Only every n-th byte is looked at while there is none.
func nextRun(s string, i int, in *set, n int) (from, to int) {
	for at := i + n - 1; at < len(s); {
		if !in[s[at]] {
			at += n
			continue
		}
		for from = at; from > i && in[s[from-1]]; from-- {
		}
		for to = at + 1; to < len(s) && in[s[to]]; to++ {
		}
		if to-from >= n {
			return from, to
		}
		i, at = to, to+n-1
	}
	return -1, -1
}

// hasRun reports whether s has such a stretch with n times c, where '0' is any digit.
func hasRun(s string, in *set, length int, c byte, n int) bool {
	for i := 0; ; {
		from, to := nextRun(s, i, in, length)
		if from < 0 {
			return false
		}
		have := 0
		for j := from; j < to; j++ {
			if s[j] == c || c == '0' && isDigit(s[j]) {
				have++
			}
		}
		if have >= n {
			return true
		}
		i = to
	}
}

// emails finds addresses: a local part and a host with at least one dot whose last
// label is of letters (RFC 5321, without quoted local parts).
func emails(dst [][2]int, s string) [][2]int {
	behind := 0 // of the last one
	for i := 0; ; {
		at := strings.IndexByte(s[i:], '@')
		if at < 0 {
			return dst
		}
		at += i
		i = at + 1
		from, to := at, at+1
		for from > behind && localBytes[s[from-1]] {
			from--
		}
		for to < len(s) && hostBytes[s[to]] {
			to++
		}
		for to > at+1 && (s[to-1] == '.' || s[to-1] == '-') {
			to--
		}
		dot := strings.LastIndexByte(s[at+1:to], '.')
		if from < at && dot > 0 && isTop(s[at+2+dot:to]) {
			dst = append(dst, [2]int{from, to})
			behind, i = to, to
		}
	}
}

// isTop reports whether a label could be that of a top domain: letters, two at least.
func isTop(label string) bool {
	if len(label) < 2 {
		return false
	}
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	for _, c := range []byte(label) {
		if isDigit(c) || c == '-' {
			return false
		}
	}
	return true
}

// alone reports whether no letter or digit touches s[from:to].
func alone(s string, from, to int) bool {
	return (from == 0 || !wordBytes[s[from-1]]) && (to == len(s) || !wordBytes[s[to]])
}

func ipv4s(dst [][2]int, s string) [][2]int {
	if strings.Count(s, ".") < 3 {
		return dst
	}
	for i := 0; ; {
		from, to := nextRun(s, i, ipv4Bytes, 7)
		if from < 0 {
			return dst
		}
		i = to
		for to > from && s[to-1] == '.' {
			to--
		}
		for from < to && s[from] == '.' {
			from++
		}
		if to-from > 15 || strings.Count(s[from:to], ".") != 3 || !alone(s, from, to) {
			continue
		}
		if a, err := netip.ParseAddr(s[from:to]); err == nil && a.Is4() {
			dst = append(dst, [2]int{from, to})
		}
	}
}

// ipv6s finds IPv6 addresses that hold a digit; "::" alone and the paths of C++, Ruby
// and Rust are none.
func ipv6s(dst [][2]int, s string) [][2]int {
	if strings.Count(s, ":") < 2 {
		return dst
	}
	for i := 0; ; {
		from, to := nextRun(s, i, ipv6Bytes, 3)
		if from < 0 {
			return dst
		}
		i = to
		if strings.Count(s[from:to], ":") < 2 {
			continue
		}
		for to > from && (s[to-1] == '.' || s[to-1] == ':' && !strings.HasSuffix(s[from:to], "::")) {
			to--
		}
		for from < to && (s[from] == '.' || s[from] == ':' && !strings.HasPrefix(s[from:to], "::")) {
			from++
		}
		if to-from > 45 || !alone(s, from, to) || !strings.ContainsAny(s[from:to], digitChars) {
			continue
		}
		if a, err := netip.ParseAddr(s[from:to]); err == nil && a.Is6() {
			dst = append(dst, [2]int{from, to})
		}
	}
}

// bearerWord finds the word before a token, however it is written.
func bearerWord(s string) int {
	i := strings.Index(s, "earer")
	if j := strings.Index(s, "EARER"); i < 0 || j >= 0 && j < i {
		i = j
	}
	return i
}

// bearers finds the tokens behind the word "Bearer" (RFC 6750): 8 characters at least,
// not only letters unless it has 20.
func bearers(dst [][2]int, s string) [][2]int {
	for i := 0; ; {
		at := bearerWord(s[i:])
		if at < 0 {
			return dst
		}
		at += i
		i = at + 5
		if at == 0 || s[at-1]|0x20 != 'b' {
			continue
		}
		from := i
		for from < len(s) && (s[from] == ' ' || s[from] == '\t' || s[from] == ':') {
			from++
		}
		to := from
		for to < len(s) && tokenBytes[s[to]] {
			to++
		}
		token := s[from:to]
		if from > i && len(token) >= 8 && (len(token) >= 20 || strings.Trim(token, letterChars) != "") {
			dst = append(dst, [2]int{from, to})
			i = to
		}
	}
}

// expression finds what an RE2 expression matches, or its first group.
func expression(re *regexp.Regexp) func([][2]int, string) [][2]int {
	group := 0
	if re.NumSubexp() > 0 {
		group = 2
	}
	return func(dst [][2]int, s string) [][2]int {
		for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
			if m[group] >= 0 && m[group] < m[group+1] {
				dst = append(dst, [2]int{m[group], m[group+1]})
			}
		}
		return slices.Clip(dst)
	}
}
