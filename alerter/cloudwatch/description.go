package cloudwatch

import (
	"encoding/json"
	"regexp"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// description is the JSON that Seamark writes into AlarmDescription, at most 1,024
// characters (design.md "Alarm").
type description struct {
	Product          text   `json:"product"`
	Environment      text   `json:"environment"`
	Team             text   `json:"team"`
	Component        text   `json:"component"`
	Rule             text   `json:"rule"`
	StatusCode       text   `json:"statusCode"`
	Threshold        number `json:"threshold"`
	EvaluationPeriod number `json:"evaluationPeriod"` // seconds
	Severity         text   `json:"severity"`
	Runbook          text   `json:"runbook"`
}

// applyDescription fills a from desc and reports whether desc was ours: a JSON object
// that names at least the product.
func applyDescription(a *seamark.Alarm, desc string) bool {
	var d description
	if err := json.Unmarshal([]byte(desc), &d); err != nil || d.Product == "" || strings.ContainsAny(string(d.Product[:1]), "{[") {
		return false // an object or a list named product is somebody else's
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
	if d.Threshold.known {
		a.Threshold, a.NoLimit = d.Threshold.v, false
	}
	if w := seconds(d.EvaluationPeriod.v); w > 0 {
		a.Window = w
	}
	a.Runbook = links.Web(string(d.Runbook))
	if a.Rule == "" {
		_, _, _, a.Rule, _ = seamark.SplitAlarmName(a.Name)
	}
	return true
}

// applyName takes the scope from the name seamark/<product>/<environment>/<resource>/<rule>.
// Any other name leaves a unassigned, and is itself the rule.
func applyName(a *seamark.Alarm) {
	product, environment, resource, rule, ok := seamark.SplitAlarmName(a.Name)
	if !ok {
		a.Scope.Product, a.Scope.Environment = seamark.Unassigned, seamark.Unassigned
		return
	}
	a.Scope.Product, a.Scope.Environment = seamark.Slug(product), seamark.Slug(environment)
	a.Scope.Component, a.Rule = resource, rule
}

// applyTags takes the owner from the alarm's own tags, where it has Seamark's. Events
// carry them where tag propagation is on.
func applyTags(a *seamark.Alarm, tags map[string]string) {
	product := tags["seamark:product"]
	if product == "" || a.Scope.Product != seamark.Unassigned {
		return
	}
	a.Scope.Product, a.Scope.Environment = seamark.Slug(product), seamark.Slug(tags["seamark:environment"])
	a.Scope.Team = words.Clip(tags["seamark:team"], 256)
	if s := tags["seamark:severity"]; s == seamark.SeverityCritical {
		a.Severity = s
	}
	if r := links.Web(tags["seamark:runbook"]); r != "" {
		a.Runbook = r
	}
}

var webWords = regexp.MustCompile(`(?i)https?://[^\s<>"'\x60|\\^{}\[\]]+`)

// firstLink is the first link in a foreign description that a card may carry, one behind
// the word runbook or playbook before any other.
func firstLink(desc string) string {
	desc = words.Clip(desc, 4096)
	if json.Valid([]byte(desc)) {
		desc = strings.ReplaceAll(desc, `\/`, "/")
	}
	first := ""
	for _, at := range webWords.FindAllStringIndex(desc, 20) {
		link := links.Web(trimLink(desc[at[0]:at[1]]))
		if link == "" {
			continue
		}
		before := strings.ToLower(desc[max(0, at[0]-60):at[0]])
		if strings.Contains(before, "runbook") || strings.Contains(before, "playbook") || strings.Contains(strings.ToLower(link), "runbook") || named.MatchString(desc[at[1]:]) {
			return link
		}
		if first == "" {
			first = link
		}
	}
	return first
}

// named is what follows a link that is said to be the runbook: "<…|Runbook>", "… (runbook)".
var named = regexp.MustCompile(`(?i)^(?:\||>? ?\() ?(?:runbook|playbook)`)

// trimLink takes the punctuation of the sentence off a link's end.
func trimLink(s string) string {
	for {
		t := strings.TrimRight(s, ".,;:!?*_~")
		if strings.HasSuffix(t, ")") && strings.Count(t, "(") < strings.Count(t, ")") {
			t = t[:len(t)-1]
		}
		if t == s {
			return s
		}
		s = t
	}
}
