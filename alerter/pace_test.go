package alerter_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/route"
)

// A route's group_wait, group_interval and repeat_interval pace the cards of its receiver.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		slow, fast := &recorder{name: "slow", begun: start, edits: true}, &recorder{name: "fast", begun: start, edits: true}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{slow, fast}, Told: func(seamark.Alarm) []route.Told {
			return []route.Told{
				{Receiver: "slow", Wait: seamark.Duration(30 * time.Second), Interval: seamark.Duration(2 * time.Minute), Repeat: seamark.Duration(10 * time.Minute)},
				{Receiver: "fast", Interval: seamark.Duration(time.Second), Repeat: seamark.Duration(24 * time.Hour)},
			}
		}})
		stop := run(m)
		a := firing("4xx", "api", start, 0.2)
		for i := range 11 { // a measurement every 30 seconds
			a.Evaluated, a.Value = time.Now(), 0.2+float64(i)/100
			observe(t, m, a)
			time.Sleep(30 * time.Second)
		}
		time.Sleep(6 * time.Minute)
		stop()
		var at []time.Duration
		for _, s := range slow.list() {
			at = append(at, s.At)
		}
		want := []time.Duration{30 * time.Second, 150 * time.Second, 270 * time.Second, 390 * time.Second, 630 * time.Second}
		if diff := cmp.Diff(at, want); diff != "" {
			t.Errorf("slow (-got +want):\n%s", diff)
		}
		if got := fast.list(); len(got) < 8 || got[0].At != 0 {
			t.Errorf("fast: %+v", got)
		}
	})
}

// Where cards cannot be edited, time series that join an alarm that is nobody's are told by
// a new card, one an interval; what is fine again rings nobody until all are.
func TestSeriesThatJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		hook := &recorder{name: "hook", begun: start}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{hook}, Told: func(seamark.Alarm) []route.Told {
			return []route.Told{{Receiver: "hook", Interval: seamark.Duration(2 * time.Minute), Repeat: seamark.Duration(24 * time.Hour)}}
		}})
		stop := run(m)
		a := firing("", "", start, 0.2)
		a.Name, a.Rule, a.Scope.Product, a.Scope.Environment = "any-db", "", seamark.Unassigned, seamark.Unassigned
		for i := range 20 {
			a.Contributor, a.Since, a.Evaluated = string(rune('a'+i)), time.Now(), time.Now()
			observe(t, m, a)
			time.Sleep(time.Second)
		}
		time.Sleep(4 * time.Minute)
		a.Contributor = "a"
		observe(t, m, fine(a, time.Now()))
		time.Sleep(4 * time.Minute)
		stop()
		var at []time.Duration
		for _, s := range hook.list() {
			at = append(at, s.At)
		}
		if diff := cmp.Diff(at, []time.Duration{0, 2 * time.Minute}); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
	})
}
