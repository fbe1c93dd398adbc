// Package pagerduty tells PagerDuty of an incident by its Events API v2: triggered,
// acknowledged and resolved under one dedup_key, so that there too it is one incident.
// See https://developer.pagerduty.com/docs/events-api-v2/trigger-events/.
package pagerduty

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/outgoing"
	"github.com/seamark-hq/seamark/alerter/words"
)

// DefaultURL is where events go; accounts in the EU's region have https://events.eu.pagerduty.com.
const DefaultURL = "https://events.pagerduty.com"

// Bounds of an event: PagerDuty takes 512 KB, a summary of 1,024 and a key of 255 characters.
const (
	maxSummary = 1024
	maxKey     = 255
	maxText    = 16 << 10
)

// Options are what a Receiver is made of.
type Options struct {
	Name       string
	URL        string // base; empty: DefaultURL
	RoutingKey string // of the integration; a secret
}

// Receiver tells one service. It is safe for concurrent use.
type Receiver struct {
	opt  Options
	http *http.Client
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	opt.URL = strings.TrimRight(cmp.Or(opt.URL, DefaultURL), "/")
	if opt.RoutingKey == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the routing key is empty", Where: "receiver " + opt.Name, Remedy: "copy the integration key of an Events API v2 integration"}
	}
	client, err := outgoing.Client(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", opt.Name, err)
	}
	return &Receiver{opt, client}, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says that nobody is to be reminded: PagerDuty does that itself.
func (r *Receiver) ForPrograms() bool { return true }

// request is an event as the API takes it.
type request struct {
	RoutingKey string   `json:"routing_key"`
	Action     string   `json:"event_action"`
	DedupKey   string   `json:"dedup_key"`
	Client     string   `json:"client,omitempty"`
	ClientURL  string   `json:"client_url,omitempty"`
	Payload    *payload `json:"payload,omitempty"`
	Links      []link   `json:"links,omitempty"`
}

type payload struct {
	Summary   string         `json:"summary"`
	Source    string         `json:"source"`
	Severity  string         `json:"severity"`
	Timestamp time.Time      `json:"timestamp"`
	Component string         `json:"component,omitempty"`
	Group     string         `json:"group,omitempty"`
	Class     string         `json:"class,omitempty"`
	Details   map[string]any `json:"custom_details"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// Deliver tells what happened since ref, if anything did.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	e, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	body, err := json.Marshal(r.request(c, e))
	if err != nil {
		return ref, fmt.Errorf("encode the event: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.opt.URL+"/v2/enqueue", bytes.NewReader(body))
	if err != nil {
		return ref, &seamark.Fault{Class: seamark.Rejected, What: "url is no address", Where: r.where(), Remedy: "leave it out, or write https://events.eu.pagerduty.com"}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return ref, r.fault(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return ref, r.fault(err)
	}
	if err := r.judge(resp, answer); err != nil {
		return ref, err
	}
	return next, nil
}

func (r *Receiver) request(c card.Card, e event.Event) request {
	out := request{RoutingKey: r.opt.RoutingKey, Action: "trigger", DedupKey: key(c.ID, r.opt.Name), Client: "Seamark"}
	switch e.Kind {
	case event.Resolved:
		out.Action = "resolve"
	case event.Acknowledged:
		out.Action = "acknowledge"
	}
	out.ClientURL = e.Incident.Links["incident"]
	severity := "warning"
	if c.Severity == seamark.SeverityCritical {
		severity = "critical"
	}
	in, seen := e.Incident, c.Unsigned()
	p := &payload{
		Summary: words.Line(c.Title, maxSummary-1), Source: in.Product + "/" + in.Environment, Severity: severity, Timestamp: in.OpenedAt.UTC(), Group: in.Product,
		Details: map[string]any{"incident": in.ID, "team": in.Team, "accounts": in.Accounts, "regions": in.Regions, "card": words.Clip(card.Text(seen), maxText)},
	}
	if len(in.Components) > 0 {
		p.Component = words.Line(in.Components[0], 200)
	}
	if len(in.Alarms) > 0 {
		p.Class = words.Line(in.Alarms[0].Rule, 100)
	}
	out.Payload = p
	for _, l := range seen.Links {
		out.Links = append(out.Links, link{l.URL, l.Label})
	}
	return out
}

// key tells apart incident and receiver; it is the same for all that is said of an incident.
func key(incident, receiver string) string {
	s := "seamark/" + incident + "/" + receiver
	if len(s) > maxKey {
		sum := sha256.Sum256([]byte(s))
		return "seamark/" + hex.EncodeToString(sum[:])
	}
	return s
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

func (r *Receiver) fault(err error) error {
	return outgoing.Fault(err, r.where(), "PagerDuty cannot be reached", "PagerDuty's answer cannot be read")
}

// judge reads the answer: 202 with {"status":"success"} alone says that the event was taken.
func (r *Receiver) judge(resp *http.Response, answer []byte) error {
	if err := outgoing.Judge(resp, "PagerDuty", r.where(), "check that the key is of an Events API v2 integration, and url of the account's region"); err != nil {
		return err
	}
	var said struct {
		Status, Message string
		Errors          []string
	}
	if json.Unmarshal(answer, &said) != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "something else answered instead of PagerDuty", Where: r.where(), Remedy: "check url and the proxy"}
	}
	if said.Status != "success" {
		text := strings.Join(append([]string{said.Message}, said.Errors...), "; ")
		return &seamark.Fault{Class: seamark.Permanent, What: "PagerDuty refused the event", Where: r.where(), Err: errors.New(strings.ReplaceAll(words.Line(text, 300), r.opt.RoutingKey, "…")), Remedy: "check that the key is of an Events API v2 integration"}
	}
	return nil
}
