package app

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/eventbridge"
	"github.com/seamark-hq/seamark/alerter/folder"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/teams"
	"github.com/seamark-hq/seamark/alerter/webhook"
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// receiversOf makes the receivers of the configuration.
func receiversOf(c *config.Config, log *slog.Logger) ([]alerter.Receiver, error) {
	var out []alerter.Receiver
	for _, r := range c.Receivers {
		receiver, err := receiverOf(r, log)
		if err != nil {
			return nil, err
		}
		out = append(out, receiver)
	}
	return out, nil
}

func receiverOf(r config.Receiver, log *slog.Logger) (alerter.Receiver, error) {
	switch {
	case r.Slack != nil:
		token, err := config.ReadSecret(r.Slack.TokenFile, r.Slack.TokenEnv)
		if err != nil {
			return nil, err
		}
		hook, err := config.ReadSecret(r.Slack.WebhookFile, r.Slack.WebhookEnv)
		if err != nil {
			return nil, err
		}
		return slack.New(slack.Options{Name: r.Name, Token: token, Channel: r.Slack.Channel, Webhook: hook, Interactive: r.Slack.Interactive(), Log: log})
	case r.Teams != nil:
		hook, err := config.ReadSecret(r.Teams.URLFile, r.Teams.URLEnv)
		if err != nil {
			return nil, err
		}
		return teams.New(teams.Options{Name: r.Name, URL: hook, Bare: r.Teams.Bare})
	case r.Webhook != nil:
		to, err := config.ReadSecret(r.Webhook.URLFile, r.Webhook.URLEnv)
		if err != nil {
			return nil, err
		}
		secret, err := config.ReadSecret(r.Webhook.SecretFile, r.Webhook.SecretEnv)
		if err != nil {
			return nil, err
		}
		return webhook.New(webhook.Options{Name: r.Name, URL: to, Secret: secret})
	case r.EventBridge != nil:
		return eventbridge.New(context.Background(), eventbridge.Options{Name: r.Name, Bus: r.EventBridge.Bus, Region: r.EventBridge.Region})
	default:
		return FolderReceiver(r.Name, r.Folder.Path)
	}
}

// FolderReceiver writes cards as files, as every receiver would show them.
func FolderReceiver(name, path string) (alerter.Receiver, error) {
	d, err := lake.OpenDir(path, nil)
	if err != nil {
		return nil, err
	}
	return folder.New(name, d, folder.Render{Suffix: "slack.json", Bytes: slack.Render},
		folder.Render{Suffix: "teams.json", Bytes: renderTeams}), nil
}

func renderTeams(c card.Card) ([]byte, error) { return teams.Render(c, false) }

// counter lets the rules count over the lake.
type counter struct{ db *duckdb.DB }

// Ratios implements rules.Counter.
func (c counter) Ratios(ctx context.Context, kind rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	switch kind {
	case rules.Kind4xx, rules.Kind5xx:
		return c.db.Ratios(ctx, seamark.TableAccessLogs, span, seamark.Term{Field: seamark.FieldStatus, Values: []string{string(kind)}})
	default:
		return c.db.Ratios(ctx, seamark.TableLogs, span, seamark.Term{Field: seamark.FieldLevel, Values: seamark.ErrorLevels()})
	}
}

// incidents lets the page see the alerter's incidents and their cards.
type incidents struct{ alerts *alerter.Manager }

// List implements dashboards.Incidents.
func (i incidents) List(context.Context) ([]seamark.Incident, error) {
	return i.alerts.Incidents(), nil
}

// Get implements dashboards.Incidents.
func (i incidents) Get(_ context.Context, id string) (seamark.Incident, dashboards.Cards, error) {
	e, ok := i.alerts.Entry(id)
	c, _ := i.alerts.Card(id)
	if !ok {
		return seamark.Incident{}, dashboards.Cards{}, fs.ErrNotExist
	}
	cards := dashboards.Cards{Text: card.Text(c)}
	var err error
	if cards.Slack, err = slack.Render(c); err != nil {
		return e.Incident, cards, err
	}
	cards.Teams, err = renderTeams(c)
	return e.Incident, cards, err
}

// hosts are the names under which the page may be asked for, besides loopback's.
func (a *App) hosts() []string {
	hosts := slices.Clone(a.o.Config.AllowedHosts)
	if u, err := url.Parse(a.o.Config.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
	}
	if host, _, err := net.SplitHostPort(a.o.Config.Listen); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
