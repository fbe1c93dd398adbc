package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app/checkup"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/doctor"
)

func (c *cli) doctorCmd() *cobra.Command {
	var f hubFlags
	var inAWS, cards, all, list bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with a deployment, and how to mend it",
		Long: `Say what is wrong with a deployment, and how to mend it: with the appliance of the configuration, or with
--hub with the hub in AWS, and in both cases with the accounts that are looked after, the lake, OpenSearch and receivers.
It changes nothing. What it may not ask is said to be not checked, and why; --checks lists what is asked.

--json writes a line for each finding: check, subject, verdict (ok, not checked, warning, broken), what, remedy.
The exit code is 1 when anything is broken.`,
		Example: `  seamark doctor
  terraform output -raw configuration > hub.yml && seamark doctor --hub --config hub.yml
  seamark doctor --cards`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return c.printChecks()
			}
			cfg, err := c.config()
			if err != nil {
				return err
			}
			o := checkup.Options{Config: cfg, Lake: lakes.Place(cfg), Region: f.region, Cards: cards, Log: c.logger(warnLevel)}
			if inAWS {
				if o.Hub, err = c.hubName(f); err != nil {
					return err
				}
			}
			p, err := checkup.Patient(cmd.Context(), o)
			if err != nil {
				return err
			}
			return c.printFindings(doctor.Examine(cmd.Context(), p), all)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&inAWS, "hub", false, "look at the hub in AWS, with the caller's credentials, in place of the appliance")
	cmd.Flags().BoolVar(&cards, "cards", false, "show each receiver a test card")
	cmd.Flags().BoolVar(&all, "all", false, "print what is well too")
	cmd.Flags().BoolVar(&list, "checks", false, "only list the checks, and what each asks")
	return cmd
}

func (c *cli) printChecks() error {
	g := newGrid("check", "asks")
	for _, k := range doctor.Checks() {
		if c.json {
			if err := c.writeJSON(c.out, map[string]string{"check": k.Name, "asks": k.Asks}); err != nil {
				return err
			}
		}
		g.add(k.Name, k.Asks)
	}
	if !c.json {
		g.print(c.out)
	}
	return nil
}

func (c *cli) printFindings(findings []doctor.Finding, all bool) error {
	counts := map[doctor.Verdict]int{}
	for _, f := range findings {
		counts[f.Verdict]++
		if c.json {
			if err := c.writeJSON(c.out, f); err != nil {
				return err
			}
			continue
		}
		if f.Verdict == doctor.OK && !all {
			continue
		}
		about := f.Check
		if f.Subject != "" {
			about += ": " + f.Subject
		}
		fmt.Fprintf(c.out, "%-11s  %s: %s\n", f.Verdict, visible(about), visible(f.What))
		if f.Remedy != "" {
			fmt.Fprintf(c.out, "             mend: %s\n", visible(f.Remedy))
		}
	}
	if !c.json {
		fmt.Fprintf(c.out, "%d broken, %s, %d not checked, %d ok.\n", counts[doctor.Broken], plural(int64(counts[doctor.Warning]), "warning"), counts[doctor.NotChecked], counts[doctor.OK])
	}
	if doctor.Worst(findings) == doctor.Broken {
		return errReported
	}
	return nil
}
