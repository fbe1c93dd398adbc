package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/lifecycle"
)

func (c *cli) retentionCmd() *cobra.Command {
	var dryRun, yes, terraform, asJSON, trustClock, takeBack bool
	k := struct{ landing, lake, quarantine string }{}
	cmd := &cobra.Command{
		Use:   "retention --lake LAKE",
		Short: "Delete what is older than the configuration keeps",
		Long: `Delete landing objects, lake files and quarantined pieces that are older than retention: in
seamark.yml, or the flags, keep them. Nothing goes where no age is set. Landing objects that
are not transformed yet stay, whatever their age. "seamark up" does it once an hour, as long as
little goes at once; this command, once you agree, whatever goes.
Ages count from the newest arrival plus a day at most, whatever this machine's clock says;
--trust-clock counts by the clock, when nothing arrives any more. --take-back removes what a
wrong clock wrote down as expired although it lies in the future.
--lifecycle and --terraform print the rules for an S3 bucket instead: storage tiers, and expiry
a week behind Seamark's own. With --json one document: landing, lake, quarantine (each with
before, files, bytes, of_bytes), entries, snapshots, kept, now; with --take-back taken_back.`,
		Example: `  seamark retention --lake ./lake --landing 90d --dry-run
  seamark retention --lake s3://bucket/prefix --lifecycle > lifecycle.json
  seamark retention --lake ./lake --take-back`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			for _, f := range []struct {
				flag, text string
				into       *config.Age
			}{{"landing", k.landing, &cfg.Retention.Landing}, {"lake-rows", k.lake, &cfg.Retention.Lake}, {"quarantine", k.quarantine, &cfg.Retention.Quarantine}} {
				if f.text == "" {
					continue
				}
				if err := f.into.UnmarshalText([]byte(f.text)); err != nil || *f.into != 0 && *f.into < config.Day {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not an age of a day or more", f.text), Where: "--" + f.flag, Remedy: "use 90d, 52w or forever"}}
				}
			}
			if asJSON || terraform {
				bucket, prefix := bucketOf(c.lake, cfg)
				rules := lifecycle.Of(app.Keep(cfg), prefix)
				if terraform {
					_, err = fmt.Fprint(c.out, rules.Terraform(bucket))
				} else {
					_, err = c.out.Write(rules.JSON())
				}
				return err
			}
			if takeBack {
				return c.takeBack(cmd.Context(), dryRun, yes)
			}
			if cfg.Retention.Forever() {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "everything is kept for ever", Remedy: "set `retention:` in seamark.yml, or --landing, --lake-rows, --quarantine"}}
			}
			folder, _, err := c.lakeFolder()
			if err != nil {
				return err
			}
			plan, err := expire(cmd.Context(), folder, cfg.Retention, true, trustClock)
			if err != nil {
				return err
			}
			if dryRun || expired(plan) == 0 {
				return c.printExpired(plan, cfg.Retention, "Nothing deleted.")
			}
			if !yes {
				if !c.json {
					_ = c.printExpired(plan, cfg.Retention, "")
				}
				if err := c.agreed(fmt.Sprintf("Delete %s for good?", plural(int64(expired(plan)), "file"))); err != nil {
					return err
				}
			}
			done, err := expire(cmd.Context(), folder, cfg.Retention, false, trustClock)
			if err != nil {
				return err
			}
			return c.printExpired(done, cfg.Retention, "Deleted.")
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&k.landing, "landing", "", "keep landing objects so long after their arrival: 90d, 52w, forever")
	cmd.Flags().StringVar(&k.lake, "lake-rows", "", "keep rows so long after the hour of the event")
	cmd.Flags().StringVar(&k.quarantine, "quarantine", "", "keep quarantined pieces so long")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would go")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&asJSON, "lifecycle", false, "print the bucket's lifecycle rules as JSON")
	cmd.Flags().BoolVar(&terraform, "terraform", false, "print them as a terraform resource")
	cmd.Flags().BoolVar(&trustClock, "trust-clock", false, "count ages by the clock even when nothing has arrived for more than a day")
	cmd.Flags().BoolVar(&takeBack, "take-back", false, "remove watermarks that lie in the future")
	cmd.MarkFlagsMutuallyExclusive("lifecycle", "terraform", "dry-run")
	cmd.MarkFlagsMutuallyExclusive("lifecycle", "terraform", "take-back")
	return cmd
}

