package alerter_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/route"
)

func does(t *testing.T, m *alerter.Manager, do, by string, until time.Time) {
	t.Helper()
	for _, in := range m.Incidents() {
		if in.Status == seamark.IncidentOpen {
			if err := m.Act(t.Context(), incident.Act{Incident: in.ID, Do: do, By: by, At: time.Now(), Until: until}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// posts are the deliveries that rang: those without a ref.
func posts(list []shown) []time.Duration {
	var at []time.Duration
	for _, s := range list {
		if s.Ref == "" {
			at = append(at, s.At.Truncate(time.Minute))
		}
	}
	return at
}

// An incident that lasts is posted anew until somebody looks after it; every card of it
// gets the end.
func TestReminders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		bot := &recorder{name: "bot", edits: true, begun: begun}
		hook := &recorder{name: "hook", begun: begun}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{bot, hook}})
		stop := run(m)
		defer stop()
		a := firing("4xx", "api", begun, 0.2)
		observe(t, m, a)
		time.Sleep(9 * time.Hour)
		want := []time.Duration{0, 4 * time.Hour, 8 * time.Hour}
		for _, r := range []*recorder{bot, hook} {
			if got := posts(r.list()); !slices.Equal(got, want) {
				t.Errorf("%s rang at %v, want %v", r.name, got, want)
			}
		}
		does(t, m, incident.DoAcknowledge, "ana", time.Now().Add(6*time.Hour))
		time.Sleep(5 * time.Hour)
		if got := posts(hook.list()); len(got) != 3 {
			t.Errorf("rang at %v in spite of the acknowledgement", got)
		}
		time.Sleep(2 * time.Hour) // it has lapsed
		if got := posts(hook.list()); len(got) != 4 {
			t.Errorf("rang at %v, want a fourth", got)
		}
		before := len(bot.list())
		observe(t, m, fine(a, time.Now()))
		time.Sleep(time.Minute)
		ends := 0
		for _, s := range bot.list()[before:] {
			if strings.HasPrefix(s.Title, "RESOLVED") && s.Ref != "" {
				ends++
			}
		}
		if ends != 4 { // three that were replaced, and the last
			t.Errorf("%d cards got the end, want 4", ends)
		}
	})
}

// A silence keeps its group quiet: what is new rings when it ends, and the end of a card
// that was shown is told all the same.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		hook := &recorder{name: "hook", begun: begun}
		kept := inMemory{}
		o := alerter.Options{Store: &memory{}, Receivers: []alerter.Receiver{hook}, Silences: silencesIn(t, kept)}
		m := manager(t, o)
		stop := run(m)
		a := firing("4xx", "api", begun, 0.2)
		observe(t, m, a)
		time.Sleep(time.Second)
		does(t, m, incident.DoSilence, "ana", begun.Add(time.Hour))
		if w := m.Incidents()[0].Silenced; w == nil || w.By != "ana" || w.ID == "" {
			t.Errorf("the incident is silenced by %+v", w)
		}
		worse := firing("5xx", "api", time.Now(), 0.5)
		worse.Severity = seamark.SeverityCritical
		observe(t, m, worse)
		time.Sleep(time.Minute)
		if got := len(hook.list()); got != 1 {
			t.Fatalf("%d cards under a silence, want the first alone", got)
		}
		observe(t, m, fine(a, time.Now()), fine(worse, time.Now()))
		time.Sleep(time.Minute)
		if got := hook.list(); len(got) != 2 || !strings.HasPrefix(got[1].Title, "RESOLVED") {
			t.Fatalf("cards %+v, want the end", got)
		}
		stop()
		o.Silences = silencesIn(t, kept)
		m = manager(t, o) // the silence outlives the process and the incident
		stop = run(m)
		defer stop()
		time.Sleep(10 * time.Minute)
		observe(t, m, firing("4xx", "api", time.Now(), 0.2))
		time.Sleep(10 * time.Minute)
		if got := len(hook.list()); got != 2 {
			t.Fatalf("%d cards under a silence after a restart", got)
		}
		time.Sleep(time.Hour)
		if got := hook.list(); len(got) != 3 || got[2].At.Truncate(time.Minute) != time.Hour {
			t.Fatalf("cards %+v, want the third when the silence ended", got)
		}
	})
}

