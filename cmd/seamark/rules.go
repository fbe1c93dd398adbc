package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/rulebook"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
)

func (c *cli) rulesCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "Check, test and try rules of your own", Example: "  seamark rules check", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.rulesCheckCmd(), c.rulesTestCmd(), c.rulesBacktestCmd())
	return cmd
}

// book reads the rules of these files, or those that the configuration names.
func book(cfg *config.Config, files []string) (rulebook.Book, error) {
	var own []rulebook.Rule
	if len(files) == 0 {
		own, files = cfg.Rules.Own, cfg.Rules.Files
	}
	if len(files)+len(own) == 0 {
		return rulebook.Book{}, &seamark.Fault{Class: seamark.Rejected, What: "there are no rules", Remedy: "name their files, or write them into rules.own or rules.files of seamark.yml"}
	}
	b, faults := rulebook.Read(own, files, rulebook.Limits{Retention: time.Duration(cfg.Retention.Lake)})
	return b, errors.Join(faults...)
}

func (c *cli) rulesCheckCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "check [FILE...]",
		Short:   "Name all that is wrong with rules",
		Long:    "Name all that is wrong with rules, with file and line. Without FILE those of rules.own and rules.files in seamark.yml.",
		Example: "  seamark rules check rules/*.yml",
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			b, wrong := book(cfg, args)
			if c.json && len(b.Rules) > 0 {
				names := []string{}
				for _, r := range b.Rules {
					names = append(names, r.Name)
				}
				if err := c.writeJSON(c.out, map[string]any{"rules": names}); err != nil {
					return err
				}
			} else if len(b.Rules) > 0 {
				fmt.Fprintf(c.out, "%s can be evaluated\n", plural(int64(len(b.Rules)), "rule"))
			}
			return wrong
		},
	}
}

func (c *cli) rulesTestCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE...",
		Short: "Run unit tests of rules over sample rows",
		Long: `Run unit tests of rules over sample rows. FILE has the shape of promtool's tests: rule_files,
evaluation_interval, and tests with input_rows and alert_rule_test. See docs/howto/rules.md.`,
		Example: "  seamark rules test rules/booking_test.yml",
		Args:    need(1, 1000, "which tests?", "name their files"),
		RunE: func(cmd *cobra.Command, args []string) error {
			total, failed := 0, 0
			for _, file := range args {
				ran, failures, err := rulebook.RunTrial(cmd.Context(), file)
				if err != nil {
					return err
				}
				total, failed = total+ran, failed+len(failures)
				for _, f := range failures {
					if c.json {
						if err := c.writeJSON(c.out, map[string]string{"file": file, "test": f.Test, "eval_time": f.At, "rule": f.Rule, "what": f.What}); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(c.out, "%s: %s: %s at %s\n  %s\n", file, visible(f.Test), visible(f.Rule), visible(f.At), strings.ReplaceAll(visible(f.What), "\n", "\n  "))
				}
			}
			if !c.json {
				fmt.Fprintf(c.out, "%s, %d failed\n", plural(int64(total), "expectation"), failed)
			}
			if failed > 0 {
				return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%d of %d expectations failed", failed, total), Remedy: "mend the rule or the test"}
			}
			return nil
		},
	}
}

