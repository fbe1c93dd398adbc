// Package cards makes what shows cards of the configuration: its receivers, and whether its
// routes are right.
package cards

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/email"
	"github.com/seamark-hq/seamark/alerter/eventbridge"
	"github.com/seamark-hq/seamark/alerter/folder"
	"github.com/seamark-hq/seamark/alerter/pagerduty"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/stdout"
	"github.com/seamark-hq/seamark/alerter/teams"
	"github.com/seamark-hq/seamark/alerter/topic"
	"github.com/seamark-hq/seamark/alerter/webhook"
	"github.com/seamark-hq/seamark/alerter/zabbix"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// CheckAlerts is the config.Check of programs that route alarms: it holds routes, intervals
// and inhibition to what Alertmanager takes, and templates to the event that they are for.
func CheckAlerts(c *config.Config, fault func(key, what, remedy string)) {
	alertmanager.Check(c.Routing(), alertmanager.Keys{Route: "route", Inhibit: "inhibit_rules", Interval: c.IntervalKey}, fault)
	for i, r := range c.Receivers {
		if r.Webhook == nil || r.Webhook.Template == "" {
			continue
		}
		if _, err := webhook.ParseBody(r.Webhook.Template, r.Webhook.ContentType); err != nil {
			f, _ := errors.AsType[*seamark.Fault](err)
			what := f.What
			if f.Err != nil {
				what += ": " + f.Err.Error()
			}
			fault(fmt.Sprintf("receivers[%d].webhook.template", i), what, f.Remedy)
		}
	}
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
		return slackReceiver(r.Name, r.Slack, log)
	case r.Teams != nil:
		hook, err := config.ReadSecret(r.Teams.URLFile, r.Teams.URLEnv)
		if err != nil {
			return nil, err
		}
		return teams.New(teams.Options{Name: r.Name, URL: hook, Bare: r.Teams.Bare})
	case r.Webhook != nil:
		return webhookReceiver(r.Name, r.Webhook)
	case r.EventBridge != nil:
		return eventbridge.New(context.Background(), eventbridge.Options{Name: r.Name, Bus: r.EventBridge.Bus, Region: r.EventBridge.Region})
	case r.SNS != nil:
		return topic.New(context.Background(), topic.Options{Name: r.Name, ARN: r.SNS.ARN})
	case r.Email != nil:
		return emailReceiver(r.Name, r.Email, log)
	case r.PagerDuty != nil:
		key, err := config.ReadSecret(r.PagerDuty.RoutingKeyFile, r.PagerDuty.RoutingKeyEnv)
		if err != nil {
			return nil, err
		}
		return pagerduty.New(pagerduty.Options{Name: r.Name, URL: r.PagerDuty.URL, RoutingKey: key})
	case r.Zabbix != nil:
		return zabbixReceiver(r.Name, r.Zabbix)
	case r.Stdout != nil:
		return stdout.New(stdout.Options{Name: r.Name, JSON: r.Stdout.JSON, Out: os.Stdout}), nil
	default:
		return Folder(r.Name, r.Folder.Path)
	}
}

func slackReceiver(name string, s *config.Slack, log *slog.Logger) (alerter.Receiver, error) {
	token, err := config.ReadSecret(s.TokenFile, s.TokenEnv)
	if err != nil {
		return nil, err
	}
	hook, err := config.ReadSecret(s.WebhookFile, s.WebhookEnv)
	if err != nil {
		return nil, err
	}
	return slack.New(slack.Options{Name: name, Token: token, Channel: s.Channel, Webhook: hook, Interactive: s.Interactive(), Log: log})
}

func webhookReceiver(name string, w *config.Webhook) (alerter.Receiver, error) {
	o := webhook.Options{Name: name, Template: w.Template, ContentType: w.ContentType}
	for _, secret := range []struct {
		into      *string
		file, env string
	}{{&o.URL, w.URLFile, w.URLEnv}, {&o.Secret, w.SecretFile, w.SecretEnv}, {&o.Authorization, w.AuthorizationFile, w.AuthorizationEnv}} {
		var err error
		if *secret.into, err = config.ReadSecret(secret.file, secret.env); err != nil {
			return nil, err
		}
	}
	return webhook.New(o)
}

func emailReceiver(name string, e *config.Email, log *slog.Logger) (alerter.Receiver, error) {
	password, err := config.ReadSecret(e.PasswordFile, e.PasswordEnv)
	if err != nil {
		return nil, err
	}
	ca, err := authority(name, e.CAFile)
	if err != nil {
		return nil, err
	}
	return email.New(email.Options{Name: name, Server: e.Server, TLS: e.TLS, From: e.From, To: e.To, Username: e.Username, Password: password, CA: ca, Log: log})
}

func zabbixReceiver(name string, z *config.Zabbix) (alerter.Receiver, error) {
	o := zabbix.Options{Name: name, Server: z.Server, Host: z.Host, Key: z.Key}
	var err error
	if o.CA, err = authority(name, z.CAFile); err != nil {
		return nil, err
	}
	if z.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(z.CertFile, z.KeyFile)
		if err != nil {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: "certificate and key cannot be used", Where: "receiver " + name, Err: seamark.RootCause(err), Remedy: "name a certificate and the key that belongs to it, both PEM"}
		}
		o.Certificate = &pair
	}
	return zabbix.New(o)
}

// authority reads a PEM file; no name is none.
func authority(name, file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "caFile cannot be read", Where: "receiver " + name, Err: seamark.RootCause(err), Remedy: "name a PEM file that this user can read"}
	}
	return b, nil
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
