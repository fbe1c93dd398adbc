package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
)

func (c *cli) onboardPlanCmd() *cobra.Command {
	var places placeFlags
	var all bool
	var rehearse rehearseFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what would change in the accounts, and why; write nothing",
		Long: `Read the accounts and say what tags and configuration ask for that is not there yet (+), is
otherwise (~) or is asked for no more (-), with the reason, and what stands in the way (!).
--rehearse also says how often the alarms would have fired, which thresholds would be calmer, and
what all of it would cost a month. Exits 0, with changes too; 1 when an account could not be looked
at. With --json the last document is accounts, resources, onboarded, create, update, delete,
unchanged, failed, writes, reads.`,
		Example: `  seamark onboard plan
  seamark onboard plan --account booking --region eu-west-1 --rehearse 14d
  seamark onboard plan --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := rehearse.check(); err != nil {
				return err
			}
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			c.skipped(f)
			t, _, err := c.plan(cmd.Context(), f, all, false)
			if err != nil {
				return err
			}
			if rehearse.asked() {
				if err := c.rehearse(cmd.Context(), f, rehearse); err != nil {
					return err
				}
			}
			if c.json {
				if err := c.writeJSON(c.out, t); err != nil {
					return err
				}
				return whole(t)
			}
			fmt.Fprintln(c.out, c.totals(t)+". Nothing written.")
			switch {
			case t.Create+t.Update+t.Delete > 0:
				fmt.Fprintln(c.out, "Next: "+places.again("apply"))
			case t.Failed == 0:
				fmt.Fprintln(c.out, "All is as the tags say.")
			}
			return whole(t)
		},
	}
	c.placeFlags(cmd, &places)
	rehearse.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "also list what is as it should be, and what is not tagged")
	return cmd
}

// plan prints what a sweep would do, and keeps the first lines of what would go.
func (c *cli) plan(ctx context.Context, f *onboard.Accounts, all, destroy bool) (onboard.Totals, []placeLines, error) {
	show, clear := c.sweepProgress()
	var gone []placeLines
	listed := 0
	t := f.Sweep(ctx, onboard.SweepOptions{DryRun: true, Destroy: destroy, Progress: show, Each: func(r *collector.Report) {
		clear()
		c.printSweep(f, r, all)
		if r.Deleted > 0 && !c.json && listed < mostDeletes {
			lines := slices.DeleteFunc(linesOf(f, r, false), func(l changeLine) bool { return l.mark != "-" })
			lines = lines[:min(len(lines), mostDeletes-listed)]
			listed += len(lines)
			gone = append(gone, placeLines{r.Place, lines})
		}
	}})
	clear()
	return t, gone, interrupted(ctx)
}

// mostDeletes bounds the lines of what would go that are repeated before the question.
const mostDeletes = 40

// repeatDeletes writes once more what would go, where other changes stand around it.
func (c *cli) repeatDeletes(f *onboard.Accounts, t onboard.Totals, gone []placeLines) {
	if len(gone) == 0 || t.Create+t.Update == 0 {
		return
	}
	fmt.Fprintf(c.out, "\n%s would go:\n", plural(int64(t.Delete), "thing"))
	listed := 0
	for _, g := range gone {
		c.printPlace(f, g.place, g.lines)
		listed += len(g.lines)
	}
	if listed == mostDeletes {
		fmt.Fprintln(c.out, "  and more: see above")
	}
}

func (c *cli) onboardApplyCmd() *cobra.Command {
	var places placeFlags
	var all, yes, noHistory bool
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Bring the accounts to what their tags ask for",
		Long: `Do what "seamark onboard plan" says: put filters and alarms, change them, take away what is asked
for no more; then fetch the events that the log groups took before their filters were there. Asks
first; --yes does not, and scripts need it. Stopped at any moment, the same command goes on. Exits
1 when anything could not be done, and lists it. With --json the last document is accounts,
resources, onboarded, create, update, delete, unchanged, failed, writes, reads.`,
		Example: `  seamark onboard apply
  seamark onboard apply --account booking --yes --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			c.skipped(f)
			if !yes {
				if err := c.nobody(places.again("plan")); err != nil {
					return err
				}
				t, gone, err := c.plan(cmd.Context(), f, all, false)
				if err != nil {
					return err
				}
				fmt.Fprintln(c.out, c.totals(t)+".")
				c.repeatDeletes(f, t, gone)
				if t.Create+t.Update+t.Delete == 0 { // history may wait
					fmt.Fprintln(c.out, "Nothing to change.")
				} else if err := c.agreed(fmt.Sprintf("Make %s in %s?", plural(int64(t.Create+t.Update+t.Delete), "change"), plural(int64(t.Accounts), "account"))); err != nil {
					return err
				}
			}
			return c.apply(cmd.Context(), f, applying{again: places.again("apply"), all: all, history: !noHistory, shown: !yes})
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().BoolVar(&all, "all", false, "also list what is as it should be, and what is not tagged")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&noHistory, "no-history", false, "leave the history of newly attached log groups to the next sweep")
	return cmd
}

