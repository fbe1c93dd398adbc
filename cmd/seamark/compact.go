package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

func (c *cli) compactCmd() *cobra.Command {
	var o lake.CompactOptions
	cmd := &cobra.Command{
		Use:   "compact --lake LAKE",
		Short: "Merge the lake's many small files into a few large ones",
		Long: `Merge the files of each hour that has ended into a few of about 128 MB, sorted by time, and drop
duplicates: rows whose timestamp, event_id, account, source and stream agree. An hour that has
not ended yet is merged when one of its partitions holds too many files. Queries go on
meanwhile and miss no row. It may be stopped at any moment, run again, and run twice at once;
"seamark up" does it by itself. With --json one document: hours (each with hour, why,
partitions, files_before, files_after, bytes_before, bytes_after, rows, duplicates, masked,
skipped) and the sums of these. Exit 1 when an hour could not be done.`,
		Example: `  seamark compact --lake ./lake --dry-run
  seamark compact --lake ./lake --older-than 2h`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("older-than") {
				o.OlderThan = time.Duration(cfg.Compact.OlderThan)
			}
			if !cmd.Flags().Changed("small-files") {
				o.SmallFiles = cfg.Compact.SmallFiles
			}
			if o.OlderThan < 0 || o.SmallFiles < 1 {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "--older-than must not be less than 0, --small-files more"}}
			}
			if o.OlderThan == 0 {
				o.OlderThan = 1 // the flag's 0 is at once, and so is that of the next
			}
			if o.Grace == 0 {
				o.Grace = -1
			}
			p := c.progress("hours")
			o.Progress = func(done, total int, _ lake.CompactedHour) { p.show(done, total) }
			r, err := compact(cmd.Context(), folder, o)
			p.clear()
			if err != nil && len(r.Hours) == 0 {
				return err
			}
			if c.json {
				if fault := c.writeJSON(c.out, r); fault != nil {
					return fault
				}
			} else {
				c.printCompacted(r, o.DryRun)
			}
			if err == nil && r.Skipped > 0 {
				return errReported
			}
			return err
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().DurationVar(&o.OlderThan, "older-than", 0, "merge hours that ended so long ago (default 2h, or compact.olderThan)")
	cmd.Flags().IntVar(&o.SmallFiles, "small-files", 0, "merge a later hour's partition that has more files (default 100, or compact.smallFiles)")
	cmd.Flags().DurationVar(&o.Grace, "grace", 10*time.Second, "how long merged files stay for queries that have begun")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be merged")
	return cmd
}

func compact(ctx context.Context, place string, o lake.CompactOptions) (lake.CompactReport, error) {
	l, err := openLake(ctx, place, o.DryRun)
	if err != nil {
		return lake.CompactReport{}, err
	}
	return l.Compact(ctx, o)
}

func (c *cli) printCompacted(r lake.CompactReport, dryRun bool) {
	g := newGrid("hour", "partitions>", "files>", "after>", "bytes>", "after>", "why")
	for _, h := range r.Hours {
		why := h.Why
		if h.Skipped != "" {
			why = "skipped: " + h.Skipped
		}
		g.add(h.Hour.UTC().Format("2006-01-02T15"), count(int64(h.Partitions)), count(int64(h.FilesBefore)), count(int64(h.FilesAfter)), size(h.BytesBefore), size(h.BytesAfter), visible(why))
	}
	if len(r.Hours) > 0 {
		g.print(c.out)
	}
	verdict := "Done."
	switch {
	case dryRun:
		verdict = "Nothing written; the figures after are estimates."
	case r.Skipped > 0:
		verdict = fmt.Sprintf("%s skipped; exit 1.", plural(int64(r.Skipped), "hour"))
	case len(r.Hours) == 0:
		verdict = "Nothing to do."
	}
	fmt.Fprintf(c.out, "hours %d, files %s → %s, bytes %s → %s, rows %s, duplicates %s, masked %s. %s\n", len(r.Hours)-r.Skipped,
		count(int64(r.FilesBefore)), count(int64(r.FilesAfter)), size(r.BytesBefore), size(r.BytesAfter), count(r.Rows), count(r.Duplicates), count(r.Masked), verdict)
}
