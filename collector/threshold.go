package collector

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

// rule is one kind of alarm.
type rule struct {
	name       string
	kind       inventory.Kind
	unit       string // as people read it
	def        Threshold
	least, top float64
	statusCode string
}

// rules are all rules, in the order in which reports name them.
var rules = []rule{
	{"4xx", inventory.KindStage, "percent of requests", Threshold{Value: 5, Minutes: 5}, 0.001, 100, "4xx"},
	{"5xx", inventory.KindStage, "percent of requests", Threshold{Value: 1, Minutes: 5}, 0.001, 100, "5xx"},
	{"latency", inventory.KindStage, "milliseconds (95th percentile)", Threshold{Value: 3000, Minutes: 5}, 1, 900_000, ""},
	{"errors", inventory.KindFunction, "percent of invocations", Threshold{Value: 1, Minutes: 5}, 0.001, 100, ""},
	{"throttles", inventory.KindFunction, "throttled invocations", Threshold{Value: 1, Minutes: 5}, 1, 1e9, ""},
	{"duration", inventory.KindFunction, "percent of the time-out", Threshold{Value: 90, Minutes: 5}, 1, 100, ""},
}

func ruleNamed(name string) *rule {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return &rules[i]
}

func ruleNames() []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	return names
}

func (r *rule) accepts(t Threshold) bool {
	return t.Value >= r.least && t.Value <= r.top && t.Minutes >= 1 && t.Minutes <= maxMinutes
}

func (r *rule) span() string {
	return fmt.Sprintf("%v to %v %s, and 1 to %d minutes, such as %v", r.least, r.top, r.unit, maxMinutes, r.def)
}

// ParseThreshold reads what a tag or the configuration says of a rule: "5/10", "5" or "off".
func ParseThreshold(rule, value string) (Threshold, error) {
	r := ruleNamed(rule)
	if r == nil {
		return Threshold{}, &seamark.Fault{Class: seamark.Rejected, Where: "alarms.rules." + rule, What: "no such rule", Remedy: "use one of " + strings.Join(ruleNames(), ", ")}
	}
	t, problem := r.parseThreshold(value, r.def)
	if problem != "" {
		what, remedy, _ := strings.Cut(problem, ": ")
		return t, &seamark.Fault{Class: seamark.Rejected, Where: "alarms.rules." + rule, What: what, Remedy: remedy}
	}
	return t, nil
}

// parseThreshold reads "<threshold>", "<threshold>/<minutes>" or "off". What is left out
// is as in def. The problem is in words a team understands; empty when there is none.
func (r *rule) parseThreshold(value string, def Threshold) (t Threshold, problem string) {
	text := strings.ToLower(strings.TrimSpace(value))
	if text == "off" {
		return Threshold{Off: true}, ""
	}
	t = Threshold{Value: def.Value, Minutes: def.Minutes}
	if def.Off {
		t = r.def
	}
	figure, minutes, both := strings.Cut(text, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(figure), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(figure, "xXpP_") {
		return def, fmt.Sprintf("'%s' is not a threshold: use %s", value, r.span())
	}
	t.Value = v
	if both {
		if t.Minutes, err = strconv.Atoi(strings.TrimSpace(minutes)); err != nil {
			return def, fmt.Sprintf("'%s' is not a number of minutes: use %s", minutes, r.span())
		}
	}
	if !r.accepts(t) {
		return def, fmt.Sprintf("'%s' is out of range: use %s", value, r.span())
	}
	return t, ""
}