// nobody refuses to go on where nobody can be asked, before minutes of reading.
func (c *cli) nobody(look string) error {
	if isTerminal(c.in) && !c.json {
		return nil
	}
	return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "nobody is there to be asked", Remedy: "add --yes, or look first with `" + look + "`"}}
}

// applying is how changes are made.
type applying struct {
	again   string // the command that goes on
	destroy bool
	all     bool
	history bool
	shown   bool // the plan was printed
}

// apply makes the changes, and fetches history.
func (c *cli) apply(ctx context.Context, f *onboard.Accounts, a applying) error {
	show, clear := c.sweepProgress()
	var waits onboard.Waits
	t := f.Sweep(ctx, onboard.SweepOptions{Destroy: a.destroy, Progress: show, Each: func(r *collector.Report) {
		clear()
		waits.See(r)
		if a.shown && !c.json {
			only := *r
			only.Changes, only.Findings = nil, nil // the plan had them
			r = &only
		}
		c.printSweep(f, r, a.all && !a.shown)
	}})
	clear()
	if a.history && ctx.Err() == nil {
		c.fetchHistory(ctx, f, waits.Places(), &t)
	}
	if c.json {
		if err := c.writeJSON(c.out, t); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(c.out, c.totals(t)+".")
	}
	switch {
	case ctx.Err() != nil:
		return &seamark.Fault{Class: seamark.Temporary, What: "interrupted; what is done stays done, nothing is half done", Remedy: "`" + a.again + "` goes on"}
	case t.Failed > 0 || t.Left > 0:
		if !c.json {
			fmt.Fprintf(c.out, "%s could not be done, see above; `%s` tries again. Exit 1.\n", plural(int64(t.Failed), "thing"), a.again)
		}
		return errReported
	}
	return nil
}

// fetchHistory lands what log groups took before their filters. What fails is reported
// and stays to be done.
func (c *cli) fetchHistory(ctx context.Context, f *onboard.Accounts, places []inventory.Place, t *onboard.Totals) {
	if len(places) == 0 {
		return
	}
	show, clear := c.historyProgress()
	h := f.FetchHistory(ctx, places, show)
	clear()
	t.Reads += h.Reads
	t.Failed += len(h.Failures)
	for _, x := range h.Failures {
		c.printFault(&seamark.Fault{Where: x.Resource, What: x.Doing, Err: x.Err, Remedy: "it stays to be done; run the same command again"})
	}
	for _, x := range h.Findings {
		c.printFault(&seamark.Fault{Where: x.Resource, What: x.Problem})
	}
	if c.json {
		return
	}
	fmt.Fprintf(c.out, "history: %s of %s landed", plural(h.Events, "event"), plural(int64(h.Groups+h.Waiting), "log group"))
	if h.Waiting > 0 && !h.Next.IsZero() {
		fmt.Fprintf(c.out, "; the last minutes of %s can be told from what the filters deliver at %s: the next sweep fetches them", plural(int64(h.Waiting), "log group"), h.Next.Local().Format("15:04"))
	}
	fmt.Fprintln(c.out)
}

func (c *cli) onboardDestroyCmd() *cobra.Command {
	var places placeFlags
	var yes, dryRun bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Remove exactly what Seamark made in the accounts",
		Long: `Remove every filter and alarm of this deployment, and the access logs that it switched on, in an
order that works; the accounts are left as they were found. Other deployments, foreign filters and
alarms, and what is in the lake stay. Lists what goes, and asks. Stopped at any moment, the same
command goes on. Exits 1 when anything could not be removed.`,
		Example: `  seamark onboard destroy --dry-run
  seamark onboard destroy --account booking`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			c.skipped(f)
			if !yes || dryRun {
				if err := c.nobody(places.again("destroy") + " --dry-run"); err != nil && !dryRun {
					return err
				}
				t, _, err := c.plan(cmd.Context(), f, false, true)
				if err != nil {
					return err
				}
				if dryRun && c.json {
					return c.writeJSON(c.out, t)
				}
				verdict := ". Nothing removed."
				if !dryRun {
					verdict = "."
				}
				fmt.Fprintln(c.out, c.totals(t)+verdict)
				if dryRun || t.Delete+t.Update == 0 {
					return nil
				}
				if err := c.agreed(fmt.Sprintf("Remove %s from %s?", plural(int64(t.Delete), "thing"), plural(int64(t.Accounts), "account"))); err != nil {
					return err
				}
			}
			return c.apply(cmd.Context(), f, applying{again: places.again("destroy"), destroy: true, shown: !yes})
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would go")
	return cmd
}

// whole is the end of a plan: places that could not be looked at make it one of the rest only.
func whole(t onboard.Totals) error {
	if t.Left > 0 {
		return errReported
	}
	return nil
}
