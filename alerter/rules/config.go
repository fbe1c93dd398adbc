package rules

import (
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
)

// Config says when an alarm fires.
type Config struct {
	Every           seamark.Duration `yaml:"every" doc:"Time between two evaluations."`
	Window          seamark.Duration `yaml:"window" doc:"Stretch of data that one evaluation looks at."`
	Lag             seamark.Duration `yaml:"lag" doc:"Data younger than this counts as incomplete where the pipeline itself cannot tell."`
	MinimumRequests int64            `yaml:"minimumRequests" doc:"A ratio of fewer requests than this never fires."`
	ResolveAfter    int              `yaml:"resolveAfter" doc:"Clean evaluations in a row after which an alarm is fine again, 1 to 100."`
	Ratio4xx        Rule             `yaml:"4xx" doc:"Ratio of responses with status 400 to 499."`
	Ratio5xx        Rule             `yaml:"5xx" doc:"Ratio of responses with status 500 to 599."`
	Own             []rulebook.Rule  `yaml:"own" doc:"Rules of your own; see howto/rules.md."`
	Files           []string         `yaml:"files" path:"y" doc:"Files with more of them, such as rules/*.yml, for seamark up. One that is wrong is named on the page and left out."`
	Errors          Rule             `yaml:"errors" doc:"Number of ERROR and FATAL records in the window."`
}

// Rule is one threshold.
type Rule struct {
	Threshold float64 `yaml:"threshold" doc:"The alarm fires when the value reaches this: a ratio in 0..1, or a count."`
	Severity  string  `yaml:"severity" doc:"critical or warning."`
	Off       bool    `yaml:"off" doc:"true: the rule is not evaluated."`
}

// DefaultConfig is what holds when the configuration says nothing.
func DefaultConfig() Config {
	return Config{
		Every: seamark.Duration(15 * time.Second), Window: seamark.Duration(time.Minute), Lag: seamark.Duration(10 * time.Second),
		MinimumRequests: 20, ResolveAfter: 2,
		Ratio4xx: Rule{Threshold: 0.05, Severity: seamark.SeverityWarning},
		Ratio5xx: Rule{Threshold: 0.01, Severity: seamark.SeverityCritical},
		Errors:   Rule{Threshold: 10, Severity: seamark.SeverityWarning},
	}
}

// Validate calls fault for each wrong key with what is wrong and the remedy.
func (c Config) Validate(fault func(key, what, remedy string)) {
	seamark.InRange(fault, "every", c.Every, 500*time.Millisecond, time.Hour)
	seamark.InRange(fault, "window", c.Window, 5*time.Second, 24*time.Hour)
	seamark.InRange(fault, "lag", c.Lag, 0, time.Hour)
	rulebook.Check(c.Own, fault)
	if c.MinimumRequests < 1 {
		fault("minimumRequests", fmt.Sprintf("%d is out of range", c.MinimumRequests), "use 1 or more")
	}
	if c.ResolveAfter < 1 || c.ResolveAfter > 100 {
		fault("resolveAfter", fmt.Sprintf("%d is out of range", c.ResolveAfter), "use 1 to 100")
	}
	ratio := func(key string, r Rule) {
		if !(r.Threshold > 0 && r.Threshold <= 1) {
			fault(key+".threshold", fmt.Sprintf("%v is out of range", r.Threshold), "use a ratio above 0 and up to 1: 0.05 is 5%")
		}
	}
	ratio("4xx", c.Ratio4xx)
	ratio("5xx", c.Ratio5xx)
	if !(c.Errors.Threshold >= 1 && c.Errors.Threshold < 1e15) {
		fault("errors.threshold", fmt.Sprintf("%v is out of range", c.Errors.Threshold), "use a count of 1 or more")
	}
	for key, r := range map[string]Rule{"4xx": c.Ratio4xx, "5xx": c.Ratio5xx, "errors": c.Errors} {
		if r.Severity != seamark.SeverityCritical && r.Severity != seamark.SeverityWarning {
			fault(key+".severity", fmt.Sprintf("there is no severity %q", r.Severity), "use critical or warning")
		}
	}
}
