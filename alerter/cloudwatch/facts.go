package cloudwatch

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// facts are what any of the shapes says of an alarm, before it is understood.
type facts struct {
	name, arn, account, region string
	state, old                 string
	reason, description        string
	data                       reasonData
	since                      time.Time
	asked                      bool // by the alarm's own action

	metric     metric
	threshold  number
	comparison string // AWS's ComparisonOperator

	composite bool
	formula   string
	children  []seamark.Child

	contributor string
	attributes  map[string]string
	tags        map[string]string
	mutedBy     string
	mutedUntil  time.Time
	logGroups   []string
	query       string
	lines       []string
}

// Origins of an alarm.
const originCloudWatch = "cloudwatch"

// alarm understands the facts. It cannot fail: what cannot be understood is left out.
func (f facts) alarm() seamark.Alarm {
	found := readReason(f.reason)
	found.fill(f.data)
	a := seamark.Alarm{
		Name: f.name, ARN: f.arn, State: stateOf(f.state), Reason: f.reason, Since: f.since, Evaluated: f.since,
		Origin: originCloudWatch, Asked: f.asked, Scope: seamark.Scope{AccountID: f.account, Region: f.region},
		Value: found.value.v, NoValue: !found.value.known, Missing: found.missing && !found.value.known, Band: found.band,
		Threshold: f.threshold.v, NoLimit: !f.threshold.known, Window: seconds(f.metric.period),
		Composite: f.composite, Formula: f.formula, Children: f.children, Contributor: words.Clip(f.contributor, 128),
		MutedBy: words.Clip(f.mutedBy, 256), MutedUntil: f.mutedUntil, LogGroups: f.logGroups, Query: f.query, Lines: f.lines,
		Labels: f.labels(),
	}
	if f.old != "" {
		a.Was = stateOf(f.old)
	}
	if a.NoLimit && found.threshold.known {
		a.Threshold, a.NoLimit = found.threshold.v, false
	}
	a.Comparison = comparisonOf(f.comparison, found)
	if a.Comparison == seamark.Outside {
		a.Threshold, a.NoLimit = 0, true
	}
	f.place(&a)
	f.describe(&a)
	f.measure(&a)
	return a
}

// comparisonOf reads AWS's operator, or else its sentence. An operator of a band whose
// sentence names one edge is about that edge.
func comparisonOf(operator string, found finding) seamark.Comparison {
	switch {
	case found.band != nil:
		return seamark.Outside
	case strings.HasPrefix(operator, "LessThanLowerOrGreater"):
		if found.compared {
			return found.comparison
		}
		return seamark.Outside
	case strings.HasPrefix(operator, "LessThan"):
		return seamark.Below
	case operator == "":
		return found.comparison
	}
	return seamark.Above
}

// place fills in account and region, and the ARN where only its parts are known.
func (f facts) place(a *seamark.Alarm) {
	if _, region, account, _, ok := seamark.SplitARN(a.ARN); ok {
		a.Scope.Region = cmp.Or(region, a.Scope.Region)
		a.Scope.AccountID = cmp.Or(a.Scope.AccountID, account)
	}
	a.Scope.Region = regionByName(words.Clip(a.Scope.Region, 100))
	if a.ARN == "" {
		a.ARN = alarmARN(a.Scope.Region, a.Scope.AccountID, a.Name)
	}
}

// describe fills in what the description, the name and the tags say.
func (f facts) describe(a *seamark.Alarm) {
	if !applyDescription(a, f.description) {
		a.Unparsed = f.description
		a.Runbook = firstLink(f.description)
		applyName(a)
		applyTags(a, f.tags)
	}
	if a.Composite { // what its description calls a threshold is nothing that was measured
		a.Threshold, a.NoLimit, a.NoValue = 0, true, true
	}
	if a.StatusCode == "" && (a.Rule == "4xx" || a.Rule == "5xx") {
		a.StatusCode = a.Rule
	}
	a.Scope.Product = cmp.Or(a.Scope.Product, seamark.Unassigned)
	a.Scope.Environment = cmp.Or(a.Scope.Environment, seamark.Unassigned)
	a.Severity = cmp.Or(a.Severity, seamark.SeverityWarning)
}

// measure fills in what was measured, of what and in which unit.
func (f facts) measure(a *seamark.Alarm) {
	if f.contributor != "" && len(f.attributes) > 0 {
		a.Scope.Component = pairs(f.attributes)
	}
	if a.Scope.Component == "" {
		a.Scope.Component = f.metric.resource()
	}
	if a.Scope.Component == "" && len(f.logGroups) > 0 {
		a.Scope.Component = f.logGroups[0]
	}
	a.Scope.Component = words.Clip(a.Scope.Component, 512)
	a.Metric = f.metric.words()
	if of := f.metric.account; of != "" && of != a.Scope.AccountID { // its log group is not in the alarm's account
		a.Metric += ", account " + of
	} else if len(a.LogGroups) == 0 {
		a.LogGroups = f.metric.logGroups()
	}
	if a.Unit == "" {
		a.Unit = f.metric.unitFor(*a)
	}
}

func (f facts) labels() map[string]string {
	labels := map[string]string{}
	for _, from := range []map[string]string{f.metric.dimensions, f.tags, f.attributes} {
		for k, v := range from {
			if k != "" && v != "" && len(labels) < 60 {
				labels[words.Clip(k, 128)] = words.Clip(v, 256)
			}
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return labels
}

// pairs writes attributes as "a=x, b=y", sorted by name.
func pairs(m map[string]string) string {
	var list []string
	for k, v := range m {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// stateOf maps CloudWatch's state. One that we do not know counts as firing: rather a
// card too many than one too few.
func stateOf(value string) seamark.AlarmState {
	switch value {
	case "OK":
		return seamark.AlarmOK
	case "INSUFFICIENT_DATA":
		return seamark.AlarmNoData
	}
	return seamark.AlarmFiring
}

// parseTime reads CloudWatch's "2026-11-22T16:00:42.236+0000", RFC 3339 and Unix seconds;
// the zero time when it cannot.
func parseTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1999 && t.Year() < 2200 {
			return t.UTC()
		}
	}
	if n := parseFigure(s); n.known && n.v > 1e9 && n.v < 7e9 {
		return time.UnixMilli(int64(n.v * 1000)).UTC()
	}
	return time.Time{}
}

func seconds(s float64) seamark.Duration {
	if !(s > 0 && s <= 7*86400) {
		return 0
	}
	return seamark.Duration(s * float64(time.Second))
}

func unmarshalData(raw []byte) reasonData {
	var d reasonData
	json.Unmarshal(raw, &d) // what of it cannot be read must not cost the card
	return d
}
