package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
)

// changeLine is one line of a plan.
type changeLine struct{ product, mark, what, name, why string }

// colourOf are the colours of marks on a terminal.
var colourOf = map[string]string{"+": "32", "~": "33", "-": "31", "!": "35"}

// printSweep writes what a sweep of one place did or would do, and what stands in its way.
func (c *cli) printSweep(f *onboard.Accounts, r *collector.Report, all bool) {
	if c.json {
		c.printFailures(f, r)
		return
	}
	c.printPlace(f, r.Place, linesOf(f, r, all))
}

// printPlace writes the lines of a place, product by product.
func (c *cli) printPlace(f *onboard.Accounts, p inventory.Place, lines []changeLine) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].product == lines[from].product {
			to++
		}
		fmt.Fprintln(c.out, strings.TrimSpace(visible(lines[from].product+" "+f.Name(p.Account)+" "+p.Region)))
		printLines(c.out, lines[from:to])
		from = to
	}
}

// printFailures says what could not be done, one fault each, where the document does not.
func (c *cli) printFailures(f *onboard.Accounts, r *collector.Report) {
	for _, x := range r.Failures {
		c.printFault(failure(f, r.Place, x))
	}
}

// failure is a fault of one resource, with the remedy of what caused it.
func failure(f *onboard.Accounts, p inventory.Place, x inventory.Failure) error {
	out := &seamark.Fault{Where: strings.TrimSpace(f.Name(p.Account) + " " + p.Region), What: x.Doing, Err: x.Err}
	if p == (inventory.Place{}) {
		out.Where = x.Resource
	} else if x.Resource != p.String() {
		out.Where += " " + x.Resource
	}
	if cause, ok := errors.AsType[*seamark.Fault](x.Err); ok {
		out.Remedy = cause.Remedy
		own := *cause
		own.Remedy, own.Where = "", ""
		out.Err = &own
	}
	return out
}

// printLines aligns what and name; the reason is cut on a terminal only.
func printLines(out io.Writer, lines []changeLine) {
	whats, names := 0, 0
	for i := range lines {
		l := &lines[i]
		l.what, l.name, l.why = visible(l.what), visible(l.name), visible(l.why)
		whats = max(whats, len(l.what))
		names = max(names, min(utf8.RuneCountInString(l.name), 60))
	}
	coloured, cut := colours(out), width(out)
	for _, l := range lines {
		text := l.what + strings.Repeat(" ", whats-len(l.what)+1) + l.name
		if l.why != "" {
			text += strings.Repeat(" ", max(0, names-utf8.RuneCountInString(l.name))+3) + l.why
		}
		if r := []rune(text); cut > 5 && len(r) > cut-4 {
			text = string(r[:cut-5]) + "…"
		}
		mark := l.mark
		if n := colourOf[mark]; coloured && n != "" {
			mark = "\x1b[" + n + "m" + mark + "\x1b[0m"
		}
		fmt.Fprintf(out, "  %s %s\n", mark, strings.TrimRight(text, " "))
	}
}

// totals is the last line of figures.
func (c *cli) totals(t onboard.Totals) string {
	return fmt.Sprintf("accounts %s, resources %s, onboarded %s: create %s, update %s, delete %s, unchanged %s, failed %s, reads %s, writes %s",
		count(int64(t.Accounts)), count(int64(t.Resources)), count(int64(t.Onboarded)), count(int64(t.Create)), count(int64(t.Update)), count(int64(t.Delete)),
		count(int64(t.Unchanged)), count(int64(t.Failed)), count(t.Reads), count(t.Writes))
}

// sweepProgress shows how many changes are made or found, and how many places are done.
func (c *cli) sweepProgress() (show func(places, of int, changes int64), clear func()) {
	p := c.progress("")
	return func(places, of int, changes int64) {
		p.what = plural(changes, "change") + "; accounts and regions"
		p.show(places, of)
	}, p.clear
}

// skipped names the accounts of the organisation that are left out.
func (c *cli) skipped(f *onboard.Accounts) {
	for _, x := range f.Skipped {
		c.printFault(&seamark.Fault{Where: x.Resource, What: "left out", Err: x.Err, Remedy: "close it in AWS Organizations, or narrow onboard.organization.units"})
	}
}
