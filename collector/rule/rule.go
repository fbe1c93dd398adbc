package rule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Threshold is when an alarm fires: at Value, over a window of Minutes.
type Threshold struct {
	Off     bool
	Value   float64 // in the rule's own unit, as a tag says it: percent, milliseconds or a count
	Minutes int     // 1 to 1440
}

// String reads as a tag does: "5/10", or "off".
func (t Threshold) String() string {
	if t.Off {
		return "off"
	}
	return strconv.FormatFloat(t.Value, 'g', -1, 64) + "/" + strconv.Itoa(t.Minutes)
}

// maxMinutes is a day: CloudWatch looks back no further.
const maxMinutes = 1440

// Rule is one kind of alarm.
type Rule struct {
	Name        string
	Kind        inventory.Kind
	Unit        string    // as people read it
	Default     Threshold // where nothing says otherwise
	Least, Most float64   // what a threshold may be, in its unit
	StatusCode  string    // of the requests that it counts, as a card says it; empty: it counts none
}

// all rules, in the order in which reports name them.
var all = []Rule{
	{"4xx", inventory.KindStage, "percent of requests", Threshold{Value: 5, Minutes: 5}, 0.001, 100, "4xx"},
	{"5xx", inventory.KindStage, "percent of requests", Threshold{Value: 1, Minutes: 5}, 0.001, 100, "5xx"},
	{"latency", inventory.KindStage, "milliseconds (95th percentile)", Threshold{Value: 3000, Minutes: 5}, 1, 900_000, ""},
	{"errors", inventory.KindFunction, "percent of invocations", Threshold{Value: 1, Minutes: 5}, 0.001, 100, ""},
	{"throttles", inventory.KindFunction, "throttled invocations", Threshold{Value: 1, Minutes: 5}, 1, 1e9, ""},
	{"duration", inventory.KindFunction, "percent of the time-out", Threshold{Value: 90, Minutes: 5}, 1, 100, ""},
}

// All are the rules in the order in which reports name them; nobody changes them.
func All() []Rule { return all }

// Named is the rule of that name; nil: there is none.
func Named(name string) *Rule {
	i := slices.IndexFunc(all, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// Names are those of all rules.
func Names() []string {
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// Accepts reports whether a threshold is one that the rule can have.
func (r *Rule) Accepts(t Threshold) bool {
	return t.Value >= r.Least && t.Value <= r.Most && t.Minutes >= 1 && t.Minutes <= maxMinutes
}

// Span says in words what the rule accepts.
func (r *Rule) Span() string {
	return fmt.Sprintf("%v to %v %s, and 1 to %d minutes, such as %v", r.Least, r.Most, r.Unit, maxMinutes, r.Default)
}

// Parse reads what a tag or the configuration says of a rule: "5/10", "5" or "off".
func Parse(rule, value string) (Threshold, error) {
	r := Named(rule)
	if r == nil {
		return Threshold{}, &seamark.Fault{Class: seamark.Rejected, Where: "alarms.rules." + rule, What: "no such rule", Remedy: "use one of " + strings.Join(Names(), ", ")}
	}
	t, problem := r.Parse(value, r.Default)
	if problem != "" {
		what, remedy, _ := strings.Cut(problem, ": ")
		return t, &seamark.Fault{Class: seamark.Rejected, Where: "alarms.rules." + rule, What: what, Remedy: remedy}
	}
	return t, nil
}

// Parse reads "<threshold>", "<threshold>/<minutes>" or "off". What is left out
// is as in def. The problem is in words a team understands; empty when there is none.
func (r *Rule) Parse(value string, def Threshold) (t Threshold, problem string) {
	text := strings.ToLower(strings.TrimSpace(value))
	if text == "off" {
		return Threshold{Off: true}, ""
	}
	t = Threshold{Value: def.Value, Minutes: def.Minutes}
	if def.Off {
		t = r.Default
	}
	figure, minutes, both := strings.Cut(text, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(figure), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(figure, "xXpP_") {
		return def, fmt.Sprintf("'%s' is not a threshold: use %s", value, r.Span())
	}
	t.Value = v
	if both {
		if t.Minutes, err = strconv.Atoi(strings.TrimSpace(minutes)); err != nil {
			return def, fmt.Sprintf("'%s' is not a number of minutes: use %s", minutes, r.Span())
		}
	}
	if !r.Accepts(t) {
		return def, fmt.Sprintf("'%s' is out of range: use %s", value, r.Span())
	}
	return t, ""
}

// Index is the rule's place in the order of rules.
func (r *Rule) Index() int {
	for i := range all {
		if all[i].Name == r.Name {
			return i
		}
	}
	return -1
}
