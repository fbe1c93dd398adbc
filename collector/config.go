package collector

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// Config is what an operator says about onboarding. The zero value does not validate:
// a deployment and a destination must be named.
type Config struct {
	Deployment       string                    // owner mark on all that is made
	Tags             TagKeys                   // zero keys are the defaults
	Filters          map[string]string         // patterns by name, for the tag filter
	Destination      string                    // ARN of the logs destination; {region} and {account} are filled in
	DestinationRole  string                    // sender-side role, where the destination needs one
	Topic            string                    // ARN of the topic that composite alarms tell; filled in likewise
	ManageAccessLogs bool                      // switch access logging on for stages of APIs that have none
	PerResourceTags  bool                      // read tags resource by resource, not with tag:GetResources
	Thresholds       map[string]rule.Threshold // by rule, in place of the built-in defaults
	OwnRules         []string                  // rules of people's own that hold where a tag asks for them
	MinRequests      int                       // below so many requests in a window a ratio is 0; 0 is 20
	MaxRoutes        int                       // routes of a stage with detailed metrics that have alarms of their own; 0 is 50
	Exclude          []string                  // log groups that are never attached, such as the pipeline's own; * stands for any characters
	Runbooks         map[string]string         // by product slug, where no tag gives one
	Accounts         map[string][]string       // by product slug: accounts that may claim it
	Central          *Central                  // copies of log groups that are forwarded in place of these; nil: none
}

// TagKeys are the keys of the tags that teams use. Existing company tags serve as well.
type TagKeys struct {
	Product, Environment, Team, Logs, Filter, Alarms, Severity, Runbook string
	AlarmPrefix                                                         string // before the name of a rule
}

// DefaultTagKeys are the keys of the design.
func DefaultTagKeys() TagKeys {
	return TagKeys{
		Product: "seamark:product", Environment: "seamark:environment", Team: "seamark:team", Logs: "seamark:logs",
		Filter: "seamark:filter", Alarms: "seamark:alarms", Severity: "seamark:severity", Runbook: "seamark:runbook",
		AlarmPrefix: "seamark:alarm-",
	}
}

// The tags that mark what we made.
const (
	ownerTag = "seamark:owner"
	hashTag  = "seamark:hash"
)

// WithDefaults fills in what was left out.
func (c Config) WithDefaults() *Config {
	d := DefaultTagKeys()
	for _, k := range []struct {
		key *string
		def string
	}{
		{&c.Tags.Product, d.Product}, {&c.Tags.Environment, d.Environment}, {&c.Tags.Team, d.Team}, {&c.Tags.Logs, d.Logs},
		{&c.Tags.Filter, d.Filter}, {&c.Tags.Alarms, d.Alarms}, {&c.Tags.Severity, d.Severity}, {&c.Tags.Runbook, d.Runbook},
		{&c.Tags.AlarmPrefix, d.AlarmPrefix},
	} {
		if *k.key == "" {
			*k.key = k.def
		}
	}
	if c.MinRequests == 0 {
		c.MinRequests = 20
	}
	if c.MaxRoutes == 0 {
		c.MaxRoutes = 50
	}
	return &c
}

// concerns reports whether a sweep looks at a tag with that key.
func (c *Config) concerns(key string) bool {
	t := c.Tags
	switch key {
	case t.Product, t.Environment, t.Team, t.Logs, t.Filter, t.Alarms, t.Severity, t.Runbook, ownerTag, hashTag:
		return true
	}
	return strings.HasPrefix(key, t.AlarmPrefix)
}

