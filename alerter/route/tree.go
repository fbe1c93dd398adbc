package route

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Tree is a node of the tree that says who is told of an alarm, in Alertmanager's own
// syntax (https://prometheus.io/docs/alerting/latest/configuration/#route): an alarm
// enters at the root, goes into the first child whose matchers all hold (and, with
// continue, on to the siblings), and is told to the receiver of the deepest node reached.
//
// Labels are product, environment, team, severity, rule, component, account_id and region.
type Tree struct {
	Receiver string   `yaml:"receiver" doc:"Name of the receiver; inherited from the parent when empty."`
	Matchers []string `yaml:"matchers" doc:"All must hold: team=\"web\", severity=~\"critical|warning\", environment!=\"dev\", product!~\"test-.*\"."`
	GroupBy  []string `yaml:"group_by" doc:"Accepted for Alertmanager's sake. Seamark groups by product and environment, always."`
	Continue bool     `yaml:"continue" doc:"After a match, try the siblings below as well."`
	Routes   []Tree   `yaml:"routes" doc:"Children, tried in order."`

	matchers []matcher
}

// Labels are what a route can match.
func Labels() []string {
	return []string{"product", "environment", "team", "severity", "rule", "component", "account_id", "region"}
}

type matcher struct {
	label, op, value string
	re               *regexp.Regexp
}

var matcherSyntax = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s]*))\s*$`)

func parseMatcher(s string) (matcher, error) {
	p := matcherSyntax.FindStringSubmatch(words.Clip(s, 4096))
	if p == nil {
		return matcher{}, fmt.Errorf("%q is not a matcher", words.Clip(s, 80))
	}
	m := matcher{label: p[1], op: p[2], value: p[4]}
	if p[4] == "" {
		m.value = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n").Replace(p[3])
	}
	if !slices.Contains(Labels(), m.label) {
		return matcher{}, fmt.Errorf("there is no label %q", m.label)
	}
	if m.op == "=~" || m.op == "!~" {
		re, err := regexp.Compile("^(?:" + m.value + ")$")
		if err != nil {
			return matcher{}, fmt.Errorf("%q is not a regular expression (RE2)", words.Clip(m.value, 80))
		}
		m.re = re
	}
	return m, nil
}

func (m matcher) holds(a seamark.Alarm) bool {
	v := labelOf(a, m.label)
	switch m.op {
	case "=":
		return v == m.value
	case "!=":
		return v != m.value
	case "=~":
		return m.re.MatchString(v)
	}
	return !m.re.MatchString(v)
}

func labelOf(a seamark.Alarm, label string) string {
	switch label {
	case "product":
		return a.Scope.Product
	case "environment":
		return a.Scope.Environment
	case "team":
		return a.Scope.Team
	case "severity":
		return a.Severity
	case "rule":
		return a.Rule
	case "component":
		return a.Scope.Component
	case "account_id":
		return a.Scope.AccountID
	}
	return a.Scope.Region
}

// Validate compiles the tree and calls fault for each wrong key below path.
func (r *Tree) Validate(receivers []string, fault func(key, what, remedy string)) {
	if r.Receiver == "" && len(receivers) > 0 {
		fault("receiver", "the root of the route has no receiver", "name one of "+strings.Join(receivers, ", "))
	}
	if len(r.Matchers) > 0 {
		fault("matchers", "the root of the route matches everything", "move the matchers to a child below routes")
	}
	r.validate("", receivers, fault)
}

func (r *Tree) validate(path string, receivers []string, fault func(key, what, remedy string)) {
	if r.Receiver != "" && !slices.Contains(receivers, r.Receiver) {
		remedy := "add it to receivers, or name one of " + strings.Join(receivers, ", ")
		if len(receivers) == 0 {
			remedy = "add it to receivers"
		}
		fault(path+"receiver", fmt.Sprintf("there is no receiver %q", r.Receiver), remedy)
	}
	for i, g := range r.GroupBy {
		if !slices.Contains(append(Labels(), "..."), g) {
			fault(fmt.Sprintf("%sgroup_by[%d]", path, i), fmt.Sprintf("there is no label %q", g), "use "+strings.Join(Labels(), ", "))
		}
	}
	r.matchers = nil
	for i, s := range r.Matchers {
		m, err := parseMatcher(s)
		if err != nil {
			fault(fmt.Sprintf("%smatchers[%d]", path, i), err.Error(), `write label="value", !=, =~ or !~ with a label of `+strings.Join(Labels(), ", "))
			continue
		}
		r.matchers = append(r.matchers, m)
	}
	for i := range r.Routes {
		r.Routes[i].validate(fmt.Sprintf("%sroutes[%d].", path, i), receivers, fault)
	}
}

// Receivers names who is told of a. The tree must have been validated.
func (r *Tree) Receivers(a seamark.Alarm) []string {
	var names []string
	r.walk(a, "", func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

func (r *Tree) walk(a seamark.Alarm, inherited string, tell func(string)) {
	name := cmp.Or(r.Receiver, inherited)
	matched := false
	for i := range r.Routes {
		child := &r.Routes[i]
		if slices.ContainsFunc(child.matchers, func(m matcher) bool { return !m.holds(a) }) {
			continue
		}
		matched = true
		child.walk(a, name, tell)
		if !child.Continue {
			break
		}
	}
	if !matched {
		tell(name)
	}
}
