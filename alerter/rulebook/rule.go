package rulebook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// The kinds of rules.
const (
	Count      = "count"      // rows that Filter asks for
	Ratio      = "ratio"      // of those, the part that Match asks for
	Percentile = "percentile" // of a column of numbers
	Absence    = "absence"    // fewer rows than Threshold, 1 by default
	NewError   = "new_error"  // fingerprints never seen at ERROR or FATAL before
	Anomaly    = "anomaly"    // a count unlike those of the same hour in the last four weeks
)

func kinds() []string { return []string{Count, Ratio, Percentile, Absence, NewError, Anomaly} }

// On which side of Threshold a rule fires.
const (
	Above = "above"
	Below = "below"
	Both  = "both" // of an anomaly
)

// Rule is one rule as people write it.
type Rule struct {
	Name        string           `yaml:"name" doc:"Small letters, digits, - and _; on cards, and rule in routes."`
	Kind        string           `yaml:"kind" doc:"count, ratio, percentile, absence, new_error or anomaly."`
	Table       seamark.Table    `yaml:"table" doc:"logs or access_logs. Empty: logs."`
	Product     string           `yaml:"product" doc:"One product alone. Empty: the rule is one of each."`
	Environment string           `yaml:"environment" doc:"One environment alone. Empty: the rule is one of each."`
	Team        string           `yaml:"team" doc:"On the card. Empty: that of the rows."`
	Filter      string           `yaml:"filter" doc:"Which rows count, in the search language. Empty: all."`
	Match       string           `yaml:"match" doc:"Of a ratio: which of those rows are the part."`
	Of          string           `yaml:"of" doc:"Of a percentile: a column of numbers."`
	Percentile  float64          `yaml:"percentile" doc:"Above 0, up to 100."`
	By          []string         `yaml:"by" doc:"Up to three columns besides product and environment that tell series apart."`
	Window      seamark.Duration `yaml:"window" doc:"15s to 24h."`
	Threshold   float64          `yaml:"threshold" doc:"A count, a ratio in 0..1, a value of the column; of an anomaly spreads."`
	When        string           `yaml:"when" doc:"above or below; of an anomaly also both. Empty: above."`
	Minimum     int64            `yaml:"minimum" doc:"Of fewer rows nothing is said."`
	For         seamark.Duration `yaml:"for" doc:"How long it must hold before it is told."`
	KeepFiring  seamark.Duration `yaml:"keep_firing_for" doc:"How long it must not hold before it is over. 0s: 1m, of new_error 10m."`
	Severity    string           `yaml:"severity" doc:"critical or warning. Empty: warning."`
	Runbook     string           `yaml:"runbook" doc:"Link for the card."`
	Summary     string           `yaml:"summary" doc:"Text for the card."`
	Hours       *Hours           `yaml:"hours" doc:"When it is looked at at all. Without: always."`
	Tags        bool             `yaml:"tags" doc:"true: it holds where a tag seamark:alarm-<name> asks for it, and nowhere else."`

	filter, match query.Expr
	file          string // where it stands, with its line
	tagged        *tagged
}

// Bounds of a rule.
const (
	minWindow  = 15 * time.Second
	maxWindow  = 24 * time.Hour
	maxBy      = 3
	bucket     = 5 * time.Minute // of an anomaly
	maxSummary = 300
)

// named reports whether a rule can be called so. It is no regular expression: each command would pay for it.
func named(s string) bool {
	return s != "" && len(s) <= 63 && !strings.ContainsAny(s[:1], "_-") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// settle fills in what a rule does not say.
func (r *Rule) settle() {
	if r.Table == "" {
		r.Table = seamark.TableLogs
	}
	if r.Severity == "" {
		r.Severity = seamark.SeverityWarning
	}
	if r.When == "" {
		r.When = Above
	}
	zero := func(d *seamark.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = seamark.Duration(otherwise)
		}
	}
	switch r.Kind {
	case Absence:
		r.When = Below
		if r.Threshold == 0 {
			r.Threshold = 1
		}
	case Anomaly:
		r.Window = seamark.Duration(bucket)
		if r.Threshold == 0 {
			r.Threshold = 6
		}
		if r.Minimum == 0 {
			r.Minimum = 20
		}
	case NewError:
		zero(&r.Window, time.Minute)
		zero(&r.KeepFiring, 10*time.Minute)
		if r.Threshold == 0 {
			r.Threshold = 1
		}
	case Ratio, Percentile:
		if r.Minimum == 0 {
			r.Minimum = 20
		}
	}
	zero(&r.KeepFiring, time.Minute)
	if r.Tags && len(r.By) == 0 {
		r.By = []string{"component", "account_id", "region"}
	}
}

// fault is called for each wrong key with what is wrong and the remedy.
type fault func(key, what, remedy string)

