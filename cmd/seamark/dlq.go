package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/hub"
	"github.com/seamark-hq/seamark/internal/hub/aws"
	"github.com/seamark-hq/seamark/internal/hub/dlq"
)

// hubFlags say which hub in AWS is meant.
type hubFlags struct{ name, region string }

func (f *hubFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "name", "", "the hub's name (default: deployment of the configuration, or "+hub.DefaultName+")")
	cmd.Flags().StringVar(&f.region, "region", "", "the hub's region (default: AWS_REGION)")
}

// hubName is the hub that is meant, by its name.
func (c *cli) hubName(f hubFlags) (string, error) {
	if f.name != "" {
		return f.name, nil
	}
	cfg, err := c.config()
	if err != nil {
		return "", err
	}
	return cmp.Or(cfg.Deployment, hub.DefaultName), nil
}

func (c *cli) dlqCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dlq",
		Short: "See what the functions in AWS could not work off, and send it back",
		Long: `See what the functions in AWS could not work off, and send it back. Messages that failed five times (hints
three times) are kept for 14 days in a dead-letter queue beside each queue. list and show join them with what the
function logged of each; redrive sends them to their queue again, once the reason is mended.

Needed on the hub's queues: sqs:GetQueueUrl, ReceiveMessage, ChangeMessageVisibility; for redrive SendMessage and
DeleteMessage; on the log groups logs:FilterLogEvents. docs/runbooks/dead-letters.md says what to do.`,
		Example: `  seamark dlq list
  seamark dlq show 5f8c
  seamark dlq redrive transform --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.dlqListCmd(), c.dlqShowCmd(), writes(c.dlqRedriveCmd()))
	return cmd
}

func (c *cli) deadLetters(ctx context.Context, f hubFlags) (*dlq.Hub, error) {
	name, err := c.hubName(f)
	if err != nil {
		return nil, err
	}
	session, err := aws.Open(ctx, f.region)
	if err != nil {
		return nil, err
	}
	return &dlq.Hub{Name: name, Queues: session, Logs: session}, nil
}

// reasonOf is why a message is there, as far as anybody knows.
func reasonOf(l dlq.Letter) string { return cmp.Or(l.Reason, "("+l.Unknown+")") }

func (c *cli) dlqListCmd() *cobra.Command {
	var f hubFlags
	cmd := &cobra.Command{
		Use:   "list [QUEUE…]",
		Short: "List dead letters with the reason of each, the oldest of each queue first",
		Long: `List dead letters with the reason of each, the oldest of each queue first; of all queues, or of those
that are named: collect, transform, index, alert. They stay where they are; for a moment others who look do not see them.
--json writes a line for each: message, queue, sent, received, about, reason, reason_at, no_reason, body.`,
		Example:   "  seamark dlq list\n  seamark dlq list transform --name seamark --region eu-central-1 --json",
		ValidArgs: queueNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := c.deadLetters(cmd.Context(), f)
			if err != nil {
				return err
			}
			letters, more, err := h.List(cmd.Context(), args...)
			if err != nil {
				return err
			}
			g := newGrid("message", "queue", "sent", "about", "reason")
			for _, l := range letters {
				if c.json {
					if err := c.writeJSON(c.out, l); err != nil {
						return err
					}
					continue
				}
				g.add(l.ID, l.Queue, instant(l.Sent), l.About, reasonOf(l))
			}
			if c.json {
				return nil
			}
			if len(letters) > 0 {
				g.print(c.out)
			}
			end := "."
			if more {
				end = ", and more that were not read."
			}
			if len(letters) > 0 {
				end += " Mend the reason, then: seamark dlq redrive " + letters[0].Queue
			}
			fmt.Fprintf(c.out, "%s%s\n", plural(int64(len(letters)), "dead letter"), end)
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func queueNames() (names []string) {
	for _, s := range hub.Stages() {
		names = append(names, s.Queue)
	}
	return names
}

func (c *cli) dlqShowCmd() *cobra.Command {
	var f hubFlags
	cmd := &cobra.Command{
		Use:     "show MESSAGE",
		Short:   "Show a dead letter whole, and why it is one",
		Example: "  seamark dlq show 5f8c2f6e",
		Args:    need(1, 1, "which message?", "name one by its id, or the beginning of it: see `seamark dlq list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := c.deadLetters(cmd.Context(), f)
			if err != nil {
				return err
			}
			all, _, err := h.List(cmd.Context())
			if err != nil {
				return err
			}
			l, err := dlq.Find(all, args[0])
			if err != nil {
				return &seamark.Fault{Class: seamark.Rejected, Where: h.Name, What: err.Error(), Remedy: "see `seamark dlq list`"}
			}
			if c.json {
				return c.writeJSON(c.out, l)
			}
			at := ""
			if !l.ReasonAt.IsZero() {
				at = " at " + instant(l.ReasonAt)
			}
			fmt.Fprintf(c.out, "%s of %s, sent %s, taken out %s\n%s\n%s%s\n\n", l.ID, l.Queue, instant(l.Sent), plural(int64(l.Received), "time"), visible(l.About), visible(reasonOf(l)), at)
			var b bytes.Buffer
			if json.Indent(&b, []byte(l.Body), "", "  ") != nil {
				b.WriteString(l.Body)
			}
			fmt.Fprintln(c.out, visible(b.String()))
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func (c *cli) dlqRedriveCmd() *cobra.Command {
	var f hubFlags
	var yes, dry bool
	cmd := &cobra.Command{
		Use:   "redrive QUEUE [MESSAGE…]",
		Short: "Send dead letters back to their queue",
		Long: `Send dead letters of a queue back to it, all of them or those that are named. Each is sent before it is
deleted: interrupted, the same command goes on, and what was sent twice the functions do once. What fails again
comes back here after its tries. It asks first; --yes does not, --dry-run shows and changes nothing.`,
		Example:   "  seamark dlq redrive transform --dry-run\n  seamark dlq redrive alert 5f8c2f6e --yes",
		Args:      need(1, 1000, "which queue?", "name collect, transform, index or alert"),
		ValidArgs: queueNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := c.deadLetters(cmd.Context(), f)
			if err != nil {
				return err
			}
			m, err := h.Redrive(cmd.Context(), args[0], args[1:], func(letters []dlq.Letter) (bool, error) {
				if !c.json && len(letters) > 0 {
					g := newGrid("message", "sent", "about", "reason")
					for _, l := range letters {
						g.add(l.ID, instant(l.Sent), l.About, reasonOf(l))
					}
					g.print(c.out)
				}
				if dry || yes || len(letters) == 0 {
					return !dry, nil
				}
				return true, c.agreed(fmt.Sprintf("Send %s back?", plural(int64(len(letters)), "message")))
			})
			if c.json && m.Letters != nil {
				if err := c.writeJSON(c.out, m); err != nil {
					return err
				}
			} else if err == nil && dry {
				fmt.Fprintf(c.out, "%s would be sent back. Nothing is changed\n", plural(int64(m.Left), "message"))
			} else if m.Moved > 0 || err == nil {
				fmt.Fprintf(c.out, "%s sent back, %d left\n", plural(int64(m.Moved), "message"), m.Left)
			}
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only show what would be sent back")
	cmd.MarkFlagsMutuallyExclusive("yes", "dry-run")
	return cmd
}
