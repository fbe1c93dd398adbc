package seamark_test

import (
	"testing"

	"github.com/seamark-hq/seamark"
)

func TestNearest(t *testing.T) {
	names := []string{"since", "until", "product", "environment", "level"}
	for typed, want := range map[string]string{
		"sicne": "since", "sincee": "since", "Since": "since", "prodcut": "product", "leve_l": "level", "enviroment": "environment", "ab": "", "nonsense": "", "": "",
	} {
		if got := seamark.Nearest(typed, names); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}
