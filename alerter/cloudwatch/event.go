package cloudwatch

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

const (
	// maxEvent bounds what Parse reads, in bytes. SNS and SQS messages hold 1 MiB at most.
	maxEvent = 8 << 20
	// maxNesting bounds envelopes within envelopes: a list of SQS records around SNS around
	// EventBridge is three.
	maxNesting = 4
	// maxFaults bounds how many records of one event are complained about one by one.
	maxFaults = 5
)

// envelope is the union of the wrappings in which an alarm arrives. The keys do not
// overlap, so that the bytes themselves say which it is.
type envelope struct {
	// A Lambda event of SNS or SQS, and what the command line's receive-message prints.
	Records  []json.RawMessage `json:"Records"`
	Messages []json.RawMessage `json:"Messages"`
	// One record of these. SQS writes Body or body; so does a Lambda function behind HTTP.
	SNS             json.RawMessage `json:"Sns"`
	Subscription    text            `json:"EventSubscriptionArn"`
	Body            json.RawMessage `json:"body"`
	IsBase64Encoded bool            `json:"isBase64Encoded"`
	// One record of a Kinesis stream, and of a Firehose transformation: both in base64.
	Kinesis struct {
		Data text `json:"data"`
	} `json:"kinesis"`
	RecordID text `json:"recordId"`
	Data     text `json:"data"`
	// An SNS message as HTTP and SQS subscribers get it.
	Type     text            `json:"Type"`
	Message  json.RawMessage `json:"Message"`
	TopicArn text            `json:"TopicArn"`
	// An EventBridge event.
	DetailType text            `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`
	Account    text            `json:"account"`
	Time       text            `json:"time"`
	Region     text            `json:"region"`
	Resources  list[text]      `json:"resources"`
	// An alarm that invokes a Lambda function directly.
	AlarmData json.RawMessage `json:"alarmData"`
	AlarmARN  text            `json:"alarmArn"`
	AccountID text            `json:"accountId"`
	// The alarm itself: as SNS carries it, or as DescribeAlarms lists it.
	AlarmName  text `json:"AlarmName"`
	NewState   text `json:"NewStateValue"`
	StateValue text `json:"StateValue"`
	// What DescribeAlarms answers.
	MetricAlarms    []json.RawMessage `json:"MetricAlarms"`
	CompositeAlarms []json.RawMessage `json:"CompositeAlarms"`
	LogAlarms       []json.RawMessage `json:"LogAlarms"`
}

// hint is what the wrapping says of the alarm inside.
type hint struct {
	region string // of the topic
}

// Parse reads the alarms out of an event: a CloudWatch alarm as SNS hands it to Lambda
// ({"Records":[{"Sns":{"Message":…}}]}), an SNS envelope, the same wrapped by SQS, raw
// delivery, a bare list of such records, {"Messages":[…]} as the command line prints it,
// the alarm itself, what DescribeAlarms answers, EventBridge's three kinds of event about
// alarms, or the direct invocation of a Lambda function by an alarm. Several documents
// may follow one another.
//
// What can be read of an alarm is kept: a description that is not our JSON stays as
// text in Unparsed. An event without any alarm is a Rejected *seamark.Fault. When some
// of several records are no alarms, the alarms of the others are returned beside the
// error. An event from which nothing follows (an alarm that was created) gives neither.
//
// Formats: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
// and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func Parse(data []byte) ([]seamark.Alarm, error) {
	if len(data) > maxEvent {
		return nil, notAlarm(fmt.Sprintf("%d bytes, which is too much", len(data)))
	}
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("\xef\xbb\xbf"))
	if len(data) == 0 {
		return nil, notAlarm("the event is empty")
	}
	docs := documents(data)
	if len(docs) == 1 {
		return parse(docs[0], hint{}, 0)
	}
	return parseAll(docs, "document", hint{}, 0)
}

// documents splits data where one JSON value ends and the next begins. What is no JSON
// stays whole, so that the complaint speaks of all of it.
func documents(data []byte) []json.RawMessage {
	var docs []json.RawMessage
	d := json.NewDecoder(bytes.NewReader(data))
	for len(docs) < 10_000 {
		var doc json.RawMessage
		err := d.Decode(&doc)
		if err == io.EOF {
			return docs
		}
		if err != nil {
			break
		}
		docs = append(docs, doc)
	}
	return []json.RawMessage{data}
}

