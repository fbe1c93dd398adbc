package config

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
)

// Receiver is one way to tell people; exactly one of its kinds is set.
type Receiver struct {
	Name   string  `yaml:"name" doc:"Name that routes use."`
	Slack  *Slack  `yaml:"slack" doc:"A Slack channel: channel with a bot token, or a webhook."`
	Teams  *Teams  `yaml:"teams" doc:"A Microsoft Teams channel, by the webhook of a Workflow."`
	Folder *Folder `yaml:"folder" doc:"A folder of files."`

	Webhook     *Webhook     `yaml:"webhook" doc:"An HTTP endpoint of a program of yours: it gets the incident event, signed."`
	EventBridge *EventBridge `yaml:"eventbridge" doc:"An event bus: it gets the incident event, for rules of your own."`
	Email       *Email       `yaml:"email" doc:"Mail addresses, by SMTP."`
	PagerDuty   *PagerDuty   `yaml:"pagerduty" doc:"A service of PagerDuty, by its Events API v2."`
	Zabbix      *Zabbix      `yaml:"zabbix" doc:"A trapper item of a Zabbix server."`
	SNS         *Topic       `yaml:"sns" doc:"An SNS topic: programs get the incident event, mail addresses the card."`
	Stdout      *Stdout      `yaml:"stdout" doc:"Standard output."`
}

// Webhook is a program that is told by HTTP.
type Webhook struct {
	URLFile    string `yaml:"urlFile" path:"y" doc:"File that holds the URL."`
	URLEnv     string `yaml:"urlEnv" doc:"Environment variable that holds it."`
	SecretFile string `yaml:"secretFile" path:"y" doc:"File that holds the secret with which requests are signed (HMAC-SHA256), 16 bytes at least."`
	SecretEnv  string `yaml:"secretEnv" doc:"Environment variable that holds it."`

	Template          string `yaml:"template" doc:"Makes the body of the incident event, by Go's text/template: {{json .Incident.Title}}. Empty: the event as JSON. With one the secret may be left out."`
	ContentType       string `yaml:"contentType" doc:"Of what the template makes; empty: application/json, which is checked to be JSON."`
	AuthorizationFile string `yaml:"authorizationFile" path:"y" doc:"File that holds the value of the header Authorization, such as Bearer …"`
	AuthorizationEnv  string `yaml:"authorizationEnv" doc:"Environment variable that holds it."`
}

// EventBridge is an event bus.
type EventBridge struct {
	Bus    string `yaml:"bus" doc:"Name or ARN of the bus; empty: default."`
	Region string `yaml:"region" doc:"Its region; empty: that of the ARN, or of the environment."`
}

// Slack is a channel.
type Slack struct {
	Channel     string `yaml:"channel" doc:"Id of the channel (C0123…), with a bot token."`
	TokenFile   string `yaml:"tokenFile" path:"y" doc:"File that holds the bot token (scopes chat:write and channels:history)."`
	TokenEnv    string `yaml:"tokenEnv" doc:"Environment variable that holds it."`
	WebhookFile string `yaml:"webhookFile" path:"y" doc:"File that holds the URL of an incoming webhook. Cards cannot be edited then: turns of an incident are posted anew."`
	WebhookEnv  string `yaml:"webhookEnv" doc:"Environment variable that holds it."`

	SigningSecretFile string `yaml:"signingSecretFile" path:"y" doc:"File that holds the app's signing secret. With it people acknowledge and silence in Slack itself: set the app's Interactivity Request URL to <publicURL>/ingest/slack."`
	SigningSecretEnv  string `yaml:"signingSecretEnv" doc:"Environment variable that holds it."`
}

// Interactive reports whether Slack tells us of clicks.
func (s *Slack) Interactive() bool { return s.SigningSecretFile+s.SigningSecretEnv != "" }

// Teams is a channel.
type Teams struct {
	URLFile string `yaml:"urlFile" path:"y" doc:"File that holds the URL of the webhook."`
	URLEnv  string `yaml:"urlEnv" doc:"Environment variable that holds it."`
	Bare    bool   `yaml:"bare" doc:"true: post the Adaptive Card without the Workflows envelope, as some flows built by hand want it."`
}

// Folder is a folder of files.
type Folder struct {
	Path string `yaml:"path" path:"y" doc:"The folder; made when missing."`
}

