package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
)

func (c *cli) indexCmd() *cobra.Command {
	var url, since string
	var wait time.Duration
	var days int
	var replace bool
	cmd := &cobra.Command{
		Use:   "index --lake LAKE --opensearch URL [OBJECT...]",
		Short: "Bring a lake into OpenSearch",
		Long: `Bring the rows of a lake into OpenSearch: templates are installed, documents created with ids made
from the events, so that a second run only finds duplicates. OBJECT is a landing id, a
landing object or a lake file; none means all. A document that OpenSearch refuses is
stored in a reduced form and marked. User and password come from seamark.yml.`,
		Example: `  seamark index --lake ./lake --opensearch http://127.0.0.1:9200
  seamark index --lake ./lake --opensearch http://127.0.0.1:9200 --since 1d --json`,
		RunE: func(cmd *cobra.Command, objects []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if url != "" {
				cfg.OpenSearch.URL = url
			}
			if cfg.OpenSearch.URL == "" {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "which OpenSearch?", Remedy: "name it with --opensearch URL, or as `opensearch.url:` in seamark.yml"}}
			}
			o := app.IndexOptions{Lake: folder, Config: cfg, Objects: objects, Days: days, Wait: wait, Replace: replace, Logger: c.logger(warnLevel)}
			if since != "" {
				if o.Since, err = seamark.ParseTime(since, time.Now(), time.Local); err != nil {
					return &usageError{err}
				}
			}
			p := c.progress("objects")
			o.Progress = p.show
			begin := time.Now()
			r, err := app.Index(cmd.Context(), o)
			p.clear()
			if c.json && (err == nil || r.Documents > 0) {
				c.writeJSON(c.out, r)
			} else if err == nil {
				fmt.Fprintf(c.out, "objects %s, too_old %s, retries %s, %s\n", count(r.Objects), count(r.TooOld), count(r.Retries), lasted(time.Since(begin)))
				fmt.Fprintf(c.out, "documents %s = created %s + replaced %s + duplicates %s + reduced %s\n", count(r.Documents), count(r.Created), count(r.Replaced), count(r.Duplicates), count(r.Reduced))
			}
			return err
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&url, "opensearch", "", "URL of the OpenSearch (default: from the configuration)")
	cmd.Flags().StringVar(&since, "since", "", "only objects with rows from then on: 1d, 2026-11-22, …")
	cmd.Flags().IntVar(&days, "retention-days", 0, "leave out events of days older than this (default: index all)")
	cmd.Flags().BoolVar(&replace, "replace", false, "put each document in place of the one with its id (after a replay without an OpenSearch)")
	cmd.Flags().DurationVar(&wait, "wait", 2*time.Minute, "how long to bear an OpenSearch that is down or busy")
	return cmd
}
