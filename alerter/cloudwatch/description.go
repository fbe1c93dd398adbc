package cloudwatch

import (
	"encoding/json"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// description is the JSON that Seamark writes into AlarmDescription, at most 1,024
// characters (design.md "Alarm").
type description struct {
	Product          text    `json:"product"`
	Environment      text    `json:"environment"`
	Team             text    `json:"team"`
	Component        text    `json:"component"`
	Rule             text    `json:"rule"`
	StatusCode       text    `json:"statusCode"`
	Threshold        *number `json:"threshold"`
	EvaluationPeriod number  `json:"evaluationPeriod"` // seconds
	Severity         text    `json:"severity"`
	Runbook          text    `json:"runbook"`
}

// applyDescription fills a from desc and reports whether desc was ours: a JSON object
// that names at least the product.
func applyDescription(a *seamark.Alarm, desc string) bool {
	var d description
	if err := json.Unmarshal([]byte(desc), &d); err != nil || d.Product == "" {
		return false
	}
	a.Scope.Product = seamark.Slug(string(d.Product))
	a.Scope.Environment = seamark.Slug(string(d.Environment))
	a.Scope.Team = words.Clip(string(d.Team), 256)
	a.Scope.Component = words.Clip(string(d.Component), 512)
	a.Rule = words.Clip(string(d.Rule), 64)
	a.StatusCode = words.Clip(string(d.StatusCode), 16)
	if d.Severity == seamark.SeverityCritical || d.Severity == seamark.SeverityWarning {
		a.Severity = string(d.Severity)
	}
	if d.Threshold != nil {
		a.Threshold = float64(*d.Threshold)
	}
	if w := seconds(float64(d.EvaluationPeriod)); w > 0 {
		a.Window = w
	}
	a.Runbook = links.Web(string(d.Runbook))
	if a.Rule == "" {
		_, _, _, a.Rule, _ = splitName(a.Name)
	}
	return true
}

// applyName takes the scope from the name seamark/<product>/<environment>/<resource>/<rule>.
// Any other name leaves a unassigned, and is itself the rule.
func applyName(a *seamark.Alarm) {
	product, environment, resource, rule, ok := splitName(a.Name)
	if !ok {
		a.Scope.Product, a.Scope.Environment = seamark.Unassigned, seamark.Unassigned
		return
	}
	a.Scope.Product, a.Scope.Environment = seamark.Slug(product), seamark.Slug(environment)
	a.Scope.Component, a.Rule = resource, rule
}

// splitName takes the name of one of our alarms apart. A resource may hold slashes ("booking-api/prod").
func splitName(name string) (product, environment, resource, rule string, ok bool) {
	rest, ours := strings.CutPrefix(name, "seamark/")
	p := strings.Split(rest, "/")
	if !ours || len(p) < 4 || len(name) > 512 {
		return "", "", "", "", false
	}
	last := len(p) - 1
	return p[0], p[1], strings.Join(p[2:last], "/"), p[last], true
}

// number is a JSON number, also one in quotes; anything else is 0.
type number float64

// UnmarshalJSON never fails: a figure that cannot be read must not cost the card.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil {
		v = 0
	}
	*n = number(words.Finite(v))
	return nil
}

// text is a JSON string; null is empty and any other value is kept as its JSON.
type text string

// UnmarshalJSON never fails, for the same reason.
func (t *text) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		*t = text(b)
		return nil
	}
	if s != nil {
		*t = text(*s)
	}
	return nil
}
