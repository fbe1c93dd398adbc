package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/transformer/origin"
)

func (c *cli) transformCmd() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "transform --lake LAKE FILE...",
		Short: "Turn landing objects into rows of a lake",
		Long: `Turn landing objects (files as Firehose writes them, - for standard input) into partitioned
Parquet. The input is read, never moved or copied. An object that the ledger has done
already is skipped. What cannot be decoded is kept in quarantine, and the exit code is 1.`,
		Example: `  seamark transform --lake ./lake landing/2026/11/22/16/*
  zcat -f dump.gz | seamark transform --lake ./lake --json -`,
		Args: need(1, math.MaxInt, "which landing objects?", "name their files, or - for standard input"),
		RunE: func(cmd *cobra.Command, files []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			rows, err := rows.Options(cfg)
			if err != nil {
				return err
			}
			boundHeap()
			p := c.progress("objects")
			result, failed, err := app.Transform(cmd.Context(), folder, rows, origin.Options{
				Files: files, Stdin: c.in, Force: force,
				Quarantined: func(name string, q seamark.Quarantined) {
					p.clear()
					remedy := ": fetch the object again and re-run"
					if strings.Contains(q.Reason, " but ") { // the reason says what would help
						remedy = ""
					}
					fmt.Fprintf(c.err, "quarantine: %s: %s at byte %s, %s kept as %s%s\n",
						visible(name), visible(q.Reason), count(q.Offset), size(q.Bytes), q.Kept, remedy)
				},
				Failed: func(name string, err error) {
					p.clear()
					c.printFault(err)
				},
				Progress: func(done, total int, _ origin.Result) { p.show(done, total) },
			})
			p.clear()
			if err != nil {
				return err
			}
			if c.json {
				c.writeJSON(c.out, result)
			} else {
				c.printTransform(folder, result, failed)
			}
			if failed > 0 || result.Quarantined > 0 {
				return errReported
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "do again what the ledger has done already")
	return cmd
}

func (c *cli) printTransform(folder string, r origin.Result, failed int) {
	fmt.Fprintf(c.out, "objects %s, objects_skipped %s, bytes_in %s, files_written %s, control_messages %s, %s\n",
		count(r.Objects), count(r.ObjectsSkipped), size(r.BytesIn), count(r.FilesWritten), count(r.ControlMessages), lasted(r.Took))
	verdict := "Balanced"
	if r.Events+r.Undecodable != r.Rows+r.Quarantined {
		verdict = fmt.Sprintf("NOT balanced: run `seamark verify --lake %s`", seamark.ShellArg(folder))
	}
	if r.Quarantined > 0 {
		verdict += fmt.Sprintf("; exit 1: quarantined %s", count(r.Quarantined))
	}
	if failed > 0 {
		verdict += "; exit 1: " + plural(int64(failed), "object") + " could not be done"
	}
	fmt.Fprintf(c.out, "events %s + undecodable %s = rows %s + quarantined %s. %s\n",
		count(r.Events), count(r.Undecodable), count(r.Rows), count(r.Quarantined), verdict)
}