var (
	deploymentName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	destinationARN = regexp.MustCompile(`^arn:aws[a-z-]*:logs:[a-z0-9{}-]+:[0-9{}a-z]+:destination:[^:*]+$`)
	topicARN       = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9{}-]+:[0-9{}a-z]+:[A-Za-z0-9_-]+(\.fifo)?$`)
)

// isDestinationARN and isTopicARN bound the name apart: a count in the pattern costs each process
// that is started hundreds of kilobytes.
func isDestinationARN(s string) bool {
	return destinationARN.MatchString(s) && utf8.RuneCountInString(s[strings.LastIndexByte(s, ':')+1:]) <= 512
}

func isTopicARN(s string) bool {
	return topicARN.MatchString(s) && len(strings.TrimSuffix(s[strings.LastIndexByte(s, ':')+1:], ".fifo")) <= 256
}

// Validate reports the first fault of c.
func (c *Config) Validate() error {
	for _, err := range c.Faults() {
		return err
	}
	return nil
}

// Faults are all the faults of c; each names the key of the configuration.
func (c *Config) Faults() (all []error) {
	fault := func(where, what, remedy string) error {
		return &seamark.Fault{Class: seamark.Rejected, Where: where, What: what, Remedy: remedy}
	}
	check := func(ok bool, where, what, remedy string) {
		if !ok {
			all = append(all, fault(where, what, remedy))
		}
	}
	check(deploymentName.MatchString(c.Deployment), "deployment", "'"+c.Deployment+"' is no name for a deployment", "use 1 to 63 of a-z, 0-9, '.', '_' and '-'")
	check(isDestinationARN(c.Destination), "onboard.destination", "'"+c.Destination+"' is no ARN of a logs destination", "use arn:aws:logs:{region}:<account>:destination:<name>")
	check(c.Topic == "" || isTopicARN(c.Topic), "alarms.topic", "'"+c.Topic+"' is no ARN of a topic", "use arn:aws:sns:{region}:<account>:<name>")
	check(c.MinRequests >= 0, "alarms.minRequests", "must not be negative", "use 1 or more")
	check(c.MaxRoutes >= 0, "alarms.maxRoutes", "must not be negative", "use 1 or more")
	for _, name := range slices.Sorted(maps.Keys(c.Thresholds)) {
		where, r := "alarms.rules."+name, rule.Named(name)
		if r == nil {
			check(false, where, "no such rule", "use one of "+strings.Join(rule.Names(), ", "))
			continue
		}
		t := c.Thresholds[name]
		check(t.Off || r.Accepts(t), where, "threshold out of range", "use "+r.Span())
	}
	if err := c.Central.validate(fault); err != nil {
		all = append(all, err)
	}
	return all
}

// fill puts a place into an ARN of the configuration.
func fill(arn string, p inventory.Place) string {
	return strings.NewReplacer("{region}", p.Region, "{account}", p.Account).Replace(arn)
}

// Excludes reports whether a log group is never attached.
func (c *Config) Excludes(group string) bool {
	return slices.ContainsFunc(c.Exclude, func(pattern string) bool { return matches(pattern, group) })
}

// Concerns reports whether a tag of that key can matter.
func (c *Config) Concerns(key string) bool { return c.WithDefaults().concerns(key) }

// Misspelt is the tag that a key is but for its case, and that nobody looks at under that key;
// empty: it is not like any. AWS tells keys of tags apart by case.
func (c *Config) Misspelt(key string) string {
	d := c.WithDefaults()
	t := d.Tags
	if d.concerns(key) {
		return ""
	}
	for _, known := range []string{t.Product, t.Environment, t.Team, t.Logs, t.Filter, t.Alarms, t.Severity, t.Runbook} {
		if strings.EqualFold(known, key) {
			return known
		}
	}
	if n := len(t.AlarmPrefix); len(key) > n && n > 0 && strings.EqualFold(key[:n], t.AlarmPrefix) {
		return t.AlarmPrefix + strings.ToLower(key[n:])
	}
	return ""
}

// DestinationIn is the ARN of the logs destination for the log groups of a place.
func (c *Config) DestinationIn(p inventory.Place) string { return fill(c.Destination, p) }

// matches reports whether name follows pattern, in which * stands for any characters.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	if last == 0 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1:last] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[last])
}
