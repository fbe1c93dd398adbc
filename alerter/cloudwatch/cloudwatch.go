package cloudwatch

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// notification is the message that CloudWatch publishes to SNS. Its Region is the name
// for people ("EU (Ireland)"); the ARN holds the code.
type notification struct {
	AlarmName        text
	AlarmDescription text
	AWSAccountID     text `json:"AWSAccountId"`
	AlarmArn         text
	NewStateValue    text
	NewStateReason   text
	StateChangeTime  text
	Trigger          json.RawMessage
	AlarmRule        text // composite alarms only
}

type trigger struct {
	MetricName        text
	Period            number // seconds
	EvaluationPeriods number
	Threshold         number
	Unit              text
	Dimensions        []dimension
	Metrics           []struct {
		MetricStat struct {
			Period number
			Metric struct {
				MetricName text
				Dimensions []dimension
			}
		}
	}
}

type dimension struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func parseNotification(data []byte) (seamark.Alarm, error) {
	var n notification
	if err := json.Unmarshal(data, &n); err != nil {
		return seamark.Alarm{}, notAlarm("a CloudWatch alarm of the wrong shape: " + jsonTrouble(data, err))
	}
	var t trigger
	json.Unmarshal(n.Trigger, &t) // what of it cannot be read must not cost the card
	a := seamark.Alarm{
		Name: string(n.AlarmName), ARN: string(n.AlarmArn), State: stateOf(string(n.NewStateValue)),
		Reason: string(n.NewStateReason), Value: reasonValue(string(n.NewStateReason)), Threshold: float64(t.Threshold),
		Since: parseTime(string(n.StateChangeTime)), Window: window(t), Origin: originCloudWatch,
		Composite: n.AlarmRule != "", Scope: seamark.Scope{AccountID: string(n.AWSAccountID)},
	}
	complete(&a, string(n.AlarmDescription))
	if a.Scope.Component == "" {
		a.Scope.Component = componentOf(t)
	}
	if a.Unit == "" {
		a.Unit = unitOf(a, string(t.Unit))
	}
	return a, nil
}

// stateChange is the detail of an EventBridge event and the alarmData of a direct invocation.
type stateChange struct {
	AlarmName     text `json:"alarmName"`
	Configuration struct {
		Description text            `json:"description"`
		AlarmRule   text            `json:"alarmRule"`
		Metrics     json.RawMessage `json:"metrics"`
	} `json:"configuration"`
	State struct {
		Value      text `json:"value"`
		Reason     text `json:"reason"`
		ReasonData text `json:"reasonData"`
		Timestamp  text `json:"timestamp"`
	} `json:"state"`
}

// eventMetric is one entry of a state change's configuration.metrics.
type eventMetric struct {
	MetricStat struct {
		Metric struct {
			Dimensions map[string]string `json:"dimensions"`
		} `json:"metric"`
	} `json:"metricStat"`
}

// reasonData is the JSON text beside a state's reason.
type reasonData struct {
	RecentDatapoints []number `json:"recentDatapoints"`
	Threshold        *number  `json:"threshold"`
	Period           number   `json:"period"`
}

func parseStateChange(data []byte, env envelope) (seamark.Alarm, error) {
	var c stateChange
	if err := json.Unmarshal(data, &c); err != nil {
		return seamark.Alarm{}, notAlarm("an alarm state change of the wrong shape: " + jsonTrouble(data, err))
	}
	if c.AlarmName == "" {
		return seamark.Alarm{}, notAlarm("an alarm state change without alarmName")
	}
	a := seamark.Alarm{
		Name: string(c.AlarmName), ARN: env.AlarmARN, State: stateOf(string(c.State.Value)), Reason: string(c.State.Reason),
		Since: parseTime(string(c.State.Timestamp)), Origin: originCloudWatch, Composite: c.Configuration.AlarmRule != "",
		Value: reasonValue(string(c.State.Reason)),
		Scope: seamark.Scope{AccountID: env.Account + env.AccountID, Region: env.Region},
	}
	if a.ARN == "" && len(env.Resources) > 0 {
		a.ARN = env.Resources[0]
	}
	var why reasonData
	if json.Unmarshal([]byte(c.State.ReasonData), &why) == nil {
		if n := len(why.RecentDatapoints); n > 0 {
			a.Value = float64(why.RecentDatapoints[n-1])
		}
		if why.Threshold != nil {
			a.Threshold = float64(*why.Threshold)
		}
		a.Window = seconds(float64(why.Period))
	}
	complete(&a, string(c.Configuration.Description))
	if a.Scope.Component == "" {
		var metrics []eventMetric
		json.Unmarshal(c.Configuration.Metrics, &metrics) // as above
		for _, m := range metrics {
			d := m.MetricStat.Metric.Dimensions
			a.Scope.Component = componentName(func(name string) string { return d[name] })
			if a.Scope.Component != "" {
				break
			}
		}
	}
	if a.Unit == "" {
		a.Unit = unitOf(a, "")
	}
	return a, nil
}

