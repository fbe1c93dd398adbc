package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/cost"
)

func (c *cli) costAWSCmd() *cobra.Command {
	var file string
	volume := 0.0
	a := cost.Usual()
	cmd := &cobra.Command{
		Use:   "aws",
		Short: "Estimate what Seamark in AWS costs a month, in each of its shapes",
		Long: `Estimate what Seamark in AWS costs a month, line by line, for a volume of log events a day, or for what a lake
tells of the last days; then with each product's and team's part of it. Beside the functions stand the
other shapes, CloudWatch Logs alone and, at 10, 100 and 1,000 GB a day, the published figures of
Centralized Logging with OpenSearch (CLO); then where one way begins to cost less than another. Lambda is reckoned from
what make bench measured of the built functions; prices are list prices as of a date (--price-file names
a JSON file with others; the keys are those of "prices" with --json). A GB is 2^30 bytes, uncompressed.
It asks AWS nothing. With --json one document: gb_per_day, prices, assumptions, measured, shapes,
targets, break_even, shares, notes.`,
		Example: `  seamark cost aws --volume 100
  seamark cost aws --volume 100 --events-per-payload 100
  seamark cost aws --lake ./lake --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			prices, err := cost.ReadPrices(file)
			if err != nil {
				return &usageError{err}
			}
			for flag, v := range map[string]float64{"--volume": volume, "--events-per-payload": a.Events, "--graviton": a.Graviton} {
				if !(v > 0 && v <= 1e6) && (flag != "--volume" || cmd.Flags().Changed("volume")) {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, Where: flag, What: fmt.Sprintf("%v is out of range", v), Remedy: "say a number above 0, at most 1,000,000"}}
				}
			}
			var shares []cost.Share
			if !cmd.Flags().Changed("volume") {
				folder, cfg, err := c.lakeFolder()
				if err != nil {
					return err
				}
				if volume, shares, err = app.Arriving(cmd.Context(), folder, cfg, c.logger(warnLevel)); err != nil {
					return err
				}
			} else if c.lake != "" {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "a volume and a lake", Remedy: "say one of --volume and --lake"}}
			}
			r := cost.Estimate(volume, prices, a, cost.Figures())
			r.Divide(shares)
			if c.json {
				return c.writeJSON(c.out, r)
			}
			c.printEstimate(r)
			return nil
		},
	}
	c.lakeFlag(cmd)
	f := cmd.Flags()
	f.Float64Var(&volume, "volume", 0, "GB of log events a day, uncompressed; without it the lake tells")
	f.Float64Var(&a.Events, "events-per-payload", a.Events, "how many events CloudWatch Logs packs into a payload: busy log groups more")
	f.Float64Var(&a.Graviton, "graviton", a.Graviton, "how fast a core of arm64 is against the measured one")
	f.StringVar(&file, "price-file", "", "JSON file with other prices")
	_ = cmd.MarkFlagFilename("price-file", "json")
	return cmd
}

func (c *cli) printEstimate(r cost.Report) {
	fmt.Fprintf(c.out, "%.4g GB of log events a day, a month:\n", r.GBPerDay)
	g := newGrid("functions", "dollars>", "how")
	for _, l := range r.Shapes[0].Lines {
		g.add(l.What, dollars(l.Dollars), l.How)
	}
	g.add("total", dollars(r.Shapes[0].Total), "")
	g.print(c.out)
	fmt.Fprintln(c.out)
	c.printShapes(r.Shapes)
	if len(r.Shares) > 0 {
		fmt.Fprintln(c.out)
		g = newGrid("product", "team", "of the events>", "dollars>")
		for _, s := range r.Shares {
			g.add(visible(s.Product), visible(s.Team), fmt.Sprintf("%.1f%%", 100*s.Events), dollars(s.Dollars))
		}
		g.print(c.out)
	}
	fmt.Fprintln(c.out)
	for _, b := range r.BreakEven {
		at := "at no volume"
		if b.At > 0 {
			at = fmt.Sprintf("%.3g %s", b.At, b.Unit)
		}
		fmt.Fprintf(c.out, "%s: %s: %s\n", b.Between, at, b.Says)
	}
	for _, t := range r.Targets {
		fmt.Fprintf(c.out, "%s: %s of %s: %s\n", t.What, dollars(t.Is), dollars(t.Most), map[bool]string{true: "met", false: "MISSED"}[t.Met])
	}
	fmt.Fprintln(c.out)
	for _, n := range r.Notes {
		fmt.Fprintln(c.out, n)
	}
	fmt.Fprintf(c.out, "Measured on %s (%s; others used %.1f cores meanwhile). Prices: %s", r.Measured.Date, r.Measured.Machine, r.Measured.Busy, visible(r.Prices.Source))
	if r.Prices.Date != "" {
		fmt.Fprintf(c.out, ", %s, as of %s", r.Prices.Region, r.Prices.Date)
	}
	fmt.Fprintf(c.out, ".\nfunctions %s a month.\n", dollars(r.Shapes[0].Total))
}

// printShapes draws a bar for each.
func (c *cli) printShapes(shapes []cost.Shape) {
	const width = 40
	most := 0.0
	for _, s := range shapes {
		most = max(most, s.Total)
	}
	g := newGrid("shape", "dollars>", "", "")
	for _, s := range shapes {
		g.add(s.Name, dollars(s.Total), strings.Repeat("█", max(1, int(math.Round(width*s.Total/most)))), s.About)
	}
	g.print(c.out)
}
