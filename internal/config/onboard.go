package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// Onboard says how the accounts are looked after.
type Onboard struct {
	Role            string            `yaml:"role" doc:"Role that is assumed in each account: a name, path/name, or an ARN with {account}. Empty: the caller's own credentials, for its own account alone."`
	ExternalID      string            `yaml:"externalID" doc:"External id that the roles' trust policies ask for; no secret."`
	TagReads        string            `yaml:"tagReads" doc:"auto: tag:GetResources, and resource by resource where that is denied or lacks a type; per-resource: always so."`
	Destination     string            `yaml:"destination" doc:"ARN of the CloudWatch Logs destination that filters send to; {region} and {account} are filled in."`
	DestinationRole string            `yaml:"destinationRole" doc:"ARN of the sender's role, where a destination that is open to an organisation needs one; filled in likewise."`
	Filters         map[string]string `yaml:"filters" doc:"Filter patterns by name: what the tag seamark:filter may say."`
	Exclude         []string          `yaml:"exclude" doc:"Log groups that are never attached, such as the pipeline's own; * stands for any characters."`
	Every           seamark.Duration  `yaml:"every" doc:"How often the appliance sweeps all accounts by itself; 0: only when asked to."`
	Tags            TagKeys           `yaml:"tags" doc:"Keys of the tags, where the company has its own."`
	Organization    *Organization     `yaml:"organization" doc:"Accounts come from AWS Organizations too; those of accounts keep their alias."`
	Central         *Central          `yaml:"central" doc:"For organisations whose log groups are copied to one account by CloudWatch Logs' own centralization. Empty: off."`
}

// TagKeys are the keys of the tags; empty ones are the defaults.
type TagKeys struct {
	Product     string `yaml:"product" doc:"In place of seamark:product."`
	Environment string `yaml:"environment" doc:"In place of seamark:environment."`
	Team        string `yaml:"team" doc:"In place of seamark:team."`
	Logs        string `yaml:"logs" doc:"In place of seamark:logs."`
	Filter      string `yaml:"filter" doc:"In place of seamark:filter."`
	Alarms      string `yaml:"alarms" doc:"In place of seamark:alarms."`
	Severity    string `yaml:"severity" doc:"In place of seamark:severity."`
	Runbook     string `yaml:"runbook" doc:"In place of seamark:runbook."`
	AlarmPrefix string `yaml:"alarmPrefix" doc:"In place of seamark:alarm-, before the name of a rule."`
}

// Organization names accounts by where they are in AWS Organizations.
type Organization struct {
	Units []string `yaml:"units" doc:"Organizational units or roots, with all below them. Empty: the whole organisation."`
}

// Central is where the copies of log groups are.
type Central struct {
	Account     string   `yaml:"account" doc:"Account that holds the copies; it must be among accounts."`
	Regions     []string `yaml:"regions" doc:"Regions in which they are."`
	Groups      []string `yaml:"groups" doc:"Names of the copies that are forwarded; * stands for any characters."`
	Name        string   `yaml:"name" doc:"The centralization rule's own pattern of the copies' names. Empty: ${source.logGroup}."`
	Sources     []string `yaml:"sources" doc:"Accounts that are copied. Empty: all but account."`
	Destination string   `yaml:"destination" doc:"ARN of the destination that the copies' filters send to. Empty: onboard.destination."`
}

// CloudAlarms are the CloudWatch alarms that tags ask for; rules: are those of Seamark's own.
type CloudAlarms struct {
	Topic       string            `yaml:"topic" doc:"ARN of the SNS topic that composite alarms tell; {region} and {account} are filled in. Empty: nobody is told."`
	Rules       map[string]string `yaml:"rules" doc:"Thresholds in place of the built-in ones, as tags write them: {4xx: 5/10, latency: off}."`
	Reconcile   seamark.Duration  `yaml:"reconcile" doc:"How often the appliance reads the states of all alarms, for an OK or a deletion that no message told, where onboard.every is set. 0: never."`
	MinRequests int               `yaml:"minRequests" doc:"With fewer requests in a window a ratio is 0."`
	MaxRoutes   int               `yaml:"maxRoutes" doc:"Routes of a stage with detailed metrics that get alarms of their own: five alarm metrics each. The others are reported."`
}

// APIGateway says what may be changed on stages.
type APIGateway struct {
	ManageAccessLogs bool `yaml:"manageAccessLogs" doc:"Switch access logging on for tagged stages that have none. false: they are reported."`
}

