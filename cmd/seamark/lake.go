package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
)

func (c *cli) lakeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "lake",
		Short:   "Say what lies in a lake",
		Long:    "Say what lies in a lake. See also: verify, compact, retention, cost.",
		Example: `  seamark lake stats --lake ./lake --by product`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.lakeStatsCmd(), c.lakeAthenaCmd())
	return cmd
}

func (c *cli) lakeStatsCmd() *cobra.Command {
	var o stats.Options
	var span spanFlags
	by := string(stats.ByDay)
	cmd := &cobra.Command{
		Use:   "stats --lake LAKE",
		Short: "Rows, bytes, files and ages, by product and day",
		Long: `Count rows, bytes and files of the lake, by table and product and by day, hour or not. The ledger
tells; --footers also opens every file for its size before compression. "compact" marks lines
of many small files. With --json one document: lines and total, each with table, product, day,
hour, rows, bytes, uncompressed_bytes, files, compacted_files, partitions, oldest, newest,
small_files.`,
		Example: `  seamark lake stats --lake ./lake --since 7d
  seamark lake stats --lake ./lake --by product --footers --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]stats.By{stats.ByProduct, stats.ByDay, stats.ByHour}, stats.By(by)) {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("cannot group by %q", by), Where: "--by", Remedy: "use product, day or hour"}}
			}
			o.By = stats.By(by)
			var err error
			if o.Span, err = span.span(); err != nil {
				return err
			}
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			l, err := lakes.Read(cmd.Context(), folder)
			if err != nil {
				return err
			}
			o.Compact = lake.CompactOptions{OlderThan: time.Duration(cfg.Compact.OlderThan), SmallFiles: cfg.Compact.SmallFiles}
			p := c.progress("files")
			counted, err := stats.Count(cmd.Context(), l, o, p.show)
			p.clear()
			if err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, counted)
			}
			c.printStats(folder, counted, o)
			if counted.Total.Files == 0 {
				for _, f := range strangers("product", o.Product, counted.Products) {
					fmt.Fprintln(c.err, visible(f.Error()))
				}
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	span.add(cmd, "events")
	cmd.Flags().StringVar(&by, "by", by, "product, day or hour")
	cmd.Flags().StringSliceVar(&o.Product, "product", nil, "only these products")
	cmd.Flags().BoolVar(&o.Footers, "footers", false, "open every file for its size before compression")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"product", "day", "hour"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (c *cli) printStats(folder string, s stats.Counted, o stats.Options) {
	head := []string{"table", "product"}
	if o.By != stats.ByProduct {
		head = append(head, "day")
	}
	if o.By == stats.ByHour {
		head = append(head, "hour")
	}
	head = append(head, "rows>", "bytes>", "files>", "per row>")
	if o.Footers {
		head = append(head, "ratio>")
	}
	g := newGrid(append(head, "oldest", "newest", "")...)
	small := int64(0)
	line := func(l stats.Line) {
		cells := []string{string(l.Table), l.Product}
		if o.By != stats.ByProduct {
			cells = append(cells, l.Day)
		}
		if o.By == stats.ByHour {
			cells = append(cells, l.Hour)
		}
		cells = append(cells, count(l.Rows), size(l.Bytes), count(l.Files), perRow(l.Bytes, l.Rows))
		if o.Footers {
			cells = append(cells, ratio(l.Bytes, l.Uncompressed))
		}
		note := ""
		if l.Small {
			note = "compact"
		}
		g.add(append(cells, instant(l.Oldest), instant(l.Newest), note)...)
	}
	for _, l := range s.Lines {
		if line(l); l.Small {
			small++
		}
	}
	if len(s.Lines) > 0 {
		g.print(c.out)
	}
	t := s.Total
	fmt.Fprintf(c.out, "rows %s, bytes %s, files %s in %s", count(t.Rows), size(t.Bytes), count(t.Files), plural(t.Partitions, "partition"))
	if o.Footers {
		fmt.Fprintf(c.out, ", compressed to %s of %s", ratio(t.Bytes, t.Uncompressed), size(t.Uncompressed))
	}
	if small > 0 {
		fmt.Fprintf(c.out, "; many small files in %s: run `seamark compact --lake %s`", plural(small, "line"), visible(seamark.ShellArg(folder)))
	}
	fmt.Fprintln(c.out, ".")
}

func perRow(bytes, rows int64) string {
	if rows == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f B", float64(bytes)/float64(rows))
}

func ratio(bytes, of int64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(bytes)/float64(of))
}
