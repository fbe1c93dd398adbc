package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app"
)

func (c *cli) verifyCmd() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "verify --lake LAKE",
		Short: "Prove that every event is accounted for",
		Long: `Prove that events + undecodable payloads = rows + quarantined for every landing object, that
every file the ledger names is there and whole, and that no landing object was forgotten.
With --opensearch also that distinct event ids = documents. Exit 1 and the culprits
when something does not hold.`,
		Example: `  seamark verify --lake ./lake
  seamark verify --lake ./lake --opensearch http://127.0.0.1:9200 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if url != "" {
				cfg.OpenSearch.URL = url
			}
			p := c.progress("files")
			report, err := app.Verify(cmd.Context(), folder, cfg, url != "", c.logger(warnLevel), p.show)
			p.clear()
			if err != nil {
				return err
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
	c.lakeFlag(cmd)
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
