package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/probe"
)

func (c *cli) probeCmd() *cobra.Command {
	var o probe.Options
	var out string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "probe --account ACCOUNT",
		Short: "Ask AWS, in a sandbox account, what Seamark takes for granted",
		Long: `Ask AWS what Seamark takes for granted and could not check without it (docs/assumptions.md), with the caller's
credentials, which must be of the account that is named. It makes a log group, an alarm and a bucket
whose names begin with seamark-probe-, asks for some minutes, and removes them. --dry-run only lists
what would be asked. --out writes the answers without numbers of accounts and ids, to be handed on.
With --json a line for each: assumption, holds, saw, error, on, date. Exits 1 when something does not hold.`,
		Example: `  seamark probe --account 999999999999 --dry-run
  seamark probe --account 999999999999 --region us-east-1 --out answers.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !seamark.IsAccountID(o.Account) {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, Where: "--account", What: fmt.Sprintf("%q is no number of an account", o.Account), Remedy: "name the sandbox by its 12 digits"}}
			}
			if dryRun {
				return c.printQuestions()
			}
			bad := false
			o.Each = func(a probe.Answer) {
				bad = bad || !a.Holds
				c.printAnswer(a)
			}
			answers, err := probe.Run(cmd.Context(), o)
			if out != "" && len(answers) > 0 {
				b, marshal := json.MarshalIndent(answers, "", "  ")
				if marshal == nil {
					marshal = os.WriteFile(out, append(b, '\n'), 0o644)
				}
				if marshal != nil {
					return marshal
				}
			}
			if err != nil {
				return err
			}
			if bad {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Account, "account", "", "number of the sandbox account, for certainty")
	cmd.Flags().StringVar(&o.Region, "region", "", "region to ask in (default: the environment's)")
	cmd.Flags().StringVar(&out, "out", "", "file for the answers, as JSON")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only list what would be asked")
	_ = cmd.MarkFlagRequired("account")
	return cmd
}

func (c *cli) printQuestions() error {
	g := newGrid("assumption", "claim")
	for _, a := range probe.Assumptions() {
		if !a.Asked() {
			continue
		}
		if c.json {
			if err := c.writeJSON(c.out, map[string]string{"assumption": a.ID, "claim": a.Claim}); err != nil {
				return err
			}
		}
		g.add(a.ID, a.Claim)
	}
	if !c.json {
		g.print(c.out)
		fmt.Fprintln(c.out, "Nothing was asked.")
	}
	return nil
}

func (c *cli) printAnswer(a probe.Answer) {
	if c.json {
		_ = c.writeJSON(c.out, a)
		return
	}
	verdict, saw := "holds", a.Saw
	switch {
	case a.Error != "":
		verdict, saw = "not asked", a.Error
	case !a.Holds:
		verdict = "does not hold"
	}
	fmt.Fprintf(c.out, "%-13s  %s: %s\n", verdict, a.ID, visible(saw))
}
