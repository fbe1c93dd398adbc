package card_test

import (
	"flag"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestRenderTextGolden(t *testing.T) {
	for _, c := range cardtest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			got := card.Text(c.Card())
			cardtest.Golden(t, "testdata/cards/"+c.Name+".txt", []byte(got), *update)
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\x1b\x07\x00\u202e\u200b") {
				t.Error("the text drives a terminal")
			}
			if len(got) > 64<<10 {
				t.Errorf("the text has %d bytes", len(got))
			}
		})
	}
}
