package incident_test

import (
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
)

func TestOf(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	a := seamark.Alarm{
		Name: "seamark/booking/prod/api/4xx", Rule: "4xx", State: seamark.AlarmFiring, Severity: "warning",
		Scope: seamark.Scope{Product: "booking", Environment: "prod", Component: "api"},
		Value: 0.2, Threshold: 0.05, Unit: "ratio", Since: now.Add(-time.Minute), Evaluated: now.Add(-time.Minute),
	}
	other := a
	other.Name, other.Scope.Product = "other", "quote"
	other.State, other.Since, other.Evaluated, other.Value = seamark.AlarmOK, now, now, 0
	got := incident.Of([]seamark.Alarm{a, other}, now)
	if len(got) != 2 || got[0].Status != seamark.IncidentOpen || got[1].Status != seamark.IncidentResolved || got[1].Product != "quote" {
		t.Errorf("got %+v", got)
	}
	a.State, a.Since = seamark.AlarmNoData, time.Time{}
	if got := incident.Of([]seamark.Alarm{a}, now); len(got) != 1 || got[0].Status != seamark.IncidentOpen || len(got[0].Firing()) != 0 {
		t.Errorf("got %+v", got)
	}
	a.State, a.Was = seamark.AlarmOK, seamark.AlarmNoData // a new alarm: nothing ended
	if got := incident.Of([]seamark.Alarm{a}, now); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	a.Was = ""
	a.State = seamark.AlarmFiring
	a.Evaluated = time.Time{} // an event without a time is of now
	if got := incident.Of([]seamark.Alarm{a}, now); len(got) != 1 || !got[0].OpenedAt.Equal(now) {
		t.Errorf("got %+v", got)
	}
}

// One name in two products, as a Prometheus of everybody's writes it, is two alarms: each
// joins the incident of its own product.
func TestOneNameInTwoProducts(t *testing.T) {
	b := incident.NewBook(time.Minute)
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	alarm := func(product, contributor string) seamark.Alarm {
		return seamark.Alarm{Name: "Down", Contributor: contributor, State: seamark.AlarmFiring, Since: at, Evaluated: at, Origin: "alertmanager", Scope: seamark.Scope{Product: product, Environment: "prod"}}
	}
	one, other := b.Apply(alarm("booking", "1"), at), b.Apply(alarm("payment", "2"), at)
	if one == nil || other == nil || one == other || other.Incident.Product != "payment" || len(one.Incident.Alarms) != 1 {
		t.Errorf("%+v\n%+v", one, other)
	}
	fine := alarm("payment", "2")
	fine.State, fine.Since, fine.Evaluated = seamark.AlarmOK, at.Add(time.Minute), at.Add(time.Minute)
	if e := b.Apply(fine, at.Add(time.Minute)); e != other || one.Incident.Status != seamark.IncidentOpen || other.Incident.Status != seamark.IncidentResolved {
		t.Errorf("%+v\n%+v", one, other)
	}
}