// Origins of an alarm.
const (
	originCloudWatch = "cloudwatch"
	originSeamark    = "seamark"
)

// stateOf maps CloudWatch's state. One that we do not know counts as firing: rather a
// card too many than one too few.
func stateOf(value string) seamark.AlarmState {
	switch value {
	case "OK":
		return seamark.AlarmOK
	case "INSUFFICIENT_DATA":
		return seamark.AlarmInsufficient
	}
	return seamark.AlarmFiring
}

// complete fills in what the description, the name and the ARN say.
func complete(a *seamark.Alarm, desc string) {
	a.Evaluated = a.Since
	if _, region, account, _, ok := seamark.SplitARN(a.ARN); ok {
		if region != "" {
			a.Scope.Region = region
		}
		if a.Scope.AccountID == "" {
			a.Scope.AccountID = account
		}
	}
	if !applyDescription(a, desc) {
		a.Unparsed = desc
		applyName(a)
	}
	if a.StatusCode == "" && (a.Rule == "4xx" || a.Rule == "5xx") {
		a.StatusCode = a.Rule
	}
	if a.Scope.Product == "" {
		a.Scope.Product = seamark.Unassigned
	}
	if a.Scope.Environment == "" {
		a.Scope.Environment = seamark.Unassigned
	}
	if a.Severity == "" {
		a.Severity = seamark.SeverityWarning
	}
}

// parseTime reads CloudWatch's "2026-11-22T16:00:42.236+0000" and RFC 3339; the zero
// time when it cannot.
func parseTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1999 && t.Year() < 2200 {
			return t.UTC()
		}
	}
	return time.Time{}
}

func window(t trigger) seamark.Duration {
	period := float64(t.Period)
	for _, m := range t.Metrics {
		period = max(period, float64(m.MetricStat.Period))
	}
	return seconds(period * max(float64(t.EvaluationPeriods), 1))
}

func seconds(s float64) seamark.Duration {
	if !(s > 0 && s <= 7*86400) {
		return 0
	}
	return seamark.Duration(s * float64(time.Second))
}

var datapoint = regexp.MustCompile(`datapoints? \[([0-9.eE+-]+)`)

// reasonValue takes the newest data point out of "Threshold Crossed: 1 out of the last
// 1 datapoints [0.12 (22/11/26 15:58:00)] was greater than …"; 0 when there is none.
func reasonValue(reason string) float64 {
	m := datapoint.FindStringSubmatch(words.Clip(reason, 1024))
	if m == nil {
		return 0
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0
	}
	return words.Finite(v)
}

func componentOf(t trigger) string {
	sets := [][]dimension{t.Dimensions}
	for _, m := range t.Metrics {
		sets = append(sets, m.MetricStat.Metric.Dimensions)
	}
	for _, set := range sets {
		name := componentName(func(key string) string {
			for _, d := range set {
				if d.Name == key {
					return d.Value
				}
			}
			return ""
		})
		if name != "" {
			return name
		}
	}
	return ""
}

// componentName names the resource that a metric's dimensions stand for.
func componentName(dimension func(string) string) string {
	api := dimension("ApiName")
	if api == "" {
		api = dimension("ApiId")
	}
	if api != "" {
		if stage := dimension("Stage"); stage != "" {
			return api + "/" + stage
		}
		return api
	}
	return dimension("FunctionName")
}

// unitOf says what a value counts: a rule about statuses or errors whose threshold is
// at most 1 is a ratio.
func unitOf(a seamark.Alarm, unit string) string {
	switch {
	case unit == "Milliseconds" || a.Rule == "latency" || a.Rule == "duration" || strings.HasPrefix(a.Rule, "p9"):
		return "ms"
	case (a.StatusCode != "" || a.Rule == "4xx" || a.Rule == "5xx" || a.Rule == "errors") && a.Threshold <= 1 && a.Threshold > 0:
		return "ratio"
	}
	return "count"
}
