package words_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/alerter/words"
)

func TestVisible(t *testing.T) {
	b, err := os.ReadFile("../../testdata/visible.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases [][2]string }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range append(file.Cases, [2]string{"\xff\xfe", `\xff\xfe`}) { // no JSON holds the last
		if got := words.Visible(c[0]); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
}

// Visible text is valid UTF-8, has no control character but \n and \t, and stays as it is.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "a\x1b]8;;x\x07", "\xc2\x9b", "\u202e", "\r\r\n", "\U000e0001", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := words.Visible(s)
		if !utf8.ValidString(got) || words.Visible(got) != got {
			t.Fatalf("%q became %q", s, got)
		}
		for _, r := range got {
			if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Fatalf("%q kept %U", s, r)
			}
		}
		if line := words.Line(s, 40); strings.ContainsAny(line, "\n\r\t") || utf8.RuneCountInString(line) > 40 {
			t.Fatalf("line %q", line)
		}
	})
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 59 * time.Second: "59 s", time.Minute: "1 m", 250 * time.Second: "4 m 10 s", 3*time.Hour + 5*time.Minute: "3 h 5 m", 51 * time.Hour: "2 d 3 h",
	} {
		if got := words.Lasted(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for _, c := range []struct {
		v          float64
		unit, want string
	}{{0.234, "ratio", "23.4%"}, {0.05, "ratio", "5%"}, {0.0004, "ratio", "0.04%"}, {1284, "count", "1,284"}, {412, "ms", "412 ms"}, {27120.5, "ms", "27,121 ms"}, {1.5, "", "1.5"}} {
		if got := words.Quantity(c.v, c.unit); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

// A team reads times where it lives, and dates the way it writes them.
func TestStyle(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		style words.Style
		now   time.Time
		want  string
	}{
		{words.Style{}, at, "23:30:00 UTC"}, {words.Style{}, at.AddDate(0, 0, 1), "2026-11-30 23:30:00 UTC"},
		{words.Style{Zone: berlin}, at.Add(time.Hour), "00:30:00 CET"}, {words.Style{Zone: berlin, Dates: "de"}, at.Add(-time.Hour), "01.12.2026 00:30:00 CET"},
		{words.Style{Dates: "en-US"}, at.AddDate(0, 0, 2), "Nov 30, 2026 11:30:00 PM UTC"}, {words.Style{Dates: "xx"}, at, "23:30:00 UTC"},
	} {
		if got := c.style.Clock(at, c.now); got != c.want {
			t.Errorf("%+v: %q, want %q", c.style, got, c.want)
		}
	}
}
