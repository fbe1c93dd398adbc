package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/lake/stats"
)

func (c *cli) costCmd() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "cost --lake LAKE",
		Short: "Estimate what keeping and reading a lake costs a month",
		Long: `Estimate, from what lies in a lake and how much comes a day, what S3 would charge a month in each
storage class, what retention and its tiers come to once as much goes as comes, what Athena
takes for reading every byte once, and the storage of an OpenSearch domain. The prices are list
prices as of a date, without tax, discounts, requests of readers and data transfer; --price-file
names a JSON file with others (the keys are those of "prices" with --json). With --json one
document: prices, now, steady, scan, index. What all of Seamark costs in AWS: seamark cost aws.`,
		Example: `  seamark cost --lake ./lake
  seamark cost --lake ./lake --price-file prices.json --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			prices, err := stats.ReadPrices(file)
			if err != nil {
				return &usageError{err}
			}
			l, err := lakes.Read(cmd.Context(), folder)
			if err != nil {
				return err
			}
			r, err := stats.Cost(cmd.Context(), l, app.Keep(cfg), prices)
			if err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, r)
			}
			c.printCost(r)
			return nil
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&file, "price-file", "", "JSON file with other prices")
	_ = cmd.MarkFlagFilename("price-file", "json")
	cmd.AddCommand(c.costAWSCmd())
	return cmd
}

func (c *cli) printCost(r stats.CostReport) {
	fmt.Fprintln(c.out, "What lies there, a month, if all of it lay in one class:")
	g := newGrid("what", "bytes>", "a day>", "Standard>", "Standard-IA>", "Glacier IR>", "Glacier Flexible>", "Deep Archive>")
	for _, l := range r.Now {
		g.add(l.What, size(l.Bytes), size(l.PerDay), dollars(l.Standard), dollars(l.Infrequent), dollars(l.Instant), dollars(l.Flexible), dollars(l.Deep))
	}
	g.print(c.out)
	fmt.Fprintln(c.out, "\nOnce as much goes as comes, a month:")
	g = newGrid("what", "kept>", "bytes>", "all in Standard>", "with tiers>")
	var standard, tiers float64
	for _, p := range r.Steady {
		kept := fmt.Sprintf("%d d", p.Days)
		if p.Forever {
			kept = fmt.Sprintf("for ever, after %d d", p.Days)
		}
		standard, tiers = standard+p.Standard, tiers+p.Tiers
		g.add(p.What, kept, size(p.Bytes), dollars(p.Standard), dollars(p.Tiers))
	}
	g.print(c.out)
	fmt.Fprintf(c.out, "\nAthena, every byte of the lake once: %s for %s. OpenSearch storage for %s: %s for %s, without its instances.\n",
		dollars(r.Scan.Athena), size(r.Scan.Bytes), plural(int64(r.Index.Days), "day"), dollars(r.Index.Storage), size(r.Index.Bytes))
	p := r.Prices
	as := p.Source
	if p.Date != "" {
		as = fmt.Sprintf("%s, %s, as of %s", p.Source, p.Region, p.Date)
	}
	fmt.Fprintf(c.out, "Prices: %s. An estimate; readers' requests, retrieval and transfer are not in it.\n", visible(as))
	fmt.Fprintf(c.out, "standard %s, tiers %s a month.\n", dollars(standard), dollars(tiers))
}

func dollars(x float64) string {
	switch {
	case x == 0:
		return "$0"
	case x < 0.01:
		return "<$0.01"
	case x < 100:
		return fmt.Sprintf("$%.2f", x)
	}
	return "$" + count(int64(x+0.5))
}
