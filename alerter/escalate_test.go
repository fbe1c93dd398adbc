package alerter_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// A second audience hears of what is severe, of what lasts and nobody looks after, and of
// what hits several products; and of each once, restart or not.
func TestEscalation(t *testing.T) {
	product := func(name, severity string, since time.Time) seamark.Alarm {
		a := firing("4xx", "api", since, 0.2)
		a.Name, a.Scope.Product, a.Severity = "seamark/"+name+"/prod/api/4xx", name, severity
		return a
	}
	three := alerter.Escalation{Receivers: []string{"second"}, Products: 3}
	lasts := alerter.Escalation{Receivers: []string{"second"}, After: seamark.Duration(30 * time.Minute)}
	critical := alerter.Escalation{Receivers: []string{"second"}, Severity: "critical"}
	for name, c := range map[string]struct {
		rule     alerter.Escalation
		alarms   func(start time.Time) []seamark.Alarm
		meddle   func(m *alerter.Manager) error
		want     []time.Duration // when the second audience is told
		timeline string
	}{
		"severe": {critical, func(s time.Time) []seamark.Alarm { return []seamark.Alarm{product("a", "critical", s)} }, nil, []time.Duration{0}, "Escalated to second: critical"},
		"not":    {critical, func(s time.Time) []seamark.Alarm { return []seamark.Alarm{product("a", "warning", s)} }, nil, nil, ""},
		"lasts":  {lasts, func(s time.Time) []seamark.Alarm { return []seamark.Alarm{product("a", "warning", s)} }, nil, []time.Duration{30 * time.Minute}, "open for 30 m, not acknowledged"},
		"products": {three, func(s time.Time) []seamark.Alarm {
			return []seamark.Alarm{product("a", "warning", s), product("b", "warning", s), product("c", "warning", s)}
		}, nil, []time.Duration{0, 0, 0}, "3 products have incidents"},
		"two": {three, func(s time.Time) []seamark.Alarm {
			return []seamark.Alarm{product("a", "warning", s), product("b", "warning", s)}
		}, nil, nil, ""},
		"looked after": {lasts, func(s time.Time) []seamark.Alarm { return []seamark.Alarm{product("a", "warning", s)} }, func(m *alerter.Manager) error {
			return m.Act(t.Context(), incident.Act{Incident: m.Incidents()[0].ID, Do: incident.DoAcknowledge, By: "ana"})
		}, nil, ""},
		"silenced": {lasts, func(s time.Time) []seamark.Alarm { return []seamark.Alarm{product("a", "warning", s)} }, func(m *alerter.Manager) error {
			return m.Act(t.Context(), incident.Act{Incident: m.Incidents()[0].ID, Do: incident.DoSilence, By: "ana", Until: time.Now().Add(24 * time.Hour)})
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				first, second := &recorder{name: "first", begun: start, edits: true}, &recorder{name: "second", begun: start}
				o := alerter.Options{Store: &memory{}, Receivers: []alerter.Receiver{first, second}, Escalate: []alerter.Escalation{c.rule}, Silences: silencesIn(t, inMemory{})}
				o.Config = alerter.DefaultConfig()
				o.Config.Repeat = 0
				m := manager(t, o)
				stop := run(m)
				observe(t, m, c.alarms(start)...)
				if c.meddle != nil {
					if err := c.meddle(m); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(31 * time.Minute)
				stop()
				m = manager(t, o)
				stop = run(m)
				time.Sleep(31 * time.Minute)
				defer stop()
				var got []time.Duration
				for _, s := range second.list() {
					got = append(got, s.At.Truncate(10*time.Second))
				}
				if len(got) != len(c.want) {
					t.Fatalf("told at %v, want %v", got, c.want)
				}
				for i := range got {
					if got[i] != c.want[i] {
						t.Errorf("told at %v, want %v", got, c.want)
					}
				}
				if len(first.list()) == 0 && name != "silenced" {
					t.Error("the first audience heard nothing")
				}
				text := ""
				for _, line := range m.Incidents()[0].Timeline {
					text += line.What + "\n"
				}
				if !strings.Contains(text, c.timeline) || c.timeline == "" && strings.Contains(text, "Escalated") {
					t.Errorf("timeline\n%s", text)
				}
			})
		})
	}
}

// A second audience that was told and has not heard the end is looked after by processes
// that do not run, too.
func TestEscalatedEndIsDue(t *testing.T) {
	store, start := &memory{}, time.Now()
	first, second := &recorder{name: "first", begun: start, edits: true}, &recorder{name: "second", begun: start, edits: true}
	o := alerter.Options{Store: store, Escalate: []alerter.Escalation{{Receivers: []string{"second"}, Severity: "critical"}}, Receivers: []alerter.Receiver{first, second}}
	a := firing("4xx", "api", start, 0.2)
	a.Severity = "critical"
	m := manager(t, o)
	observe(t, m, a)
	if err := m.Flush(t.Context()); err != nil || len(second.list()) != 1 {
		t.Fatal(err, second.list())
	}
	second.answer = func(int) error { return &seamark.Fault{Class: seamark.Temporary, What: "does not answer"} }
	observe(t, m, fine(a, start.Add(time.Second)))
	if err := m.Flush(t.Context()); err == nil {
		t.Error("the end was shown to nobody, without an error")
	}
	if m := manager(t, o); !m.Due() {
		t.Error("nothing is due, though the second audience has not heard the end")
	}
}
