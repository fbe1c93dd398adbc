package teams

import (
	"slices"
	"testing"

	"github.com/seamark-hq/seamark/alerter/card"
)

func TestColoursOf(t *testing.T) {
	for _, c := range []struct{ names, want []string }{
		{[]string{"4xx", "ERROR"}, []string{"warning", "attention"}},
		{[]string{"5xx", "ERROR"}, []string{"attention", "categoricalPurple"}},
		{[]string{"FATAL", "4xx"}, []string{"categoricalPurple", "warning"}},
		{[]string{"other"}, []string{"attention"}},
	} {
		var list []card.Series
		for _, n := range c.names {
			list = append(list, card.Series{Name: n})
		}
		if got := coloursOf(list); !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.names, got, c.want)
		}
	}
}