// The values of tagReads.
const (
	tagReadsAuto        = "auto"
	tagReadsPerResource = "per-resource"
)

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)

// Onboards reports whether anything is said about onboarding.
func (c *Config) Onboards() bool { return c.Deployment != "" || c.Onboard.Destination != "" }

func (c *Config) validateOnboarding(r report) {
	for i, region := range c.Regions {
		if !regionName.MatchString(region) {
			r(fmt.Sprintf("regions[%d]", i), show(region)+" is not a region", "write it as AWS does: eu-central-1")
		} else if slices.Index(c.Regions, region) < i {
			r(fmt.Sprintf("regions[%d]", i), "region "+region+" is listed twice", "remove one")
		}
	}
	if t := c.Onboard.TagReads; t != tagReadsAuto && t != tagReadsPerResource {
		r("onboard.tagReads", show(t)+" is not known", "use auto or per-resource")
	}
	if c.Onboard.Every != 0 {
		seamark.InRange(r, "onboard.every", c.Onboard.Every, time.Minute, 24*time.Hour)
	}
	for _, name := range sortedKeys(c.Alarms.Rules) {
		if _, err := rule.Parse(name, c.Alarms.Rules[name]); err != nil {
			place(r, "alarms.rules."+name, err)
		}
	}
	if k := c.Onboard.Central; k != nil {
		accountID(r, "onboard.central.account", k.Account)
		for i, id := range k.Sources {
			accountID(r, fmt.Sprintf("onboard.central.sources[%d]", i), id)
		}
		if !slices.ContainsFunc(c.Accounts, func(a Account) bool { return a.ID == k.Account }) && c.Onboard.Organization == nil {
			r("onboard.central.account", "account "+show(k.Account)+" is not among accounts", "list it there")
		}
	}
	if !c.Onboards() {
		return
	}
	if len(c.Accounts) == 0 && c.Onboard.Organization == nil {
		r("accounts", "no account is listed", `list them, such as [{id: "111111111111", alias: web}], or set onboard.organization`)
	}
	if len(c.Regions) == 0 {
		r("regions", "no region is listed", "list those to look after, such as [eu-central-1]")
	}
	for _, err := range c.Collector().Faults() {
		place(r, "", err)
	}
}

// place reports a fault that names its key itself, or at least below key.
func place(r report, key string, err error) {
	what, remedy := err.Error(), "see docs/howto/onboarding.md"
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		what, remedy = f.What, f.Remedy
		if key == "" {
			key = f.Where
		}
	}
	r(key, what, remedy)
}

// Collector is the part of the configuration that decides what is attached where.
func (c *Config) Collector() *collector.Config {
	o := c.Onboard
	out := &collector.Config{
		Deployment: c.Deployment, Tags: collector.TagKeys(o.Tags), Filters: o.Filters, Destination: o.Destination, DestinationRole: o.DestinationRole,
		Topic: c.Alarms.Topic, ManageAccessLogs: c.APIGateway.ManageAccessLogs, PerResourceTags: o.TagReads == tagReadsPerResource,
		Thresholds: map[string]rule.Threshold{}, MinRequests: c.Alarms.MinRequests, MaxRoutes: c.Alarms.MaxRoutes, Exclude: o.Exclude,
		Runbooks: map[string]string{}, Accounts: map[string][]string{},
	}
	for name, text := range c.Alarms.Rules {
		if t, err := rule.Parse(name, text); err == nil {
			out.Thresholds[name] = t
		}
	}
	for _, r := range c.Rules.Own {
		if r.Tags {
			out.OwnRules = append(out.OwnRules, r.Name)
		}
	}
	for name, p := range c.Products {
		if p.Runbook != "" {
			out.Runbooks[name] = p.Runbook
		}
		if len(p.Accounts) > 0 {
			out.Accounts[name] = p.Accounts
		}
	}
	if o.Central != nil {
		k := collector.Central(*o.Central)
		out.Central = &k
	}
	return out
}

// ListedAccounts are the accounts that the configuration names, in its order.
func (c *Config) ListedAccounts() []inventory.Account {
	var list []inventory.Account
	for _, a := range c.Accounts {
		list = append(list, inventory.Account{ID: a.ID, Name: a.Alias, Active: true})
	}
	return list
}

// AsksOrganization reports whether the accounts of the organisation belong to it, too, and
// of which units; none: of all.
func (c *Config) AsksOrganization() (units []string, asks bool) {
	if c.Onboard.Organization == nil {
		return nil, false
	}
	return c.Onboard.Organization.Units, true
}
