package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/internal/app"
)

// maxEvents bounds what is read of a file of events, in bytes.
const maxEvents = 256 << 20

func (c *cli) onboardEventCmd() *cobra.Command {
	var places placeFlags
	var file string
	var dryRun, allSkipped bool
	cmd := &cobra.Command{
		Use:   "event --file EVENT.json",
		Short: "Handle CloudTrail or EventBridge events as the Lambda function does",
		Long: `Read one event or many (an EventBridge event, an SQS message, a CloudTrail file, plain or gzip) and
bring what they are about to what its tags ask for. What cannot be looked at alone is looked at
with its whole account and region. Says what was skipped, and why: many of them by their reasons,
each with --skipped. "-" is standard input. With --json the last document is that of "seamark onboard apply".`,
		Example: `  seamark onboard event --file event.json --dry-run
  aws cloudtrail lookup-events | seamark onboard event --file -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.readInput(file)
			if err != nil {
				return err
			}
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			cfg, err := c.config()
			if err != nil {
				return err
			}
			res, bad := f.Event(cmd.Context(), b, app.Caller(cfg), dryRun, func(h hint.Hint, r *collector.Report) {
				if !c.json && h.Whole {
					fmt.Fprintf(c.out, "%s %s: looked at as a whole\n", visible(f.Name(h.Place.Account)), h.Place.Region)
				}
				c.printSweep(f, r, false)
			})
			if !c.json {
				c.printSkipped(res.Skipped, allSkipped)
			}
			if err := interrupted(cmd.Context()); err != nil {
				return err
			}
			if bad != nil {
				c.printFault(bad)
			}
			if c.json {
				if err := c.writeJSON(c.out, res.Totals); err != nil {
					return err
				}
			} else {
				verdict := "."
				if dryRun {
					verdict = ". Nothing written."
				}
				fmt.Fprintln(c.out, c.totals(res.Totals)+verdict)
			}
			if bad != nil || res.Totals.Failed > 0 {
				return errReported
			}
			return nil
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().StringVar(&file, "file", "", "file with the event; - is standard input")
	cmd.Flags().BoolVar(&allSkipped, "skipped", false, "list each event that was skipped")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would change")
	_ = cmd.MarkFlagRequired("file")
	_ = cmd.MarkFlagFilename("file", "json", "gz")
	return cmd
}

// fewSkipped are listed in any case.
const fewSkipped = 5

// printSkipped says what was skipped: each, or how many for which reason.
func (c *cli) printSkipped(skipped []cloudtrail.Skip, all bool) {
	if all || len(skipped) <= fewSkipped {
		for _, s := range skipped {
			fmt.Fprintf(c.out, "skipped %s\n", visible(s.String()))
		}
		return
	}
	count := map[string]int{}
	for _, s := range skipped {
		count[s.Why]++
	}
	reasons := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	fmt.Fprintf(c.out, "skipped %s; each with --skipped\n", plural(int64(len(skipped)), "event"))
	for i, why := range reasons {
		if i == fewSkipped {
			fmt.Fprintf(c.out, "  %s\n", plural(int64(len(reasons)-i), "more reason"))
			break
		}
		fmt.Fprintf(c.out, "  %6d  %s\n", count[why], visible(why))
	}
}

// readInput reads a file, or standard input for "-".
func (c *cli) readInput(file string) ([]byte, error) {
	in := c.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, &usageError{&seamark.Fault{Class: seamark.Rejected, What: "the file cannot be read", Where: file, Err: err, Remedy: "check the path; - is standard input"}}
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxEvents+1))
	if err == nil && len(b) > maxEvents {
		err = fmt.Errorf("it is longer than %s", size(maxEvents))
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the events cannot be read", Where: file, Err: err, Remedy: "split the file"}
	}
	return b, nil
}
