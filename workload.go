package seamark

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Unassigned is the product and the environment of what nobody has claimed.
const Unassigned = "unassigned"

// maxFilterName is CloudWatch Logs' limit for the name of a subscription filter, in characters.
const maxFilterName = 512

// maxTeamPart is how much of it a team may take: a tag's 256 characters can be 3,072 encoded.
const maxTeamPart = 192

// filterPrefix opens the name of each of our subscription filters; 1 is the version of its grammar.
const filterPrefix = "seamark/1/"

// Workload says whose a log group is, as its tags say it.
//
// It travels in the subscription filter's own name, so that the transformer needs
// no look-up and a replay years later still files data under the tags of its day.
type Workload struct {
	Product     string // slug of seamark:product
	Environment string // slug of seamark:environment
	Team        string // seamark:team as written
	Region      string // the payload itself carries none
	Component   string // Lambda: function name; API: name and stage ("booking-api/prod")
	Format      string // hex hash of an access-log format that is not self-describing, else empty
}

// FilterName returns the name of the subscription filter that carries w:
// seamark/1/<product>/<environment>/<team>/<region>/<component>[/<format>], each part
// percent-encoded, at most 512 characters. A component too long for that, or a team of more
// than 192, is cut and ended with a hash of the whole.
func (w Workload) FilterName() string {
	team := encodePart(w.Team)
	if len(team) > maxTeamPart {
		team = cutPart(w.Team, maxTeamPart)
	}
	head := filterPrefix + encodePart(w.Product) + "/" + encodePart(w.Environment) + "/" + team + "/" + encodePart(w.Region) + "/"
	tail := ""
	if w.Format != "" {
		tail = "/" + w.Format
	}
	component := encodePart(w.Component)
	if room := maxFilterName - len(head) - len(tail); len(component) > room {
		component = cutPart(w.Component, room)
	}
	return head + component + tail
}

// cutPart encodes as much of s as fits in room characters with a hash of all of s behind it.
func cutPart(s string, room int) string {
	sum := sha256.Sum256([]byte(s))
	mark := "~" + hex.EncodeToString(sum[:6])
	room = max(room-len(mark), 0)
	var b strings.Builder
	for rest := s; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		e := encodePart(rest[:size])
		if b.Len()+len(e) > room {
			break
		}
		b.WriteString(e)
		rest = rest[size:]
	}
	return b.String() + mark
}

// ErrNotOurFilter is returned for a filter name that does not follow our grammar.
var ErrNotOurFilter = errors.New("not a seamark filter name")

// ParseFilterName is the inverse of FilterName. A name is a claim, not a proof: the
// caller compares it with the account that AWS wrote into the payload.
func ParseFilterName(name string) (Workload, error) {
	rest, ours := strings.CutPrefix(name, filterPrefix)
	if !ours || len(name) > maxFilterName {
		return Workload{}, ErrNotOurFilter
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 5 && len(parts) != 6 {
		return Workload{}, fmt.Errorf("%w: %d parts", ErrNotOurFilter, len(parts))
	}
	for i := range parts[:5] {
		p, err := decodePart(parts[i])
		if err != nil {
			return Workload{}, fmt.Errorf("%w: part %d: %w", ErrNotOurFilter, i+1, err)
		}
		parts[i] = p
	}
	w := Workload{
		Product: Slug(parts[0]), Environment: Slug(parts[1]), Team: parts[2], Region: parts[3], Component: parts[4],
	}
	if len(parts) == 6 {
		if !isHex(parts[5]) {
			return Workload{}, fmt.Errorf("%w: format is not a hex hash", ErrNotOurFilter)
		}
		w.Format = parts[5]
	}
	return w, nil
}

// Slug turns a tag value into what a partition may be called: [a-z0-9._-]{1,64}.
// Upper case is folded, any other character becomes '-'. What is empty or only dots is
// Unassigned, and so is "null", which a template writes that had nothing to write: DuckDB reads a
// folder product=null as no value at all.
func Slug(s string) string {
	if strings.EqualFold(s, "null") {
		return Unassigned
	}
	if IsSlug(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case b.Len() == 64:
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 'a' - 'A')
		default:
			b.WriteByte('-')
		}
	}
	if strings.Trim(b.String(), ".-") == "" {
		return Unassigned
	}
	return b.String()
}

// IsSlug reports whether s has the form of a slug. Not each one is what Slug gives today: lakes
// of earlier releases may have a partition "null".
func IsSlug(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	meaning := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
			meaning = true
		case c == '.', c == '-':
		default:
			return false
		}
	}
	return meaning
}

const upperHex = "0123456789ABCDEF"

// encodePart percent-encodes all but the unreserved characters of RFC 3986, so that
// neither '/' nor the ':' and '*' that CloudWatch refuses can occur.
func encodePart(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

func decodePart(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errors.New("percent sign without two hex digits")
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", errors.New("percent sign without two hex digits")
		}
		b.WriteByte(c[0])
		i += 2
	}
	return b.String(), nil
}

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