// Email are mail addresses.
type Email struct {
	Server       string   `yaml:"server" doc:"Mail server, host:port, such as smtp.example.com:587."`
	TLS          string   `yaml:"tls" doc:"starttls: demanded (the default). tls: from the first byte, port 465. none: neither, and no login."`
	From         string   `yaml:"from" doc:"Sender, such as Seamark <alerts@example.com>."`
	To           []string `yaml:"to" doc:"Addresses."`
	Username     string   `yaml:"username" doc:"User that logs in; empty: no login."`
	PasswordFile string   `yaml:"passwordFile" path:"y" doc:"File that holds the password."`
	PasswordEnv  string   `yaml:"passwordEnv" doc:"Environment variable that holds it."`
	CAFile       string   `yaml:"caFile" path:"y" doc:"PEM file of the authority that signed the server's certificate. Empty: the system's."`
}

// PagerDuty is a service of PagerDuty.
type PagerDuty struct {
	RoutingKeyFile string `yaml:"routingKeyFile" path:"y" doc:"File that holds the integration key of an Events API v2 integration."`
	RoutingKeyEnv  string `yaml:"routingKeyEnv" doc:"Environment variable that holds it."`
	URL            string `yaml:"url" doc:"Address of the API; empty: https://events.pagerduty.com. Accounts in the EU: https://events.eu.pagerduty.com."`
}

// Zabbix is a trapper item.
type Zabbix struct {
	Server   string `yaml:"server" doc:"Zabbix server or proxy, host:port, such as zabbix.example.com:10051."`
	Host     string `yaml:"host" doc:"Host of the item, as Zabbix calls it. {product} and {environment} stand for the incident's."`
	Key      string `yaml:"key" doc:"Key of the item, likewise; empty: seamark.incident."`
	CAFile   string `yaml:"caFile" path:"y" doc:"PEM file of the authority that signed the server's certificate; with it TLS is spoken."`
	CertFile string `yaml:"certFile" path:"y" doc:"PEM file of our certificate, which Zabbix asks for."`
	KeyFile  string `yaml:"keyFile" path:"y" doc:"PEM file of its key."`
}

// Topic is an SNS topic.
type Topic struct {
	ARN string `yaml:"arn" doc:"ARN of the topic, such as arn:aws:sns:eu-central-1:222222222222:incidents. Right: sns:Publish."`
}

// Stdout is standard output.
type Stdout struct {
	JSON bool `yaml:"json" doc:"true: the incident event, one JSON object a line; else the card as text."`
}

func (c *Config) validateReceivers(r report) {
	var names []string
	for i, v := range c.Receivers {
		key := fmt.Sprintf("receivers[%d]", i)
		switch {
		case v.Name == "":
			r(key, "name is missing", "give the receiver a name")
		case slices.Contains(names, v.Name):
			r(key+".name", "two receivers are called "+show(v.Name), "give each its own name")
		default:
			names = append(names, v.Name)
		}
		kinds := 0
		if v.Slack != nil {
			kinds++
			v.Slack.validate(r, key+".slack")
		}
		if v.Teams != nil {
			kinds++
			if v.Teams.URLFile == "" && v.Teams.URLEnv == "" {
				r(key+".teams", "the webhook is missing", "set urlFile or urlEnv")
			}
			oneOf(r, key+".teams.url", v.Teams.URLFile, v.Teams.URLEnv)
		}
		if v.Folder != nil {
			kinds++
			if v.Folder.Path == "" {
				r(key+".folder", "path is missing", "name the folder")
			}
		}
		if v.Webhook != nil {
			kinds++
			v.Webhook.validate(r, key+".webhook")
		}
		if v.EventBridge != nil {
			kinds++
		}
		if v.Email != nil {
			kinds++
			v.Email.validate(r, key+".email")
		}
		if v.PagerDuty != nil {
			kinds++
			v.PagerDuty.validate(r, key+".pagerduty")
		}
		if v.Zabbix != nil {
			kinds++
			v.Zabbix.validate(r, key+".zabbix")
		}
		if v.SNS != nil {
			kinds++
			c.validateTopic(r, key+".sns", v.SNS.ARN)
		}
		if v.Stdout != nil {
			kinds++
		}
		if kinds != 1 {
			r(key, fmt.Sprintf("has %d kinds", kinds), "give it one of slack, teams, email, pagerduty, zabbix, webhook, sns, eventbridge, folder, stdout")
		}
	}
	for i, x := range c.Incidents.Escalate {
		at := fmt.Sprintf("incidents.escalate[%d]", i)
		x.Validate(names, func(key, what, remedy string) {
			if key != "" {
				key = "." + key
			}
			r(at+key, what, remedy)
		})
	}
}

