package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/history"
)

func (c *cli) onboardBackfillCmd() *cobra.Command {
	var places placeFlags
	var span spanFlags
	var group string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "backfill --log-group GROUP --since TIME",
		Short: "Fetch a log group's history from before it was onboarded",
		Long: `Read the events that a log group took before its filter was there, inside the API's rate, and land
them with their own ids on the path of everything else, filed under the name of the group's filter.
Stopped at any moment, the command that it prints goes on. --dry-run estimates. With --json one
document: log_group, since, until, filter, events, bytes, objects, known, left, failed, reads, done.`,
		Example: `  seamark onboard backfill --account booking --region eu-west-1 --log-group /aws/lambda/booking-create --since 30d
  seamark onboard backfill --account booking --region eu-west-1 --log-group /aws/ecs/quote --since 2026-10-01 --until 2026-11-01 --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := span.span()
			if err != nil {
				return err
			}
			if s.To.IsZero() {
				s.To = time.Now()
			}
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			show, clear := c.historyProgress()
			r, err := f.Backfill(cmd.Context(), group, s.From, s.To, dryRun, show)
			clear()
			if stopped := interrupted(cmd.Context()); stopped != nil && (err != nil || !r.Done) {
				return stopped
			}
			if err != nil {
				return err
			}
			again := fmt.Sprintf("seamark onboard backfill --account %s --region %s --log-group '%s' --since %s --until %s", r.Place.Account, r.Place.Region, visible(group), instant(s.From), instant(s.To))
			return c.printBackfill(group, s, r, again, dryRun)
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().StringVar(&group, "log-group", "", "name of the log group")
	span.add(cmd, "events that happened")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only estimate how much that is")
	_ = cmd.MarkFlagRequired("log-group")
	_ = cmd.MarkFlagRequired("since")
	return cmd
}

// historyProgress shows how far the history of a log group is.
func (c *cli) historyProgress() (show func(history.Progress), clear func()) {
	p := c.progress("history, minutes of events")
	return func(h history.Progress) {
		const minute = int64(time.Minute / time.Millisecond)
		p.show(int((h.At-h.From)/minute), int((h.To-h.From)/minute))
	}, p.clear
}

// backfilled is a backfill as scripts read it.
type backfilled struct {
	Group    string            `json:"log_group"`
	Since    string            `json:"since"`
	Until    string            `json:"until"`
	Filter   string            `json:"filter,omitempty"`
	Events   int64             `json:"events"`
	Bytes    int64             `json:"bytes"`
	Objects  int64             `json:"objects"`
	Known    int64             `json:"known"`
	Left     int64             `json:"left"`
	Failed   int               `json:"failed"`
	Reads    int64             `json:"reads"`
	Done     bool              `json:"done"`
	Estimate *history.Estimate `json:"estimate,omitempty"`
}

func (c *cli) printBackfill(group string, s seamark.Span, r *history.Report, again string, dryRun bool) error {
	for _, x := range r.Failures {
		c.printFault(&seamark.Fault{Where: x.Resource, What: x.Doing, Err: x.Err})
	}
	if c.json {
		if err := c.writeJSON(c.out, backfilled{group, instant(s.From), instant(s.To), r.Filter, r.Events, r.Bytes, r.Objects, r.Known, r.Left, len(r.Failures), r.Reads, r.Done, r.Estimate}); err != nil {
			return err
		}
	} else {
		for _, x := range r.Findings {
			fmt.Fprintf(c.out, "! %s   %s\n", visible(shortName(x.Resource)), visible(x.Problem))
		}
		c.printHistory(r, dryRun)
	}
	switch {
	case !r.Done && !dryRun:
		return &seamark.Fault{Class: seamark.Temporary, What: "not all is landed yet; what is done stays done", Remedy: "`" + again + "` goes on"}
	case len(r.Failures) > 0:
		return errReported
	}
	return nil
}

func (c *cli) printHistory(r *history.Report, dryRun bool) {
	if e := r.Estimate; dryRun && e != nil {
		if !e.Known {
			fmt.Fprintln(c.out, "CloudWatch has no figures of this log group; how much it is cannot be said. Nothing read.")
			return
		}
		fmt.Fprintf(c.out, "about %s, %s, %s of FilterLogEvents: about %s. Nothing read.\n", plural(e.Events, "event"), size(e.Bytes), plural(e.Calls, "call"), lasted(e.Took))
		return
	}
	filed := "under what the configuration says of the group, or as unassigned"
	if r.Filter != "" {
		filed = "under " + r.Filter
	}
	fmt.Fprintf(c.out, "events %s, bytes %s, objects %s landed, filed %s; known already %s, left to the filter %s, reads %s\n",
		count(r.Events), size(r.Bytes), count(r.Objects), visible(filed), count(r.Known), count(r.Left), count(r.Reads))
}
