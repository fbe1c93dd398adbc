package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/oncall"
	"github.com/seamark-hq/seamark/internal/config"
)

var cardKinds = []string{"slack", "teams", "text"}

func (c *cli) alertCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "alert", Short: "Turn alarms into cards", Example: "  seamark alert render --event alarm.json --to text", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.alertRenderCmd(), writes(c.alertSendCmd()), c.alertRouteCmd(), writes(c.alertTestCmd()), c.alertDeadCmd())
	return cmd
}

func (c *cli) alertRenderCmd() *cobra.Command {
	var event, to string
	cmd := &cobra.Command{
		Use:   "render --event FILE --to slack|teams|text",
		Short: "Show the card of an alarm",
		Long: `Show the card that an alarm would make. FILE is a CloudWatch alarm: an SNS Lambda event, the SNS
message itself, or an EventBridge state change; - is standard input. With --lake the card
holds the error lines found there.`,
		Example: "  seamark alert render --event alarm.json --to text\n  seamark alert render --event alarm.json --to slack --lake ./lake",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(cardKinds, to) {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no card of kind %q", to), Where: "--to", Remedy: "use " + strings.Join(cardKinds, ", ")}}
			}
			cfg, alarms, unread := c.readEvent(event)
			if cfg == nil || len(alarms) == 0 && unread != nil {
				return unread
			}
			cards, err := oncall.RenderEvent(cmd.Context(), cfg, alarms, to, c.logger(warnLevel))
			if err != nil {
				return err
			}
			if len(cards) == 0 {
				c.noCard(alarms)
			}
			for _, card := range cards {
				if c.json && to == "text" {
					c.writeJSON(c.out, map[string]string{"text": string(card)})
				} else {
					fmt.Fprintf(c.out, "%s\n", card)
				}
			}
			return unread
		},
	}
	c.lakeFlag(cmd)
	eventFlag(cmd, &event)
	cmd.Flags().StringVar(&to, "to", "text", "slack, teams or text")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(cardKinds, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (c *cli) alertSendCmd() *cobra.Command {
	var event string
	var complete bool
	cmd := &cobra.Command{
		Use:   "send --event FILE",
		Short: "Tell the configured receivers of an alarm",
		Long: `Tell the configured receivers of an alarm. The next event of the same incident edits the same card.
With --complete the file holds all alarms of its accounts and regions, as describe-alarms lists them:
what was missed is made up for, and an incident whose alarm is not there any more ends.`,
		Example: "  seamark alert send --event alarm.json --config seamark.yml\n  aws cloudwatch describe-alarms | seamark alert send --event - --complete",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, alarms, unread := c.readEvent(event)
			if cfg == nil || len(alarms) == 0 && unread != nil {
				return unread
			}
			incidents, err := oncall.SendEvent(cmd.Context(), cfg, alarms, complete, c.logger(warnLevel))
			if err != nil {
				return errors.Join(err, unread)
			}
			if c.json {
				return errors.Join(c.writeJSON(c.out, map[string]any{"incidents": incidents}), unread)
			}
			for _, in := range incidents {
				fmt.Fprintf(c.out, "%s %s/%s %s\n", in.ID, in.Product, in.Environment, in.Status)
			}
			if len(incidents) == 0 && !complete {
				c.noCard(alarms)
			}
			return unread
		},
	}
	cmd.Flags().BoolVar(&complete, "complete", false, "the file holds all alarms of its accounts and regions")
	c.lakeFlag(cmd)
	eventFlag(cmd, &event)
	return cmd
}

// noCard says why an event that was read tells nobody anything.
func (c *cli) noCard(alarms []seamark.Alarm) {
	if len(alarms) == 0 {
		fmt.Fprintln(c.err, "no card: an alarm was created or changed, which alters no incident")
	}
	for _, a := range alarms {
		why := "it is fine, and no incident of it is known"
		if a.State == seamark.AlarmNoData {
			why = "it has no data, was not firing, and its own action did not ask to tell of that"
		}
		fmt.Fprintf(c.err, "no card of %s: %s\n", visible(a.Name), why)
	}
}

func eventFlag(cmd *cobra.Command, event *string) {
	cmd.Flags().StringVar(event, "event", "", "file with the alarm, - for standard input")
	_ = cmd.MarkFlagRequired("event")
	_ = cmd.MarkFlagFilename("event", "json")
}

func (c *cli) readEvent(name string) (*config.Config, []seamark.Alarm, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, nil, err
	}
	if c.lake != "" {
		cfg.Lake = c.lake
	}
	alarms, err := oncall.ReadEvent(name, c.in)
	return cfg, alarms, err
}
