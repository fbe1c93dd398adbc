package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/internal/app/oncall"
)

func (c *cli) incidentCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "incident", Short: "See incidents, and say what is done about them", Example: "  seamark incident list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.incidentListCmd(), c.incidentShowCmd(), writes(c.incidentAckCmd()), writes(c.incidentSilenceCmd()), writes(c.incidentResolveCmd()), c.incidentExportCmd())
	return cmd
}

func (c *cli) incidentListCmd() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the open incidents, longest first",
		Example: "  seamark incident list\n  seamark incident list --all --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			entries, unread := oncall.Incidents(cmd.Context(), cfg)
			g, n := newGrid("id", "state", "since", "for>", "what"), 0
			for i := len(entries) - 1; i >= 0; i-- {
				in := &entries[i].Incident
				if in.Status == seamark.IncidentResolved && !all {
					continue
				}
				n++
				if c.json {
					if err := c.writeJSON(c.out, in); err != nil {
						return err
					}
					continue
				}
				headline, _ := oncall.IncidentText(cfg, in)
				g.add(in.ID, incidentState(in), instant(in.OpenedAt), words.Lasted(in.Duration(time.Now())), visible(headline))
			}
			if !c.json {
				if n > 0 {
					g.print(c.out)
				}
				fmt.Fprintf(c.out, "%s%s.\n", plural(int64(n), "incident"), map[bool]string{false: " open", true: ""}[all])
			}
			return unread
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also those that are over")
	return cmd
}

// incidentState says where an incident stands, with who looks after it.
func incidentState(in *seamark.Incident) string {
	switch {
	case in.Status == seamark.IncidentResolved:
		return "resolved"
	case in.Silenced.Holds(time.Now()):
		return "silenced"
	case in.Acknowledged.Holds(time.Now()):
		return "acknowledged"
	case in.Reopened > 0:
		return "reopened"
	}
	return "open"
}

func (c *cli) incidentShowCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "show INCIDENT",
		Short:   "Show one incident: its card, what happened when, and who was told",
		Example: "  seamark incident show 20261122T174002Z-booking-prod",
		Args:    need(1, 1, "which incident?", "name one by its id, see `seamark incident list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			e, err := oncall.Incident(cmd.Context(), cfg, args[0])
			if err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, e)
			}
			_, text := oncall.IncidentText(cfg, &e.Incident)
			fmt.Fprint(c.out, text, "\n")
			g := newGrid("when", "what")
			for _, m := range e.Incident.Timeline {
				g.add(instant(m.At), visible(m.What))
			}
			g.print(c.out)
			if len(e.Deliveries) > 0 {
				fmt.Fprintln(c.out)
				c.printDeliveries(e)
			}
			return nil
		},
	}
}

func (c *cli) printDeliveries(e incident.Entry) {
	g := newGrid("receiver", "card", "last", "trouble")
	for _, name := range slices.Sorted(maps.Keys(e.Deliveries)) {
		d := e.Deliveries[name]
		state := "shown"
		switch {
		case d.Dead:
			state = "given up"
		case d.Version == 0:
			state = "none"
		case d.Version != e.Version:
			state = "behind"
		}
		last := "-"
		if !d.At.IsZero() {
			last = instant(d.At)
		}
		g.add(visible(name), state, last, visible(cmp.Or(d.Fault, "-")))
	}
	g.print(c.out)
}

func (c *cli) incidentAckCmd() *cobra.Command {
	var by string
	var lasts time.Duration
	cmd := &cobra.Command{
		Use:     "ack INCIDENT",
		Short:   "Say that somebody looks after an incident",
		Long:    "Say that somebody looks after an incident. Its card says who, and nobody is reminded of it.",
		Example: "  seamark incident ack 20261122T174002Z-booking-prod --by ana\n  seamark incident ack 20261122T174002Z-booking-prod --for 4h",
		Args:    need(1, 1, "which incident?", "name one by its id, see `seamark incident list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, args[0], incident.DoAcknowledge, by, lasts)
		},
	}
	byFlag(cmd, &by)
	cmd.Flags().DurationVar(&lasts, "for", 0, "how long it counts, such as 4h; without it until the incident ends")
	return cmd
}

