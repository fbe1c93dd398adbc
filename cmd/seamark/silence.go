package main

import (
	"fmt"
	"math"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/internal/app/oncall"
)

func (c *cli) silenceCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "silence", Short: "Keep alarms quiet for a while", Args: cobra.NoArgs,
		Long: `Keep alarms quiet for a while. Their incidents stay visible, and are told when the silence ends and they
last; a card that was shown gets its end all the same. An appliance that runs over the data
folder does it, or this command in the folder itself. amtool does the same over HTTP.`,
		Example: "  seamark silence add product=booking --for 2h --comment 'deploy 4711'\n  seamark silence list\n  seamark silence expire 5f2a",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.silenceAddCmd(), c.silenceListCmd(), c.silenceExpireCmd())
	return cmd
}

// silences opens the silences of the configuration for one verb.
func (c *cli) silences(use func(*oncall.Silences) error) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	s, err := oncall.OpenSilences(cfg, c.logger(warnLevel))
	if err != nil {
		return err
	}
	defer s.Close()
	return use(s)
}

func (c *cli) silenceAddCmd() *cobra.Command {
	var lasts time.Duration
	var until, by, comment string
	cmd := &cobra.Command{
		Use:   "add MATCHER... --for DURATION | --until TIME",
		Short: "Keep quiet what all matchers fit",
		Long: `Keep quiet what all matchers fit: label=value, !=, =~ or !~. Labels are product, environment, team,
component, severity, rule, account_id, region, alertname and whatever a sender set.`,
		Example: "  seamark silence add product=booking environment=prod --for 2h --comment 'deploy 4711'\n  seamark silence add 'component=~\"api-.*\"' --until 2026-12-01T09:00:00+01:00",
		Args:    need(1, math.MaxInt, "what shall be quiet?", "give label=value, such as product=booking"),
		RunE: func(cmd *cobra.Command, args []string) error {
			end, err := endOf(lasts, until, time.Now())
			if err != nil {
				return err
			}
			matchers, err := oncall.Matchers(args)
			if err != nil {
				return &usageError{err}
			}
			if by == "" {
				by = "unknown"
				if u, err := user.Current(); err == nil {
					by = u.Username
				}
			}
			return c.silences(func(s *oncall.Silences) error {
				id, err := s.Add(cmd.Context(), matchers, end, by, comment)
				if err != nil {
					return err
				}
				if c.json {
					return c.writeJSON(c.out, map[string]any{"id": id, "endsAt": end.UTC()})
				}
				_, err = fmt.Fprintf(c.out, "%s until %s\n", id, end.Format(time.RFC3339))
				return err
			})
		},
	}
	cmd.Flags().DurationVar(&lasts, "for", 0, "how long, such as 2h or 30m")
	cmd.Flags().StringVar(&until, "until", "", "or until when, such as 2026-12-01T09:00:00+01:00")
	cmd.Flags().StringVar(&by, "by", "", "who wants it (default: this user)")
	cmd.Flags().StringVar(&comment, "comment", "", "why")
	cmd.MarkFlagsMutuallyExclusive("for", "until")
	return cmd
}

// endOf is when a silence ends. One without end is refused.
func endOf(lasts time.Duration, until string, now time.Time) (time.Time, error) {
	wrong := func(what, where string) error {
		return &usageError{&seamark.Fault{Class: seamark.Rejected, What: what, Where: where, Remedy: "name --for, such as 2h, or --until, within a year; what is meant for ever belongs into the routes"}}
	}
	end := now.Add(lasts)
	switch {
	case until != "":
		var err error
		if end, err = time.Parse(time.RFC3339, until); err != nil {
			return end, wrong("not a time like 2026-12-01T09:00:00+01:00", "--until")
		}
	case lasts == 0:
		return end, wrong("a silence without end", "")
	}
	if !end.After(now) {
		return end, wrong("the silence would be over at once", "")
	}
	return end, nil
}

func (c *cli) silenceListCmd() *cobra.Command {
	var ended bool
	cmd := &cobra.Command{
		Use: "list", Short: "Show what is kept quiet", Example: "  seamark silence list\n  seamark silence list --expired --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.silences(func(s *oncall.Silences) error {
				list, err := s.List(cmd.Context(), ended)
				if err != nil {
					return err
				}
				if c.json {
					return c.writeJSON(c.out, map[string]any{"silences": list})
				}
				for _, x := range list {
					line := fmt.Sprintf("%s %s until %s %s by %s", x.ID, x.State, x.EndsAt.UTC().Format(time.RFC3339), strings.Join(x.Matchers, " "), x.By)
					if x.Comment != "" {
						line += ": " + x.Comment
					}
					fmt.Fprintln(c.out, words.Line(line, 4096))
				}
				if len(list) == 0 && !c.quiet {
					fmt.Fprintln(c.err, "nothing is silenced")
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&ended, "expired", false, "those too that ended in the last five days")
	return cmd
}

func (c *cli) silenceExpireCmd() *cobra.Command {
	return &cobra.Command{
		Use: "expire ID", Short: "End a silence now", Example: "  seamark silence expire 5f2a", Args: need(1, 1, "which silence?", "name one by its id, see `seamark silence list`"),
		Long: "End a silence now. ID may be cut as long as it means one.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.silences(func(s *oncall.Silences) error {
				id, err := s.Expire(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if c.json {
					return c.writeJSON(c.out, map[string]string{"id": id})
				}
				_, err = fmt.Fprintf(c.out, "%s expired\n", id)
				return err
			})
		},
	}
}

func (c *cli) alertRouteCmd() *cobra.Command {
	var alertmanager bool
	cmd := &cobra.Command{
		Use:   "route [LABEL=VALUE...]",
		Short: "Show who would be told of an alarm",
		Long: `Show who would be told of an alarm with these labels; without any, all routes. --alertmanager prints them
as an alertmanager.yml that amtool reads, receivers as names alone.`,
		Example: "  seamark alert route\n  seamark alert route team=web-mobile severity=critical\n  seamark alert route --alertmanager >alertmanager.yml && amtool check-config alertmanager.yml",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			r, err := oncall.Routes(cfg, args)
			switch {
			case err != nil:
				return err
			case alertmanager:
				_, err = fmt.Fprint(c.out, r.YAML)
			case c.json:
				err = c.writeJSON(c.out, map[string]any{"receivers": r.Receivers, "routes": r.Told})
			case len(args) == 0:
				_, err = fmt.Fprint(c.out, r.Tree)
			default:
				for _, name := range r.Receivers {
					fmt.Fprintln(c.out, name)
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&alertmanager, "alertmanager", false, "print the configuration in Alertmanager's own words")
	return cmd
}
