package seamark

import (
	"cmp"
	"strings"
	"time"
)

// AlarmState is where an alarm stands.
type AlarmState string

// The states of an alarm. CloudWatch's INSUFFICIENT_DATA changes nothing.
const (
	AlarmFiring       AlarmState = "firing"
	AlarmOK           AlarmState = "ok"
	AlarmInsufficient AlarmState = "insufficient_data"
)

// Severities of an alarm.
const (
	SeverityCritical = "critical"
	SeverityWarning  = "warning"
)

// Alarm is one rule about one component in one account and region, with its state.
type Alarm struct {
	Name       string     `json:"name"` // seamark/<product>/<environment>/<resource>/<rule>
	Rule       string     `json:"rule"` // "4xx", "5xx", "errors", …
	Scope      Scope      `json:"scope"`
	State      AlarmState `json:"state"`
	Severity   string     `json:"severity"`
	Value      float64    `json:"value"`     // what was measured; a ratio is 0..1
	Peak       float64    `json:"peak"`      // the worst Value of the incident so far; kept by the alerter
	Threshold  float64    `json:"threshold"` // same unit as Value
	Unit       string     `json:"unit"`      // "ratio", "count", "ms"
	Samples    int64      `json:"samples"`   // rows that Value was computed from; 0 when unknown
	Window     Duration   `json:"window"`
	Since      time.Time  `json:"since"`      // when the state was entered
	Evaluated  time.Time  `json:"evaluated"`  // when the value was measured
	Reason     string     `json:"reason"`     // AWS's words, or ours
	Runbook    string     `json:"runbook"`    // http(s) link or empty
	ARN        string     `json:"arn"`        // of the CloudWatch alarm; empty for Seamark's own
	Origin     string     `json:"origin"`     // "cloudwatch" or "seamark"
	Composite  bool       `json:"composite"`  // the one alarm that notifies for all of its children
	Unparsed   string     `json:"unparsed"`   // a description that is not our JSON, kept as text
	StatusCode string     `json:"statusCode"` // "4xx", "5xx" where the rule is about one

	// Labels are what the sender named besides; a route can match each of them. Names and
	// values are raw text.
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"` // text for people: "summary", "description"
	// ExpiresAt is when an alarm that is not repeated counts as fine; zero: never. CloudWatch
	// tells each change once, and sets none; senders that repeat (Prometheus) do.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// AlarmName is the name of the alarm for rule over s: seamark/<product>/<environment>/<component>/<rule>.
func AlarmName(s Scope, rule string) string {
	return "seamark/" + s.Product + "/" + s.Environment + "/" + s.Component + "/" + rule
}

// Key tells alarms apart: names repeat over accounts and regions.
func (a Alarm) Key() string {
	if a.ARN != "" {
		return a.ARN
	}
	return a.Name + "|" + a.Scope.AccountID + "|" + a.Scope.Region
}

// CompareAlarms is positive when a is worse than b: one that fires before one that does
// not, an exact one before a composite, then severity, then how far over its limit. It
// is 0 only for alarms of one key.
func CompareAlarms(a, b Alarm) int {
	if d := cmp.Compare(a.rank(), b.rank()); d != 0 {
		return d
	}
	if d := cmp.Compare(a.excess(), b.excess()); d != 0 {
		return d
	}
	return strings.Compare(b.Key(), a.Key())
}

func (a Alarm) rank() int {
	n := 0
	if a.State == AlarmFiring {
		n += 4
	}
	if !a.Composite {
		n += 2
	}
	if a.Severity == SeverityCritical {
		n++
	}
	return n
}

// excess is how far the worst value lies over the limit, as a multiple of it; 0 when unknown.
func (a Alarm) excess() float64 {
	if a.Threshold > 0 {
		return max(a.Value, a.Peak) / a.Threshold
	}
	return 0
}

// IncidentStatus is open or resolved.
type IncidentStatus string

// The statuses of an incident.
const (
	IncidentOpen     IncidentStatus = "open"
	IncidentResolved IncidentStatus = "resolved"
)

// Incident is everything that is wrong with one product in one environment: opened
// once, updated in place, resolved in place.
type Incident struct {
	ID          string         `json:"id"` // opened-at and key, sortable: "20261122T160000Z-booking-prod"
	Product     string         `json:"product"`
	Environment string         `json:"environment"`
	Team        string         `json:"team"`
	Severity    string         `json:"severity"`
	Status      IncidentStatus `json:"status"`
	OpenedAt    time.Time      `json:"opened_at"`
	UpdatedAt   time.Time      `json:"updated_at"`
	ResolvedAt  time.Time      `json:"resolved_at,omitzero"`
	Alarms      []Alarm        `json:"alarms"`   // every alarm that took part, firing ones first
	Patterns    []Pattern      `json:"patterns"` // top error patterns, most frequent first
	Series      []Bucket       `json:"series"`   // for the small chart: from before the start until now, or the end
	Timeline    []Moment       `json:"timeline"` // oldest first
	Runbook     string         `json:"runbook"`
}

// Duration is how long the incident lasted, or has lasted at now.
func (i *Incident) Duration(now time.Time) time.Duration {
	if i.Status == IncidentResolved {
		return i.ResolvedAt.Sub(i.OpenedAt)
	}
	return now.Sub(i.OpenedAt)
}

// Firing are the alarms of the incident that fire now.
func (i *Incident) Firing() []Alarm {
	var firing []Alarm
	for _, a := range i.Alarms {
		if a.State == AlarmFiring {
			firing = append(firing, a)
		}
	}
	return firing
}

// Moment is one line of an incident's timeline.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}
