package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/query/journey"
)

func (c *cli) journeyCmd() *cobra.Command {
	var since, until string
	cmd := &cobra.Command{
		Use:   "journey --lake LAKE ID",
		Short: "Follow one request from an API's access log to the stack trace it ended in, or back",
		Long: `Follow one request: the line of the API's access log, the Lambda invocations that it caused and
what they logged, oldest first, with the stack traces. ID is a request id of API Gateway or of Lambda, a
trace id or an event id. Rows are joined by request id, by the integration's request id that the
access log names (integrationRequestId, from $context.integration.requestId), and by trace id; how each was found
stands beside it, and "?" where it may belong to another request.`,
		Example: `  seamark journey --lake ./lake c0ffee00-0000-4000-8000-000000004711
  seamark journey --lake ./lake 1-5759e988-bd862e3fe1be46a994272793 --since 30d --json | jq .row.log.error_stack`,
		Args: need(1, 1, "which request?", "give a request id, a trace id or an event id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			span, err := seamark.ParseSpan(since, until, time.Now(), time.Local)
			if err != nil {
				return &usageError{err}
			}
			rows, _, closeLake, err := app.Search(cmd.Context(), folder, cfg, c.logger(warnLevel))
			if err != nil {
				return err
			}
			defer closeLake()
			j, err := journey.Follow(cmd.Context(), rows.Search, args[0], span, 0)
			if seamark.ClassOf(err) == seamark.Rejected && err != nil {
				return &usageError{err}
			}
			if err != nil {
				return err
			}
			return c.printJourney(j)
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&since, "since", "7d", "from when on the id is looked for")
	cmd.Flags().StringVar(&until, "until", "", "until when (default: now)")
	return cmd
}

// mostFrames are printed of a stack trace; --json has all.
const mostFrames = 12

func (c *cli) printJourney(j journey.Journey) error {
	out := bufio.NewWriter(c.out)
	colour := colours(c.out)
	for _, s := range j.Steps {
		if c.json {
			if err := c.writeJSON(out, struct {
				Table     seamark.Table `json:"table"`
				By        string        `json:"by"`
				Ambiguous bool          `json:"ambiguous,omitempty"`
				Row       any           `json:"row"`
			}{s.Row.Table, s.By, s.Ambiguous, jsonRow(s.Row, false)}); err != nil {
				return err
			}
			continue
		}
		sign, by := " ", s.By
		if s.Ambiguous {
			sign, by = "?", by+", ambiguous"
		}
		fmt.Fprintln(out, sign+" "+line(s.Row, colour)+paint(colour, "2", "  ("+by+")"))
		if s.Row.Log == nil || s.Row.Log.ErrorStack == "" {
			continue
		}
		frames := strings.Split(strings.TrimSpace(s.Row.Log.ErrorStack), "\n")
		for i, frame := range frames {
			if i == mostFrames {
				fmt.Fprintf(out, "        … %s more\n", plural(int64(len(frames)-i), "line"))
				break
			}
			fmt.Fprintln(out, "        "+visible(strings.TrimRight(frame, "\r")))
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(j.Steps) == 0 && !c.json {
		fmt.Fprintln(c.err, "no row has this id; try a longer --since")
	}
	for _, n := range j.Notes {
		fmt.Fprintln(c.err, visible("▲ "+n))
	}
	return nil
}
