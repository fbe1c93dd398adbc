package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/lake/changes"
	"github.com/seamark-hq/seamark/transformer/replay"
)

func (c *cli) replayCmd() *cobra.Command {
	var o replay.Options
	var span spanFlags
	var url, hour string
	var dryRun, yes bool
	cmd := &cobra.Command{
		Use:   "replay --lake LAKE",
		Short: "Make the rows of landing objects anew, in place",
		Long: `Transform landing objects again, chosen by their arrival, and put their rows in place of what they
were: after a fix of a parser, or when ledger and lake are lost, for all of it is made from
landing. Says first how much that is and how long it takes. Queries go on meanwhile: each object
switches from its old rows to its new ones at once. Stopped at any moment, the same command goes
on where it was. With an OpenSearch the documents are replaced too. With --json one document:
plan (objects, bytes, events, objects_new, objects_gone, objects_done, hours, parsers, parser,
oldest, newest, bytes_per_second, estimate_seconds), objects, objects_changed, before, after,
failed, changes (rows_compared, rows_not_compared, rows_changed, levels, columns), index,
took_seconds; with --dry-run the plan alone.`,
		Example: `  seamark replay --lake ./lake --since 7d --dry-run
  seamark replay --lake ./lake --parser-below 2 --yes
  seamark replay --lake ./new --landing ./lake/landing --yes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.Span, err = span.span(); err != nil {
				return err
			}
			if hour != "" {
				if o.Hour, err = time.Parse("2006-01-02T15", hour); err != nil {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not an hour", hour), Where: "--hour", Remedy: "write it in UTC, as 2026-11-22T17"}}
				}
			}
			o.Typed = []string{span.since, span.until}
			place, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if url != "" {
				cfg.OpenSearch.URL = url
			}
			boundHeap()
			p := c.progress("objects")
			o.Progress = func(_, _ int64, objects, of int) { p.show(objects, of) }
			r, err := app.Replay(cmd.Context(), place, cfg, o, true)
			if err != nil {
				return err
			}
			if dryRun || r.Plan.Objects == 0 && r.Plan.Done == 0 {
				return c.printReplayPlan(r.Plan, true)
			}
			if !c.json {
				_ = c.printReplayPlan(r.Plan, false)
			}
			if !yes && r.Plan.Objects > 0 { // else an earlier run was stopped at its very end
				if err := c.agreed(fmt.Sprintf("Transform %s again?", plural(int64(r.Plan.Objects), "object"))); err != nil {
					return err
				}
			}
			done, err := r.Run(cmd.Context())
			p.clear()
			if c.json {
				if fault := c.writeJSON(c.out, done); fault != nil {
					return fault
				}
			} else {
				c.printReplayed(done)
			}
			if err == nil && len(done.Failed) > 0 {
				return errReported
			}
			return err
		},
	}
	c.lakeFlag(cmd)
	span.add(cmd, "objects that arrived")
	cmd.Flags().StringVar(&o.Landing, "landing", "", "folder of landing objects to read (default: the lake's own)")
	cmd.Flags().IntVar(&o.ParserBelow, "parser-below", 0, "only objects whose rows a parser of an earlier version made")
	cmd.Flags().BoolVar(&o.Missing, "missing", false, "only objects that the ledger does not have")
	cmd.Flags().StringVar(&hour, "hour", "", "only objects with rows in this hour of events, in UTC (2026-11-22T17), whose compacted files are damaged")
	cmd.Flags().BoolVar(&o.Restart, "restart", false, "do all of it, even what an interrupted run has done")
	cmd.Flags().StringVar(&url, "opensearch", "", "URL of the OpenSearch to bring the rows into (default: from the configuration)")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say how much that is")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.MarkFlagsMutuallyExclusive("missing", "parser-below", "hour")
	_ = cmd.MarkFlagDirname("landing")
	return cmd
}

func (c *cli) printReplayPlan(p replay.Plan, last bool) error {
	if c.json {
		return c.writeJSON(c.out, p)
	}
	if p.Done > 0 {
		fmt.Fprintf(c.out, "%s done by the run that was interrupted; --restart does them again\n", plural(int64(p.Done), "object"))
	}
	if p.Gone > 0 {
		fmt.Fprintf(c.out, "%s cannot be read any more (standard input, or expired); their rows stay as they are\n", plural(int64(p.Gone), "object"))
	}
	for _, v := range slices.Sorted(maps.Keys(p.Parsers)) {
		fmt.Fprintf(c.out, "parser %s: %s\n", visible(v), plural(int64(p.Parsers[v]), "object"))
	}
	if p.New > 0 {
		fmt.Fprintf(c.out, "not transformed yet: %s\n", plural(int64(p.New), "object"))
	}
	fmt.Fprintf(c.out, "objects %s, bytes %s, events %s, hours %s; arrived %s to %s; parser %s", count(int64(p.Objects)), size(p.Bytes), count(p.Events), count(int64(p.Hours)),
		instant(p.Oldest), instant(p.Newest), p.Parser)
	if p.Rate > 0 {
		fmt.Fprintf(c.out, "; about %s at %s/s", lasted(time.Duration(p.Estimate*float64(time.Second))), size(p.Rate))
	}
	switch {
	case p.Objects == 0:
		fmt.Fprint(c.out, ". Nothing to do.")
	case last:
		fmt.Fprint(c.out, ". Nothing written.")
	}
	fmt.Fprintln(c.out)
	return nil
}

func (c *cli) printReplayed(r replay.Done) {
	for _, f := range r.Failed {
		c.printFault(&seamark.Fault{What: "not transformed; it keeps its rows", Where: f.Object, Err: fmt.Errorf("%s", f.What)})
	}
	fmt.Fprintf(c.out, "objects %s, objects_changed %s, failed %d, %s\n", count(int64(r.Objects)), count(int64(r.Changed)), len(r.Failed), lasted(time.Duration(r.Took*float64(time.Second))))
	c.printChanges(&r.Changes)
	if d := r.Documents; d != nil {
		fmt.Fprintf(c.out, "documents %s = created %s + replaced %s + reduced %s\n", count(d.Documents), count(d.Created), count(d.Replaced), count(d.Reduced))
	}
	verdict := "Next: seamark compact, or leave it to `seamark up`."
	if len(r.Failed) > 0 {
		verdict = "Exit 1."
	}
	fmt.Fprintf(c.out, "rows %s → %s, quarantined %s → %s. %s\n", count(r.Before.Rows), count(r.After.Rows), count(r.Before.Quarantined), count(r.After.Quarantined), verdict)
}

// printChanges says what is otherwise in the rows: "level 12 NULL → ERROR, 3 INFO → WARN".
func (c *cli) printChanges(r *changes.Report) {
	var parts []string
	for i, l := range r.Levels {
		part := fmt.Sprintf("%s %s → %s", count(l.Rows), cmp.Or(l.From, "NULL"), cmp.Or(l.To, "NULL"))
		if i == 0 {
			part = "level " + part
		}
		parts = append(parts, part)
	}
	for _, name := range r.Names() {
		var did []string
		for _, d := range []struct {
			n    int64
			verb string
		}{{r.Columns[name].Filled, "filled"}, {r.Columns[name].Changed, "changed"}, {r.Columns[name].Emptied, "emptied"}} {
			if d.n > 0 {
				did = append(did, count(d.n)+" "+d.verb)
			}
		}
		parts = append(parts, name+" "+strings.Join(did, " "))
	}
	fmt.Fprintf(c.out, "rows_compared %s, rows_changed %s", count(r.Compared), count(r.Changed))
	if r.NotCompared > 0 {
		fmt.Fprintf(c.out, ", rows_not_compared %s", count(r.NotCompared))
	}
	if len(parts) > 0 {
		fmt.Fprintf(c.out, ": %s", strings.Join(parts, "; "))
	}
	fmt.Fprintln(c.out)
}
