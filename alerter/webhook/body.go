package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/words"
)

const contentTypeJSON = "application/json"

// maxBody bounds what a template makes, in bytes.
const maxBody = 256 << 10

// Body makes the body of a request from an event by a template of text/template. The event's
// fields go by their Go names: {{.Kind}}, {{.Incident.Product}}, {{range .Incident.Alarms}}.
// Beside what text/template has, {{json .X}} writes any value as JSON, quotes included, and
// {{line .X}} a text in one line without what is not meant to be seen.
type Body struct {
	t    *template.Template
	json bool
}

// ParseBody reads a template and tries it on an event. A body of JSON must be JSON for texts
// with quotes too: they go through json.
func ParseBody(text, contentType string) (*Body, error) {
	t, err := template.New("template").Option("missingkey=zero").Funcs(template.FuncMap{"json": asJSON, "line": asLine}).Parse(text)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the template cannot be read", Err: brief(err), Remedy: "see https://pkg.go.dev/text/template"}
	}
	b := &Body{t: t, json: contentType == "" || strings.Contains(contentType, "json")}
	for _, e := range []event.Event{sample(), {Kind: event.Resolved}} { // all there is, and next to nothing
		if _, err := b.Of(e); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Of makes the body of an event.
func (b *Body) Of(e event.Event) ([]byte, error) {
	var out bytes.Buffer
	if err := b.t.Execute(&bounded{&out}, e); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the template fails", Err: brief(err), Remedy: "use the fields of the incident event: .Kind, .Time, .Incident.Product, .Incident.Title, …"}
	}
	if b.json && !json.Valid(out.Bytes()) {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "what the template makes is no JSON", Remedy: `write texts as {{json .Incident.Title}}, without quotes of your own, or name another contentType`}
	}
	return out.Bytes(), nil
}

func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func asLine(s string) string { return words.Line(s, 500) }

// brief leaves out what Go says of itself.
func brief(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "template: "))
}

var errTooLarge = fmt.Errorf("it makes more than %d KB", maxBody>>10)

type bounded struct{ to *bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.to.Len()+len(p) > maxBody {
		return 0, errTooLarge
	}
	return b.to.Write(p)
}

// sample is an event with all that a template may ask for, and texts with quotes.
func sample() event.Event {
	value, limit, failed := 0.234, 0.05, int64(120)
	at := time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC)
	return event.Event{
		Schema: event.Schema, ID: "20261122T140300Z-booking-prod/1", Kind: event.Opened, Time: at,
		Incident: event.Incident{
			ID: "20261122T140300Z-booking-prod", Product: "booking", Environment: "prod", Team: "web", Severity: seamark.SeverityCritical, Status: string(seamark.IncidentOpen),
			Title: `booking prod: "4xx" \ 23.4%`, OpenedAt: at, UpdatedAt: at, ResolvedAt: at, Acknowledged: &seamark.Word{By: `a "b"`, At: at, Until: at}, EscalatedTo: []string{"x"},
			Runbook: "https://example.com/", Links: map[string]string{"logs": "https://example.com/", "incident": "https://example.com/", "alarm": "https://example.com/", "runbook": "https://example.com/"},
			Accounts: []string{"222222222222"}, Regions: []string{"eu-west-1"}, Components: []string{`"c"`},
			Alarms:     []event.Alarm{{Name: `"n"`, State: "firing", Rule: "4xx", Value: &value, Threshold: &limit, Reason: "\"r\"\n"}},
			AlarmCount: 1, Failed: &failed, Patterns: []event.ErrorPattern{{Fingerprint: "1:0", Count: 3, Message: `"m"`}},
		},
	}
}
