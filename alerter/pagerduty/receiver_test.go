package pagerduty_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/pagerduty"
)

type sent struct {
	RoutingKey  string `json:"routing_key"`
	EventAction string `json:"event_action"`
	DedupKey    string `json:"dedup_key"`
	Payload     struct {
		Summary, Source, Severity, Component, Class string
		Details                                     map[string]any `json:"custom_details"`
	}
	Links []struct{ Href, Text string }
}

// What happens to an incident is one incident there: triggered, acknowledged, resolved and
// triggered again under one key. What did not change is not told.
func TestLife(t *testing.T) {
	var got []sent
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var x sent
		if err := json.NewDecoder(r.Body).Decode(&x); err != nil || r.URL.Path != "/v2/enqueue" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		got = append(got, x)
		w.WriteHeader(http.StatusAccepted)
		w.Write([]byte(`{"status":"success","message":"Event processed","dedup_key":"x"}`))
	}))
	defer s.Close()
	r, err := pagerduty.New(pagerduty.Options{Name: "duty", URL: s.URL + "/", RoutingKey: "R0UTE"})
	if err != nil {
		t.Fatal(err)
	}
	in := cardtest.Cases()[0].Incident
	var ref card.Ref
	tell := func(change func()) {
		t.Helper()
		change()
		c := card.Build(&in, cardtest.Links())
		c.Links = append(c.Links, links.Link{Label: "Acknowledge", URL: "https://seamark.example.com/act?signed", Acts: true})
		next, err := r.Deliver(t.Context(), c, ref)
		if err != nil {
			t.Fatal(err)
		}
		ref = next
	}
	tell(func() {})
	tell(func() {})
	tell(func() { in.Acknowledged = &seamark.Word{By: "ana", At: in.UpdatedAt} })
	tell(func() { in.Severity = seamark.SeverityCritical })
	tell(func() { in.Status, in.ResolvedAt = seamark.IncidentResolved, in.UpdatedAt })
	tell(func() { in.Status, in.Reopened = seamark.IncidentOpen, 1 })
	var actions []string
	for _, x := range got {
		actions = append(actions, x.EventAction)
		if x.DedupKey != "seamark/"+in.ID+"/duty" || x.RoutingKey != "R0UTE" {
			t.Errorf("key %q", x.DedupKey)
		}
	}
	if a := strings.Join(actions, " "); a != "trigger acknowledge trigger resolve trigger" {
		t.Errorf("told %s", a)
	}
	p := got[0].Payload
	if p.Summary != "booking prod: 4xx 23.4% on booking-api/prod" || p.Source != "booking/prod" || p.Severity != "warning" || p.Class != "4xx" || got[2].Payload.Severity != "critical" {
		t.Errorf("%+v", p)
	}
	for _, x := range got {
		b, _ := json.Marshal(x)
		if strings.Contains(string(b), "signed") {
			t.Errorf("a person's signature is told: %s", b)
		}
	}
	if len(got[0].Links) == 0 || got[0].Links[0].Text != "Logs" {
		t.Errorf("links %v", got[0].Links)
	}
	if _, err := pagerduty.New(pagerduty.Options{Name: "duty"}); seamark.ClassOf(err) != seamark.Rejected {
		t.Error(err)
	}
}
