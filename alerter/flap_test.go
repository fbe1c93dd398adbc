package alerter_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
)

// What opens and ends every three minutes for an hour is one incident after the second
// time, told by one card that is edited, or at most every ten minutes; its end is told.
func TestFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		edit, once := &recorder{name: "edit", begun: start, edits: true}, &recorder{name: "once", begun: start}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{edit, once}})
		defer run(m)()
		for range 20 {
			a := firing("4xx", "api", time.Now(), 0.2)
			observe(t, m, a)
			time.Sleep(time.Minute)
			observe(t, m, fine(a, time.Now()))
			time.Sleep(2 * time.Minute)
		}
		time.Sleep(11 * time.Minute)
		if got := m.Incidents(); len(got) != 2 {
			t.Errorf("%d incidents, want the first and one that flaps", len(got))
		}
		posts := 0
		for _, s := range edit.list() {
			if s.Ref == "" {
				posts++
			}
		}
		if posts != 2 {
			t.Errorf("%d cards where they can be edited, want 2", posts)
		}
		list := once.list()
		if len(list) < 6 || len(list) > 11 { // 40 turns; two incidents' first ones, then six an hour
			t.Errorf("%d cards where none can be edited: %v", len(list), list)
		}
		if last := list[len(list)-1]; !strings.Contains(last.Title, "RESOLVED") {
			t.Errorf("the end was not told: %+v", last)
		}
		for _, in := range m.Incidents() {
			made, _ := m.Card(in.ID)
			if notes := strings.Join(made.Notes, " "); in.Reopened > 0 && !strings.Contains(notes, "Flapping: ") {
				t.Errorf("the card says nothing: %q", notes)
			}
		}
	})
}

// Two incidents within a quarter of an hour are two, and asked for they stay so however often.
func TestNotFlapping(t *testing.T) {
	for _, c := range []struct {
		quiet time.Duration
		every time.Duration
		times int
	}{{time.Minute, 20 * time.Minute, 6}, {0, 3 * time.Minute, 6}} {
		synctest.Test(t, func(t *testing.T) {
			o := alerter.Options{Config: alerter.DefaultConfig()}
			o.Config.Quiet = seamark.Duration(c.quiet)
			m := manager(t, o)
			for range c.times {
				a := firing("4xx", "api", time.Now(), 0.2)
				observe(t, m, a)
				time.Sleep(time.Minute)
				observe(t, m, fine(a, time.Now()))
				time.Sleep(c.every)
			}
			if got := len(m.Incidents()); got != c.times {
				t.Errorf("quiet %v, every %v: %d incidents, want %d", c.quiet, c.every, got, c.times)
			}
		})
	}
}
