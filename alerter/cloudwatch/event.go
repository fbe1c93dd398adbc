package cloudwatch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

const (
	// maxEvent bounds what Parse reads, in bytes. SNS and SQS messages hold 1 MiB at most.
	maxEvent = 8 << 20
	// maxNesting bounds envelopes within envelopes: SQS around SNS around an alarm is three.
	maxNesting = 4
)

// envelope is the union of the wrappings in which an alarm arrives. The keys do not
// overlap, so that the bytes themselves say which it is.
type envelope struct {
	// A Lambda event of SNS or SQS.
	Records []record `json:"Records"`
	// An SNS message as HTTP and SQS subscribers get it.
	Type     string `json:"Type"`
	Message  string `json:"Message"`
	TopicArn string `json:"TopicArn"`
	// An EventBridge event.
	DetailType string          `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	// An alarm that invokes a Lambda function directly.
	AlarmData json.RawMessage `json:"alarmData"`
	AlarmARN  string          `json:"alarmArn"`
	AccountID string          `json:"accountId"`
	// The alarm itself.
	AlarmName text `json:"AlarmName"`
}

type record struct {
	SNS *struct {
		Message string `json:"Message"`
	} `json:"Sns"`
	Body string `json:"body"` // SQS
}

// Parse reads the alarms out of an event: a CloudWatch alarm as SNS hands it to
// Lambda ({"Records":[{"Sns":{"Message":…}}]}), an SNS envelope, the same wrapped by
// SQS, the bare alarm that is the SNS message, an EventBridge "CloudWatch Alarm State
// Change", or the direct invocation of a Lambda function by an alarm.
//
// What can be read of an alarm is kept: a description that is not our JSON stays as
// text in Unparsed. An event without any alarm is a Rejected *seamark.Fault. When some
// of several records are no alarms, the alarms of the others are returned beside the error.
//
// Formats: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
// and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func Parse(data []byte) ([]seamark.Alarm, error) {
	if len(data) > maxEvent {
		return nil, notAlarm("the event is longer than 8 MiB")
	}
	return parseEvent(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), 0)
}

func parseEvent(data []byte, depth int) ([]seamark.Alarm, error) {
	if depth > maxNesting {
		return nil, notAlarm("envelopes are nested too deep")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, notAlarm("the event is empty")
	}
	var env envelope
	if err := json.Unmarshal(data, &env); err != nil && env.AlarmName == "" {
		return nil, notAlarm(jsonTrouble(data, err))
	}
	switch {
	case len(env.Records) > 0:
		return parseRecords(env.Records, depth)
	case env.AlarmName != "":
		return one(parseNotification(data))
	case env.Message != "" && (env.Type != "" || env.TopicArn != ""):
		if env.Type != "" && env.Type != "Notification" {
			return nil, notAlarm(fmt.Sprintf("an SNS %s, not an alarm", words.Clip(env.Type, 40)))
		}
		return parseEvent([]byte(env.Message), depth+1)
	case len(env.AlarmData) > 0:
		return one(parseStateChange(env.AlarmData, env))
	case env.DetailType == "CloudWatch Alarm State Change":
		return one(parseStateChange(env.Detail, env))
	case env.DetailType != "":
		return nil, notAlarm(fmt.Sprintf("an EventBridge event %q, not an alarm", words.Clip(env.DetailType, 60)))
	}
	return nil, notAlarm("JSON, but neither a CloudWatch alarm nor an envelope that may hold one")
}

func parseRecords(records []record, depth int) ([]seamark.Alarm, error) {
	var alarms []seamark.Alarm
	var faults []error
	for i, r := range records {
		text := r.Body
		if r.SNS != nil {
			text = r.SNS.Message
		}
		found, err := parseEvent([]byte(text), depth+1)
		alarms = append(alarms, found...)
		if err != nil {
			faults = append(faults, fmt.Errorf("record %d of %d: %w", i+1, len(records), err))
		}
	}
	return alarms, errors.Join(faults...)
}

func one(a seamark.Alarm, err error) ([]seamark.Alarm, error) {
	if err != nil {
		return nil, err
	}
	return []seamark.Alarm{a}, nil
}

func notAlarm(what string) error {
	return &seamark.Fault{
		Class: seamark.Rejected, What: what, Where: "alarm event",
		Remedy: "send a CloudWatch alarm as SNS, SQS, EventBridge or the alarm's own JSON carries it",
	}
}

// jsonTrouble says in a few words why data is no JSON object.
func jsonTrouble(data []byte, err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("not JSON: %s at byte %d", strings.TrimPrefix(syntax.Error(), "json: "), syntax.Offset)
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Sprintf("a JSON %s, not an object", wrong.Value)
		}
		return fmt.Sprintf("key %s holds a JSON %s", words.Clip(wrong.Field, 60), wrong.Value)
	}
	return fmt.Sprintf("not JSON: %d bytes beginning with %q", len(data), words.Clip(string(data), 24))
}
