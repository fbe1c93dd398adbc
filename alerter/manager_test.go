package alerter_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
)

func TestLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		m := manager(t, alerter.Options{Config: fiveMinutes()})
		a, b := firing("4xx", "api", start, 0.2), firing("errors", "fn", start.Add(10*time.Second), 0.3)
		time.Sleep(time.Hour)
		observe(t, m, a)
		observe(t, m, b, a) // doubled
		list := m.Incidents()
		if len(list) != 1 || list[0].Status != seamark.IncidentOpen || len(list[0].Firing()) != 2 {
			t.Fatalf("got %+v", list)
		}
		if got, want := list[0].ID, "20000101T000000Z-booking-prod"; got != want {
			t.Errorf("id %q, want %q", got, want)
		}
		observe(t, m, fine(a, start.Add(30*time.Second)))
		if got := m.Incidents()[0]; got.Status != seamark.IncidentOpen || len(got.Firing()) != 1 {
			t.Fatalf("got %+v", got)
		}
		observe(t, m, fine(b, start.Add(50*time.Second)))
		got := m.Incidents()[0]
		if got.Status != seamark.IncidentResolved || got.Duration(time.Time{}) != 50*time.Second {
			t.Fatalf("got %+v", got)
		}
		var words []string
		for _, x := range got.Timeline {
			words = append(words, x.What)
		}
		want := []string{
			"Opened: 4xx on api, 20% of 100 requests, limit 5%", "errors on fn, 30% of 100 requests, limit 5%",
			"Fine again: 4xx on api", "Resolved after 50 s",
		}
		if diff := cmp.Diff(words, want); diff != "" {
			t.Errorf("timeline (-got +want):\n%s", diff)
		}
		if got.Alarms[0].Peak != 0.3 {
			t.Errorf("peak %v", got.Alarms[0].Peak)
		}

		// Within the quiet time it is the same incident; after it a new one.
		observe(t, m, firing("4xx", "api", start.Add(3*time.Minute), 0.4))
		if list := m.Incidents(); len(list) != 1 || list[0].Status != seamark.IncidentOpen {
			t.Fatalf("got %+v", list)
		}
		observe(t, m, fine(a, start.Add(4*time.Minute)), firing("4xx", "api", start.Add(20*time.Minute), 0.4))
		if list := m.Incidents(); len(list) != 2 || list[0].Status != seamark.IncidentOpen || list[1].Status != seamark.IncidentResolved {
			t.Fatalf("got %+v", list)
		}
		// What the first incident accounts for opens nothing again.
		observe(t, m, a, b, firing("4xx", "api", start.Add(3*time.Minute), 0.4))
		if list := m.Incidents(); len(list) != 2 || len(list[0].Alarms) != 1 {
			t.Fatalf("got %+v", list)
		}
	})
}

func TestOKThatOvertookItsAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		time.Sleep(time.Hour)
		m := manager(t, alerter.Options{})
		a := firing("4xx", "api", start, 0.2)
		observe(t, m, fine(a, start.Add(time.Minute)))
		if n := len(m.Incidents()); n != 0 {
			t.Fatalf("%d incidents", n)
		}
		observe(t, m, a)
		got := m.Incidents()
		if len(got) != 1 || got[0].Status != seamark.IncidentResolved || got[0].Duration(time.Time{}) != time.Minute {
			t.Fatalf("got %+v", got)
		}
	})
}

// In whatever order and however often alarms arrive: each alarm whose newest state is
// firing fires in exactly one open incident, no other fires, and at most one incident of
// a product and environment is open.
func TestAnyOrderProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		start := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
		var events []seamark.Alarm
		newest := map[string]seamark.Alarm{}
		n := rapid.IntRange(1, 5).Draw(rt, "alarms")
		for i := range n {
			at := start.Add(time.Duration(i) * time.Millisecond)
			for j := range rapid.IntRange(1, 8).Draw(rt, "changes") {
				at = at.Add(time.Duration(rapid.IntRange(1, 900).Draw(rt, "gap")) * time.Second)
				a := firing("4xx", fmt.Sprint("api-", i), at, 0.1)
				a.Scope.Product = fmt.Sprint("p", i%2)
				a.Name = fmt.Sprint("alarm-", i)
				if j%2 == 1 {
					a = fine(a, at)
				}
				events = append(events, a)
				newest[a.Name] = a
			}
		}
		for range rapid.IntRange(0, 5).Draw(rt, "doubles") {
			events = append(events, rapid.SampledFrom(events).Draw(rt, "double"))
		}
		events = rapid.Permutation(events).Draw(rt, "order")
		m, err := alerter.New(context.Background(), alerter.Options{Store: &memory{}, Now: func() time.Time { return start.Add(24 * time.Hour) }})
		if err != nil {
			rt.Fatal(err)
		}
		for _, a := range events {
			if err := m.Observe(context.Background(), a); err != nil {
				rt.Fatal(err)
			}
		}
		open, times := map[string]int{}, map[string]int{}
		for _, in := range m.Incidents() {
			if in.Status == seamark.IncidentResolved {
				if len(in.Firing()) > 0 || in.ResolvedAt.Before(in.OpenedAt) {
					rt.Fatalf("resolved wrongly: %+v", in)
				}
				continue
			}
			open[in.Product]++
			if len(in.Firing()) == 0 {
				rt.Fatalf("open, but nothing fires: %+v", in)
			}
			for _, a := range in.Firing() {
				times[a.Name]++
			}
		}
		for name, a := range newest {
			want := 0
			if a.State == seamark.AlarmFiring {
				want = 1
			}
			if times[name] != want {
				rt.Fatalf("%s fires in %d incidents, want %d", name, times[name], want)
			}
		}
		for p, n := range open {
			if n > 1 {
				rt.Fatalf("%d open incidents of %s", n, p)
			}
		}
	})
}