func parse(data []byte, h hint, depth int) ([]seamark.Alarm, error) {
	if depth > maxNesting {
		return nil, notAlarm("envelopes are nested too deep")
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil, notAlarm("the event is empty")
	}
	if text := inner(data); data[0] == '"' && len(text) > 0 && (text[0] == '{' || text[0] == '[') { // JSON written as a JSON string
		return parse(text, h, depth+1)
	}
	if data[0] == '[' {
		var records []json.RawMessage
		if err := json.Unmarshal(data, &records); err != nil {
			return nil, notAlarm(jsonTrouble(data, err))
		}
		if len(records) == 0 {
			return nil, notAlarm("an empty list")
		}
		return parseAll(records, "record", h, depth)
	}
	var env envelope
	if err := json.Unmarshal(data, &env); err != nil && env.AlarmName == "" {
		return nil, notAlarm(jsonTrouble(data, err))
	}
	if env.DetailType != "" { // an EventBridge target of other software may write it as text
		env.Detail = inner(env.Detail)
	}
	if region := regionOfARNs(env.TopicArn, env.Subscription); region != "" {
		h.region = region
	}
	return open(data, env, h, depth)
}

// open decides what env is and reads the alarms inside.
func open(data []byte, env envelope, h hint, depth int) ([]seamark.Alarm, error) {
	switch {
	case len(env.Records) > 0:
		return parseAll(env.Records, "record", h, depth)
	case len(env.Messages) > 0:
		return parseAll(env.Messages, "message", h, depth)
	case len(env.MetricAlarms)+len(env.CompositeAlarms)+len(env.LogAlarms) > 0:
		return parseAll(append(append(env.MetricAlarms, env.CompositeAlarms...), env.LogAlarms...), "alarm", h, depth)
	case isObject(env.SNS):
		return parse(env.SNS, h, depth+1)
	case env.AlarmName != "" && env.NewState == "" && env.StateValue != "":
		return one(parseDescribed(data, h))
	case env.AlarmName != "" && !isObject(env.AlarmData) && !isObject(env.Detail):
		return one(parseNotification(data, h))
	case len(env.Message) > 0 && (env.Type != "" || env.TopicArn != ""):
		if env.Type != "" && env.Type != "Notification" {
			return nil, notAlarm(fmt.Sprintf("an SNS %s, not an alarm", words.Clip(string(env.Type), 40)))
		}
		return parse(inner(env.Message), h, depth+1)
	case isObject(env.AlarmData):
		return stateChanged(env.AlarmData, env)
	case isObject(env.Detail) || env.DetailType != "":
		return parseEventBridge(env)
	case len(env.Body) > 0:
		return parseBody(env.Body, env.IsBase64Encoded, h, depth)
	case env.Kinesis.Data != "":
		return parseBody([]byte(env.Kinesis.Data), true, h, depth)
	case env.Data != "" && env.RecordID != "":
		return parseBody([]byte(env.Data), true, h, depth)
	case isObject(inner(env.Message)): // an envelope of which little is left, as in hand-made tests
		return parse(inner(env.Message), h, depth+1)
	}
	return nil, notAlarm("JSON, but neither a CloudWatch alarm nor an envelope that may hold one")
}

func parseBody(body []byte, encoded bool, h hint, depth int) ([]seamark.Alarm, error) {
	body = inner(body)
	if encoded {
		plain, err := base64.StdEncoding.DecodeString(string(body))
		if err != nil {
			return nil, notAlarm("a body that is said to be base64 and is not")
		}
		body = plain
	}
	return parse(body, h, depth+1)
}

// EventBridge's kinds of events about alarms.
const (
	kindState         = "CloudWatch Alarm State Change"
	kindContributor   = "CloudWatch Alarm Contributor State Change"
	kindConfiguration = "CloudWatch Alarm Configuration Change"
)

func parseEventBridge(env envelope) ([]seamark.Alarm, error) {
	switch env.DetailType {
	case kindState, kindContributor:
		return stateChanged(env.Detail, env)
	case kindConfiguration:
		return configurationChanged(env.Detail, env)
	}
	return nil, notAlarm(fmt.Sprintf("an EventBridge event %q, not an alarm", words.Clip(string(env.DetailType), 60)))
}

// parseAll reads several documents. Faults beyond maxFaults are counted.
func parseAll(docs []json.RawMessage, noun string, h hint, depth int) ([]seamark.Alarm, error) {
	var alarms []seamark.Alarm
	var faults []error
	failed := 0
	for i, doc := range docs {
		found, err := parse(doc, h, depth+1)
		alarms = append(alarms, found...)
		if err == nil {
			continue
		}
		if failed++; failed <= maxFaults {
			faults = append(faults, fmt.Errorf("%s %d of %d: %w", noun, i+1, len(docs), err))
		}
	}
	if failed > maxFaults {
		faults = append(faults, notAlarm(fmt.Sprintf("%d more of %d are no alarms", failed-maxFaults, len(docs))))
	}
	return alarms, errors.Join(faults...)
}

func one(a seamark.Alarm, err error) ([]seamark.Alarm, error) {
	if err != nil {
		return nil, err
	}
	return []seamark.Alarm{a}, nil
}

func isObject(b json.RawMessage) bool { return len(b) > 0 && b[0] == '{' }

// inner is the JSON in a JSON string; an object that is there as such is returned as it is.
func inner(b json.RawMessage) []byte {
	var s string
	if json.Unmarshal(b, &s) == nil {
		return []byte(s)
	}
	return b
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
