package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/collector/explain"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
)

// statusFlags choose what status lists.
type statusFlags struct {
	missing bool
	product []string
	reason  string
}

func (o *statusFlags) lists(s *explain.ResourceStatus) bool {
	return has(o.product, s.Product) && strings.Contains(s.Reason, o.reason) && !(o.missing && s.Onboarded)
}

func (c *cli) onboardStatusCmd() *cobra.Command {
	var places placeFlags
	var o statusFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say of every resource whether it is onboarded, and why not",
		Long: `Say how many resources are not onboarded, and for which reasons; then list every log group, Lambda
function and API stage, onboarded (=) or not, with the reason in words that its team understands.
Writes nothing. Exits 1 when something could not be read. With --json one line per resource: account,
region, kind, name, arn, product, environment, team, onboarded, reason.`,
		Example: `  seamark onboard status --missing                what is not onboarded
  seamark onboard status --product booking
  seamark onboard status --reason "no filter slot"
  seamark onboard status --json | jq -r 'select(.onboarded|not) | .arn'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := c.fleet(cmd.Context(), places)
			if err != nil {
				return err
			}
			c.skipped(f)
			p := c.progress("accounts and regions")
			var sums coverage
			var shown []placeLines
			t := f.Status(cmd.Context(), p.show, func(s onboard.PlaceStatus) {
				p.clear()
				if cmd.Context().Err() != nil {
					return // what could not be read then was stopped, and is no fault
				}
				if lines := c.statusLines(f, s, &o, &sums); len(lines) > 0 {
					shown = append(shown, placeLines{s.Report.Place, lines})
				}
			})
			p.clear()
			if err := interrupted(cmd.Context()); err != nil {
				return err
			}
			if !c.json {
				c.printReasons("not onboarded", sums.missing)
				c.printReasons("onboarded, with something to mend", sums.remarks)
				for _, s := range shown {
					c.printPlace(f, s.place, s.lines)
				}
				c.printCoverage(t, &sums)
			}
			if sums.unread > 0 {
				return errReported
			}
			return nil
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().BoolVar(&o.missing, "missing", false, "only what is not onboarded")
	cmd.Flags().StringArrayVar(&o.product, "product", nil, "only this product (may be given several times)")
	cmd.Flags().StringVar(&o.reason, "reason", "", "only what has this in its reason")
	return cmd
}

// coverage sums up what status listed.
type coverage struct {
	listed, onboarded int
	missing, remarks  map[string]int // by reason: not onboarded, and onboarded with something to mend
	unread            int            // things that could not be read
}

// placeLines are the lines of one place, kept until the reasons are summed up.
type placeLines struct {
	place inventory.Place
	lines []changeLine
}

func (s *coverage) count(r *explain.ResourceStatus) {
	s.listed++
	to := &s.missing
	if r.Onboarded {
		s.onboarded++
		to = &s.remarks
	}
	if *to == nil {
		*to = map[string]int{}
	}
	if r.Reason != "" {
		(*to)[r.Reason]++
	}
}

// statusLines are those of one place; with --json they are written at once.
func (c *cli) statusLines(f *onboard.Accounts, s onboard.PlaceStatus, o *statusFlags, sums *coverage) (lines []changeLine) {
	for _, x := range s.Report.Failures {
		if !onboard.NoSlot(x) { // else it is the reason of a resource
			sums.unread++
			c.printFault(failure(f, s.Report.Place, x))
		}
	}
	for i := range s.Resources {
		r := &s.Resources[i]
		if !o.lists(r) {
			continue
		}
		sums.count(r)
		if c.json {
			_ = c.writeJSON(c.out, r)
			continue
		}
		mark := "!"
		switch {
		case r.Onboarded:
			mark = "="
		case r.Product == "":
			mark = " "
		}
		lines = append(lines, changeLine{r.Product, mark, string(r.Kind), r.Name, r.Reason})
	}
	slices.SortStableFunc(lines, func(a, b changeLine) int { return cmp.Compare(a.product, b.product) })
	return lines
}

// mostReasons bounds each list of reasons; some name what is in the way.
const mostReasons = 20

func (c *cli) printCoverage(t onboard.Totals, s *coverage) {
	share := ""
	if s.listed > 0 {
		share = fmt.Sprintf(" (%d%%)", 100*s.onboarded/s.listed)
	}
	of := ""
	if s.listed != t.Resources {
		of = " of " + count(int64(t.Resources))
	}
	fmt.Fprintf(c.out, "accounts %s, resources %s%s, onboarded %s%s, reads %s\n", count(int64(t.Accounts)), count(int64(s.listed)), of, count(int64(s.onboarded)), share, count(t.Reads))
	if len(s.missing)+len(s.remarks) > 0 {
		fmt.Fprintln(c.out, "Next: seamark onboard explain NAME says where each setting comes from")
	}
}

func (c *cli) printReasons(title string, reasons map[string]int) {
	if len(reasons) == 0 {
		return
	}
	n := 0
	for _, of := range reasons {
		n += of
	}
	fmt.Fprintf(c.out, "%s: %s\n", title, count(int64(n)))
	names := make([]string, 0, len(reasons))
	for r := range reasons {
		names = append(names, r)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(reasons[b]-reasons[a], cmp.Compare(a, b)) })
	for i, r := range names {
		if i == mostReasons {
			fmt.Fprintf(c.out, "%8s  other reasons\n", count(int64(len(names)-i)))
			break
		}
		fmt.Fprintf(c.out, "%8s  %s\n", count(int64(reasons[r])), visible(r))
	}
	fmt.Fprintln(c.out)
}
