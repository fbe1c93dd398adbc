package cards_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake"
)

// secret is in every address, password and key of the suite.
const secret = "T0PS3CRETT0PS3CRET"

// answer is what the other side does.
type answer string

const (
	refuses  answer = "refuses the connection"
	hangs    answer = "takes the connection and says nothing"
	hangsUp  answer = "hangs up"
	throttle answer = "asks to wait 7 s"
	fails    answer = "fails for now"
	lies     answer = "says yes and means no"
	noTLS    answer = "speaks no TLS"
	expired  answer = "has a certificate that ended"
	stranger answer = "has a certificate of an unknown authority"
	redirect answer = "sends elsewhere"
	takes    answer = "takes it"
)

// medium is one kind of receiver.
type medium struct {
	name string
	// receiver makes one whose other side does so; nil: this medium knows no such answer.
	receiver func(t *testing.T, a answer) alerter.Receiver
	lie      seamark.Class // of lies
	plain    bool          // throttle is a failure as others are: the medium cannot say for how long
	noTLS    seamark.Class // of noTLS
}

// Every receiver copes with every answer: what may pass is tried again after a wait that is
// stored, what does not is given up, no secret gets out, and no other receiver is concerned.
func TestEveryAnswer(t *testing.T) {
	want := func(m medium, a answer) seamark.Class {
		switch a {
		case lies:
			return m.lie
		case redirect:
			if m.name == "eventbridge" || m.name == "sns" { // the SDK knows none
				return seamark.Temporary
			}
			return seamark.Permanent
		case noTLS:
			return m.noTLS
		}
		return seamark.Temporary
	}
	for _, m := range media() {
		t.Run(m.name, func(t *testing.T) {
			for _, a := range []answer{refuses, hangs, hangsUp, throttle, fails, lies, noTLS, expired, stranger, redirect, takes} {
				t.Run(string(a), func(t *testing.T) {
					r := m.receiver(t, a)
					if r == nil {
						t.Skip("knows no such answer")
					}
					try(t, r, a, want(m, a), a == throttle && !m.plain)
				})
			}
		})
	}
}

