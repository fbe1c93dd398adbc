package alerter_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/route"
)

// silenced is a Quiet that can be switched.
type silenced struct {
	mu    sync.Mutex
	until time.Time
	rules map[string]bool // nil: every alarm
}

func (s *silenced) set(until time.Time, rules ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until, s.rules = until, nil
	for _, r := range rules {
		if s.rules == nil {
			s.rules = map[string]bool{}
		}
		s.rules[r] = true
	}
}

func (s *silenced) among(func() []seamark.Alarm) func(string, seamark.Alarm, time.Time) route.Quiet {
	return func(_ string, a seamark.Alarm, now time.Time) route.Quiet {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !now.Before(s.until) || s.rules != nil && !s.rules[a.Rule] {
			return route.Quiet{}
		}
		return route.Quiet{By: "silenced by 1", Until: s.until}
	}
}

// A silenced incident is told to nobody, is visible, and is told when the silence ends
// while it lasts; one that ended before that is never told.
func TestQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		ends time.Duration // of the incident; 0: never
		want []time.Duration
	}{"lasts": {0, []time.Duration{time.Minute}}, "ends before": {30 * time.Second, nil}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				edit, once := &recorder{name: "edit", begun: start, edits: true}, &recorder{name: "once", begun: start}
				q := &silenced{until: start.Add(time.Minute)}
				store := &memory{}
				m := manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{edit, once}, Quiet: q.among})
				stop := run(m)
				a := firing("4xx", "api", start, 0.2)
				observe(t, m, a)
				if c.ends > 0 {
					time.Sleep(c.ends)
					observe(t, m, fine(a, time.Now()))
				}
				time.Sleep(5*time.Minute - c.ends)
				stop()
				for _, r := range []*recorder{edit, once} {
					var at []time.Duration
					for _, s := range r.list() {
						at = append(at, s.At)
					}
					if diff := cmp.Diff(at, c.want); diff != "" {
						t.Errorf("%s (-got +want):\n%s", r.name, diff)
					}
				}
				in := m.Incidents()[0]
				if last := in.Timeline[len(in.Timeline)-1].What + in.Timeline[1].What; !strings.Contains(last, "silenced by 1") {
					t.Errorf("timeline %v does not say why nobody was told", in.Timeline)
				}
				// The next process neither tells what is over.
				if c.ends > 0 {
					late := &recorder{name: "edit", begun: start, edits: true}
					stop := run(manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{late}, Quiet: q.among}))
					time.Sleep(time.Minute)
					stop()
					if n := len(late.list()); n != 0 {
						t.Errorf("%d cards after a restart", n)
					}
				}
			})
		})
	}
}

// A card that was shown gets its end although a silence holds; before that it is edited
// where that rings nobody, and left alone elsewhere.
func TestQuietAfterTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		edit, once := &recorder{name: "edit", begun: start, edits: true}, &recorder{name: "once", begun: start}
		q := &silenced{}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{edit, once}, Quiet: q.among})
		stop := run(m)
		a := firing("4xx", "api", start, 0.2)
		observe(t, m, a)
		time.Sleep(20 * time.Second)
		q.set(start.Add(time.Hour))
		worse := firing("5xx", "api", time.Now(), 0.5)
		worse.Severity = seamark.SeverityCritical
		observe(t, m, worse)
		time.Sleep(20 * time.Second)
		observe(t, m, fine(a, time.Now()), fine(worse, time.Now()))
		time.Sleep(20 * time.Second)
		stop()
		titles := func(r *recorder) (list []string) {
			for _, s := range r.list() {
				list = append(list, strings.Join(strings.Fields(s.Title)[:2], " "))
			}
			return list
		}
		if diff := cmp.Diff(titles(edit), []string{"FIRING warning", "FIRING critical", "RESOLVED booking"}); diff != "" {
			t.Errorf("edited (-got +want):\n%s", diff)
		}
		if diff := cmp.Diff(titles(once), []string{"FIRING warning", "RESOLVED booking"}); diff != "" {
			t.Errorf("posted once (-got +want):\n%s", diff)
		}
	})
}

// One alarm that is not silenced is enough for a card, and a silence that is taken back
// lets the card go at once.
func TestQuietPerAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		edit := &recorder{name: "edit", begun: start, edits: true}
		q := &silenced{}
		q.set(start.Add(time.Hour), "4xx")
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{edit}, Quiet: q.among})
		stop := run(m)
		observe(t, m, firing("4xx", "api", start, 0.2))
		time.Sleep(10 * time.Second)
		observe(t, m, firing("errors", "api", time.Now(), 0.2))
		time.Sleep(10 * time.Second)
		if got := edit.list(); len(got) != 1 || got[0].At != 10*time.Second {
			t.Errorf("shown %+v", got)
		}
		stop()

		again := &recorder{name: "edit", begun: time.Now(), edits: true}
		q.set(start.Add(time.Hour))
		m = manager(t, alerter.Options{Receivers: []alerter.Receiver{again}, Quiet: q.among})
		stop = run(m)
		observe(t, m, firing("4xx", "api", time.Now(), 0.2))
		time.Sleep(7 * time.Second)
		q.set(time.Time{})
		m.Changed()
		time.Sleep(7 * time.Second)
		stop()
		if got := again.list(); len(got) != 1 || got[0].At != 7*time.Second {
			t.Errorf("after the silence was taken back: %+v", got)
		}
	})
}

// Nobody is told by the last cards of a process that ends either.
func TestQuietFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edit := &recorder{name: "edit", begun: time.Now(), edits: true}
		q := &silenced{until: time.Now().Add(time.Hour)}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{edit}, Quiet: q.among})
		observe(t, m, firing("4xx", "api", time.Now(), 0.2))
		if err := m.Flush(t.Context()); err != nil || len(edit.list()) != 0 {
			t.Errorf("%d cards, %v", len(edit.list()), err)
		}
	})
}
