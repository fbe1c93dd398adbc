package incident_test

import (
	"fmt"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// BenchmarkStorm is a storm of 1,000 alarms: of one product, which is one incident, and
// of nobody, which are as many incidents.
func BenchmarkStorm(b *testing.B) {
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	for name, product := range map[string]string{"one product": "booking", "foreign": seamark.Unassigned} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				book := incident.NewBook(0)
				for i := range 1000 {
					book.Apply(seamark.Alarm{
						Name: fmt.Sprint("alarm ", i), State: seamark.AlarmFiring, Since: now, Evaluated: now, Value: float64(i % 7), Threshold: 1,
						Scope: seamark.Scope{Product: product, Environment: "prod", Component: fmt.Sprint(i)},
					}, now)
				}
			}
		})
	}
}

// The worst alarm stands first, whatever the order in which alarms come and change.
func TestWorstFirst(t *testing.T) {
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	book := incident.NewBook(0)
	var e *incident.Entry
	for i := range 200 {
		a := seamark.Alarm{
			Name: fmt.Sprint("alarm ", i*37%50), State: seamark.AlarmFiring, Since: now, Evaluated: now.Add(time.Duration(i) * time.Second),
			Value: float64(i * 13 % 101), Threshold: 10, Scope: seamark.Scope{Product: "booking", Environment: "prod"},
		}
		if i%5 == 4 {
			a.State, a.Since = seamark.AlarmOK, a.Evaluated
		}
		if got := book.Apply(a, now.Add(time.Hour)); got != nil {
			e = got
		}
		for j := 1; e != nil && j < len(e.Incident.Alarms); j++ {
			if seamark.CompareAlarms(&e.Incident.Alarms[j-1], &e.Incident.Alarms[j]) < 0 {
				t.Fatalf("after %d: alarm %d is worse than the one before it", i, j)
			}
		}
	}
}
