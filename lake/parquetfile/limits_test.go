package parquetfile_test

import (
	"bytes"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
)

// TestTextBounds: a bound that is cut short is still one, and still text.
func TestTextBounds(t *testing.T) {
	x := strings.Repeat("x", 63)
	for _, tt := range []struct{ name, text, min, max string }{
		{"short", "abc", "abc", "abc"},
		{"64 bytes", x + "y", x + "y", x + "y"},
		{"65 bytes", x + "yz", x + "y", x + "z"},
		{"a rune is cut in two", x + "é tail", x, x[:62] + "y"},
		{"the last of one byte", x + "\x7f tail", x + "\x7f", x + "\u0080"},
		{"before the surrogates", strings.Repeat("\ud7ff", 30), strings.Repeat("\ud7ff", 21), strings.Repeat("\ud7ff", 20) + "\ue000"},
		{"behind the last rune", strings.Repeat("\U0010ffff", 9) + strings.Repeat("a", 40), strings.Repeat("\U0010ffff", 9) + strings.Repeat("a", 28), strings.Repeat("\U0010ffff", 9) + strings.Repeat("a", 27) + "b"},
		{"nothing is greater", strings.Repeat("\U0010ffff", 17), "", ""},
		{"not UTF-8", strings.Repeat("\xff", 70), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			writeAll(t, newEncoder(t).Logs(&b), []seamark.Log{{Message: tt.text, Level: tt.text}})
			for _, column := range []int{8, 11} { // one with a dictionary, one without
				s := open(t, b.Bytes()).Metadata().RowGroups[0].Columns[column].MetaData.Statistics
				if string(s.MinValue) != tt.min || string(s.MaxValue) != tt.max {
					t.Errorf("column %d: %q to %q, want %q to %q", column, s.MinValue, s.MaxValue, tt.min, tt.max)
				}
			}
		})
	}
}
