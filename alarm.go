package seamark

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// AlarmState is where an alarm stands.
type AlarmState string

// The states of an alarm.
const (
	AlarmFiring AlarmState = "firing"
	AlarmOK     AlarmState = "ok"
	// AlarmNoData is CloudWatch's INSUFFICIENT_DATA: nobody knows whether it is fine. An
	// alarm that fired and is in this state is not over.
	AlarmNoData AlarmState = "no_data"
	// AlarmDeleted is said once of an alarm that exists no more; it ends like one that is fine.
	AlarmDeleted AlarmState = "deleted"
)

// Comparison says on which side of its limit an alarm fires.
type Comparison string

// The comparisons. Above is the zero value.
const (
	Above   Comparison = ""
	Below   Comparison = "below"
	Outside Comparison = "outside" // of a band: below its lower or above its upper edge
)

// Severities of an alarm.
const (
	SeverityCritical = "critical"
	SeverityWarning  = "warning"
)

// Alarm is one rule about one component in one account and region, with its state.
type Alarm struct {
	Name       string     `json:"name"` // seamark/<product>/<environment>/<resource>/<rule>, or whatever others chose
	Rule       string     `json:"rule"` // "4xx", "5xx", "errors", …
	Scope      Scope      `json:"scope"`
	State      AlarmState `json:"state"`
	Was        AlarmState `json:"was,omitempty"` // the state before, where the sender says so
	Severity   string     `json:"severity"`
	Value      float64    `json:"value"`             // what was measured; a ratio is 0..1
	NoValue    bool       `json:"noValue,omitempty"` // nobody said what was measured: Value means nothing
	Missing    bool       `json:"missing,omitempty"` // it fires because data is missing
	Peak       float64    `json:"peak"`              // the worst Value of the incident so far; kept by the alerter
	NoPeak     bool       `json:"noPeak,omitempty"`  // it was never seen firing with a figure
	Threshold  float64    `json:"threshold"`         // same unit as Value
	NoLimit    bool       `json:"noLimit,omitempty"` // nobody named a threshold
	Comparison Comparison `json:"comparison,omitempty"`
	Band       *Band      `json:"band,omitempty"`    // what was expected, for Outside
	Unit       string     `json:"unit"`              // "ratio", "count", "ms", "s", "percent", "bytes", …; see words.Quantity
	Metric     string     `json:"metric,omitempty"`  // "AWS/EC2 CPUUtilization, Average"
	Samples    int64      `json:"samples"`           // rows that Value was computed from; 0 when unknown
	Window     Duration   `json:"window"`            // the stretch of data that Value is of
	Since      time.Time  `json:"since"`             // when the state was entered
	Evaluated  time.Time  `json:"evaluated"`         // when the value was measured
	Reason     string     `json:"reason"`            // AWS's words, or ours
	Runbook    string     `json:"runbook"`           // http(s) link or empty
	ARN        string     `json:"arn"`               // of the CloudWatch alarm; empty for Seamark's own
	Origin     string     `json:"origin"`            // "cloudwatch" or "seamark"
	Asked      bool       `json:"asked,omitempty"`   // the alarm's own action told us, not a stream of all changes
	Composite  bool       `json:"composite"`         // the one alarm that notifies for all of its children
	Formula    string     `json:"formula,omitempty"` // of a composite: "ALARM(a) AND ALARM(b)"
	Children   []Child    `json:"children,omitempty"`
	// Contributor is the time series of an alarm over several that this is about, by the
	// sender's id; empty for the alarm as a whole.
	Contributor string    `json:"contributor,omitempty"`
	MutedBy     string    `json:"mutedBy,omitempty"`   // the rule or alarm by which AWS itself keeps it quiet
	MutedUntil  time.Time `json:"mutedUntil,omitzero"` // with MutedBy; zero: until it says otherwise
	LogGroups   []string  `json:"logGroups,omitempty"` // whose lines it counts, or where its resource writes
	Query       string    `json:"query,omitempty"`     // of an alarm over log lines, in the language of Logs Insights
	Lines       []string  `json:"lines,omitempty"`     // log lines that came with it
	Unparsed    string    `json:"unparsed"`            // a description that is not our JSON, kept as text
	StatusCode  string    `json:"statusCode"`          // "4xx", "5xx" where the rule is about one
	Table       Table     `json:"table,omitempty"`     // whose rows a rule of Seamark's own is about; empty: not known
	Search      string    `json:"search,omitempty"`    // with Table: which rows, in Seamark's search language; empty: all

	// Labels are what the sender named besides; a route can match each of them. Names and
	// values are raw text.
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"` // text for people: "summary", "description"
	// ExpiresAt is when an alarm that is not repeated counts as fine; zero: never. CloudWatch
	// tells each change once, and sets none; senders that repeat (Prometheus) do.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// Band is what an alarm expects its value to lie in.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Child is an alarm that made a composite change.
type Child struct {
	Name  string     `json:"name"`
	State AlarmState `json:"state"`
	Since time.Time  `json:"since,omitzero"`
}

// AlarmName is the name of the alarm for rule over s: seamark/<product>/<environment>/<component>/<rule>.
func AlarmName(s Scope, rule string) string {
	return "seamark/" + s.Product + "/" + s.Environment + "/" + s.Component + "/" + rule
}

// SplitAlarmName takes the name of one of our alarms apart. A resource may hold slashes ("booking-api/prod").
func SplitAlarmName(name string) (product, environment, resource, rule string, ok bool) {
	rest, ours := strings.CutPrefix(name, "seamark/")
	p := strings.Split(rest, "/")
	if !ours || len(p) < 4 || len(name) > 512 {
		return "", "", "", "", false
	}
	last := len(p) - 1
	return p[0], p[1], strings.Join(p[2:last], "/"), p[last], true
}

// Key tells alarms apart: names repeat over accounts, regions and, where others name them,
// over products; and one alarm may be about several time series.
func (a Alarm) Key() string {
	if a.Contributor != "" {
		return a.Base() + "#" + a.Contributor
	}
	return a.Base()
}

// Base is the key of the alarm as a whole, whichever of its time series a is about.
func (a Alarm) Base() string {
	if a.ARN != "" {
		return a.ARN
	}
	return a.Name + "|" + a.Scope.AccountID + "|" + a.Scope.Region + "|" + a.Scope.Product + "|" + a.Scope.Environment
}

// Same reports whether two alarms have one key.
func (a *Alarm) Same(b *Alarm) bool { return a.Contributor == b.Contributor && a.SameBase(b) }

// SameBase reports whether two are of one alarm, whichever of its time series they are about.
func (a *Alarm) SameBase(b *Alarm) bool {
	if a.ARN != "" || b.ARN != "" {
		return a.ARN == b.ARN
	}
	return a.Name == b.Name && a.Scope.AccountID == b.Scope.AccountID && a.Scope.Region == b.Scope.Region &&
		a.Scope.Product == b.Scope.Product && a.Scope.Environment == b.Scope.Environment
}

// Group is what incidents are made of: alarms of one product and environment are one
// incident. An alarm that belongs to no product is one by itself, by account, region and name.
func (a Alarm) Group() string {
	if a.Foreign() {
		return Unassigned + "/" + a.Scope.AccountID + "/" + a.Scope.Region + "/" + a.Name
	}
	return a.Scope.Product + "/" + a.Scope.Environment
}

// Foreign reports whether a belongs to no product.
func (a Alarm) Foreign() bool { return a.Scope.Product == Unassigned || a.Scope.Product == "" }

// Muted reports whether AWS itself keeps the alarm quiet at now.
func (a Alarm) Muted(now time.Time) bool {
	return a.MutedBy != "" && (a.MutedUntil.IsZero() || now.Before(a.MutedUntil))
}

// Worst is the value of two that lies further on the wrong side of a's limit.
func (a *Alarm) Worst(x, y float64) float64 {
	if a.over(y) > a.over(x) {
		return y
	}
	return x
}

// over is how far v lies on the wrong side of the limit, as a multiple of it: 1 is at the
// limit itself. Without a limit it is v.
func (a *Alarm) over(v float64) float64 {
	size := func(limit float64) float64 { return max(math.Abs(limit), 1e-9) }
	switch {
	case a.Comparison == Outside && a.Band != nil:
		width := size(a.Band.High - a.Band.Low)
		return 1 + max(a.Band.Low-v, v-a.Band.High)/width
	case a.NoLimit && a.Comparison == Below:
		return -v
	case a.NoLimit:
		return v
	case a.Comparison == Below:
		return 1 + (a.Threshold-v)/max(math.Abs(a.Threshold), 1)
	case a.Threshold == 0:
		return 1 + v
	}
	return 1 + (v-a.Threshold)/size(a.Threshold)
}

// CompareAlarms is positive when a is worse than b: one that fires before one without
// data, and that before one that is fine; an exact one before a composite, then severity,
// then how far over its limit. It is 0 only for alarms of one key.
func CompareAlarms(a, b *Alarm) int {
	if d := cmp.Compare(a.rank(), b.rank()); d != 0 {
		return d
	}
	if d := cmp.Compare(a.excess(), b.excess()); d != 0 {
		return d
	}
	if a.Same(b) {
		return 0
	}
	return cmp.Or(strings.Compare(b.ARN, a.ARN), strings.Compare(b.Name, a.Name), strings.Compare(b.Scope.AccountID, a.Scope.AccountID),
		strings.Compare(b.Scope.Region, a.Scope.Region), strings.Compare(b.Contributor, a.Contributor))
}

func (a *Alarm) rank() int {
	n := 0
	switch a.State {
	case AlarmFiring:
		n += 8
	case AlarmNoData:
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

// excess is how far the worst value known lies over the limit; 0 when there is none.
func (a *Alarm) excess() float64 {
	switch {
	case a.NoValue && a.NoPeak || a.NoLimit && a.Band == nil:
		return 0
	case a.NoPeak:
		return a.over(a.Value)
	case a.NoValue:
		return a.over(a.Peak)
	}
	return a.over(a.Worst(a.Value, a.Peak))
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
	Group       string         `json:"group,omitempty"` // Alarm.Group of what belongs together
	Alarms      []Alarm        `json:"alarms"`          // every alarm that took part, firing ones first
	Patterns    []Pattern      `json:"patterns"`        // top error patterns, most frequent first
	Series      []Bucket       `json:"series"`          // for the small chart: from before the start until now, or the end
	// Acknowledged says who looks after it; nil: nobody yet. Silenced says who keeps it
	// quiet; both end at their Until, or with the incident when that is zero.
	Acknowledged *Word        `json:"acknowledged,omitempty"`
	Silenced     *Word        `json:"silenced,omitempty"`
	Escalated    []Escalation `json:"escalated,omitempty"` // to whom else it was told, oldest first
	Reopened     int          `json:"reopened,omitempty"`  // how often it fired again soon after its end
	Figures      *Figures     `json:"figures,omitempty"`   // how bad it is by its records; nil: not looked up
	Timeline     []Moment     `json:"timeline"`            // oldest first
	Runbook      string       `json:"runbook"`
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

// Unsettled are the alarms of the incident that are not over: those that fire, and those
// of which nothing is known any more.
func (i *Incident) Unsettled() []Alarm {
	var list []Alarm
	for _, a := range i.Alarms {
		if a.State == AlarmFiring || a.State == AlarmNoData {
			list = append(list, a)
		}
	}
	return list
}

// Word is what a person said about an incident.
type Word struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
	ID    string    `json:"id,omitempty"` // of the silence that it is
}

// Holds reports whether the word counts at a time.
func (w *Word) Holds(at time.Time) bool {
	return w != nil && (w.Until.IsZero() || at.Before(w.Until))
}

// Escalation is that an incident was told to a second audience.
type Escalation struct {
	At  time.Time `json:"at"`
	To  []string  `json:"to"`  // receivers
	Why string    `json:"why"` // "open for 30 m", "3 products have incidents"
}

// Figures say how bad an incident is by the records of its time: of what its alarms are
// about, responses of a status class or ERROR and FATAL records.
type Figures struct {
	Of     string  `json:"of"`     // "4xx", "5xx" or "errors"
	Failed int64   `json:"failed"` // since it opened
	First  float64 `json:"first"`  // a minute, in its first minute; 0, as Now is, while it has not lasted longer
	Now    float64 `json:"now"`    // a minute, in the latest whole minute
}

// Trend is "growing", "shrinking" or "steady": now against the first minutes.
func (f Figures) Trend() string {
	switch {
	case f.Now > 1.2*f.First:
		return "growing"
	case f.Now < 0.8*f.First:
		return "shrinking"
	}
	return "steady"
}

// Moment is one line of an incident's timeline.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}
