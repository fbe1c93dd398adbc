package words_test

import (
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// TestHowBad: one text of an alarm, which never says that something fires at a figure within its
// limit without the figure for which it fired.
func TestHowBad(t *testing.T) {
	ratio := seamark.Alarm{State: seamark.AlarmFiring, Unit: "ratio", Threshold: 0.05, Samples: 1204, Window: seamark.Duration(time.Minute)}
	with := func(state seamark.AlarmState, value, peak float64) seamark.Alarm {
		a := ratio
		a.State, a.Value, a.Peak = state, value, peak
		return a
	}
	below := seamark.Alarm{State: seamark.AlarmFiring, Unit: "percent", Threshold: 20, Value: 35, Peak: 4, Comparison: seamark.Below}
	for want, a := range map[string]seamark.Alarm{
		"23.4% of 1,204 requests in 1 m, limit 5%":                with(seamark.AlarmFiring, 0.234, 0.234),
		"peak 23.4%, now 4.9% of 1,204 requests in 1 m, limit 5%": with(seamark.AlarmFiring, 0.049, 0.234),
		"peak 23.4% of 1,204 requests in 1 m, limit 5%":           with(seamark.AlarmOK, 0.01, 0.234),
		"worst 4%, now 35%, limit below 20%":                      below,
		"5% of 1,204 requests in 1 m, limit 5%":                   with(seamark.AlarmFiring, 0.05, 0.05),
	} {
		if got := words.HowBad(a); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
