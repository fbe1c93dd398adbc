package main

import (
	"fmt"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/oncall"
)

func (c *cli) alertDeadCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "dead", Short: "See the cards that no receiver took, and send them again", Example: "  seamark alert dead list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	for _, verb := range []*cobra.Command{c.alertDeadListCmd(), c.alertDeadShowCmd(), writes(c.alertDeadResendCmd())} {
		verb.Flags().StringVar(&c.lake, "lake", "", "where functions keep their incidents: s3://bucket/prefix of the hub, or a folder (default: those of the data folder)")
		cmd.AddCommand(verb)
	}
	return cmd
}

func (c *cli) alertDeadListCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the cards that were given up, the newest first",
		Example: "  seamark alert dead list\n  seamark alert dead list --lake s3://hub-bucket --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			letters, unread := oncall.DeadLetters(cmd.Context(), cfg, c.lake)
			if len(letters) == 0 && unread != nil {
				return unread
			}
			g := newGrid("incident", "receiver", "given up", "tries>", "reason")
			for _, d := range letters {
				if c.json {
					if err := c.writeJSON(c.out, d); err != nil {
						return err
					}
					continue
				}
				g.add(d.Incident.ID, visible(d.Receiver), instant(d.GivenUp), fmt.Sprint(d.Attempts), visible(d.Reason))
			}
			if !c.json {
				if len(letters) > 0 {
					g.print(c.out)
				}
				fmt.Fprintf(c.out, "%s given up.\n", plural(int64(len(letters)), "card"))
			}
			return unread
		},
	}
}

func (c *cli) alertDeadShowCmd() *cobra.Command {
	var receiver string
	cmd := &cobra.Command{
		Use:     "show INCIDENT",
		Short:   "Show a card that was given up, and why",
		Example: "  seamark alert dead show 20261122T174002Z-booking-prod",
		Args:    need(1, 1, "which incident?", "name one by its id, see `seamark alert dead list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			letters, err := oncall.DeadLettersOf(cmd.Context(), cfg, c.lake, args[0], receiver)
			if len(letters) == 0 {
				return err
			}
			for i, d := range letters {
				if c.json {
					if err := c.writeJSON(c.out, d); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					fmt.Fprintln(c.out)
				}
				_, text := oncall.IncidentText(cfg, &d.Incident)
				fmt.Fprintf(c.out, "%s, given up %s after %s\n%s\n\n%s", visible(d.Receiver), instant(d.GivenUp), plural(int64(d.Attempts), "try"), visible(d.Reason), text)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&receiver, "receiver", "", "only that for this receiver")
	return cmd
}

func (c *cli) alertDeadResendCmd() *cobra.Command {
	var receiver, by string
	var all bool
	cmd := &cobra.Command{
		Use:   "resend INCIDENT | --all",
		Short: "Send cards that were given up again, as their incidents are now",
		Long: `Send cards that were given up again, as their incidents are now. What arrives leaves the list; what is
refused again stays in it. The appliance that runs over the data folder does it, or this command itself;
with --lake always this command, with the receivers of its own configuration.`,
		Example: "  seamark alert dead resend 20261122T174002Z-booking-prod\n  seamark alert dead resend --all --receiver web",
		Args:    need(0, 1, "one incident at a time", "name one, or all of them with --all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			if all == (id != "") {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "which cards?", Remedy: "name an incident, or all of them with --all"}}
			}
			return c.resend(cmd, id, receiver, by)
		},
	}
	byFlag(cmd, &by)
	cmd.Flags().StringVar(&receiver, "receiver", "", "only those for this receiver")
	cmd.Flags().BoolVar(&all, "all", false, "all that were given up")
	return cmd
}

func (c *cli) resend(cmd *cobra.Command, id, receiver, by string) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	letters, err := oncall.DeadLettersOf(cmd.Context(), cfg, c.lake, id, receiver)
	if len(letters) == 0 {
		return err
	}
	var failed error
	for _, d := range letters {
		done, err := oncall.Resend(cmd.Context(), cfg, c.lake, d, whoever(by), c.logger(warnLevel))
		if err != nil {
			failed = err
			fmt.Fprintf(c.err, "%s to %s: %v\n", d.Incident.ID, visible(d.Receiver), err)
			continue
		}
		if c.json {
			if err := c.writeJSON(c.out, map[string]any{"incident": d.Incident.ID, "receiver": d.Receiver, "done": done}); err != nil {
				return err
			}
			continue
		}
		what := "is sent again"
		if !done {
			what = "will be sent again: the appliance that runs has not taken it within 10 s, and does when it can"
		}
		fmt.Fprintf(c.out, "%s to %s %s\n", d.Incident.ID, visible(d.Receiver), what)
	}
	return failed
}

func (c *cli) alertTestCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "test RECEIVER",
		Short: "Show a receiver a card that says that it is a test, and its end",
		Long: `Show a receiver a card that says that it is a test, and its end. A receiver of programs gets both as
incident events of product seamark, environment test. Nothing is kept, and no route is asked.`,
		Example: "  seamark alert test web",
		Args:    need(1, 1, "which receiver?", "name one of `receivers:` in seamark.yml"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if cfg, err := c.config(); err == nil {
				for _, r := range cfg.Receivers {
					names = append(names, r.Name)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			if err := oncall.TestReceiver(cmd.Context(), cfg, args[0], c.logger(warnLevel)); err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, map[string]any{"receiver": args[0], "took": "card and end"})
			}
			fmt.Fprintf(c.out, "%s took the card and its end: look whether they are where you expect them\n", visible(args[0]))
			return nil
		},
	}
}