func silencesIn(t *testing.T, f inMemory) *alertmanager.Silences {
	t.Helper()
	s, err := alertmanager.OpenSilences(f, "silences", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// apiOf is Alertmanager's API over a book.
func apiOf(t *testing.T, m *alerter.Manager, s *alertmanager.Silences) *alertmanager.API {
	t.Helper()
	routes, err := alertmanager.New(route.Config{Receivers: []string{"hook"}})
	if err != nil {
		t.Fatal(err)
	}
	api, err := alertmanager.NewAPI(alertmanager.APIOptions{Machinery: routes, Silences: s, Alerts: alertmanager.NewAlerts(alertmanager.AlertsOptions{Machinery: routes, Book: m}), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// Whoever makes or ends a silence, everybody sees it: the incident says so, cards are held back, and
// what an incident said of itself before there was one store is kept.
func TestOneStoreOfSilences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		hook := &recorder{name: "hook", begun: begun}
		kept, store := inMemory{}, &memory{}
		silences := silencesIn(t, kept)
		o := alerter.Options{Store: store, Receivers: []alerter.Receiver{hook}, Silences: silences}
		m := manager(t, o)
		silences.OnChange(m.Changed)
		stop := run(m)
		id, err := silences.Add(t.Context(), []alertmanager.Matcher{{Label: "product", Value: "booking"}}, begun.Add(time.Hour), "amtool", "deploy")
		if err != nil {
			t.Fatal(err)
		}
		observe(t, m, firing("4xx", "api", begun, 0.2))
		time.Sleep(time.Minute)
		if w := m.Incidents()[0].Silenced; w == nil || w.ID != id || w.By != "amtool" || len(hook.list()) != 0 {
			t.Fatalf("silenced by %+v, cards %+v", w, hook.list())
		}
		api := apiOf(t, m, silences)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/api/v2/silence/"+id, nil))
		time.Sleep(time.Minute)
		if got := m.Incidents()[0].Silenced; w.Code != http.StatusOK || got != nil || len(hook.list()) != 1 {
			t.Fatalf("HTTP %d, silenced by %+v, cards %+v", w.Code, got, hook.list())
		}
		stop()
		e := store.entries[m.Incidents()[0].ID]
		e.Incident.Silenced = &seamark.Word{By: "ben", At: time.Now(), Until: time.Now().Add(time.Hour)}
		if err := store.Save(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		m = manager(t, o)
		if got := m.Incidents()[0].Silenced; got == nil || got.ID == "" || got.By != "ben" {
			t.Errorf("what was said before: %+v", got)
		}
		o.Silences = silencesIn(t, kept)
		if got := manager(t, o).Incidents()[0].Silenced; got == nil || got.By != "ben" {
			t.Errorf("after another restart: %+v", got)
		}
	})
}

// A person's word ends an incident, and the same firing does not open it again.
func TestResolvedByAPerson(t *testing.T) {
	now := time.Now().Add(-time.Hour)
	m := manager(t, alerter.Options{})
	a := firing("4xx", "api", now, 0.2)
	observe(t, m, a)
	does(t, m, incident.DoResolve, "ana", time.Time{})
	observe(t, m, a)
	list := m.Incidents()
	if len(list) != 1 || list[0].Status != seamark.IncidentResolved {
		t.Fatalf("incidents %+v", list)
	}
	last := list[0].Timeline
	if !slices.ContainsFunc(last, func(x seamark.Moment) bool { return x.What == "Ended by ana" }) {
		t.Errorf("timeline %+v", last)
	}
	for name, act := range map[string]incident.Act{
		"over already": {Incident: list[0].ID, Do: incident.DoAcknowledge, By: "ana"},
		"no incident":  {Incident: "20260101T000000Z-x-y", Do: incident.DoAcknowledge, By: "ana"},
		"a path":       {Incident: "../x", Do: incident.DoAcknowledge, By: "ana"},
		"nobody":       {Incident: list[0].ID, Do: incident.DoAcknowledge},
		"no end":       {Incident: list[0].ID, Do: incident.DoSilence, By: "ana"},
		"too long":     {Incident: list[0].ID, Do: incident.DoSilence, By: "ana", Until: time.Now().AddDate(1, 0, 0)},
		"past":         {Incident: list[0].ID, Do: incident.DoSilence, By: "ana", Until: now},
		"unknown":      {Incident: list[0].ID, Do: "explode", By: "ana"},
	} {
		if err := m.Act(t.Context(), act); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An outage is looked at again while it lasts: its card says whether it grows, and at the
// end what it cost.
func TestFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		counts := func(at time.Time) int64 { // ten a minute, then twenty from the tenth minute on
			switch d := at.Sub(begun); {
			case d < 0:
				return 0
			case d < 10*time.Minute:
				return 10
			}
			return 20
		}
		bot := &recorder{name: "bot", edits: true, begun: begun}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{bot}, Enricher: perMinute{counts}})
		stop := run(m)
		defer stop()
		a := firing("4xx", "api", begun, 0.2)
		a.StatusCode = "4xx"
		observe(t, m, a)
		time.Sleep(16 * time.Minute)
		in := m.Incidents()[0]
		if in.Figures == nil || in.Figures.Trend() != "growing" || in.Figures.Of != "4xx" {
			t.Fatalf("figures %+v", in.Figures)
		}
		c, _ := m.Card(in.ID)
		if text := card.Text(c); !strings.Contains(text, "growing: ") || !strings.Contains(text, " a minute now, ") {
			t.Errorf("card %s", text)
		}
		observe(t, m, fine(a, time.Now()))
		time.Sleep(time.Minute)
		c, _ = m.Card(in.ID)
		if text := card.Text(c); !strings.Contains(text, " 4xx responses · ") || strings.Contains(text, "growing") {
			t.Errorf("card %s", text)
		}
	})
}

