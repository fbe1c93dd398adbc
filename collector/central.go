package collector

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Central says that an organisation copies its log groups to one account with CloudWatch
// Logs' own centralization. Then the copies are forwarded, with one filter each, and the
// groups that they were copied from are left alone. Alarms stay where the resources are.
//
// Whose an event is, a copy's filter cannot say by its name when several accounts share
// the copy; the filter asks for system fields, so that each event names its account and
// region. What a copy's own tags say counts, as for any group; centralization can carry
// tags over where the copies' names tell the accounts apart. Copies without tags are filed
// by the records' own product or by workloads: of the configuration.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_Centralization.html,
// https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_LogGroupNameConfiguration.html
type Central struct {
	Account     string   // that holds the copies
	Regions     []string // where they are
	Groups      []string // names of the copies that are forwarded; * stands for any characters
	Name        string   // the rule's own pattern of the copies' names; empty: ${source.logGroup}
	Sources     []string // accounts that are copied; empty: all but Account
	Destination string   // ARN of the logs destination; empty: Config.Destination
}

// sameName is how centralization names copies unless it is told otherwise.
const sameName = "${source.logGroup}"

func (c *Central) in(p inventory.Place) bool {
	return c != nil && p.Account == c.Account && slices.Contains(c.Regions, p.Region)
}

// holds reports whether group is a copy that is forwarded.
func (c *Central) holds(p inventory.Place, group string) bool { return c.in(p) && c.takes(group) }

// covers reports whether group is copied to one that is forwarded.
func (c *Central) covers(p inventory.Place, group string) bool {
	if c == nil || p.Account == c.Account || len(c.Sources) > 0 && !slices.Contains(c.Sources, p.Account) {
		return false
	}
	return c.takes(strings.NewReplacer(sameName, group, "${source.accountId}", p.Account, "${source.region}", p.Region).Replace(c.name()))
}

func (c *Central) takes(copied string) bool {
	return slices.ContainsFunc(c.Groups, func(pattern string) bool { return matches(pattern, copied) })
}

func (c *Central) name() string { return cmp.Or(c.Name, sameName) }

// source is the name of the group that a copy was made from, as far as the copy's own name tells.
func (c *Central) source(copied string) string {
	pattern := regexp.QuoteMeta(c.name())
	for variable, is := range map[string]string{sameName: `(.+)`, "${source.accountId}": `\d{12}`, "${source.region}": `[a-z]{2}(?:-[a-z]+)+-\d`} {
		pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta(variable), is)
	}
	if m := regexp.MustCompile(`^(?:` + pattern + `)$`).FindStringSubmatch(copied); m != nil {
		return m[1]
	}
	return copied
}

// component is what the records of a copy are of: a Lambda function, or the group copied.
func (c *Central) component(copied string) string {
	return strings.TrimPrefix(c.source(copied), "/aws/lambda/")
}

// centralise decides about a group where copies are forwarded: of a copy that it is
// forwarded though it lacks tags, of one that is copied that its copy is.
func (d *decider) centralise(dec *Decision, g *inventory.LogGroup) {
	c := d.cfg.Central
	switch {
	case c.holds(d.inv.Place, g.Name):
		off, _ := g.Tags.Get(d.cfg.Tags.Logs)
		if dec.Wish == nil && !strings.EqualFold(strings.TrimSpace(off), "off") {
			dec.Wish = d.share(Wish{Product: seamark.Unassigned, Environment: seamark.Unassigned, Logs: true})
			dec.Why = "a central copy without a tag " + d.cfg.Tags.Product + ": filed by the records' own product, or by workloads: of the configuration"
		}
		dec.Component = c.component(g.Name)
	case dec.Wish != nil && dec.Wish.Logs && c.covers(d.inv.Place, g.Name):
		dec.Central = c.Account
		dec.Why = "forwarded by central copy in account " + c.Account
	}
}

var (
	centralName   = regexp.MustCompile(`^(?:[._\-/#A-Za-z0-9]|\$\{source\.(?:logGroup|accountId|region)\})+$`)
	anyRegionName = regexp.MustCompile(`^[a-z]{2}(?:-[a-z]+)+-\d$`)
)

// validate reports the first fault; off is none.
func (c *Central) validate(fault func(where, what, remedy string) error) error {
	if c == nil {
		return nil
	}
	const at = "onboard.central."
	notAccount := func(a string) bool { return !seamark.IsAccountID(a) }
	switch name := c.name(); {
	case notAccount(c.Account):
		return fault(at+"account", "'"+c.Account+"' is no account", "use its 12 digits")
	case len(c.Regions) == 0 || slices.ContainsFunc(c.Regions, func(r string) bool { return !anyRegionName.MatchString(r) }):
		return fault(at+"regions", "names no region where copies are", "use the regions of the centralization rules' destinations, such as [eu-central-1]")
	case len(c.Groups) == 0 || slices.Contains(c.Groups, ""):
		return fault(at+"groups", "names no log group", `use patterns of the copies' names, such as ["/aws/lambda/*"]; "*" forwards all`)
	case !centralName.MatchString(name) || strings.Count(name, sameName) != 1:
		return fault(at+"name", "'"+name+"' is no pattern for the names of copies that can be followed",
			"use the centralization rule's own, with "+sameName+" once; ${source.accountId} and ${source.region} may stand in it, variables of the organisation may not")
	case slices.ContainsFunc(c.Sources, notAccount) || slices.Contains(c.Sources, c.Account):
		return fault(at+"sources", "must be other accounts than the central one", "use 12 digits each; leave it out for all accounts")
	case c.Destination != "" && !isDestinationARN(c.Destination):
		return fault(at+"destination", "'"+c.Destination+"' is no ARN of a logs destination", "use arn:aws:logs:{region}:<account>:destination:<name>")
	}
	return nil
}

// destination is the ARN to which the filter of a group sends.
func (d *Desired) destination(group string) string {
	if c := d.cfg.Central; c.holds(d.place, group) && c.Destination != "" {
		return fill(c.Destination, d.place)
	}
	return fill(d.cfg.Destination, d.place)
}

// ours are the ARNs of this deployment's destinations here.
func (d *Desired) ours(destination string) bool {
	c := d.cfg.Central
	return destination == fill(d.cfg.Destination, d.place) || c.in(d.place) && c.Destination != "" && destination == fill(c.Destination, d.place)
}
