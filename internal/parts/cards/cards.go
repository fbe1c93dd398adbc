// Package cards makes what shows cards of the configuration: its receivers, and whether its
// routes are right.
package cards

import (
	"context"
	"log/slog"

	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/eventbridge"
	"github.com/seamark-hq/seamark/alerter/folder"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/teams"
	"github.com/seamark-hq/seamark/alerter/webhook"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// CheckRoutes is the config.Check of programs that route alarms: it holds routes,
// intervals and inhibition to what Alertmanager takes.
func CheckRoutes(c *config.Config, fault func(key, what, remedy string)) {
	alertmanager.Check(c.Routing(), alertmanager.Keys{Route: "route", Inhibit: "inhibit_rules", Interval: c.IntervalKey}, fault)
}

// Receivers makes the receivers of the configuration.
func Receivers(c *config.Config, log *slog.Logger) ([]alerter.Receiver, error) {
	var out []alerter.Receiver
	for _, r := range c.Receivers {
		one, err := receiver(r, log)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func receiver(r config.Receiver, log *slog.Logger) (alerter.Receiver, error) {
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
		return Folder(r.Name, r.Folder.Path)
	}
}

// Folder writes cards as files, as every receiver would show them.
func Folder(name, path string) (alerter.Receiver, error) {
	d, err := lake.OpenDir(path, nil)
	if err != nil {
		return nil, err
	}
	return folder.New(name, d, folder.Render{Suffix: "slack.json", Bytes: slack.Render},
		folder.Render{Suffix: "teams.json", Bytes: renderTeams}), nil
}

func renderTeams(c card.Card) ([]byte, error) { return teams.Render(c, false) }
