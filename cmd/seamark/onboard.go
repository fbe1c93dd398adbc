package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
)

// placeFlags say which accounts and regions a verb is about.
type placeFlags struct{ accounts, regions []string }

func (c *cli) onboardCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "onboard",
		Short: "Attach filters and alarms to what teams have tagged, in every account",
		Long: `Look after the accounts of the configuration: whatever carries the tag seamark:product gets a
subscription filter and alarms, what loses it loses them. What is not Seamark's is never touched.
"seamark up" does it by itself when onboard.every is set; the Lambda function collector does it
from events. The configuration needs deployment, accounts, regions and onboard.destination.`,
		Example: `  seamark onboard plan                    what would change, and why; writes nothing
  seamark onboard apply                   do it
  seamark onboard status --missing        what is not onboarded, and what its team must do`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.onboardPlanCmd(), writes(c.onboardApplyCmd()), c.onboardStatusCmd(), c.onboardExplainCmd(), writes(c.onboardEventCmd()),
		writes(c.onboardDestroyCmd()), writes(c.onboardBackfillCmd()))
	return cmd
}

// placeFlags adds --account, --region and --lake to a verb.
func (c *cli) placeFlags(cmd *cobra.Command, f *placeFlags) {
	cmd.Flags().StringArrayVar(&f.accounts, "account", nil, "only this account, by id or alias (may be given several times)")
	cmd.Flags().StringArrayVar(&f.regions, "region", nil, "only this region (may be given several times)")
	cmd.Flags().StringVar(&c.lake, "lake", "", "where state and history are kept: folder or s3://bucket/prefix (default: from the configuration)")
	_ = cmd.MarkFlagDirname("lake")
	_ = cmd.RegisterFlagCompletionFunc("account", c.complete(func(cfg *config.Config) (names []string) {
		for _, a := range cfg.Accounts {
			if names = append(names, a.ID+"\t"+a.Alias); a.Alias != "" {
				names = append(names, a.Alias+"\t"+a.ID)
			}
		}
		return names
	}))
	_ = cmd.RegisterFlagCompletionFunc("region", c.complete(func(cfg *config.Config) []string { return cfg.Regions }))
}

func (c *cli) complete(names func(*config.Config) []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		cfg, err := c.config()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return names(cfg), cobra.ShellCompDirectiveNoFileComp
	}
}

// fleet opens the accounts of the configuration that the flags choose.
func (c *cli) fleet(ctx context.Context, f placeFlags) (*onboard.Accounts, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	if !cfg.Onboards() {
		return nil, &usageError{&seamark.Fault{Class: seamark.Rejected, What: "no account is configured", Where: c.configName(),
			Remedy: "set deployment, accounts, regions and onboard.destination; see docs/howto/onboarding.md"}}
	}
	place := lakes.Place(cfg)
	if c.lake != "" {
		if place, _, err = c.lakeFolder(); err != nil {
			return nil, err
		}
	}
	fleet, err := app.OpenAccounts(ctx, app.AccountsOptions{Config: cfg, Lake: place, Accounts: f.accounts, Regions: f.regions, Cloud: c.cloud})
	if fault, ok := errors.AsType[*seamark.Fault](err); ok && strings.HasPrefix(fault.Where, "--") {
		return nil, &usageError{fault}
	}
	return fleet, err
}

func (c *cli) configName() string {
	if c.configFile != "" {
		return c.configFile
	}
	return "seamark.yml"
}

// again is the command line that does the same to the same places.
func (f placeFlags) again(verb string) string {
	line := "seamark onboard " + verb
	for _, a := range f.accounts {
		line += " --account " + a
	}
	for _, r := range f.regions {
		line += " --region " + r
	}
	return visible(line)
}

// has reports whether s is in list; an empty list has everything.
func has(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
