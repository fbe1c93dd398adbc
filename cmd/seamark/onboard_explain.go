package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/explain"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
)

func (c *cli) onboardExplainCmd() *cobra.Command {
	var places placeFlags
	cmd := &cobra.Command{
		Use:   "explain ARN|NAME",
		Short: "Say for one resource what its tags ask for, and where each setting comes from",
		Long: `Show one log group, Lambda function or API stage ("API/stage") as Seamark sees it: its tags, what is
decided and why, every effective setting with its source, the filter and the alarms that follow,
and what a sweep would change. Writes nothing. With --json one document per resource found.`,
		Example: `  seamark onboard explain /aws/lambda/booking-create
  seamark onboard explain arn:aws:lambda:eu-central-1:222222222222:function:booking-create
  seamark onboard explain --account booking booking-api/prod`,
		Args: need(1, 1, "which resource?", "name its ARN, or a log group, function or API/stage"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			found := f.Explain(cmd.Context(), args[0])
			all := found.Resources
			if err := interrupted(cmd.Context()); err != nil {
				return err
			}
			for _, x := range found.Failures {
				c.printFault(failure(f, inventory.Place{}, x))
			}
			switch {
			case len(all) == 0 && len(found.Similar) > 0:
				return &seamark.Fault{Class: seamark.Rejected, What: "no resource is called so", Where: args[0], Remedy: "name one of " + strings.Join(found.Similar, ", ")}
			case len(all) == 0 && len(found.Failures) > 0:
				return errReported
			case len(all) == 0:
				return &seamark.Fault{Class: seamark.Rejected, What: "no such resource", Where: args[0], Remedy: "name its ARN, or a log group, function or API/stage as `seamark onboard status` lists them"}
			case len(all) > mostExplained:
				return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%d resources are called so", len(all)), Where: args[0], Remedy: "name --account and --region, or one of " + arns(all)}
			}
			for i := range all {
				if c.json {
					if err := c.writeJSON(c.out, explained(&all[i])); err != nil {
						return err
					}
					continue
				}
				c.printExplanation(f, &all[i])
			}
			return nil
		},
	}
	c.placeFlags(cmd, &places)
	return cmd
}

// mostExplained is how many resources of one name are explained at once.
const mostExplained = 3

func arns(all []explain.Explanation) string {
	var names []string
	for i := range all[:min(len(all), 10)] {
		names = append(names, all[i].ARN)
	}
	return strings.Join(names, ", ")
}

// explanation is collector.Explanation as scripts read it.
type explanation struct {
	ARN       string            `json:"arn"`
	Account   string            `json:"account"`
	Region    string            `json:"region"`
	Kind      string            `json:"kind"`
	Onboarded bool              `json:"onboarded"`
	Reason    string            `json:"reason,omitempty"`
	Tags      map[string]string `json:"tags"`
	Settings  []setting         `json:"settings"`
	Filter    string            `json:"filter,omitempty"`
	Pattern   string            `json:"pattern,omitempty"`
	Alarms    []string          `json:"alarms"`
	Changes   []string          `json:"changes"`
	Problems  []string          `json:"problems"`
}

type setting struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
	From    string `json:"from"`
}

func explained(e *explain.Explanation) explanation {
	out := explanation{
		ARN: e.ARN, Account: e.Place.Account, Region: e.Place.Region, Kind: string(e.Decision.Kind), Onboarded: e.Onboarded, Reason: e.Decision.Why,
		Tags: map[string]string{}, Settings: []setting{}, Alarms: []string{}, Changes: []string{}, Problems: append([]string{}, e.Problems...),
	}
	for _, t := range append(append(inventory.Tags{}, e.Inherited...), e.Tags...) {
		out.Tags[t.Key] = t.Value
	}
	for _, s := range e.Sources {
		out.Settings = append(out.Settings, setting{s.Setting, s.Value, s.From})
	}
	if e.Filter != nil {
		out.Filter, out.Pattern = e.Filter.Name, e.Filter.Pattern
	}
	for _, a := range e.Alarms {
		out.Alarms = append(out.Alarms, a.Name)
	}
	if !e.Onboarded && out.Reason == "" && len(e.Problems) > 0 {
		out.Reason = e.Problems[len(e.Problems)-1]
	}
	if !e.Onboarded && out.Reason == "" && len(e.Changes) > 0 {
		out.Reason = "run `seamark onboard apply`"
	}
	for _, x := range e.Changes {
		out.Changes = append(out.Changes, fmt.Sprintf("%s %s %s: %s", x.Action, x.What, x.Name, x.Why))
	}
	return out
}

func (c *cli) printExplanation(f *onboard.Accounts, e *explain.Explanation) {
	out := explained(e)
	fmt.Fprintf(c.out, "%s\n%s in %s %s\n", visible(e.ARN), e.Decision.Kind, visible(f.Name(e.Place.Account)), e.Place.Region)
	verdict := "onboarded"
	if !out.Onboarded {
		verdict = "not onboarded"
	}
	if out.Reason != "" {
		verdict += ": " + out.Reason
	}
	fmt.Fprintf(c.out, "\n%s\n", visible(verdict))
	c.section("Tags", len(e.Tags)+len(e.Inherited))
	for _, t := range e.Tags {
		fmt.Fprintf(c.out, "  %s = %s\n", visible(t.Key), visible(t.Value))
	}
	for _, t := range e.Inherited {
		fmt.Fprintf(c.out, "  %s = %s   (of its API)\n", visible(t.Key), visible(t.Value))
	}
	c.section("Settings", len(e.Sources))
	wide := [2]int{}
	for _, s := range e.Sources {
		wide[0], wide[1] = max(wide[0], len(s.Setting)), max(wide[1], min(40, len(visible(s.Value))))
	}
	for _, s := range e.Sources {
		fmt.Fprintf(c.out, "  %-*s  %-*s  %s\n", wide[0], s.Setting, wide[1], visible(cmp.Or(s.Value, "-")), visible(s.From))
	}
	if e.Filter != nil {
		c.section("Filter", 1)
		fmt.Fprintf(c.out, "  %s\n  to %s\n  pattern: %s\n", visible(e.Filter.Name), visible(e.Filter.Destination), visible(cmp.Or(e.Filter.Pattern, "everything")))
	}
	c.section("Alarms", len(out.Alarms))
	for _, a := range out.Alarms {
		fmt.Fprintf(c.out, "  %s\n", visible(a))
	}
	c.section("Would change", len(out.Changes))
	for _, x := range out.Changes {
		fmt.Fprintf(c.out, "  %s\n", visible(x))
	}
	c.section("To mend", len(out.Problems))
	for _, p := range out.Problems {
		fmt.Fprintf(c.out, "  %s\n", visible(p))
	}
	fmt.Fprintln(c.out)
}

func (c *cli) section(title string, n int) {
	if n > 0 {
		fmt.Fprintf(c.out, "\n%s\n", strings.TrimSpace(title))
	}
}