func (w *Webhook) validate(r report, key string) {
	oneOf(r, key+".url", w.URLFile, w.URLEnv)
	oneOf(r, key+".secret", w.SecretFile, w.SecretEnv)
	if w.URLFile+w.URLEnv == "" {
		r(key, "the URL is missing", "set urlFile or urlEnv")
	}
	oneOf(r, key+".authorization", w.AuthorizationFile, w.AuthorizationEnv)
	if w.SecretFile+w.SecretEnv == "" && w.Template == "" {
		r(key, "the secret is missing", "set secretFile or secretEnv: openssl rand -hex 24")
	}
	if w.ContentType != "" && w.Template == "" {
		r(key+".contentType", "the event is JSON", "leave it out, or set template")
	}
}

func (e *Email) validate(r report, key string) {
	server(r, key, e.Server, "smtp.example.com:587")
	if !slices.Contains([]string{"", "starttls", "tls", "none"}, e.TLS) {
		r(key+".tls", show(e.TLS)+" is no way to make a connection private", "use starttls, tls or none")
	}
	if _, err := mail.ParseAddress(e.From); err != nil {
		r(key, "from is no mail address", "write alerts@example.com, or Seamark <alerts@example.com>")
	}
	if len(e.To) == 0 {
		r(key, "to is missing", "write to: [ops@example.com]")
	}
	for i, to := range e.To {
		if _, err := mail.ParseAddress(to); err != nil {
			r(fmt.Sprintf("%s.to[%d]", key, i), show(to)+" is no mail address", "write ops@example.com")
		}
	}
	oneOf(r, key+".password", e.PasswordFile, e.PasswordEnv)
	login := e.PasswordFile+e.PasswordEnv != ""
	if login != (e.Username != "") {
		r(key, "username and password belong together", "set username and passwordFile or passwordEnv, or neither")
	}
	if login && e.TLS == "none" {
		r(key+".tls", "the password would be sent in the clear", "use starttls or tls")
	}
}

func (p *PagerDuty) validate(r report, key string) {
	oneOf(r, key+".routingKey", p.RoutingKeyFile, p.RoutingKeyEnv)
	if p.RoutingKeyFile+p.RoutingKeyEnv == "" {
		r(key, "the routing key is missing", "set routingKeyFile or routingKeyEnv")
	}
	weblink(r, key+".url", p.URL)
}

func (z *Zabbix) validate(r report, key string) {
	server(r, key, z.Server, "zabbix.example.com:10051")
	if z.Host == "" {
		r(key, "host is missing", "name the host of the trapper item, as Zabbix does")
	}
	if (z.CertFile == "") != (z.KeyFile == "") {
		r(key, "certFile and keyFile belong together", "set both or neither")
	}
	if z.CertFile != "" && z.CAFile == "" {
		r(key, "caFile is missing", "name the PEM file of the authority that signed the server's certificate")
	}
}

// server reports what is no address of a server; missing is said of the whole of key.
func server(r report, key, at, example string) {
	if at == "" {
		r(key, "server is missing", "write host:port, such as "+example)
	} else if host, port, err := net.SplitHostPort(at); err != nil || host == "" || port == "" {
		r(key+".server", show(at)+" is not an address", "write host:port, such as "+example)
	}
}

// validateTopic refuses a topic whose messages would come back as alarms.
func (c *Config) validateTopic(r report, key, arn string) {
	parts := strings.Split(arn, ":")
	if !topicARN.MatchString(arn) || parts[3] == "*" {
		r(key, show(arn)+" is not the ARN of a topic", "write arn: arn:aws:sns:eu-central-1:222222222222:incidents")
		return
	}
	for _, door := range append(slices.Clone(c.SNS.Topics), c.Alarms.Topic) {
		into := strings.Split(door, ":")
		if len(into) == 6 && into[3] == "*" {
			into[3] = parts[3]
		}
		if strings.Join(into, ":") == arn {
			r(key+".arn", "alarms come from this topic", "name another one: what is told there would come back")
		}
	}
}

func (s *Slack) validate(r report, key string) {
	token, hook := s.TokenFile+s.TokenEnv != "", s.WebhookFile+s.WebhookEnv != ""
	oneOf(r, key+".token", s.TokenFile, s.TokenEnv)
	oneOf(r, key+".webhook", s.WebhookFile, s.WebhookEnv)
	oneOf(r, key+".signingSecret", s.SigningSecretFile, s.SigningSecretEnv)
	switch {
	case token && hook:
		r(key, "has a bot token and a webhook", "keep one of them")
	case token && s.Channel == "":
		r(key, "channel is missing", "give the id of the channel, such as C0123456789")
	case !token && !hook:
		r(key, "neither bot token nor webhook", "set tokenFile or tokenEnv with channel, or webhookFile or webhookEnv")
	}
}