// try tells a receiver of an alarm, beside one that works.
func try(t *testing.T, r alerter.Receiver, a answer, class seamark.Class, waits bool) {
	t.Helper()
	var logs bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	state, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	beside := t.TempDir()
	folder, err := cards.Folder("beside", beside)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC)
	letters := incident.NewDeadLetters(state, "dead")
	m, err := alerter.New(t.Context(), alerter.Options{Letters: letters, Store: incident.NewFileStore(state, "incidents"), Receivers: []alerter.Receiver{r, folder}, Log: log, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	alarm := seamark.Alarm{
		Name: "seamark/booking/prod/api/errors", Rule: "errors", State: seamark.AlarmFiring, Severity: seamark.SeverityCritical, Scope: seamark.Scope{Product: "booking", Environment: "prod", Component: "api", Team: "web"},
		Value: 12, Threshold: 10, Unit: "count", Since: now, Evaluated: now, Origin: "seamark",
	}
	if err := m.Observe(t.Context(), alarm); err != nil {
		t.Fatal(err)
	}
	patience := 20 * time.Second
	if a == hangs {
		patience = 200 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	failed := m.Flush(ctx)
	id := m.Incidents()[0].ID
	e, _ := m.Entry(id)
	d := e.Deliveries[r.Name()]
	if a == takes {
		if failed != nil || d.Version == 0 || d.Attempts != 0 {
			t.Errorf("%v, %+v", failed, d)
		}
		return
	}
	if failed == nil || seamark.ClassOf(failed) != class {
		t.Errorf("class %v, want %v: %v", seamark.ClassOf(failed), class, failed)
	}
	if dead := class != seamark.Temporary; d.Dead != dead || d.Attempts != 1 || d.Fault == "" || d.Version != 0 || !dead && !d.Next.After(now) {
		t.Errorf("noted %+v", d)
	}
	if wait := d.Next.Sub(now); waits && wait != 7*time.Second {
		t.Errorf("waits %v: %v", wait, failed)
	}
	if (a == expired || a == stranger) && !strings.Contains(d.Fault, "certificate") || a == noTLS && !strings.Contains(d.Fault, "TLS") {
		t.Errorf("does not say what is wrong: %s", d.Fault)
	}
	stored, err := incident.NewFileStore(state, "incidents").Load(t.Context())
	if err != nil || len(stored) != 1 || !stored[0].Deliveries[r.Name()].Next.Equal(d.Next) || stored[0].Deliveries[r.Name()].Attempts != 1 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	dead, err := letters.List(t.Context())
	if given := len(dead) == 1 && dead[0].Receiver == r.Name() && dead[0].Incident.ID == id && dead[0].Reason != ""; err != nil || given != d.Dead || len(dead) > 1 {
		t.Errorf("dead letters %+v, %v", dead, err)
	}
	all, _ := json.Marshal([]any{stored, dead})
	for where, text := range map[string]string{"the error": failed.Error(), "the log": logs.String(), "the file": string(all)} {
		if strings.Contains(text, secret) {
			t.Errorf("the secret is in %s: %s", where, text)
		}
	}
	if _, err := os.Stat(filepath.Join(beside, id+".text.txt")); err != nil {
		t.Errorf("the other receiver got nothing: %v", err)
	}
}

// configured makes a receiver as `seamark up` does.
func configured(t *testing.T, c config.Receiver) alerter.Receiver {
	t.Helper()
	c.Name = "tried"
	cfg := config.Default()
	cfg.Receivers = []config.Receiver{c}
	if err := cfg.Validate(cards.CheckAlerts); err != nil {
		t.Fatal(err)
	}
	list, err := cards.Receivers(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// inFile keeps a secret as people do.
func inFile(t *testing.T, s string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(s+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// media are all kinds that speak to another side. A folder and standard output do not.
func media() []medium {
	json := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(body))
		}
	}
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	return []medium{
		{name: "slack webhook", lie: seamark.Permanent, noTLS: seamark.Temporary, receiver: byHTTP(text(200, "ok"), text(200, "no_service"), func(t *testing.T, url string) alerter.Receiver {
			return configured(t, config.Receiver{Slack: &config.Slack{WebhookFile: inFile(t, url)}})
		})},
		{name: "slack bot", lie: seamark.Permanent, noTLS: seamark.Temporary, receiver: byHTTP(json(`{"ok":true,"channel":"C1","ts":"1.2"}`), json(`{"ok":false,"error":"channel_not_found"}`), func(t *testing.T, url string) alerter.Receiver {
			r, err := slack.New(slack.Options{Name: "tried", Token: secret, Channel: "C1", API: url})
			if err != nil {
				t.Fatal(err)
			}
			return r
		})},
		{name: "teams", lie: seamark.Permanent, noTLS: seamark.Temporary, receiver: byHTTP(text(202, ""), text(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 403"), func(t *testing.T, url string) alerter.Receiver {
			return configured(t, config.Receiver{Teams: &config.Teams{URLFile: inFile(t, url), Bare: true}})
		})},
		{name: "webhook", noTLS: seamark.Temporary, receiver: byHTTP(text(204, ""), nil, func(t *testing.T, url string) alerter.Receiver {
			return configured(t, config.Receiver{Webhook: &config.Webhook{URLFile: inFile(t, url), SecretFile: inFile(t, secret), AuthorizationFile: inFile(t, "Bearer "+secret), Template: `{"text":{{json .Incident.Title}}}`}})
		})},
		{name: "pagerduty", lie: seamark.Permanent, noTLS: seamark.Temporary, receiver: byHTTP(text(202, `{"status":"success","message":"Event processed","dedup_key":"x"}`), json(`{"status":"invalid event","message":"Event object is invalid","errors":["'routing_key' `+secret+` is unknown"]}`), func(t *testing.T, url string) alerter.Receiver {
			return configured(t, config.Receiver{PagerDuty: &config.PagerDuty{RoutingKeyFile: inFile(t, secret), URL: url}})
		})},
		{name: "eventbridge", lie: seamark.Permanent, noTLS: seamark.Temporary, plain: true, receiver: byHTTP(json(`{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`), json(`{"FailedEntryCount":1,"Entries":[{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":"x"}]}`), func(t *testing.T, url string) alerter.Receiver {
			credentials(t, strings.TrimSuffix(url, "/"+secret))
			return configured(t, config.Receiver{EventBridge: &config.EventBridge{Bus: "ops", Region: "eu-west-1"}})
		})},
		{name: "sns", lie: seamark.Temporary, noTLS: seamark.Temporary, plain: true, receiver: byHTTP(text(200, `<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`), text(200, `<PublishResponse><PublishResult></PublishResult></PublishResponse>`), func(t *testing.T, url string) alerter.Receiver {
			credentials(t, strings.TrimSuffix(url, "/"+secret))
			return configured(t, config.Receiver{SNS: &config.Topic{ARN: "arn:aws:sns:eu-west-1:222222222222:incidents"}})
		})},
		{name: "email", lie: seamark.Permanent, noTLS: seamark.Permanent, plain: true, receiver: byMail},
		{name: "zabbix", lie: seamark.Permanent, noTLS: seamark.Temporary, plain: true, receiver: byTrapper},
	}
}

func credentials(t *testing.T, endpoint string) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": endpoint, "AWS_MAX_ATTEMPTS": "1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

// Templates are tried before they are needed.
func TestTemplates(t *testing.T) {
	for template, want := range map[string]string{
		`{"text":{{json .Incident.Title}}}`: "",
		`{{range $i, $a := .Incident.Alarms}}{{if $i}},{{end}}{{json $a.Name}}{{else}}null{{end}}`:                   "",
		`{"url":{{json .Incident.Links.logs}},"who":{{with .Incident.Acknowledged}}{{json .By}}{{else}}null{{end}}}`: "",
		`{"text":"{{.Incident.Title}}"}`:                        "no JSON",
		`{"text":{{json .Incident.Titel}}}`:                     "Titel",
		`{"text":{{json .Incident.Title}`:                       "cannot be read",
		`{{json .Incident.Acknowledged.By}}`:                    "template fails",
		`{{define "x"}}{{template "x"}}{{end}}{{template "x"}}`: "template fails",
		`{{printf "%1000000s" .Kind}}`:                          "256 KB",
	} {
		var got string
		cfg := config.Default()
		cfg.Receivers = []config.Receiver{{Name: "x", Webhook: &config.Webhook{URLEnv: "X", Template: template}}}
		cards.CheckAlerts(cfg, func(key, what, remedy string) { got += key + ": " + what + ": " + remedy })
		if (want == "") != (got == "") || !strings.Contains(got, want) || got != "" && !strings.HasPrefix(got, "receivers[0].webhook.template: ") {
			t.Errorf("%s: %q, want %q", template, got, want)
		}
	}
}
