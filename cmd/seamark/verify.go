package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/collector/proof"
	"github.com/seamark-hq/seamark/internal/app"
)

func (c *cli) verifyCmd() *cobra.Command {
	var url string
	var cloudwatch bool
	var since string
	var places placeFlags
	cmd := &cobra.Command{
		Use:   "verify --lake LAKE",
		Short: "Prove that every event is accounted for",
		Long: `Prove that events + undecodable payloads = rows + quarantined for every landing object, that
every file the ledger names is there and whole, and that no landing object was forgotten.
With --opensearch also that distinct event ids = documents. With --cloudwatch also, of each log group
and UTC day since --since, that what CloudWatch Logs says its filter forwarded (ForwardedLogEvents) has
become rows, by when they arrived; and where the filter has no pattern, that all that came in was
forwarded. A day is judged once it is over for 24 hours, in which deliveries are tried again; what
arrives shortly after midnight may belong to the day before, so that losses are said as "at least".
It enters the accounts as onboard does, and needs cloudwatch:GetMetricData. Exit 1 and the culprits
when something does not hold.`,
		Example: `  seamark verify --lake ./lake
  seamark verify --lake ./lake --opensearch http://127.0.0.1:9200 --json
  seamark verify --cloudwatch --since 14d --account booking`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if url != "" {
				cfg.OpenSearch.URL = url
			}
			if !cloudwatch && (cmd.Flags().Changed("since") || len(places.accounts)+len(places.regions) > 0) {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "--since, --account and --region are about --cloudwatch", Remedy: "say --cloudwatch besides"}}
			}
			var accounts *onboard.Accounts
			var from time.Time
			if cloudwatch {
				if from, err = c.cloudwatchSince(since); err != nil {
					return err
				}
				if accounts, err = c.fleet(cmd.Context(), places); err != nil {
					return err
				}
			}
			p := c.progress("files")
			report, err := app.Verify(cmd.Context(), folder, cfg, url != "", c.logger(warnLevel), p.show)
			p.clear()
			if err != nil {
				return err
			}
			if cloudwatch {
				if err := app.VerifyCloudWatch(cmd.Context(), folder, cfg, accounts, from, &report, c.logger(warnLevel)); err != nil {
					return err
				}
			}
			if c.json {
				c.writeJSON(c.out, report)
			} else {
				c.printReport(report)
			}
			if !report.Balanced {
				return errReported
			}
			return nil
		},
	}
	c.placeFlags(cmd, &places)
	cmd.Flags().BoolVar(&cloudwatch, "cloudwatch", false, "compare with what CloudWatch Logs has forwarded too")
	cmd.Flags().StringVar(&since, "since", "7d", "with --cloudwatch: from when on")
	cmd.Flags().StringVar(&url, "opensearch", "", "compare with the documents of this OpenSearch too")
	return cmd
}

func (c *cli) printReport(r app.Report) {
	for _, x := range r.Culprits {
		fmt.Fprintf(c.out, "%s: %s: %s\n", visible(x.Key), visible(x.What), visible(x.Remedy))
	}
	fmt.Fprintf(c.out, "objects %s, objects_waiting %s, files %s, %s, control_messages %s\n",
		count(r.Objects), count(int64(r.Waiting)), count(int64(r.Files)), size(r.Bytes), count(r.ControlMessages))
	if r.Index != nil {
		fmt.Fprintf(c.out, "distinct_ids %s, documents %s\n", count(r.Index.DistinctIDs), count(r.Index.Documents))
	}
	if w := r.CloudWatch; w != nil {
		copies := ""
		if w.Copies > 0 {
			copies = fmt.Sprintf("; %s of copies from other accounts not compared", plural(int64(w.Copies), "log group"))
		}
		fmt.Fprintf(c.out, "CloudWatch, %s to %s: %s, forwarded %s, rows %s%s\n",
			w.From.Format(time.DateOnly), w.To.Add(-time.Second).Format(time.DateOnly), plural(int64(w.Groups), "log group"), count(w.Forwarded), count(w.Rows), copies)
	}
	waits := ""
	if r.Waiting > 0 {
		waits = fmt.Sprintf("; %s to be transformed", plural(int64(r.Waiting), "landing object")+map[bool]string{true: " waits", false: " wait"}[r.Waiting == 1])
	}
	verdict := "Balanced" + waits + "."
	if !r.Balanced {
		verdict = fmt.Sprintf("%s%s; exit 1.", plural(int64(len(r.Culprits)), "culprit"), waits)
	}
	fmt.Fprintf(c.out, "events %s + undecodable %s = rows %s + quarantined %s. %s\n",
		count(r.Events), count(r.Undecodable), count(r.Rows), count(r.Quarantined), verdict)
}

// cloudwatchSince reads --since.
func (c *cli) cloudwatchSince(text string) (time.Time, error) {
	s, err := (&spanFlags{since: text}).span()
	if err != nil {
		return time.Time{}, err
	}
	if from, to := proof.Judged(s.From, time.Now()); !from.Before(to) {
		return time.Time{}, &usageError{&seamark.Fault{Class: seamark.Rejected, Where: "--since", What: "no day since then is over for 24 hours, in which deliveries are tried again", Remedy: "go further back: --since 7d"}}
	}
	if time.Since(s.From) > proof.Kept {
		return time.Time{}, &usageError{&seamark.Fault{Class: seamark.Rejected, Where: "--since", What: "CloudWatch keeps figures by the quarter of an hour for 63 days", Remedy: "begin later: --since 60d"}}
	}
	return s.From, nil
}
