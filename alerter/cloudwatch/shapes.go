package cloudwatch

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// notification is the message that CloudWatch publishes to SNS. Its Region is the name
// for people ("EU (Ireland)"); the ARN holds the code.
type notification struct {
	AlarmName         text
	AlarmDescription  text
	AWSAccountID      text `json:"AWSAccountId"`
	AlarmArn          text
	Region            text
	NewStateValue     text
	OldStateValue     text
	NewStateReason    text
	NewStateReasonRaw embedded `json:"NewStateReasonData"`
	StateChangeTime   text
	Trigger           json.RawMessage
	logPart
	compositePart
	Contributor text          `json:"AlarmContributorId"`
	Attributes  dimensions    `json:"AlarmContributorAttributes"`
	Tags        dimensions    `json:"AlarmTags"`
	Children    list[trigger] `json:"TriggeringChildren"`
	Actions     list[text]    `json:"AlarmActions"`
	OKActions   list[text]    `json:"OKActions"`
	NoData      list[text]    `json:"InsufficientDataActions"`
}

// trigger is one of a composite's children that changed.
type trigger struct {
	ARN   text `json:"Arn"`
	State struct {
		Value     text
		Timestamp text
	}
}

// compositePart are the keys of composite alarms.
type compositePart struct {
	AlarmRule         text
	SuppressedBy      text   `json:"ActionsSuppressedBy"`
	SuppressedReason  text   `json:"ActionsSuppressedReason"`
	Suppressor        text   `json:"ActionsSuppressor"`
	SuppressorWait    number `json:"ActionsSuppressorWaitPeriod"`
	SuppressorExtends number `json:"ActionsSuppressorExtensionPeriod"`
}

// logPart are the keys of alarms over log lines.
type logPart struct {
	LogGroups       list[text]
	Identifiers     list[text] `json:"LogGroupIdentifiers"`
	QueryString     text
	LogLines        list[logLine]
	LogEvents       list[logLine]
	Threshold       number
	Operator        text `json:"ComparisonOperator"`
	QueryDefinition struct {
		QueryString text
		Identifiers list[text] `json:"LogGroupIdentifiers"`
	} `json:"ScheduledQueryConfiguration"`
}

// logLine is a text, or an object with a message.
type logLine string

// UnmarshalJSON never fails: what is no line is left empty.
func (l *logLine) UnmarshalJSON(b []byte) error {
	var s string
	var o struct {
		Message text `json:"message"`
		At      text `json:"@message"`
	}
	*l = ""
	if json.Unmarshal(b, &s) == nil {
		*l = logLine(s)
	} else if json.Unmarshal(b, &o) == nil {
		*l = logLine(cmp.Or(o.Message, o.At))
	}
	return nil
}

const (
	maxLines  = 10
	maxGroups = 50
)

func (p logPart) into(f *facts) {
	for _, ids := range []list[text]{p.LogGroups, p.Identifiers, p.QueryDefinition.Identifiers} {
		for _, id := range ids {
			if _, _, _, resource, ok := seamark.SplitARN(string(id)); ok {
				id = text(strings.TrimSuffix(strings.TrimPrefix(resource, "log-group:"), ":*"))
			}
			if len(f.logGroups) < maxGroups && id != "" {
				f.logGroups = append(f.logGroups, words.Clip(string(id), 512))
			}
		}
	}
	f.query = words.Clip(string(cmp.Or(p.QueryString, p.QueryDefinition.QueryString)), 10_000)
	for _, l := range append(p.LogLines, p.LogEvents...) {
		if len(f.lines) < maxLines && l != "" {
			f.lines = append(f.lines, words.Clip(string(l), 4096))
		}
	}
	if p.Threshold.known {
		f.threshold = p.Threshold
	}
	f.comparison = string(p.Operator)
}

func (p compositePart) into(f *facts) {
	f.composite = f.composite || p.AlarmRule != ""
	f.formula = words.Clip(string(p.AlarmRule), 10_240)
	if p.SuppressedBy == "" {
		return
	}
	f.mutedBy = cmp.Or(nameOfARN(string(p.Suppressor)), string(p.Suppressor), string(p.SuppressedReason), string(p.SuppressedBy))
	wait := map[text]number{"WaitPeriod": p.SuppressorWait, "ExtensionPeriod": p.SuppressorExtends}[p.SuppressedBy]
	if wait.known && !f.since.IsZero() {
		f.mutedUntil = f.since.Add(time.Duration(seconds(wait.v)))
	}
}

