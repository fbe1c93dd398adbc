// Package event says what happens to incidents in a form for programs: version 1 of the
// incident event, as schemas/incident-event.v1.json describes it. Receivers that tell
// programs send it; what they told last is kept in the reference of the delivery.
package event

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Schema is what Event.Schema says. Fields may be added under it; a change of meaning is a new one.
const Schema = "seamark.incident-event/1"

// Kind is what happened.
type Kind string

// What happens to an incident.
const (
	Opened       Kind = "opened"
	Updated      Kind = "updated" // other alarms fire, or its severity or owner changed
	Acknowledged Kind = "acknowledged"
	Escalated    Kind = "escalated"
	Resolved     Kind = "resolved"
	Reopened     Kind = "reopened"
)

// Bounds of an event: EventBridge takes 256 KiB.
const (
	maxAlarms   = 100
	maxPatterns = 5
	maxText     = 500 // characters of each text
)

// Event is one thing that happened to one incident.
type Event struct {
	Schema   string    `json:"schema"`
	ID       string    `json:"id"` // the same when it is sent again: incident and version
	Kind     Kind      `json:"kind"`
	Time     time.Time `json:"time"`
	Incident Incident  `json:"incident"`
}

// Incident is the incident as it is now. Texts are raw, and anybody's.
type Incident struct {
	ID              string            `json:"id"`
	Product         string            `json:"product"`
	Environment     string            `json:"environment"`
	Team            string            `json:"team,omitempty"`
	Severity        string            `json:"severity"`
	Status          string            `json:"status"` // open or resolved
	Title           string            `json:"title"`
	OpenedAt        time.Time         `json:"openedAt"`
	UpdatedAt       time.Time         `json:"updatedAt"`
	ResolvedAt      time.Time         `json:"resolvedAt,omitzero"`
	DurationSeconds int64             `json:"durationSeconds"`
	Reopened        int               `json:"reopened,omitempty"`
	Acknowledged    *seamark.Word     `json:"acknowledged,omitempty"`
	EscalatedTo     []string          `json:"escalatedTo,omitempty"` // receivers
	Runbook         string            `json:"runbook,omitempty"`
	Links           map[string]string `json:"links"` // by what they lead to: logs, alarm, runbook, incident, opensearch, logs_insights
	Accounts        []string          `json:"accounts"`
	Regions         []string          `json:"regions"`
	Components      []string          `json:"components"`
	Alarms          []Alarm           `json:"alarms"` // worst first
	AlarmCount      int               `json:"alarmCount"`
	Failed          *int64            `json:"failed,omitempty"` // requests or records since it opened
	Patterns        []ErrorPattern    `json:"patterns,omitempty"`
}

// Alarm is one alarm that takes or took part.
type Alarm struct {
	Name       string    `json:"name"`
	ARN        string    `json:"arn,omitempty"`
	State      string    `json:"state"` // firing, ok, no_data, deleted
	Rule       string    `json:"rule,omitempty"`
	Severity   string    `json:"severity,omitempty"`
	AccountID  string    `json:"accountId,omitempty"`
	Region     string    `json:"region,omitempty"`
	Component  string    `json:"component,omitempty"`
	Value      *float64  `json:"value,omitempty"`
	Threshold  *float64  `json:"threshold,omitempty"`
	Unit       string    `json:"unit,omitempty"`
	Since      time.Time `json:"since"`
	Reason     string    `json:"reason,omitempty"`
	LogGroups  []string  `json:"logGroups,omitempty"`
	Composite  bool      `json:"composite,omitempty"`
	Comparison string    `json:"comparison,omitempty"` // below or outside; absent: above
}

// ErrorPattern is a group of alike error records.
type ErrorPattern struct {
	Fingerprint string `json:"fingerprint"`
	Count       int64  `json:"count"`
	ErrorType   string `json:"errorType,omitempty"`
	Message     string `json:"message,omitempty"`
}

// Next is what is to be told of an incident after what was told before: told is false when
// nothing is, because only figures changed. The new reference is for the next call.
func Next(c card.Card, before card.Ref) (e Event, ref card.Ref, told bool) {
	in := c.Incident
	now := stateOf(in)
	ref = now.ref()
	was, known := parse(before)
	if known && was == now {
		return Event{}, before, false
	}
	e = Event{Schema: Schema, ID: in.ID + "/" + strconv.FormatInt(c.Version, 10), Kind: kindOf(was, known, now), Time: in.UpdatedAt, Incident: incidentOf(c)}
	return e, ref, true
}

func kindOf(was state, known bool, now state) Kind {
	switch {
	case now.Status == string(seamark.IncidentResolved):
		return Resolved
	case !known:
		return Opened
	case was.Status == string(seamark.IncidentResolved) || was.Reopened != now.Reopened:
		return Reopened
	case was.Escalated != now.Escalated:
		return Escalated
	case was.Acknowledged != now.Acknowledged && now.Acknowledged != "":
		return Acknowledged
	}
	return Updated
}

