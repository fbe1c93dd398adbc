package lambda

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	seamark "github.com/seamark-hq/seamark"
)

// kind is the shape of an event.
type kind string

const (
	schedule kind = "schedule"
	queue    kind = "queue" // answered with the messages that failed
	topic    kind = "topic"
	single   kind = "event" // one event of EventBridge
	direct   kind = "direct"
)

// event is an event with its envelope taken off.
type event struct {
	kind   kind
	ids    []string // of the messages of a queue
	bodies [][]byte
}

// envelope has just what tells the shapes apart.
type envelope struct {
	Records []struct {
		EventSource string `json:"eventSource"` // SNS writes EventSource, which encoding/json takes as well
	}
	Source     string `json:"source"`
	DetailType string `json:"detail-type"`
}

// readEvent recognises SQS and SNS batches, EventBridge's schedules (source aws.events from
// a rule, aws.scheduler from EventBridge Scheduler) and its other events; all else is a
// direct invocation.
func readEvent(payload []byte) (event, error) {
	var e envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		return event{kind: direct}, nil // a string or a number: the work says what it wants
	}
	switch {
	case len(e.Records) > 0 && e.Records[0].EventSource == "aws:sqs":
		return ofQueue(payload)
	case len(e.Records) > 0 && e.Records[0].EventSource == "aws:sns":
		return ofTopic(payload)
	case e.DetailType == "Scheduled Event":
		return event{kind: schedule}, nil
	case e.DetailType != "":
		return event{kind: single, bodies: [][]byte{payload}}, nil
	}
	return event{kind: direct}, nil
}

func ofQueue(payload []byte) (event, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return event{}, broken("SQS", err)
	}
	e := event{kind: queue}
	for _, m := range batch.Records {
		e.ids = append(e.ids, m.MessageId)
		e.bodies = append(e.bodies, []byte(m.Body))
	}
	return e, nil
}

func ofTopic(payload []byte) (event, error) {
	var batch events.SNSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return event{}, broken("SNS", err)
	}
	e := event{kind: topic}
	for _, m := range batch.Records {
		e.bodies = append(e.bodies, []byte(m.SNS.Message))
	}
	return e, nil
}

func broken(service string, err error) error {
	return &seamark.Fault{Class: seamark.Rejected, Where: service + " event", What: "does not have its shape", Err: fmt.Errorf("%w", err),
		Remedy: "connect the queue or topic itself as the function's trigger"}
}
