// Package eventbridge tells an event bus of an incident: it puts the incident event of
// alerter/event there, from where rules of anybody lead on.
package eventbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/outgoing/sdk"
)

// Source is what EventBridge's rules match as source.
const Source = "seamark"

// Options are what a Receiver is made of.
type Options struct {
	Name   string
	Bus    string // name or ARN; empty: default
	Region string // empty: of the ARN, or of the environment
}

// Receiver puts events on one bus. It is safe for concurrent use.
type Receiver struct {
	opt    Options
	client *eventbridge.Client
}

// New makes a receiver, with credentials as the SDK finds them. It opens no connection.
func New(ctx context.Context, opt Options) (*Receiver, error) {
	if parts := strings.Split(opt.Bus, ":"); opt.Region == "" && len(parts) == 6 {
		opt.Region = parts[3]
	}
	if opt.Bus == "" {
		opt.Bus = "default"
	}
	c, err := sdk.Load(ctx, opt.Name, opt.Region)
	if err != nil {
		return nil, err
	}
	return &Receiver{opt, eventbridge.NewFromConfig(c)}, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says that nobody is to be reminded.
func (r *Receiver) ForPrograms() bool { return true }

// Deliver puts what happened since ref on the bus, if anything did. PutEvents may answer
// 200 and have refused the event all the same.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	e, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	detail, err := json.Marshal(e)
	if err != nil {
		return ref, fmt.Errorf("encode the event: %w", err)
	}
	entry := types.PutEventsRequestEntry{
		EventBusName: &r.opt.Bus, Source: aws.String(Source), DetailType: aws.String(e.Kind.Title()), Detail: aws.String(string(detail)), Time: aws.Time(e.Time),
	}
	for _, a := range e.Incident.Alarms[:min(len(e.Incident.Alarms), 10)] {
		if a.ARN != "" {
			entry.Resources = append(entry.Resources, a.ARN)
		}
	}
	out, err := r.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	if err != nil {
		return ref, sdk.Fault(err, "EventBridge", r.where(), "check the bus and the right events:PutEvents")
	}
	for _, answer := range out.Entries {
		if code := aws.ToString(answer.ErrorCode); code != "" {
			return ref, r.refused(code, aws.ToString(answer.ErrorMessage))
		}
	}
	if out.FailedEntryCount > 0 || len(out.Entries) != 1 {
		return ref, &seamark.Fault{Class: seamark.Temporary, What: "EventBridge did not say what became of the event", Where: r.where()}
	}
	return next, nil
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name + ", bus " + r.opt.Bus }

// refused is why EventBridge did not take an event.
func (r *Receiver) refused(code, message string) error {
	f := &seamark.Fault{Class: seamark.Temporary, What: "EventBridge refused the event: " + code, Where: r.where(), Err: errors.New(message)}
	if strings.Contains(code, "Throttl") || strings.Contains(code, "Limit") {
		f.Err = &card.Throttled{After: time.Second}
	} else if code != "InternalFailure" && code != "InternalException" && code != "ServiceUnavailable" {
		f.Class, f.Remedy = seamark.Permanent, "check the bus and its policy: events:PutEvents"
	}
	return f
}
