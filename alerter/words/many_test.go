package words_test

import (
	"testing"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// One is not many: of a figure on a card either may be told.
func TestMany(t *testing.T) {
	for n, want := range map[int64]string{0: "0 requests", 1: "1 request", 2: "2 requests", 1204: "1,204 requests"} {
		if got := words.Many(n, "request"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	a := seamark.Alarm{State: seamark.AlarmFiring, Unit: "ratio", Value: 1, Peak: 1, Threshold: 0.05, Samples: 1, Window: seamark.Duration(time.Minute)}
	if got, want := words.HowBad(a), "100% of 1 request in 1 m, limit 5%"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