func (c *cli) rulesBacktestCmd() *cobra.Command {
	var since, until string
	var only []string
	var step time.Duration
	cmd := &cobra.Command{
		Use:   "backtest [FILE...] --since 30d",
		Short: "Say when rules would have fired over what lies in the lake",
		Long: `Say when each rule would have fired, how often and for how long, over what lies in the lake, by the
evaluator that does it live. Nobody is told. Without FILE the rules of rules.own and rules.files in seamark.yml.
With --rule, and with --json, each time is listed.`,
		Example: "  seamark rules backtest --lake ./lake --since 30d\n  seamark rules backtest rules/booking.yml --rule bookings-stopped --since 7d",
		RunE: func(cmd *cobra.Command, args []string) error {
			span, err := seamark.ParseSpan(since, until, time.Now(), time.Local)
			if err != nil {
				return &usageError{err}
			}
			if step < time.Second || step > time.Hour {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%v is out of range", step), Where: "--step", Remedy: "use 1s to 1h"}}
			}
			if span.To.IsZero() {
				span.To = time.Now()
			}
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			b, wrong := book(cfg, args)
			if len(b.Rules) == 0 {
				return wrong
			}
			if b, err = among(b, only); err != nil {
				return err
			}
			db, closeLake, err := lakes.Open(cmd.Context(), folder, cfg, c.logger(warnLevel))
			if err != nil {
				return err
			}
			defer closeLake()
			p, steps := c.progress("instants"), int(span.To.Sub(span.From)/step)
			episodes, faults, err := rulebook.Backtest(cmd.Context(), rulebook.BacktestOptions{Book: b, Counter: db, Span: span, Step: step, Progress: func(at time.Time) { p.show(int(at.Sub(span.From)/step), steps) }})
			p.clear()
			if err != nil {
				return err
			}
			for _, name := range slices.Sorted(maps.Keys(faults)) {
				fmt.Fprintf(c.err, "rule %s was not evaluated all the time: %s\n", name, visible(faults[name]))
			}
			return errors.Join(c.printBacktest(b, episodes, span, len(only) > 0), wrong)
		},
	}
	c.lakeFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&since, "since", "7d", "from when on")
	f.StringVar(&until, "until", "", "until when (default: now)")
	f.DurationVar(&step, "step", time.Minute, "time between two evaluations; live it is rules.every")
	f.StringSliceVar(&only, "rule", nil, "only the rules with these names")
	return cmd
}

// among leaves out the rules that are not named.
func among(b rulebook.Book, names []string) (rulebook.Book, error) {
	for _, name := range names {
		if !slices.ContainsFunc(b.Rules, func(r *rulebook.Rule) bool { return r.Name == name }) {
			return b, &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no rule is called %q", name), Where: "--rule", Remedy: "`seamark rules check --json` has the names"}}
		}
	}
	if len(names) > 0 {
		b.Rules = slices.DeleteFunc(slices.Clone(b.Rules), func(r *rulebook.Rule) bool { return !slices.Contains(names, r.Name) })
	}
	return b, nil
}

func (c *cli) printBacktest(b rulebook.Book, episodes []rulebook.Episode, span seamark.Span, each bool) error {
	if c.json {
		for _, x := range episodes {
			if err := c.writeJSON(c.out, x); err != nil {
				return err
			}
		}
		return nil
	}
	ended := func(x rulebook.Episode) time.Time {
		if x.To.IsZero() {
			return span.To
		}
		return x.To
	}
	if each {
		g := newGrid("rule", "from", "for>", "worst>", "where", "why")
		for _, x := range episodes {
			where := x.Product + " " + x.Environment
			if x.Component != "" {
				where += " " + x.Component
			}
			g.add(x.Rule, instant(x.From), words.Lasted(ended(x).Sub(x.From)), words.Quantity(x.Worst, x.Unit), visible(where), visible(x.Reason))
		}
		if len(episodes) > 0 {
			g.print(c.out)
		}
		fmt.Fprintf(c.out, "%s.\n", plural(int64(len(episodes)), "time"))
		return nil
	}
	g := newGrid("rule", "fired>", "in all>", "longest>", "last")
	for _, r := range b.Rules {
		n, all, longest, last := 0, time.Duration(0), time.Duration(0), "-"
		for _, x := range episodes {
			if x.Rule == r.Name {
				d := ended(x).Sub(x.From)
				n, all, longest, last = n+1, all+d, max(longest, d), instant(x.From)
			}
		}
		lasted := func(d time.Duration) string {
			if n == 0 {
				return "-"
			}
			return words.Lasted(d)
		}
		g.add(r.Name, fmt.Sprint(n), lasted(all), lasted(longest), last)
	}
	g.print(c.out)
	fmt.Fprintf(c.out, "%s, from %s to %s.\n", plural(int64(len(b.Rules)), "rule"), instant(span.From), instant(span.To))
	return nil
}