// check finds what is wrong with a settled rule, and parses its queries.
func (r *Rule) check(f fault) {
	if !named(r.Name) {
		f("name", fmt.Sprintf("%q is not a name", cut(r.Name)), "use small letters, digits, - and _, 63 at most")
	}
	if !slices.Contains(kinds(), r.Kind) {
		f("kind", fmt.Sprintf("there is no kind %q", cut(r.Kind)), "use "+strings.Join(kinds(), ", "))
		return
	}
	if !slices.Contains(seamark.Tables(), r.Table) {
		f("table", fmt.Sprintf("there is no table %q", cut(string(r.Table))), "use logs or access_logs")
		return
	}
	r.checkScope(f)
	r.filter = r.parse(f, "filter", r.Filter)
	if r.match = r.parse(f, "match", r.Match); (r.Kind == Ratio) != (r.Match != "") {
		f("match", "of a ratio, and of nothing else, match says which rows count", "for "+r.Kind+" write all of it as filter; a ratio needs match")
	}
	r.checkFigures(f)
	if r.Severity != seamark.SeverityCritical && r.Severity != seamark.SeverityWarning {
		f("severity", fmt.Sprintf("there is no severity %q", cut(r.Severity)), "use critical or warning")
	}
	if len(r.Summary) > maxSummary {
		f("summary", fmt.Sprintf("it is %d bytes long", len(r.Summary)), fmt.Sprintf("use at most %d", maxSummary))
	}
	if r.Hours != nil {
		r.Hours.check(f)
	}
}

func (r *Rule) checkScope(f fault) {
	for key, value := range map[string]string{"product": r.Product, "environment": r.Environment} {
		if value != "" && seamark.Slug(value) != value {
			f(key, fmt.Sprintf("%q is not how the %s is spelled", cut(value), key), "write "+seamark.Slug(value))
		}
	}
	for i, column := range r.By {
		switch {
		case column == "product" || column == "environment":
			f(fmt.Sprintf("by[%d]", i), "series are told apart by "+column+" in any case", "leave it out")
		case !slices.Contains(query.GroupColumns(r.Table), column):
			f(fmt.Sprintf("by[%d]", i), fmt.Sprintf("series cannot be told apart by %q", cut(column)), "use "+strings.Join(query.GroupColumns(r.Table), ", "))
		}
	}
	if len(r.By) > maxBy {
		f("by", fmt.Sprintf("%d columns", len(r.By)), fmt.Sprintf("use %d at most", maxBy))
	}
	if r.Tags {
		if !slices.Equal(r.By, []string{"component", "account_id", "region"}) || r.Product != "" || r.Environment != "" {
			f("tags", "a tag says of which component it is", "leave product, environment and by out")
		}
		return
	}
	if r.Kind == Absence && (r.Product == "" || r.Environment == "" || len(r.By) > 0) {
		f("", "what is absent has no rows to tell it apart by", "write product and environment, and leave by out; another component is another rule")
	}
	if r.Kind == NewError && r.Table != seamark.TableLogs {
		f("table", "requests have no fingerprints", "leave it out")
	}
}

func (r *Rule) checkFigures(f fault) {
	seamark.InRange(f, "window", r.Window, minWindow, maxWindow)
	seamark.InRange(f, "for", r.For, 0, 24*time.Hour)
	seamark.InRange(f, "keep_firing_for", r.KeepFiring, 0, 24*time.Hour)
	if r.Minimum < 0 {
		f("minimum", fmt.Sprintf("%d is out of range", r.Minimum), "use 0 or more")
	}
	if r.When != Above && r.When != Below && (r.When != Both || r.Kind != Anomaly) {
		f("when", fmt.Sprintf("%q is no side of a threshold", cut(r.When)), "use above or below; of an anomaly also both")
	}
	switch r.Kind {
	case Ratio:
		if !(r.Threshold >= 0 && r.Threshold <= 1) || r.Threshold == 0 && r.When == Above {
			f("threshold", fmt.Sprintf("%v is out of range", r.Threshold), "use a ratio above 0 and up to 1: 0.05 is 5%")
		}
	case Percentile:
		if !query.IsNumber(r.Table, r.Of) {
			f("of", fmt.Sprintf("%q is no column of numbers of %s", cut(r.Of), r.Table), "name one such as latency_ms of access_logs")
		}
		if !(r.Percentile > 0 && r.Percentile <= 100) {
			f("percentile", fmt.Sprintf("%v is out of range", r.Percentile), "use a number above 0 and up to 100: 95")
		}
		if !(r.Threshold > 0) {
			f("threshold", fmt.Sprintf("%v is out of range", r.Threshold), "use a value of "+r.Of)
		}
	default:
		if !(r.Threshold >= 1 && r.Threshold < 1e15) {
			f("threshold", fmt.Sprintf("%v is out of range", r.Threshold), "use 1 or more")
		}
	}
	if r.Kind != Percentile && (r.Of != "" || r.Percentile != 0) {
		f("of", "of and percentile are for the kind percentile", "leave them out")
	}
}

// parse reads a query of the rule; one that cannot be read is a fault.
func (r *Rule) parse(f fault, key, text string) query.Expr {
	e, err := query.Parse(r.Table, text)
	if err != nil {
		what, remedy := err.Error(), "see docs/reference/search.md"
		if x, ok := err.(*seamark.Fault); ok {
			what, remedy = x.What, x.Remedy
		}
		f(key, what, remedy)
	}
	return e
}

// cut shortens a value for a message.
func cut(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// errorLevels asks for ERROR and FATAL records.
func errorLevels() query.Expr {
	e, err := query.Parse(seamark.TableLogs, "level:"+seamark.LevelError+" OR level:"+seamark.LevelFatal)
	if err != nil {
		panic(err) // a constant
	}
	return e
}

// and is what both ask for; nil asks for all.
func and(a, b query.Expr) query.Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return query.And{a, b}
}