func parseNotification(data []byte, h hint) (seamark.Alarm, error) {
	var n notification
	if err := json.Unmarshal(data, &n); err != nil {
		return seamark.Alarm{}, notAlarm("a CloudWatch alarm of the wrong shape: " + jsonTrouble(data, err))
	}
	f := facts{
		name: string(n.AlarmName), arn: string(n.AlarmArn), account: string(n.AWSAccountID), description: string(n.AlarmDescription),
		state: string(n.NewStateValue), old: string(n.OldStateValue), reason: string(n.NewStateReason), data: unmarshalData(n.NewStateReasonRaw),
		since: parseTime(string(n.StateChangeTime)), asked: true, contributor: string(n.Contributor), attributes: n.Attributes, tags: n.Tags,
	}
	f.region = cmp.Or(h.region, regionOfARNs(append(append(n.Actions, n.OKActions...), n.NoData...)...), regionByName(string(n.Region)))
	n.logPart.into(&f)
	n.compositePart.into(&f)
	readTrigger(n.Trigger, &f)
	f.composite = f.composite || len(n.Children) > 0
	for _, c := range n.Children {
		f.addChild(string(c.ARN), string(c.State.Value), string(c.State.Timestamp))
	}
	f.childrenFromReason()
	return f.alarm(), nil
}

func (f *facts) addChild(arn, state, at string) {
	if name := nameOfARN(arn); name != "" && len(f.children) < maxChildren {
		f.children = append(f.children, seamark.Child{Name: name, State: stateOf(state), Since: parseTime(at)})
	}
}

func (f *facts) childrenFromReason() {
	if len(f.children) == 0 {
		f.children = childrenOf(f.reason)
		f.composite = f.composite || len(f.children) > 0
	}
}

// readTrigger reads the part of an SNS message that DescribeAlarms writes flat.
func readTrigger(raw []byte, f *facts) {
	var t struct {
		flatMetric
		Threshold          number
		ComparisonOperator text
	}
	json.Unmarshal(raw, &t) // what of it cannot be read must not cost the card
	f.metric = t.metric()
	if t.Threshold.known {
		f.threshold = t.Threshold
	}
	f.comparison = cmp.Or(string(t.ComparisonOperator), f.comparison)
}

// described is an alarm as DescribeAlarms lists it.
type described struct {
	AlarmName        text
	AlarmDescription text
	AlarmArn         text
	StateValue       text
	StateReason      text
	StateReasonData  embedded
	Updated          text `json:"StateUpdatedTimestamp"`
	Transitioned     text `json:"StateTransitionedTimestamp"`
	logPart
	compositePart
}

func parseDescribed(data []byte, h hint) (seamark.Alarm, error) {
	var d described
	if err := json.Unmarshal(data, &d); err != nil {
		return seamark.Alarm{}, notAlarm("a described alarm of the wrong shape: " + jsonTrouble(data, err))
	}
	f := facts{
		name: string(d.AlarmName), arn: string(d.AlarmArn), region: h.region, description: string(d.AlarmDescription),
		state: string(d.StateValue), reason: string(d.StateReason), data: unmarshalData(d.StateReasonData),
		since: parseTime(string(cmp.Or(d.Transitioned, d.Updated))),
	}
	if f.state == "OK" { // it has been fine for a while: nothing ended here
		f.old = "OK"
	}
	d.logPart.into(&f)
	d.compositePart.into(&f)
	readTrigger(data, &f)
	for _, c := range f.data.Triggering {
		f.addChild(string(c.ARN), string(c.State.Value), string(c.State.Timestamp))
	}
	if f.composite {
		f.childrenFromReason()
	}
	return f.alarm(), nil
}

// state is one state of an EventBridge event.
type state struct {
	Value            text     `json:"value"`
	Reason           text     `json:"reason"`
	ReasonData       embedded `json:"reasonData"`
	Timestamp        text     `json:"timestamp"`
	SuppressedBy     text     `json:"actionsSuppressedBy"`
	SuppressedReason text     `json:"actionsSuppressedReason"`
}