func (c *cli) incidentSilenceCmd() *cobra.Command {
	var by string
	var lasts time.Duration
	cmd := &cobra.Command{
		Use:     "silence INCIDENT --for DURATION",
		Short:   "Keep an incident quiet for a while",
		Long:    "Keep an incident, and any that follows it of the same product and environment, quiet for a while. It is still seen, and the end of a card that was shown is still told.",
		Example: "  seamark incident silence 20261122T174002Z-booking-prod --for 4h --by ana",
		Args:    need(1, 1, "which incident?", "name one by its id, see `seamark incident list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, args[0], incident.DoSilence, by, lasts)
		},
	}
	byFlag(cmd, &by)
	cmd.Flags().DurationVar(&lasts, "for", 0, "how long, such as 4h; 30 days at most")
	return cmd
}

func (c *cli) incidentResolveCmd() *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:     "resolve INCIDENT",
		Short:   "Say that an incident is over",
		Long:    "Say that an incident is over, whatever its alarms say. One that fires anew opens the next.",
		Example: "  seamark incident resolve 20261122T174002Z-booking-prod --by ana",
		Args:    need(1, 1, "which incident?", "name one by its id, see `seamark incident list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, args[0], incident.DoResolve, by, 0)
		},
	}
	byFlag(cmd, &by)
	return cmd
}

func byFlag(cmd *cobra.Command, by *string) {
	cmd.Flags().StringVar(by, "by", "", "who says so; the name stands on the card (default: the user's name)")
}

// whoever is the name that was given, or that of the user.
func whoever(by string) string {
	if by == "" {
		if u, err := user.Current(); err == nil {
			return u.Username
		}
	}
	return by
}

// act does what a person says, and says what became of it.
func (c *cli) act(cmd *cobra.Command, id, do, by string, lasts time.Duration) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	e, err := oncall.Incident(cmd.Context(), cfg, id)
	if err != nil {
		return err
	}
	if e.Incident.Status == seamark.IncidentResolved {
		return &seamark.Fault{Class: seamark.Rejected, What: "it is over already", Where: "incident " + e.Incident.ID, Remedy: "nothing is left to do"}
	}
	by = whoever(by)
	a := incident.Act{Incident: e.Incident.ID, Do: do, By: by, At: time.Now().UTC()}
	if lasts != 0 {
		a.Until = a.At.Add(lasts)
	}
	done, err := oncall.Act(cmd.Context(), cfg, a, c.logger(warnLevel))
	if err != nil {
		return err
	}
	if c.json {
		return c.writeJSON(c.out, map[string]any{"act": a, "done": done})
	}
	what := map[string]string{incident.DoAcknowledge: "acknowledged", incident.DoSilence: "silenced", incident.DoResolve: "resolved"}[do]
	if !done {
		fmt.Fprintf(c.out, "%s will be %s: the appliance that runs has not taken it within 10 s, and does when it can.\n", e.Incident.ID, what)
		return nil
	}
	fmt.Fprintf(c.out, "%s %s by %s\n", e.Incident.ID, what, visible(strings.TrimSpace(by)))
	return nil
}

func (c *cli) incidentExportCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "export [INCIDENT...]",
		Short: "Write incidents whole, one JSON object a line",
		Long: `Write incidents whole, as docs/formats/incident.md says, one JSON object a line: alarms, timeline,
figures, who was told. Without INCIDENT all of them, newest first.`,
		Example: "  seamark incident export > incidents.ndjson",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			var entries []incident.Entry
			var unread error
			if len(args) == 0 {
				entries, unread = oncall.Incidents(cmd.Context(), cfg)
			}
			for _, id := range args {
				e, err := oncall.Incident(cmd.Context(), cfg, id)
				if err != nil {
					return err
				}
				entries = append(entries, e)
			}
			out := json.NewEncoder(c.out)
			for _, e := range entries {
				if err := out.Encode(e); err != nil {
					return err
				}
			}
			return unread
		},
	}
}