// While an outage has lasted for no more than its first minute, its card compares nothing: the
// minutes before it are none of its own.
func TestFiguresOfTheFirstMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		counts := func(at time.Time) int64 {
			if at.Before(begun.Add(-time.Minute)) {
				return 1
			}
			return 50
		}
		bot := &recorder{name: "bot", edits: true, begun: begun}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{bot}, Enricher: perMinute{counts}})
		stop := run(m)
		defer stop()
		a := firing("4xx", "api", begun, 0.2)
		a.StatusCode = "4xx"
		observe(t, m, a)
		time.Sleep(20 * time.Second)
		c, _ := m.Card(m.Incidents()[0].ID)
		if text := card.Text(c); !strings.Contains(text, " 4xx responses · ") || strings.Contains(text, "a minute now") {
			t.Errorf("card %s", text)
		}
	})
}

// The whole list of an account's alarms makes up for what was missed: an OK, a deletion.
// What is of other accounts, or Seamark's own, is not touched.
func TestReconcile(t *testing.T) {
	now := time.Now().Add(-time.Hour)
	alarm := func(name, account string, state seamark.AlarmState) seamark.Alarm {
		return seamark.Alarm{
			Name: name, ARN: "arn:aws:cloudwatch:eu-west-1:" + account + ":alarm:" + name, State: state, Origin: "cloudwatch", Since: now, Evaluated: now,
			Scope: seamark.Scope{Product: seamark.Unassigned, Environment: seamark.Unassigned, AccountID: account, Region: "eu-west-1"},
		}
	}
	m := manager(t, alerter.Options{})
	series := alarm("series", "1", seamark.AlarmFiring)
	series.Contributor = "c1"
	observe(t, m, alarm("gone", "1", seamark.AlarmFiring), alarm("fine", "1", seamark.AlarmFiring), alarm("fires", "1", seamark.AlarmFiring),
		alarm("elsewhere", "2", seamark.AlarmFiring), series, firing("4xx", "api", now, 0.2))
	ok := alarm("fine", "1", seamark.AlarmOK)
	ok.Since = now.Add(time.Minute)
	if err := m.Reconcile(t.Context(), []seamark.Alarm{ok, alarm("fires", "1", seamark.AlarmFiring), alarm("series", "1", seamark.AlarmFiring)}); err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, in := range m.Incidents() {
		if in.Status == seamark.IncidentOpen {
			open = append(open, in.Alarms[0].Name)
		}
	}
	slices.Sort(open)
	if want := []string{"elsewhere", "fires", "seamark/booking/prod/api/4xx", "series"}; !slices.Equal(open, want) {
		t.Errorf("open %v, want %v", open, want)
	}
}