// UnmarshalJSON never fails: a state that is its name alone is read too.
func (s *state) UnmarshalJSON(b []byte) error {
	type plain state
	var p plain
	if json.Unmarshal(b, &p) != nil {
		p = plain{}
		p.Value.UnmarshalJSON(b)
	}
	*s = state(p)
	return nil
}

// stateChange is the detail of an EventBridge event and the alarmData of a direct invocation.
type stateChange struct {
	AlarmName     text `json:"alarmName"`
	Operation     text `json:"operation"`
	Configuration struct {
		Description text              `json:"description"`
		Metrics     list[metricQuery] `json:"metrics"`
		Threshold   number            `json:"threshold"`
		Operator    text              `json:"comparisonOperator"`
		logPart
		compositePart
	} `json:"configuration"`
	State       state `json:"state"`
	Previous    state `json:"previousState"`
	Contributor struct {
		ID         text       `json:"id"`
		Attributes dimensions `json:"attributes"`
	} `json:"alarmContributor"`
	Mute struct {
		By    text `json:"mutedByArn"`
		Until text `json:"muteWindowEnd"`
	} `json:"muteDetail"`
	Tags dimensions `json:"alarmTags"`
}

func readChange(data []byte, env envelope) (facts, stateChange, error) {
	var c stateChange
	if err := json.Unmarshal(data, &c); err != nil {
		return facts{}, c, notAlarm("an alarm state change of the wrong shape: " + jsonTrouble(data, err))
	}
	if c.AlarmName == "" {
		return facts{}, c, notAlarm("an alarm state change without alarmName")
	}
	f := facts{
		name: string(c.AlarmName), arn: string(env.AlarmARN), account: string(cmp.Or(env.Account, env.AccountID)), region: string(env.Region),
		description: string(c.Configuration.Description), state: string(c.State.Value), old: string(c.Previous.Value),
		reason: string(c.State.Reason), data: unmarshalData(c.State.ReasonData), since: parseTime(string(cmp.Or(c.State.Timestamp, env.Time))),
		contributor: string(c.Contributor.ID), attributes: c.Contributor.Attributes, tags: c.Tags,
	}
	if f.arn == "" && len(env.Resources) > 0 {
		f.arn = string(env.Resources[0])
	}
	c.Configuration.logPart.into(&f)
	c.Configuration.SuppressedBy, c.Configuration.SuppressedReason = c.State.SuppressedBy, c.State.SuppressedReason
	c.Configuration.compositePart.into(&f)
	f.metric = metricOf(c.Configuration.Metrics)
	f.metric.add(f.data)
	if c.Configuration.Threshold.known {
		f.threshold = c.Configuration.Threshold
	} else if !f.threshold.known {
		f.threshold = f.data.Threshold
	}
	f.comparison = cmp.Or(string(c.Configuration.Operator), f.comparison)
	if c.Mute.By != "" {
		_, _, _, resource, _ := seamark.SplitARN(string(c.Mute.By))
		f.mutedBy = cmp.Or(strings.TrimPrefix(resource, "alarm-mute-rule:"), string(c.Mute.By))
		f.mutedUntil = parseTime(string(c.Mute.Until))
	}
	for _, t := range f.data.Triggering {
		f.addChild(string(t.ARN), string(t.State.Value), string(t.State.Timestamp))
	}
	if f.composite {
		f.childrenFromReason()
	}
	return f, c, nil
}

func stateChanged(data []byte, env envelope) ([]seamark.Alarm, error) {
	f, _, err := readChange(data, env)
	if err != nil {
		return nil, err
	}
	f.asked = isObject(env.AlarmData)
	return []seamark.Alarm{f.alarm()}, nil
}

// configurationChanged reads what became of an alarm itself. Only its deletion changes an
// incident: no OK ever follows it.
func configurationChanged(data []byte, env envelope) ([]seamark.Alarm, error) {
	f, c, err := readChange(data, env)
	if err != nil {
		return nil, err
	}
	if c.Operation != "delete" {
		return nil, nil
	}
	if at := parseTime(string(env.Time)); at.After(f.since) {
		f.since = at
	}
	a := f.alarm()
	a.State, a.Reason, a.NoValue, a.Missing = seamark.AlarmDeleted, "the alarm was deleted", true, false
	return []seamark.Alarm{a}, nil
}