// openLake opens a lake to change it; for a dry run to read it, which disturbs nobody.
func openLake(ctx context.Context, place string, dryRun bool) (*lake.Lake, error) {
	if dryRun {
		return lakes.Read(ctx, place)
	}
	return lakes.Change(ctx, place)
}

// takeBack removes the watermarks of the future.
func (c *cli) takeBack(ctx context.Context, dryRun, yes bool) error {
	folder, _, err := c.lakeFolder()
	if err != nil {
		return err
	}
	l, err := openLake(ctx, folder, dryRun)
	if err != nil {
		return err
	}
	ahead := l.Ahead()
	for _, a := range ahead {
		if !c.json {
			fmt.Fprintf(c.out, "%s: says that %s before %s has expired\n", visible(a.Key), a.Kind, instant(a.Before))
		}
	}
	verdict := "Nothing to take back: no watermark lies in the future."
	if len(ahead) > 0 && dryRun {
		verdict = "Nothing taken back."
	} else if len(ahead) > 0 {
		if !yes {
			if err := c.agreed(fmt.Sprintf("Take back %s?", plural(int64(len(ahead)), "watermark"))); err != nil {
				return err
			}
		}
		if ahead, err = l.TakeBack(); err != nil {
			return err
		}
		verdict = "Taken back. `seamark verify" + c.lakeArg() + "` names what went when it was raised."
	}
	if c.json {
		return c.writeJSON(c.out, map[string]any{"taken_back": append([]lake.Ahead{}, ahead...)})
	}
	fmt.Fprintln(c.out, verdict)
	return nil
}

// expire deletes what is older than k keeps, to which a person has agreed. With trustClock ages
// count by the clock even when nothing has arrived for long.
func expire(ctx context.Context, place string, k config.Retention, dryRun, trustClock bool) (lake.ExpireReport, error) {
	l, err := openLake(ctx, place, dryRun)
	if err != nil {
		return lake.ExpireReport{}, err
	}
	o := app.Retention(k)
	o.DryRun, o.TrustClock, o.Agreed = dryRun, trustClock, true
	return l.Expire(ctx, o)
}

func expired(r lake.ExpireReport) int { return r.Landing.Files + r.Lake.Files + r.Quarantine.Files }

// bucketOf takes s3://bucket/prefix apart; of a folder both are empty.
func bucketOf(place string, cfg *config.Config) (bucket, prefix string) {
	if place == "" {
		place = cfg.Lake
	}
	rest, ok := strings.CutPrefix(place, "s3://")
	if !ok {
		return "", ""
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix
}

func (c *cli) printExpired(r lake.ExpireReport, k config.Retention, verdict string) error {
	if c.json {
		return c.writeJSON(c.out, r)
	}
	g := newGrid("what", "kept", "goes before", "files>", "bytes>")
	g.add("landing", k.Landing.String(), instant(r.Landing.Before), count(int64(r.Landing.Files)), size(r.Landing.Bytes))
	g.add("lake", k.Lake.String(), instant(r.Lake.Before), count(int64(r.Lake.Files)), size(r.Lake.Bytes))
	g.add("quarantine", k.Quarantine.String(), instant(r.Quarantine.Before), count(int64(r.Quarantine.Files)), size(r.Quarantine.Bytes))
	g.print(c.out)
	if r.Kept > 0 {
		fmt.Fprintf(c.out, "%s old enough to go, but not transformed: kept; run `seamark verify%s`\n", plural(int64(r.Kept), "landing object"), c.lakeArg())
	}
	for i, e := range []lake.Expired{r.Landing, r.Lake, r.Quarantine} {
		if e.Files > 0 && e.Share() >= 0.25 {
			fmt.Fprintf(c.out, "WARNING: that is %.0f%% of %s, all of it before %s; ages count from %s\n", 100*e.Share(), []string{"landing", "lake", "quarantine"}[i], instant(e.Before), instant(r.Now))
		}
	}
	if verdict != "" {
		fmt.Fprintf(c.out, "files %s, bytes %s, ledger entries %s, snapshots %s. %s\n", count(int64(expired(r))),
			size(r.Landing.Bytes+r.Lake.Bytes+r.Quarantine.Bytes), count(int64(r.Entries)), count(int64(r.Snapshots)), verdict)
	}
	return nil
}
