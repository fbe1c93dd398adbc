package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/act"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/outgoing"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/sns"
	"github.com/seamark-hq/seamark/internal/config"
)

// alarmDoors mounts what alarms come in by: Alertmanager's API and SNS.
func (a *App) alarmDoors(mux *http.ServeMux, login func(http.Handler) http.Handler) error {
	c := a.o.Config
	alerts := alertmanager.NewAlerts(alertmanager.AlertsOptions{Machinery: a.routes, Book: watched{a.alerts, a.dogs}, Aliases: c.Labels, Log: a.log})
	api, err := alertmanager.NewAPI(alertmanager.APIOptions{Machinery: a.routes, Silences: a.silences, Alerts: alerts, Log: a.log, Metrics: a.metrics.registry})
	if err != nil {
		return err
	}
	var otherwise http.Handler = challenge
	if c.LoginTokenFile+c.LoginTokenEnv != "" {
		otherwise = login(api)
	}
	mux.Handle("/api/v2/", sameOrigin(a.keyed(api, otherwise)))
	door := sns.New(sns.Options{Topics: topicsOf(c), Take: a.takeAlarms, Client: outgoing.Stranger, Log: a.log})
	mux.Handle("/ingest/sns", sameOrigin(a.keyed(door, challenge)))
	return nil
}

// slackDoor mounts what Slack tells of clicks by, where an app is configured: its signature is its login.
func (a *App) slackDoor(mux *http.ServeMux, page *act.Handler) error {
	var secrets []string
	for _, r := range a.o.Config.Receivers {
		if r.Slack == nil || !r.Slack.Interactive() {
			continue
		}
		secret, err := config.ReadSecret(r.Slack.SigningSecretFile, r.Slack.SigningSecretEnv)
		if err != nil {
			return err
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) > 0 {
		answer, err := outgoing.Client("https://hooks.slack.com")
		if err != nil {
			return err
		}
		mux.Handle(slack.InteractionsPath, slack.NewInteractions(slack.InteractionsOptions{Secrets: secrets, Press: page.Press, Answer: answer, Log: a.log}))
	}
	return nil
}

// takeAlarms takes in what CloudWatch said.
func (a *App) takeAlarms(ctx context.Context, event []byte) error {
	alarms, err := cloudwatch.Parse(event)
	if len(alarms) == 0 {
		return err
	}
	if observed := a.alerts.Observe(ctx, alarms...); observed != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "the alarm could not be stored", Err: observed}
	}
	return err
}

// topicsOf are the topics that may deliver: those that are named, and the one that
// Seamark's own composite alarms tell. {account} in it stands for the accounts that are
// named, never for any.
func topicsOf(c *config.Config) []string {
	topics := slices.Clone(c.SNS.Topics)
	if c.Alarms.Topic == "" {
		return topics
	}
	regions, accounts := append([]string{}, c.Regions...), []string{""}
	if len(regions) == 0 {
		regions = []string{"*"}
	}
	if strings.Contains(c.Alarms.Topic, "{account}") {
		accounts = nil
		for _, one := range c.Accounts {
			accounts = append(accounts, one.ID)
		}
	}
	for _, account := range accounts {
		for _, region := range regions {
			topics = append(topics, strings.NewReplacer("{account}", account, "{region}", region).Replace(c.Alarms.Topic))
		}
	}
	return topics
}

// keyed asks for the access key, as a bearer token or as the password of basic
// authentication, where the appliance can be reached from elsewhere: it listens off
// loopback, has a login, or a proxy has passed the request on. Who has none goes to
// otherwise.
func (a *App) keyed(next, otherwise http.Handler) http.Handler {
	want := sha256.Sum256([]byte(a.key))
	c := a.o.Config
	local := onLoopback(c.Listen) && c.LoginTokenFile+c.LoginTokenEnv == ""
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		got, shown := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if _, password, ok := r.BasicAuth(); ok {
			got, shown = password, true
		}
		sum := sha256.Sum256([]byte(got))
		switch {
		case shown && subtle.ConstantTimeCompare(sum[:], want[:]) == 1, !shown && local && !forwarded:
			next.ServeHTTP(w, r)
		default:
			otherwise.ServeHTTP(w, r)
		}
	})
}

// challenge refuses in the way in which SNS learns to send the user and password that
// stand in the subscription's address.
var challenge = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("WWW-Authenticate", `Basic realm="seamark"`)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnauthorized)
	io.WriteString(w, `{"what":"the access key is missing or wrong","remedy":"send it as bearer token, or subscribe https://seamark:<key>@<host>/ingest/sns"}`+"\n")
})

// sameOrigin answers 403 to what a page of another origin would change.
func sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintln(w, `{"what":"a page of another origin sent this","remedy":"use the page itself"}`)
	}))
	return p.Handler(next)
}

func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// actPage is what the buttons of cards lead to.
func (a *App) actPage(s act.Signer) *act.Handler {
	return act.New(act.Options{
		Signer: s, Doer: a.alerts, Log: a.log,
		About: func(id string) (string, *time.Location, bool) {
			e, ok := a.alerts.Entry(id)
			made, _ := a.alerts.Card(id)
			return made.Title, a.o.Config.Alerts.Zone(e.Incident.Team), ok
		},
	})
}
