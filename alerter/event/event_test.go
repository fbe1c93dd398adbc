package event_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
)

// Every event has the form that schemas/incident-event.v1.json promises, fits into
// EventBridge, and gives nobody's signature away.
func TestSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../../schemas/incident-event.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	to := cardtest.Links()
	to.Acts = func(*seamark.Incident) []links.Link {
		return []links.Link{{Label: "Acknowledge", URL: "https://seamark.example.com/act?sig=secret"}}
	}
	for _, c := range cardtest.Cases() {
		in := c.Incident
		in.Acknowledged = &seamark.Word{By: "ana", At: in.UpdatedAt}
		in.Escalated = []seamark.Escalation{{At: in.UpdatedAt, To: []string{"nights"}, Why: "critical"}}
		e, _, told := event.Next(card.Build(&in, to), "")
		b, err := json.Marshal(e)
		if err != nil || !told {
			t.Fatal(told, err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v\n%s", c.Name, err, b)
		}
		if len(b) > 256<<10 || strings.Contains(string(b), "secret") {
			t.Errorf("%s: %d bytes %s", c.Name, len(b), b)
		}
	}
}

// What happens is told once, in words of its own; figures alone are not.
func TestKinds(t *testing.T) {
	in := cardtest.Cases()[0].Incident
	in.Reopened = 0
	var ref card.Ref
	for i, step := range []struct {
		change func()
		want   event.Kind // empty: nothing is told
	}{
		{func() {}, event.Opened},
		{func() { in.UpdatedAt = in.UpdatedAt.Add(time.Minute); in.Alarms[0].Value *= 2 }, ""},
		{func() { in.Severity = seamark.SeverityCritical }, event.Updated},
		{func() { in.Acknowledged = &seamark.Word{By: "ana", At: in.UpdatedAt} }, event.Acknowledged},
		{func() { in.Acknowledged = nil }, event.Updated},
		{func() { in.Escalated = []seamark.Escalation{{To: []string{"nights"}}} }, event.Escalated},
		{func() { in.Status, in.ResolvedAt = seamark.IncidentResolved, in.UpdatedAt }, event.Resolved},
		{func() {}, ""},
		{func() { in.Status, in.Reopened = seamark.IncidentOpen, 1 }, event.Reopened},
	} {
		step.change()
		c := card.Build(&in, cardtest.Links())
		c.Version = int64(i + 1)
		e, next, told := event.Next(c, ref)
		if told != (step.want != "") || e.Kind != step.want {
			t.Errorf("step %d: %v %q, want %q", i, told, e.Kind, step.want)
		}
		ref = next
	}
}

// After a crash between sending and noting it the same event is sent again, under one id.
func TestSentAgain(t *testing.T) {
	c := cardtest.Cases()[0].Card()
	c.Version = 7
	first, _, _ := event.Next(c, "")
	again, _, told := event.Next(c, card.RefUnknown)
	if !told || first.ID != again.ID || first.Kind != again.Kind || !strings.HasSuffix(first.ID, "/7") {
		t.Errorf("%v: %s %s, then %s %s", told, first.ID, first.Kind, again.ID, again.Kind)
	}
}

// Whatever stands in a reference, the event is told rather than lost.
func FuzzRef(f *testing.F) {
	c := cardtest.Cases()[0].Card()
	_, ref, _ := event.Next(c, "")
	f.Add(string(ref))
	f.Add("event1 {")
	f.Add("C1:2.3")
	f.Fuzz(func(t *testing.T, ref string) {
		_, next, told := event.Next(c, card.Ref(ref))
		if _, again, told2 := event.Next(c, next); told2 || again != next || !told && string(next) != ref {
			t.Errorf("%q: %v %q, then %v %q", ref, told, next, told2, again)
		}
	})
}
