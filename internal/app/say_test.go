package app

import (
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/internal/config"
)

// TestPageSaysWhatCardsSay: fault, figures and duration of an incident on the page are those of
// its card, also when an alarm fires at a figure that is back within its limit.
func TestPageSaysWhatCardsSay(t *testing.T) {
	opened := time.Date(2026, 11, 22, 17, 40, 0, 0, time.UTC)
	in := &seamark.Incident{ID: "x", Product: "booking", Environment: "prod", Severity: seamark.SeverityCritical, Status: seamark.IncidentOpen, OpenedAt: opened, UpdatedAt: opened.Add(75 * time.Second),
		Alarms: []seamark.Alarm{
			{Name: "seamark/booking/prod/booking-api/4xx", Origin: "seamark", Rule: "4xx", Scope: seamark.Scope{Component: "booking-api/prod"}, State: seamark.AlarmFiring, Unit: "ratio", Value: 0.049, Peak: 0.234, Threshold: 0.05, Samples: 1204, Window: seamark.Duration(time.Minute)},
			{Name: "seamark/booking/prod/booking-create/errors", Origin: "seamark", Rule: "errors", Scope: seamark.Scope{Component: "booking-create"}, State: seamark.AlarmFiring, Unit: "count", Value: 19, Peak: 19, Threshold: 5},
		},
		Patterns: []seamark.Pattern{{Fingerprint: "3:1", Count: 9, Sample: seamark.Hit{Log: &seamark.Log{
			Level: "ERROR", Message: "could not save", ErrorType: "AccessDenied", ErrorMessage: "not authorized: " + strings.Repeat("x", 3000), ErrorStack: "AccessDenied: not authorized\n  at save (store.js:41)\n  at handler (handler.js:18)",
		}}}}}
	a := &App{o: Options{Config: config.Default()}}
	said := a.say(in, in.UpdatedAt)
	built := card.Build(in, a.o.Config.CardLinks())
	text := card.Text(built)
	if built.Lasted != said.Lasted || said.Lasted != "1 m 15 s" {
		t.Errorf("lasted %s, the card says %s", said.Lasted, built.Lasted)
	}
	if !strings.HasSuffix(built.Title, said.Fault) || !strings.Contains(said.Fault, "4xx peak 23.4% on booking-api/prod") && !strings.Contains(said.Fault, "19 errors") {
		t.Errorf("fault %q, the card says %q", said.Fault, built.Title)
	}
	if len(said.Alarms) != 2 || said.Alarms[0] != "peak 23.4%, now 4.9% of 1,204 requests in 1 m, limit 5%" {
		t.Errorf("%q", said.Alarms)
	}
	if len(said.Patterns) != 1 || said.Patterns[0].Kind != "AccessDenied" || len(said.Patterns[0].Stack) != 3 {
		t.Fatalf("%+v", said.Patterns)
	}
	for _, line := range append(said.Patterns[0].Stack, said.Patterns[0].Sample) {
		if !strings.Contains(text, line) {
			t.Errorf("the card does not show %q:\n%s", line, text)
		}
	}
	for _, alarm := range said.Alarms {
		if !strings.Contains(text, alarm) {
			t.Errorf("the card does not say %q:\n%s", alarm, text)
		}
	}
}
