// Package topic tells the subscribers of an SNS topic of an incident: programs get the incident
// event, mail addresses the card as text, phones its first line.
package topic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/outgoing/sdk"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Bounds of a message: SNS takes 256 KiB in all, and a subject of 100 characters of ASCII.
const (
	maxMessage = 240 << 10
	maxMail    = 32 << 10
	maxSubject = 100
)

// Options are what a Receiver is made of.
type Options struct {
	Name string
	ARN  string // of the topic; one that ends in .fifo gets a group for each incident
}

// Receiver publishes to one topic. It is safe for concurrent use.
type Receiver struct {
	opt    Options
	client *sns.Client
}

// New makes a receiver, with credentials as the SDK finds them. It opens no connection.
func New(ctx context.Context, opt Options) (*Receiver, error) {
	parts := strings.Split(opt.ARN, ":")
	if len(parts) != 6 || parts[2] != "sns" || parts[3] == "" || parts[5] == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "arn is not that of a topic", Where: "receiver " + opt.Name, Remedy: "write arn:aws:sns:eu-central-1:222222222222:incidents"}
	}
	c, err := sdk.Load(ctx, opt.Name, parts[3])
	if err != nil {
		return nil, err
	}
	return &Receiver{opt, sns.NewFromConfig(c)}, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says that nobody is to be reminded.
func (r *Receiver) ForPrograms() bool { return true }

// Deliver publishes what happened since ref, if anything did.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	e, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	in, err := r.message(c, e)
	if err != nil {
		return ref, err
	}
	out, err := r.client.Publish(ctx, in)
	if err != nil {
		return ref, sdk.Fault(err, "SNS", r.where(), "check the topic and the right sns:Publish")
	}
	if aws.ToString(out.MessageId) == "" {
		return ref, &seamark.Fault{Class: seamark.Temporary, What: "SNS did not say that it took the message", Where: r.where()}
	}
	return next, nil
}

func (r *Receiver) message(c card.Card, e event.Event) (*sns.PublishInput, error) {
	shown := c.Unsigned()
	for {
		detail, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode the event: %w", err)
		}
		body, err := json.Marshal(map[string]string{"default": string(detail), "email": words.Clip(card.Text(shown), maxMail), "sms": words.Line(c.Headline(), 140)})
		if err != nil {
			return nil, fmt.Errorf("encode the message: %w", err)
		}
		if n := len(e.Incident.Alarms); len(body) > maxMessage && n > 0 {
			e.Incident.Alarms = e.Incident.Alarms[:n/2] // alarmCount tells how many there are
			continue
		}
		in := &sns.PublishInput{
			TopicArn: &r.opt.ARN, MessageStructure: aws.String("json"), Message: aws.String(string(body)), Subject: aws.String(subject(c.Headline())),
			MessageAttributes: map[string]types.MessageAttributeValue{},
		}
		for name, value := range map[string]string{"kind": string(e.Kind), "product": c.Incident.Product, "environment": c.Incident.Environment, "severity": c.Severity, "team": c.Incident.Team} {
			if value = words.Line(value, 200); value != "" {
				in.MessageAttributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
			}
		}
		if strings.HasSuffix(r.opt.ARN, ".fifo") {
			in.MessageGroupId, in.MessageDeduplicationId = aws.String(hash(c.ID)), aws.String(hash(e.ID))
		}
		return in, nil
	}
}

// hash is an id of the characters that SNS takes.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// subject is s as SNS takes it: ASCII that begins with a letter, no line end, 100 characters.
func subject(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, words.Line(s, maxSubject))
	return s[:min(len(s), maxSubject)]
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name + ", topic " + r.opt.ARN }
