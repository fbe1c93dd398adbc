package landing

import (
	"bytes"
	"compress/zlib"
	"strings"
	"testing"
)

// TestNotPayload: what cannot be read is called by its name, with what would help.
func TestNotPayload(t *testing.T) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(strings.Repeat("x", 100)))
	w.Close()
	for want, in := range map[string]string{
		"zlib": z.String(), "zstd": "\x28\xb5\x2f\xfd\x24", "gzip in base64": "H4sIAAAAAAAA", "JSON in base64": "eyJhIjoxfQ==", "zip archive": "PK\x03\x04\x14",
		"plain text": "hello wörld\nERROR no tariff",
	} {
		if got := notPayload([]byte(in)); !strings.Contains(got, " but ") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q in it", in, got, want)
		}
	}
	for _, in := range []string{"\x89PNG\r\n\x1a\n", "\x00\x01", "a\x00b", "\xff\xfe\xfd\xfc\xfb"} {
		if got := notPayload([]byte(in)); got != "neither gzip nor JSON" {
			t.Errorf("%q: %q", in, got)
		}
	}
}
