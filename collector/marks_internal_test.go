package collector

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestIsTagValue: as CloudWatch's own pattern says; compiled, it would take 10 MB of each process.
func TestIsTagValue(t *testing.T) {
	pattern := regexp.MustCompile(`^[\p{L}\p{N}\p{Z}_.:/=+\-@]{0,256}$`)
	for _, s := range []string{"", "web-mobile", "Größe 7", "a\u00a0b", "a#b", "a\nb", "\xff", strings.Repeat("é", 256), strings.Repeat("é", 257), "\uFFFD"} {
		if got, want := isTagValue(s), pattern.MatchString(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if got, want := isTagValue(s), pattern.MatchString(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	})
}
