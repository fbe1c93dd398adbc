package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/collector/rehearsal"
	"github.com/seamark-hq/seamark/internal/config"
)

// rehearseFlags ask for a rehearsal of the plan.
type rehearseFlags struct {
	text  string
	most  float64
	since time.Duration
}

func (f *rehearseFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.text, "rehearse", "", "say what the plan's alarms would have done in this time: 14d, 36h")
	cmd.Flags().Float64Var(&f.most, "rehearse-limit", 10, "US dollars that reading the figures may cost; 0: any")
}

func (f *rehearseFlags) asked() bool { return f.text != "" }

func (f *rehearseFlags) check() error {
	if f.text == "" {
		return nil
	}
	var age config.Age
	if err := age.UnmarshalText([]byte(f.text)); err != nil || age == 0 {
		return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is no span to look back", f.text), Where: "--rehearse", Remedy: "use 14d, 36h or 8w"}}
	}
	f.since = time.Duration(age)
	return nil
}

// rehearse prints what the alarms of the plan would have done, and the monthly bill.
func (c *cli) rehearse(ctx context.Context, f *onboard.Accounts, o rehearseFlags) error {
	bill := map[string]float64{}
	total, unknown := 0.0, 0
	var last *rehearsal.Rehearsal
	err := f.Rehearse(ctx, o.since, o.most, func(r *rehearsal.Rehearsal) {
		last = r
		total += r.Cost.Dollars
		unknown += r.Cost.Unknown
		for _, i := range r.Cost.Items {
			bill[i.What] += i.Dollars
		}
		for _, x := range r.Failures {
			c.printFault(&seamark.Fault{Where: x.Resource, What: x.Doing, Err: x.Err})
		}
		if c.json {
			_ = c.writeJSON(c.out, r)
			return
		}
		c.printRehearsal(f, r)
	})
	if err != nil {
		return err
	}
	if c.json || last == nil {
		return interrupted(ctx)
	}
	c.printBill(bill, total, unknown, last)
	return interrupted(ctx)
}

func (c *cli) printRehearsal(f *onboard.Accounts, r *rehearsal.Rehearsal) {
	fmt.Fprintf(c.out, "\n%s %s, rehearsed from %s to %s\n", visible(f.Name(r.Place.Account)), r.Place.Region, instant(r.From), instant(r.To))
	g := newGrid("alarm", "threshold", "fired>", "last", "in alarm>", "calmer")
	quiet, blind := 0, 0
	for i := range r.Alarms {
		a := &r.Alarms[i]
		switch {
		case a.Problem == "" && !a.Data:
			blind++
			continue
		case a.Problem == "" && a.Fired == 0:
			quiet++
			continue
		}
		note := a.Suggestion()
		if note == "" {
			note = a.Problem
		}
		g.add(visible(a.Name[min(len(a.Name), len("seamark/")):]), a.Threshold, count(int64(a.Fired)), instant(a.Last), fmt.Sprintf("%.1f%%", 100*a.Share), visible(note))
	}
	if len(g.rows) > 0 {
		g.print(c.out)
	}
	fmt.Fprintf(c.out, "%s would not have fired, %s had no figures\n", plural(int64(quiet), "alarm"), count(int64(blind)))
}

func (c *cli) printBill(bill map[string]float64, total float64, unknown int, r *rehearsal.Rehearsal) {
	fmt.Fprintln(c.out, "\nWhat it would add to the bill, US dollars a month:")
	g := newGrid("what", "dollars>")
	for _, what := range slices.Sorted(maps.Keys(bill)) {
		g.add(visible(what), fmt.Sprintf("%.2f", bill[what]))
	}
	g.add("together", fmt.Sprintf("%.2f", total))
	g.print(c.out)
	if unknown > 0 {
		fmt.Fprintf(c.out, "the volume of %s is not known\n", plural(int64(unknown), "log group"))
	}
	for _, a := range append(append([]string{}, r.Cost.Assumptions...), r.Notes...) {
		fmt.Fprintf(c.out, "- %s\n", visible(a))
	}
	fmt.Fprintf(c.out, "prices of %s, %s; reading these figures cost about $%.2f\n\n", r.Cost.Date, visible(r.Cost.Source), r.Reading.Dollars)
}
