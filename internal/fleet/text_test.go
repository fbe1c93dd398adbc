package fleet_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// FuzzAppendString: what we write as a JSON string is read back by encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n\r\t\x00\x1f\x7f", "é😀\u2028", "\xff\xc3(\xe2\x82", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := fleet.AppendString(nil, s)
		var got string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		want := strings.Map(func(r rune) rune { return r }, s) // each invalid byte becomes U+FFFD
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestEventID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(1_400_000_000_000, 4_000_000_000_000).Draw(t, "ms")
		origin, n := rapid.Uint64().Draw(t, "origin"), rapid.Uint64().Draw(t, "n")
		want := big.NewInt(ms)
		for _, limb := range []uint64{origin, n} {
			want.Lsh(want, 64)
			want.Or(want, new(big.Int).SetUint64(limb))
		}
		want.Lsh(want, 16)
		if got := string(fleet.AppendEventID(nil, ms, origin, n)); got != want.String() || len(got) != 56 {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