// state is what a change of is worth an event.
type state struct {
	Status       string `json:"s"`
	Severity     string `json:"v"`
	Team         string `json:"t,omitempty"`
	Acknowledged string `json:"a,omitempty"` // by whom and when, as a hash
	Escalated    int    `json:"e,omitempty"`
	Reopened     int    `json:"r,omitempty"`
	Firing       string `json:"f"` // which alarms, as a hash
}

func stateOf(in *seamark.Incident) state {
	s := state{Status: string(in.Status), Severity: in.Severity, Team: in.Team, Escalated: len(in.Escalated), Reopened: in.Reopened}
	if w := in.Acknowledged; w != nil {
		s.Acknowledged = hash(w.By + w.At.UTC().String())
	}
	var keys []string
	for _, a := range in.Firing() {
		keys = append(keys, a.Key())
	}
	slices.Sort(keys)
	s.Firing = hash(strings.Join(keys, "\n"))
	return s
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

const refPrefix = "event1 "

func (s state) ref() card.Ref {
	b, _ := json.Marshal(s) // plain texts and numbers: cannot fail
	return card.Ref(refPrefix + string(b))
}

func parse(r card.Ref) (s state, known bool) {
	text, ok := strings.CutPrefix(string(r), refPrefix)
	return s, ok && json.Unmarshal([]byte(text), &s) == nil
}

func incidentOf(c card.Card) Incident {
	in := c.Incident
	out := Incident{
		ID: in.ID, Product: in.Product, Environment: in.Environment, Team: in.Team, Severity: c.Severity, Status: string(in.Status), Title: words.Clip(c.Title, maxText),
		OpenedAt: in.OpenedAt, UpdatedAt: in.UpdatedAt, ResolvedAt: in.ResolvedAt, DurationSeconds: int64(in.Duration(in.UpdatedAt) / time.Second), Reopened: in.Reopened,
		Acknowledged: in.Acknowledged, Runbook: in.Runbook, Accounts: []string{}, Regions: []string{}, Components: []string{}, Links: map[string]string{}, Alarms: []Alarm{}, AlarmCount: len(in.Alarms),
	}
	for _, x := range in.Escalated {
		out.EscalatedTo = append(out.EscalatedTo, x.To...)
	}
	for _, l := range c.Links {
		if !l.Acts { // those are a person's signature
			out.Links[strings.ReplaceAll(strings.ToLower(l.Label), " ", "_")] = l.URL
		}
	}
	for _, a := range in.Alarms {
		out.Accounts, out.Regions, out.Components = with(out.Accounts, a.Scope.AccountID), with(out.Regions, a.Scope.Region), with(out.Components, a.Scope.Component)
		if len(out.Alarms) < maxAlarms {
			out.Alarms = append(out.Alarms, alarmOf(a))
		}
	}
	if in.Figures != nil {
		out.Failed = &in.Figures.Failed
	}
	for _, p := range in.Patterns[:min(len(in.Patterns), maxPatterns)] {
		out.Patterns = append(out.Patterns, patternOf(p))
	}
	return out
}

// with is list with a value that it has not, as far as it is bounded.
func with(list []string, value string) []string {
	if value == "" || slices.Contains(list, value) || len(list) == maxAlarms {
		return list
	}
	return append(list, words.Clip(value, maxText))
}

func alarmOf(a seamark.Alarm) Alarm {
	out := Alarm{
		Name: words.Clip(a.Name, maxText), ARN: words.Clip(a.ARN, maxText), State: string(a.State), Rule: a.Rule, Severity: a.Severity, AccountID: a.Scope.AccountID, Region: a.Scope.Region,
		Component: words.Clip(a.Scope.Component, maxText), Unit: a.Unit, Since: a.Since, Reason: words.Clip(a.Reason, maxText), Composite: a.Composite, Comparison: string(a.Comparison),
	}
	for _, g := range a.LogGroups[:min(len(a.LogGroups), maxPatterns)] {
		out.LogGroups = append(out.LogGroups, words.Clip(g, maxText))
	}
	if !a.NoValue {
		out.Value = &a.Value
	}
	if !a.NoLimit {
		out.Threshold = &a.Threshold
	}
	return out
}

func patternOf(p seamark.Pattern) ErrorPattern {
	out := ErrorPattern{Fingerprint: p.Fingerprint, Count: p.Count}
	if l := p.Sample.Log; l != nil {
		out.ErrorType, out.Message = words.Clip(l.ErrorType, maxText), words.Clip(cmp.Or(l.ErrorMessage, l.Message), maxText)
	}
	return out
}

// Title is what EventBridge calls detail-type: "Seamark Incident Opened".
func (k Kind) Title() string {
	s := string(k)
	return fmt.Sprintf("Seamark Incident %s%s", strings.ToUpper(s[:1]), s[1:])
}
